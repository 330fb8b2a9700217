// SPDX-License-Identifier: Apache-2.0
// crypto pki …; crypto ca … is the same (R-CLI-7).
#include <strings.h>

#include <algorithm>

#include "userspace/config/commands/refusal.h"
#include "userspace/config/exec.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

policy::Trustpoint& trustpoint(Build& build, const std::string& name) {
  auto& list = build.snapshot.trustpoints;
  for (auto& known : list)
    if (strcasecmp(known.name.c_str(), name.c_str()) == 0) return known;
  list.emplace_back().name = name;
  return list.back();
}
policy::Trustpoint& trustpoint(Build& build) {
  return trustpoint(build, build.block_name());
}

Command stored(Mode mode, std::string pattern, std::string help, int order) {
  return {.mode = mode, .pattern = std::move(pattern), .help = std::move(help), .order = order};
}

// R-PKI-64: the certificates go with the trustpoint.
void forget_certificates(Exec& exec, const Args& args) {
  const Status done = exec.backend().remove_certificate(args.text("name"), "");
  if (!done && done.error().code != Errc::kNotFound) exec.refuse(done.error().text);
}

void add_trustpoint(std::vector<Command>& table) {
  constexpr Mode kMode = Mode::kTrustpoint;
  table.push_back({.pattern = "crypto pki~ca trustpoint~identity <name:word>",
                   .help = "Defines a certification authority to trust, and our certificate of it.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     trustpoint(b, a.text("name"));
                     return {};
                   },
                   .removed = forget_certificates,
                   .key = by({"name"}),
                   .section = Section::kTrustpoint,
                   .enters = kMode});
  for (const std::string pattern :
       {"enrollment retry count <count:1-100>", "enrollment retry-count <count:1-100>"}) {
    table.push_back(stored(kMode, pattern, "How often a pending request is sent again.", 1));
    table.back().group = "enrollment retry count";
  }
  table.push_back(
      stored(kMode, "enrollment mode ra", "The authority has a registration authority.", 2));
  for (const std::string pattern :
       {"enrollment retry period <minutes:1-60>", "enrollment retry-period <minutes:1-60>"}) {
    table.push_back(stored(kMode, pattern, "Minutes between polls.", 3));
    table.back().group = "enrollment retry period";
    table.back().elide = pattern.substr(0, pattern.find('<')) + "1";  // R-PKI-23
  }
  table.push_back(stored(kMode, "enrollment (url <url:word>|terminal [pem]|pkcs12)",
                         "How certificates are obtained.", 4));
  table.push_back(stored(kMode, "query url <url:word>", "The LDAP server of the authority.", 5));
  table.push_back(stored(kMode, "serial-number [none]",
                         "Whether the router's serial number is part of the request.", 6));
  table.push_back(stored(kMode, "fqdn (none|<fqdn:word>)", "The name in the request.", 7));
  table.push_back(
      stored(kMode, "ip-address (none|<address:ip>)", "The address in the request.", 8));
  table.push_back(stored(kMode, "password <password:secret>", "The challenge password.", 9));
  table.push_back({.mode = kMode,
                   .pattern = "subject-name <dn:line>",
                   .help = "The subject of the certificate to request.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     trustpoint(b).subject_name = a.text("dn");
                     return {};
                   },
                   .order = 10});
  table.push_back({.mode = kMode,
                   .pattern = "crl query <url:word>",
                   .help = "Where the CRL is read from: file://PATH.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     if (!a.text("url").starts_with("file:///"))
                       return refuse("Only file:///PATH can be read for a CRL.");
                     trustpoint(b).crl_query_url = a.text("url");
                     return {};
                   },
                   .order = 11});
  table.push_back({.mode = kMode,
                   .pattern = "revocation-check (crl|none)",
                   .help = "Whether peer certificates are checked against a CRL; crl unless given.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     trustpoint(b).revocation = a.has("none") ? policy::RevocationCheck::kNone
                                                              : policy::RevocationCheck::kCrl;
                     return {};
                   },
                   .order = 12});
  table.push_back({.mode = kMode,
                   .pattern = "rsakeypair <label:word> [<bits:360-4096>]",
                   .help = "The key pair of our certificate.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     trustpoint(b).rsa_keypair = a.text("label");
                     return {};
                   },
                   .order = 13});
  table.push_back(stored(kMode, "auto-enroll [<percent:1-100>] [regenerate]",
                         "Renews the certificate before it expires.", 14));
}

bool is_date_field(const std::string& field) {
  return field == "valid-start" || field == "expires-on";
}

void add_certificate_map(std::vector<Command>& table) {
  table.push_back({.pattern = "crypto pki~ca certificate map <name:word> <sequence:1-65535>",
                   .help = "Defines one entry of a map that tells certificates apart.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     for (const auto& entry : b.snapshot.certificate_maps)
                       if (entry.label == a.text("name") && entry.sequence == a.number("sequence"))
                         return {};
                     auto& entry = b.snapshot.certificate_maps.emplace_back();
                     entry.label = a.text("name");
                     entry.sequence = static_cast<unsigned>(a.number("sequence"));
                     return {};
                   },
                   .key = by({"name", "sequence"}),
                   .section = Section::kCertificateMap,
                   .sorted = {"name", "sequence"},
                   .enters = Mode::kCertificateMap});
  table.push_back(
      {.mode = Mode::kCertificateMap,
       .pattern = "(subject-name|issuer-name|unstructured-subject-name|alt-subject-name|name|"
                  "valid-start|expires-on|serial-number) (eq|ne|co|nc|lt|ge) <value:line>",
       .help = "A condition; all of one entry must hold.",
       .apply = [](Build& b, const Args& a) -> Status {
         policy::CertificateCriterion criterion;
         criterion.field = a.values()[0].text;
         criterion.operation = a.values()[1].text;
         criterion.value = a.text("value");
         const bool date = is_date_field(criterion.field);
         const bool ordering = criterion.operation == "lt" || criterion.operation == "ge";
         const bool part = criterion.operation == "co" || criterion.operation == "nc";
         if (date ? part : ordering)
           return refuse(criterion.operation + " cannot be used with " + criterion.field + ".");
         for (auto& entry : b.snapshot.certificate_maps)
           if (entry.label == b.block_name() && entry.sequence == b.block->args.number("sequence"))
             entry.criteria.push_back(std::move(criterion));
         return {};
       },
       .key = by_line()});
}

void enter_chain(Exec& exec, const Args& args) {
  const std::string& name = args.text("name");
  if (exec.configuration().draft().snapshot.trustpoint(name) == nullptr) {
    const Status stored = ensure_trustpoint(exec.configuration(), name, false);
    if (!stored) return exec.refuse(stored.error().text);
  }
  exec.state().frames.resize(2);
  exec.state().frames.push_back({Mode::kCertificateChain, nullptr, name});
}

void add_chain(std::vector<Command>& table) {
  table.push_back({.pattern = "crypto pki~ca certificate chain <name:word>",
                   .help = "Opens the certificates of a trustpoint.",
                   .run = enter_chain,
                   .removed = forget_certificates,
                   .section = Section::kCertificateChain});
  table.push_back({.mode = Mode::kCertificateChain,
                   .pattern = "certificate [ca|ra-sign|ra-encrypt] <serial:hex>",
                   .help = "Takes a certificate in hexadecimal, up to a line with quit.",
                   .run =
                       [](Exec& exec, const Args& a) {
                         DataInput input;
                         input.trustpoint = exec.state().frames.back().name;
                         input.kind = a.has("ca")           ? CertificateKind::kCa
                                      : a.has("ra-sign")    ? CertificateKind::kRaSign
                                      : a.has("ra-encrypt") ? CertificateKind::kRaEncrypt
                                                            : CertificateKind::kOwn;
                         input.serial = a.text("serial");
                         exec.state().input = std::move(input);
                       },
                   .removed =
                       [](Exec& exec, const Args& a) {
                         const Status done = exec.backend().remove_certificate(
                             exec.state().frames.back().name, a.text("serial"));
                         if (!done) exec.refuse(done.error().text);
                       }});
}

void import_pkcs12(Exec& exec, const Args& args) {
  const std::string& name = args.text("name");
  const Value* password = args.find("password");
  const SecretBytes none;
  const Status done = exec.backend().import_pkcs12(name, args.text("file"),
                                                   password == nullptr ? none : password->secret);
  if (!done) return exec.refuse("PKCS12 import failed: " + done.error().text);
  const Status stored = ensure_trustpoint(exec.configuration(), name, true);
  if (!stored) return exec.refuse(stored.error().text);
  exec.print("% Imported PKCS12 file successfully.");
}

void authenticate(Exec& exec, const Args& args) {
  const std::string& name = args.text("name");
  if (exec.configuration().draft().snapshot.trustpoint(name) == nullptr)
    return exec.refuse("Trustpoint " + name + " does not exist.");
  exec.print("");
  exec.print("Enter the base 64 encoded CA certificate.");
  exec.print("End with a blank line or the word \"quit\" on a line by itself");
  exec.print("");
  DataInput input;
  input.what = DataInput::What::kPemCertificate;
  input.trustpoint = name;
  exec.state().input = std::move(input);
}

void request_crl(Exec& exec, const Args& args) {
  const std::string& name = args.text("name");
  if (exec.configuration().draft().snapshot.trustpoint(name) == nullptr)
    return exec.refuse("Trustpoint " + name + " does not exist.");
  const Status done = exec.backend().request_crl(name);
  if (!done) exec.refuse("CRL request failed: " + done.error().text);
}

void add_actions(std::vector<Command>& table) {
  // As on the router these work in configuration mode; from EXEC they save two lines.
  for (const Mode mode : {Mode::kGlobal, Mode::kPrivileged}) {
    table.push_back({.mode = mode,
                     .pattern = "crypto pki~ca import <name:word> pkcs12 <file:word> "
                                "[password <password:secret>]",
                     .help = "Reads key and certificates from a PKCS#12 file.",
                     .run = import_pkcs12});
    table.push_back({.mode = mode,
                     .pattern = "crypto pki~ca authenticate <name:word>",
                     .help = "Takes the certificate of the authority in PEM.",
                     .run = authenticate});
    table.push_back({.mode = mode,
                     .pattern = "crypto pki~ca crl request <name:word>",
                     .help = "Reads the CRL again, at once.",
                     .run = request_crl});
  }
}

}  // namespace

Status ensure_trustpoint(Configuration& configuration, const std::string& name, bool with_keypair) {
  if (configuration.draft().snapshot.trustpoint(name) != nullptr) return {};
  Tree& tree = configuration.tree();
  if (tree.dialect() == Dialect::kPix)
    return fail(Errc::kState,
                "Trustpoint " + name + " does not exist; define it with ca identity.");
  const std::string line = "crypto pki trustpoint " + name;
  const auto block = Grammar::instance().match(Mode::kGlobal, line, split_words(line));
  if (block.rejection) return fail(Errc::kInvalid, "not a trustpoint name: " + name);
  Node* node = tree.find(tree.root(), *block.matches.front().rule, block.matches.front().args);
  if (node == nullptr)
    node = tree.store(tree.root(), *block.matches.front().rule, block.matches.front().args, false);
  if (node == nullptr) return fail(Errc::kExhausted, "the configuration is full");
  if (with_keypair) {
    const std::string keypair = "rsakeypair " + name;
    const auto match = Grammar::instance().match(Mode::kTrustpoint, keypair, split_words(keypair));
    if (!match.rejection)
      tree.store(*node, *match.matches.front().rule, match.matches.front().args, false);
  }
  configuration.spoil_draft();
  configuration.touch(configuration.backend().now());
  return {};
}

void finish_input(Exec& exec, DataInput input) {
  if (input.overflow) return exec.refuse("The certificate is too long.");
  Status done;
  if (input.what == DataInput::What::kPemCertificate) {
    done = exec.backend().authenticate(input.trustpoint, input.collected);
    if (done) exec.print("% Certificate successfully imported");
  } else {
    const Bytes der = from_hex(input.collected);
    if (der.empty()) return exec.refuse("The certificate is not hexadecimal.");
    done = exec.backend().store_certificate(input.trustpoint, input.kind, input.serial, der);
  }
  if (!done)
    exec.refuse("Certificate of trustpoint " + input.trustpoint +
                " was not taken: " + done.error().text);
}

void add_pki_commands(std::vector<Command>& table) {
  add_trustpoint(table);
  add_certificate_map(table);
  add_chain(table);
  add_actions(table);
}

}  // namespace spa::config
