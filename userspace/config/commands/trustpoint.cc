// SPDX-License-Identifier: Apache-2.0
// crypto pki trustpoint …, which is crypto ca identity … too (R-PKI-11 to R-PKI-23).
#include <strings.h>

#include <algorithm>

#include "userspace/config/commands/refusal.h"
#include "userspace/config/exec.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/tree.h"
#include "userspace/pki/certificate_request.h"
#include "userspace/pki/enrolment.h"

namespace spa::config {
namespace {

constexpr Mode kMode = Mode::kTrustpoint;

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

// Lines of one group take each other's place; `order` is that of the router (R-PKI-23).
struct Line {
  std::string pattern;
  std::string help;
  int order = 0;
  std::function<Status(Build&, const Args&)> apply{};
  std::string group{};
  std::string elide{};
};

void add(std::vector<Command>& table, Line line) {
  table.push_back({.mode = kMode,
                   .pattern = std::move(line.pattern),
                   .help = std::move(line.help),
                   .apply = std::move(line.apply),
                   .group = std::move(line.group),
                   .order = line.order,
                   .elide = std::move(line.elide)});
}

// A line that says one thing of the trustpoint.
template <typename Set>
std::function<Status(Build&, const Args&)> sets(Set set) {
  return [set](Build& b, const Args& a) -> Status {
    set(trustpoint(b), a);
    return {};
  };
}

// R-DLG-4: the certificates go with the trustpoint.
void confirm_removal(Exec& exec, const Args& args, std::function<void(Exec&)> go_on) {
  if (exec.configuration().draft().snapshot.trustpoint(args.text("name")) == nullptr)
    return go_on(exec);
  exec.print("% Removing an identity will destroy all certificates received from");
  exec.print("the related Certificate Authority.");
  exec.print("");
  ask_yes_or_no(exec, "Are you sure you want to do this? [yes/no]: ",
                [go_on = std::move(go_on)](Exec& e, bool yes) {
                  if (yes) go_on(e);
                });
}

// R-PKI-64, R-PKI-65, R-PKI-69
void forget_trustpoint(Exec& exec, const Args& args) {
  const std::string& name = args.text("name");
  const bool known = exec.configuration().draft().snapshot.trustpoint(name) != nullptr;
  const bool sending = exec.backend().enrolment().cancel(name);
  const Status done = exec.backend().remove_certificate(name, "");
  if (!done && done.error().code != Errc::kNotFound) return exec.refuse(done.error().text);
  if (!known || exec.state().loading) return;
  exec.print("% Be sure to ask the CA administrator to revoke your certificates.");
  exec.print("");
  exec.print(sending ? "The enrollment sessions of this authority have been cancelled."
                     : "No enrollment sessions are currently active.");
  exec.print("");
}

void add_block(std::vector<Command>& table) {
  table.push_back({.pattern = "crypto pki~ca trustpoint~identity <name:word>",
                   .help = "Defines a certification authority to trust, and our certificate of it.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     trustpoint(b, a.text("name"));
                     return {};
                   },
                   .removed = forget_trustpoint,
                   .confirm = confirm_removal,
                   .key = by({"name"}),
                   .section = Section::kTrustpoint,
                   .enters = kMode,
                   .alias_of = "trustpoint",
                   .alias_prompt = "(ca-identity)"});
}

// In the order of the router: count, mode, period, URL, query (R-PKI-23).
void add_enrolment(std::vector<Command>& table) {
  for (const char* word : {"retry count", "retry-count"})
    add(table, {std::string("enrollment ") + word + " <count:0-100>",
                "How often a pending request is asked for; 0 is without end, 10 unless given.", 1,
                sets([](policy::Trustpoint& t, const Args& a) {
                  t.retry_count = static_cast<unsigned>(a.number("count"));
                }),
                "enrollment retry count", std::string("enrollment ") + word + " 10"});
  add(table, {"enrollment mode ra", "The authority has a registration authority.", 2,
              sets([](policy::Trustpoint& t, const Args&) { t.registration_authority = true; })});
  for (const char* word : {"retry period", "retry-period"})
    add(table, {std::string("enrollment ") + word + " <minutes:1-60>",
                "Minutes between polls; 1 unless given.", 3,
                sets([](policy::Trustpoint& t, const Args& a) {
                  t.retry_minutes = static_cast<unsigned>(a.number("minutes"));
                }),
                "enrollment retry period", std::string("enrollment ") + word + " 1"});
  add(table, {"enrollment (url <url:word>|terminal [pem]|pkcs12)",
              "How certificates are obtained: asked for at an http:// URL, pasted, or from a file.",
              4, [](Build& b, const Args& a) -> Status {
                policy::Trustpoint& t = trustpoint(b);
                using Way = policy::Trustpoint::Way;
                t.way = a.has("url") ? Way::kUrl : a.has("pkcs12") ? Way::kPkcs12 : Way::kTerminal;
                t.url = a.text("url");
                t.pem = a.has("pem");
                if (t.way == Way::kUrl && !t.url.starts_with("http://"))
                  return refuse("An authority is asked at http://ADDRESS[:PORT][/PATH].");
                return {};
              }});
}

void add_authority(std::vector<Command>& table) {
  table.push_back({.mode = kMode,
                   .pattern = "query url <url:word>",
                   .help = "Kept: the LDAP server of the authority.",
                   .prepare = [](Args& a) -> Status {
                     if (!a.text("url").starts_with("ldap://"))
                       return refuse("The server is asked at ldap://ADDRESS[:PORT].");
                     return {};
                   },
                   .order = 5});
  add(table,
      {"fingerprint <digits:hex>",
       "The fingerprint of the CA's certificate (MD5, SHA-1 or SHA-256): compared instead of "
       "asked about.",
       6, [](Build& b, const Args& a) -> Status {
         const std::size_t size = a.text("digits").size();
         if (size != 32 && size != 40 && size != 64)
           return refuse("A fingerprint has 32, 40 or 64 hexadecimal digits.");
         trustpoint(b).fingerprint = a.text("digits");
         return {};
       }});
  add(table, {"source interface <interface:interface>",
              "Kept: the interface from which the authority is asked.", 7});
  add(table, {"vrf <vrf:word>", "Kept: the VRF in which the authority is.", 8});
}

void add_request(std::vector<Command>& table) {
  add(table,
      {"serial-number [none]",
       "Whether the router's serial number is part of the request; asked unless given.", 9,
       sets([](policy::Trustpoint& t, const Args& a) { t.include_serial = !a.has("none"); })});
  add(table, {"fqdn (none|<fqdn:word>)", "The name in the request; HOSTNAME.DOMAIN unless given.",
              10, sets([](policy::Trustpoint& t, const Args& a) { t.fqdn = a.text("fqdn"); })});
  // An address of IPv4 would fit the other line too.
  add(table, {"ip-address (none|<address:ip>|<interface:interface>)",
              "The address in the request, or the interface that has it; asked unless given.", 11,
              sets([](policy::Trustpoint& t, const Args& a) {
                t.address = a.has("none") ? "" : a.text("address") + a.text("interface");
              })});
  add(table, {"password <password:secret>", "The challenge password; asked unless given.", 12,
              sets([](policy::Trustpoint& t, const Args& a) {
                t.password = a.find("password")->secret;
              })});
  add(table, {"subject-name <dn:line>", "The subject of the certificate to request.", 13,
              [](Build& b, const Args& a) -> Status {
                if (const Status good = pki::check_subject_name(a.text("dn")); !good)
                  return refuse(good.error().text + ".");
                trustpoint(b).subject_name = a.text("dn");
                return {};
              }});
  add(table,
      {"subject-alt-name <name:word>",
       "A domain name that the request asks to have in subjectAltName.", 14,
       sets([](policy::Trustpoint& t, const Args& a) { t.alternative_name = a.text("name"); })});
}

std::function<Status(Build&, const Args&)> sets_check(policy::RevocationCheck check) {
  return sets([check](policy::Trustpoint& t, const Args&) { t.revocation = check; });
}

// R-PKI-21: one method after the other, while there is no answer.
Status set_revocation(Build& build, const Args& args) {
  using policy::RevocationCheck;
  std::vector<std::string> methods;
  for (const Value& value : args.values())
    if (value.token->text != "revocation-check") methods.push_back(value.text);
  const auto none = std::find(methods.begin(), methods.end(), "none");
  if (none != methods.end() && none + 1 != methods.end())
    return refuse("Nothing is tried after none: it comes last.");
  const bool crl = args.has("crl"), ends_in_none = none != methods.end();
  if (args.has("ocsp")) {
    if (!crl && !ends_in_none)
      return refuse("There is no OCSP here; add crl, or none if it may go unchecked.");
    build.warn("there is no OCSP here: that method is passed over.");
  }
  trustpoint(build).revocation = !crl           ? RevocationCheck::kNone
                                 : ends_in_none ? RevocationCheck::kCrlIfPossible
                                                : RevocationCheck::kCrl;
  return {};
}

void add_revocation(std::vector<Command>& table) {
  add(table, {"crl query <url:word>", "Where the CRL is read from: file://PATH.", 15,
              [](Build& b, const Args& a) -> Status {
                if (a.text("url").starts_with("ldap://")) {
                  b.warn("no LDAP is spoken: lists are read from file:///PATH alone.");
                  return {};
                }
                if (!a.text("url").starts_with("file:///"))
                  return refuse("Only file:///PATH can be read for a CRL.");
                trustpoint(b).crl_query_url = a.text("url");
                return {};
              }});
  add(table, {"crl optional", "A CRL that is at hand counts; none is not missed.", 16,
              sets_check(policy::RevocationCheck::kCrlIfThere), "revocation-check"});
  add(table, {"crl best-effort", "A CRL is looked for; when there is none it is not missed.", 16,
              sets_check(policy::RevocationCheck::kCrlIfPossible), "revocation-check"});
  add(table, {"revocation-check (crl|none|ocsp)+",
              "How peer certificates are checked, one method after the other; crl unless given.",
              16, set_revocation, "revocation-check", "revocation-check crl"});
  add(table, {"crl cache (none|delete-after <minutes:1-43200>)",
              "Kept: how long lists are held; here as long as they are valid.", 17});
  add(table, {"match certificate <map:word> [allow expired-certificate|override ocsp "
              "<index:0-65535> url <url:word>|skip (revocation-check|authorization-check)]",
              "Kept: which certificates an exception is for.", 18});
}

void add_key(std::vector<Command>& table) {
  add(table, {"rsakeypair <label:word> [<bits:360-4096> [<encryption-bits:360-4096>]]",
              "The key pair of our certificate; the one named HOSTNAME.DOMAIN unless given.", 19,
              sets([](policy::Trustpoint& t, const Args& a) { t.rsa_keypair = a.text("label"); })});
  add(table, {"auto-enroll [<percent:1-100>] [regenerate]",
              "Kept: renews the certificate before it expires.", 20});
  add(table, {"regenerate", "Kept: makes new keys when the certificate is renewed.", 21});
  add(table, {"usage ike", "Kept: what the certificate is for.", 22});
}

}  // namespace

void add_trustpoint_commands(std::vector<Command>& table) {
  add_block(table);
  add_enrolment(table);
  add_authority(table);
  add_request(table);
  add_revocation(table);
  add_key(table);
}

}  // namespace spa::config
