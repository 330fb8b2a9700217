// SPDX-License-Identifier: Apache-2.0
// ca … of a PIX (R-PIX-4 to R-PIX-11).
#include <strings.h>

#include "userspace/config/commands/enrolment.h"
#include "userspace/config/commands/pix.h"
#include "userspace/config/commands/refusal.h"
#include "userspace/config/commands/rsa_key.h"
#include "userspace/config/exec.h"
#include "userspace/config/show/names.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

constexpr Mode kMode = Mode::kPix;
constexpr std::string_view kScript = "/cgi-bin";

std::string trustpoint_block(const Args& args) {
  return "crypto ca trustpoint " + args.text("name");
}

// R-PIX-6: what a PIX writes when no script was typed.
Status complete_address(Args& args) {
  const std::string& text = args.text("authority");
  const std::size_t colon = text.find(':');
  const auto address = IpAddress::parse(std::string_view(text).substr(0, colon));
  if (!address || !address->is_v4()) return refuse("The authority is ADDRESS or ADDRESS:/PATH.");
  std::string script(kScript);
  if (colon != text.npos) script = text.substr(colon + 1);
  if (script.empty() || script.front() != '/')
    return refuse("The script of the authority begins with /.");
  args.set_text("authority", address->to_string() + ":" + script);
  return {};
}

RouterLines identity_lines(const Args& args, const Node&) {
  const std::string block = trustpoint_block(args);
  const std::string& authority = args.text("authority");
  const std::size_t colon = authority.find(':');
  std::string url = "http://" + authority.substr(0, colon) + ":80";
  // The router's own default is the same script.
  if (colon != authority.npos && authority.substr(colon + 1) != kScript)
    url += authority.substr(colon + 1);
  std::vector<RouterLine> lines{{block, "enrollment url " + url}};
  if (const Value* ldap = args.find("ldap"))
    lines.push_back({block, "query url ldap://" + ldap->text});
  return lines;
}

Status add_identity(Build& build, const Args& args) {
  // R-PIX-6: one authority at a time.
  for (const auto& known : build.snapshot.trustpoints)
    if (strcasecmp(known.name.c_str(), args.text("name").c_str()) != 0)
      return refuse("A PIX has one authority at a time: first no ca identity " + known.name + ".");
  auto lines = identity_lines(args, *build.block);
  if (!lines) return tl::unexpected(lines.error());
  return apply_router_lines(build, std::move(*lines));
}

// R-PIX-4: the period comes before the count; 0 is without end.
RouterLines configure_lines(const Args& args, const Node&) {
  const std::string block = trustpoint_block(args);
  std::vector<RouterLine> lines;
  if (args.has("ra")) lines.push_back({block, "enrollment mode ra"});
  lines.push_back({block, "enrollment retry period " + args.text("period")});
  lines.push_back({block, "enrollment retry count " + args.text("count")});
  if (args.has("crloptional")) lines.push_back({block, "crl optional"});
  return lines;
}

Status configure(Build& build, const Args& args) {
  if (build.snapshot.trustpoint(args.text("name")) == nullptr)
    return refuse("There is no authority " + args.text("name") + "; define it with ca identity.");
  auto lines = configure_lines(args, *build.block);
  return apply_router_lines(build, std::move(*lines));
}

// R-PIX-11, R-DLG-9: without a question.
void forget_identity(Exec& exec, const Args& args) {
  exec.print("% Removing the identity will destroy all certificates.");
  exec.print("% Be sure to ask the CA administrator to revoke your certificates.");
  exec.print("");
  const std::string& name = args.text("name");
  exec.backend().enrolment().cancel(name);
  const Status done = exec.backend().remove_certificate(name, "");
  if (!done && done.error().code != Errc::kNotFound) return exec.refuse(done.error().text);
  // Of any spelling: authorities are known without regard to case.
  std::vector<std::string> left;
  for (const auto& child : exec.configuration().tree().root().children)
    if (child->args.has("configure") &&
        strcasecmp(child->args.text("name").c_str(), name.c_str()) == 0)
      left.push_back(child->args.text("name"));
  for (const std::string& spelling : left) remove_pix_lines(exec, "ca configure " + spelling);
}

void add_lines(std::vector<Command>& table) {
  table.push_back({.mode = kMode,
                   .pattern = "ca identity <name:word> <authority:word> [<ldap:ip4>]",
                   .help = "The certification authority, and where its LDAP server is; one at a "
                           "time.",
                   .apply = add_identity,
                   .router_lines = identity_lines,
                   .prepare = complete_address,
                   .removed = forget_identity,
                   .key = by({"name"}),
                   .order = at(PixOrder::kCa)});
  table.push_back({.mode = kMode,
                   .pattern = "ca configure <name:word> (ca|ra) <period:1-60> <count:0-100> "
                              "[crloptional]",
                   .help = "Whom to ask, minutes between polls, how many; whether it may be "
                           "without a CRL.",
                   .apply = configure,
                   .router_lines = configure_lines,
                   .key = by({"name"}),
                   .order = at(PixOrder::kCaConfigure)});
}

// The authority as it is being typed; none, and the command refused, when there is none.
const policy::Trustpoint* authority_for(Exec& exec, const Args& args) {
  const auto* known = exec.configuration().draft().snapshot.trustpoint(args.text("name"));
  if (known == nullptr)
    exec.refuse("There is no authority " + args.text("name") + "; define it with ca identity.");
  return known;
}

std::string lower_fingerprint(ByteView digest) {
  std::string text = fingerprint_text(digest);
  for (char& letter : text)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return text;
}

// R-PIX-7: shown, compared where it was typed, and not asked about.
void authenticate(Exec& exec, const Args& args) {
  const policy::Trustpoint* trustpoint = authority_for(exec, args);
  if (trustpoint == nullptr) return;
  fetch_authority(
      exec, *trustpoint,
      [name = trustpoint->name, expected = args.text("fingerprint")](
          Exec& e, const std::vector<pki::Certificate>& certificates) {
        const pki::Certificate& authority = *authority_among(certificates);
        e.print("Certificate has the following attributes:");
        e.print("");
        e.print("Fingerprint: " + lower_fingerprint(pki::md5_fingerprint(authority.der())));
        if (!expected.empty() && !fits_fingerprint(authority, expected))
          return e.refuse("The fingerprint is not " + expected +
                          ": the certificate was not taken. Ask the CA administrator.");
        if (const Status done = e.backend().enrolment().accept(name, authority, certificates);
            !done)
          e.refuse("The certificate was not taken: " + done.error().text);
      });
}

// R-PIX-5: what a router asks about stands in the line.
bool complete_request(Exec& exec, const Args& args, pki::RequestContent& content) {
  content.challenge = args.find("challenge")->secret;
  if (args.has("serial")) {
    content.serial_number = exec.backend().system().serial_number;
    if (content.serial_number.empty()) {
      exec.refuse("This PIX has no serial number; leave the word serial out.");
      return false;
    }
  }
  if (!args.has("ipaddress")) return true;
  for (const policy::Interface& interface : exec.configuration().draft().snapshot.interfaces) {
    if (interface.crypto_map.empty() || interface.addresses.empty()) continue;
    content.address = interface.addresses.front().address.to_string();
    return true;
  }
  exec.refuse("No interface with a crypto map has an address; leave the word ipaddress out.");
  return false;
}

// R-DLG-8
void enroll(Exec& exec, const Args& args) {
  const policy::Trustpoint* trustpoint = authority_for(exec, args);
  if (trustpoint == nullptr) return;
  const std::string fqdn = router_name(exec);
  if (fqdn.empty()) return;
  pki::Enrolment& enrolment = exec.backend().enrolment();
  const pki::TrustpointContent* content = enrolment.trust().find(trustpoint->name);
  if (content == nullptr || content->authorities.empty())
    return exec.refuse("The authority is not authenticated: first ca authenticate " +
                       trustpoint->name + ".");
  if (!enrolment.keys().has(fqdn))
    return exec.refuse("There is no RSA key pair named " + fqdn + ": first ca generate rsa key.");
  pki::RequestContent request = request_content(*trustpoint, fqdn);
  if (!complete_request(exec, args, request)) return;
  if (const Status able = enrolment.can_ask(); !able)
    return exec.refuse("The request was not sent: " + able.error().text + ".");
  for (const std::string& line :
       {std::string("%"), std::string("% Start certificate enrollment .."), std::string(),
        "% The subject name in the certificate will be: " + fqdn, std::string(),
        std::string("% Certificate request sent to Certificate Authority"),
        std::string("% The certificate request fingerprint will be displayed."), std::string()})
    exec.print(line);
  enrolment.prepare(trustpoint->name, fqdn, std::move(request),
                    [&enrolment, tell = exec.messenger(), terms = terms_of(*trustpoint)](
                        const Result<std::vector<pki::PendingRequest>>& requests) {
                      if (!requests)
                        return tell("% The request was not sent: " + requests.error().text);
                      for (const pki::PendingRequest& made : *requests)
                        tell("     Fingerprint: " + lower_fingerprint(made.fingerprint));
                      enrolment.submit(terms);
                    });
}

// R-PIX-8: nothing is asked and nothing said.
void generate(Exec& exec, const Args& args) {
  const std::string fqdn = router_name(exec);
  if (fqdn.empty()) return;
  if (exec.backend().enrolment().keys().has(fqdn))
    return exec.refuse("There are RSA keys named " + fqdn + ": first ca zeroize rsa.");
  pki::KeyRequest request;
  request.label = fqdn;
  request.special = args.has("specialkey");
  request.bits = static_cast<unsigned>(args.number("bits"));
  generate_keys(exec, request, [](Exec&) {});
}

// R-PIX-9
void save_all(Exec& exec, const Args&) {
  pki::Enrolment& enrolment = exec.backend().enrolment();
  if (const Status done = enrolment.keys().write(); !done)
    return exec.refuse("The keys were not saved: " + done.error().text);
  if (const Status done = enrolment.trust().write(); !done)
    exec.refuse("The certificates were not saved: " + done.error().text);
}

void request_crl(Exec& exec, const Args& args) {
  if (authority_for(exec, args) == nullptr) return;
  const Status done = exec.backend().request_crl(args.text("name"));
  if (!done) exec.refuse("CRL request failed: " + done.error().text);
}

void add_actions(std::vector<Command>& table) {
  table.push_back({.mode = kMode,
                   .pattern = "ca authenticate <name:word> [<fingerprint:hex>]",
                   .help = "Asks the authority for its certificate and shows the fingerprint.",
                   .run = authenticate});
  table.push_back({.mode = kMode,
                   .pattern = "ca enroll <name:word> <challenge:secret> [serial] [ipaddress]",
                   .help = "Asks the authority for our certificate; the password is the one that "
                           "revocation is asked for with.",
                   .run = enroll});
  table.push_back({.mode = kMode,
                   .pattern = "ca generate rsa (key|specialkey) <bits:360-4096>",
                   .help = "Makes RSA keys, named HOSTNAME.DOMAIN. `ca save all` keeps them.",
                   .run = generate});
  table.push_back({.mode = kMode,
                   .pattern = "ca crl request <name:word>",
                   .help = "Reads the CRL again, at once.",
                   .run = request_crl});
  table.push_back({.mode = kMode,
                   .pattern = "ca save all",
                   .help = "Writes the keys; certificates are kept as soon as they are there "
                           "(R-PIX-9).",
                   .run = save_all});
  table.push_back({.mode = kMode,
                   .pattern = "ca zeroize rsa",
                   .help = "Deletes all RSA keys, from their files too; asks nothing.",
                   .run = [](Exec& e, const Args&) { zeroize_keys(e, {}); }});
}

}  // namespace

void add_pix_ca_commands(std::vector<Command>& table) {
  add_lines(table);
  add_actions(table);
}

}  // namespace spa::config
