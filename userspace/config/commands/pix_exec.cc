// SPDX-License-Identifier: Apache-2.0
// EXEC commands that a PIX has and the router does not (R-PIX-20, R-PIX-21).
#include "userspace/config/commands/pix.h"
#include "userspace/config/exec.h"
#include "userspace/config/show/isakmp.h"
#include "userspace/config/show/system.h"

namespace spa::config {
namespace {

constexpr Mode kMode = Mode::kPrivileged;

void clear(Exec& exec, ClearRequest::What what) {
  ClearRequest request;
  request.what = what;
  const auto count = exec.backend().clear(request);
  if (!count) exec.refuse(count.error().text);
}

// The lines that begin with isakmp; keys as stars.
void isakmp_lines(Exec& exec, const Args&) {
  const Tree& tree = exec.configuration().tree();
  if (tree.dialect() != Dialect::kPix)
    return exec.refuse("The configuration is not that of a PIX; see show running-config.");
  std::string text;
  for (const Node* node : in_print_order(tree.root())) {
    if (!node->args.has("isakmp") || node->args.values().front().text != "isakmp") continue;
    std::string line = node->args.line(Args::Secrets::kHidden);
    constexpr std::string_view kHidden = "<removed>";
    if (const auto key = line.find(kHidden); node->args.find("key") != nullptr && key != line.npos)
      line.replace(key, kHidden.size(), "********");
    text += line + "\n";
  }
  if (exec.wants_json()) return exec.give_json(configuration_json(text));
  exec.print_raw(text);
}

void add_debug(std::vector<Command>& table) {
  // One stream there, two of a router's commands.
  for (const bool on : {true, false})
    table.push_back({.mode = kMode,
                     .pattern = on ? "debug crypto ca" : "no debug crypto ca",
                     .help = "What a PIX calls the messages of the PKI.",
                     .run = [on](Exec& e, const Args&) {
                       for (const char* stream : {"pki", "pki-messages"})
                         e.backend().set_debugging(stream, on);
                     }});
}

}  // namespace

void add_pix_exec_commands(std::vector<Command>& table) {
  table.push_back({.mode = kMode,
                   .pattern = "clear crypto isakmp sa",
                   .help = "Deletes IKE SAs and what hangs on them; the peers are told.",
                   .run = [](Exec& e, const Args&) { clear(e, ClearRequest::What::kIkeSas); }});
  table.push_back({.mode = kMode,
                   .pattern = "clear crypto ipsec sa",
                   .help = "Deletes IPsec SAs.",
                   .run = [](Exec& e, const Args&) { clear(e, ClearRequest::What::kIpsecSas); }});
  table.push_back({.mode = kMode,
                   .pattern = "show isakmp",
                   .help = "The isakmp lines of a PIX's configuration, without the keys.",
                   .run = isakmp_lines});
  add_debug(table);
}

}  // namespace spa::config
