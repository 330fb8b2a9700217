// SPDX-License-Identifier: Apache-2.0
// ca … of a PIX (R-PIX-4 to R-PIX-11).
#include <strings.h>

#include "userspace/config/commands/pix.h"
#include "userspace/config/commands/refusal.h"
#include "userspace/config/exec.h"
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
  if (args.number("count") != 0)
    lines.push_back({block, "enrollment retry count " + args.text("count")});
  if (args.has("crloptional")) lines.push_back({block, "revocation-check none"});
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

constexpr std::string_view kHowCertificatesCome =
    "bring key and certificates with: crypto pki import NAME pkcs12 FILE";

bool is_known(Exec& exec, const Args& args) {
  if (exec.configuration().draft().snapshot.trustpoint(args.text("name")) != nullptr) return true;
  exec.refuse("There is no authority " + args.text("name") + "; define it with ca identity.");
  return false;
}

void not_built(Exec& exec, std::string_view what) {
  exec.refuse(std::string(what) + " is not built: " + std::string(kHowCertificatesCome) + ".");
}

void request_crl(Exec& exec, const Args& args) {
  if (!is_known(exec, args)) return;
  const Status done = exec.backend().request_crl(args.text("name"));
  if (!done) exec.refuse("CRL request failed: " + done.error().text);
}

// R-PIX-11. Here a key stands and falls with its certificate: one that is in use is not taken away
// unasked.
void zeroize(Exec& exec, const Args&) {
  for (const CertificateView& view : exec.backend().certificates())
    if (view.kind == CertificateKind::kOwn)
      return exec.refuse("The key of " + view.trustpoint +
                         " has a certificate and goes with it: no ca identity " + view.trustpoint);
}

void add_actions(std::vector<Command>& table) {
  table.push_back({.mode = kMode,
                   .pattern = "ca authenticate <name:word> [<fingerprint:hex>]",
                   .help = "Refused: authorities are not asked over the network (SCEP).",
                   .run = [](Exec& e, const Args& a) {
                     if (is_known(e, a)) not_built(e, "Asking the authority for its certificate");
                   }});
  table.push_back({.mode = kMode,
                   .pattern = "ca enroll <name:word> <challenge:secret> [serial] [ipaddress]",
                   .help = "Refused: certificates are not requested over the network (SCEP).",
                   .run = [](Exec& e, const Args& a) {
                     if (is_known(e, a)) not_built(e, "Enrolment");
                   }});
  table.push_back({.mode = kMode,
                   .pattern = "ca generate rsa (key|specialkey) <bits:512-4096>",
                   .help = "Refused: keys are not made here.",
                   .run = [](Exec& e, const Args&) { not_built(e, "Making a key"); }});
  table.push_back({.mode = kMode,
                   .pattern = "ca crl request <name:word>",
                   .help = "Reads the CRL again, at once.",
                   .run = request_crl});
  table.push_back({.mode = kMode,
                   .pattern = "ca save all",
                   .help = "Keys and certificates are kept as soon as they are there: nothing is "
                           "left to do (R-PIX-9).",
                   .run = [](Exec&, const Args&) {}});
  table.push_back({.mode = kMode,
                   .pattern = "ca zeroize rsa",
                   .help = "Deletes keys; those with a certificate go with `no ca identity`.",
                   .run = zeroize});
}

}  // namespace

void add_pix_ca_commands(std::vector<Command>& table) {
  add_lines(table);
  add_actions(table);
}

}  // namespace spa::config
