// SPDX-License-Identifier: Apache-2.0
// isakmp … of a PIX (R-PIX-12, R-PIX-15).
#include "userspace/config/commands/algorithms.h"
#include "userspace/config/commands/pix.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

constexpr Mode kMode = Mode::kPix;

// "isakmp policy 10 hash md5" is "hash md5" of the router's policy 10.
void add_policy(std::vector<Command>& table, const std::string& words, const std::string& help) {
  const std::string first = words.substr(0, words.find(' '));
  table.push_back({.mode = kMode,
                   .pattern = "isakmp policy <priority:1-10000> " + words,
                   .help = help,
                   .router_lines = [first](const Args& a, const Node&) -> RouterLines {
                     std::string line = words_behind(a, first);
                     // The router keeps no line for these: they are its defaults.
                     if (line == "authentication rsa-sig" || line == "lifetime 86400") line.clear();
                     if (line == "encryption aes-192") line = "encryption aes 192";
                     if (line == "encryption aes-256") line = "encryption aes 256";
                     return std::vector<RouterLine>{
                         {"crypto isakmp policy " + a.text("priority"), line}};
                   },
                   .key = by({"priority"}),
                   .order = at(PixOrder::kIsakmpPolicy),
                   .sorted = {"priority"}});
}

void add_policies(std::vector<Command>& table) {
  add_policy(table, "authentication (rsa-sig|pre-share)", "How both ends prove themselves.");
  add_policy(table, "encryption (des|3des|aes|aes-192|aes-256)", "The cipher.");
  add_policy(table, "hash (md5|sha|sha256|sha384|sha512)",
             "The hash function; the SHA-2 ones are of no PIX.");
  add_policy(table, "group (" + group_keywords("") + ")",
             "The Diffie-Hellman group; those above 5 are of no PIX.");
  add_policy(table, "lifetime <seconds:60-86400>", "Life of an ISAKMP SA in seconds.");
}

RouterLines key_lines(const Args& args, const Node&) {
  const Value& key = *args.find("key");
  // A mask of all ones says no more than none.
  const Value* mask = args.find("mask");
  const bool masked = mask != nullptr && mask->prefix_length != 32;
  RouterLine line;
  line.line = "crypto isakmp key 0 ";
  line.line.append(key.secret.begin(), key.secret.end());
  line.line += " " + joined({"address", args.text("address"), masked ? mask->text : "",
                             args.has("no-xauth") ? "no-xauth" : ""});
  std::vector<RouterLine> lines;
  lines.push_back(std::move(line));
  return lines;
}

void add_globals(std::vector<Command>& table) {
  table.push_back({.mode = kMode,
                   .pattern = "isakmp enable <interface:word>",
                   .help = "Answers IKE; it is off as long as no interface has this line.",
                   .apply = [](Build& b, const Args&) -> Status {
                     b.snapshot.isakmp.enabled = true;
                     return {};
                   },
                   .router_lines = [](const Args&, const Node&) -> RouterLines {
                     return std::vector<RouterLine>{{"", "crypto isakmp enable"}};
                   },
                   .key = by({"interface"}),
                   .order = at(PixOrder::kIsakmp)});
  table.push_back({.mode = kMode,
                   .pattern = "isakmp key <key:secret> address <address:ip4> [netmask <mask:mask>] "
                              "[no-xauth] [no-config-mode]",
                   .help = "The pre-shared key of a peer.",
                   .router_lines = key_lines,
                   .key = by({"address", "mask"}),
                   .order = at(PixOrder::kIsakmp)});
  table.push_back({.mode = kMode,
                   .pattern = "isakmp identity (address|hostname)",
                   .help = "What the PIX calls itself; its host name unless given.",
                   .router_lines = [](const Args& a, const Node&) -> RouterLines {
                     return std::vector<RouterLine>{{"", "crypto " + words_behind(a, "isakmp")}};
                   },
                   .order = at(PixOrder::kIsakmp),
                   .elide = "isakmp identity hostname"});
  table.push_back(
      {.mode = kMode,
       .pattern = "isakmp keepalive <interval:10-3600> [<retry:2-60>]",
       .help = "Dead peer detection.",
       .router_lines = [](const Args& a, const Node&) -> RouterLines {
         return std::vector<RouterLine>{
             {"", joined({"crypto isakmp keepalive", a.text("interval"), a.text("retry")})}};
       },
       .order = at(PixOrder::kIsakmp)});
  table.push_back({.mode = kMode,
                   .pattern = "isakmp client configuration address-pool local <pool:word> "
                              "[<interface:word>]",
                   .help = "Kept without effect: clients of a PIX are not taken over.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.warn("no client gets an address of pool " + a.text("pool") +
                            ": not built for a PIX");
                     return {};
                   },
                   .key = by_line(),
                   .order = at(PixOrder::kIsakmp),
                   .unused = "clients of a PIX are not taken over"});
}

}  // namespace

void add_pix_isakmp_commands(std::vector<Command>& table) {
  add_globals(table);
  add_policies(table);
}

}  // namespace spa::config
