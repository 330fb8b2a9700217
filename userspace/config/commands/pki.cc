// SPDX-License-Identifier: Apache-2.0
// crypto pki …; crypto ca … is the same (R-CLI-7).
#include "userspace/config/commands/refusal.h"
#include "userspace/config/exec.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

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

// The certificates, and with them a key that was imported.
void forget_certificates(Exec& exec, const Args& args) {
  const Status done = exec.backend().remove_certificate(args.text("name"), "");
  if (!done && done.error().code != Errc::kNotFound) exec.refuse(done.error().text);
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
  if (input.then) return input.then(exec, input.collected);
  const Bytes der = from_hex(input.collected);
  if (der.empty()) return exec.refuse("The certificate is not hexadecimal.");
  const Status done =
      exec.backend().store_certificate(input.trustpoint, input.kind, input.serial, der);
  if (!done)
    exec.refuse("Certificate of trustpoint " + input.trustpoint +
                " was not taken: " + done.error().text);
}

void add_pki_commands(std::vector<Command>& table) {
  add_certificate_map(table);
  add_chain(table);
  add_actions(table);
}

}  // namespace spa::config
