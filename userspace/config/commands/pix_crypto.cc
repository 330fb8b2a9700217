// SPDX-License-Identifier: Apache-2.0
// crypto ipsec … and crypto map … of a PIX (R-PIX-3, R-PIX-13): what the router says in blocks
// stands in lines of its own here.
#include "userspace/config/commands/algorithms.h"
#include "userspace/config/commands/pix.h"
#include "userspace/config/commands/refusal.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

constexpr Mode kMode = Mode::kPix;

std::string transform_set_line(const Args& args) {
  std::string line = "crypto ipsec transform-set " + args.text("name");
  const auto& values = args.values();
  for (std::size_t i = 4; i < values.size(); ++i) {
    const std::string& word = values[i].text;
    // The key length is a part of the PIX's word.
    const bool sized = word == "esp-aes-192" || word == "esp-aes-256";
    line += sized ? " esp-aes " + word.substr(8) : " " + word;
  }
  return line;
}

// The groups of the lines that others build on, by which they are found.
constexpr const char* kTransformSetGroup = "pix transform-set";
constexpr const char* kMapEntryGroup = "pix crypto map entry";

const Node* stored(const Node& root, const std::string& key) {
  const auto found = root.by_key.find(key);
  return found == root.by_key.end() ? nullptr : found->second;
}

// The line that defined a transform set, for the block of the router.
std::string defining_line(const Node& root, const std::string& name) {
  const Node* node = stored(root, std::string(kTransformSetGroup) + "\n" + name);
  return node == nullptr ? std::string() : transform_set_line(node->args);
}

RouterLines mode_lines(const Args& args, const Node& root) {
  const std::string block = defining_line(root, args.text("name"));
  if (block.empty()) return std::vector<RouterLine>{};
  return std::vector<RouterLine>{{block, "mode transport"}};
}

Status set_mode(Build& build, const Args& args) {
  auto lines = mode_lines(args, *build.block);
  if (lines->empty()) build.warn("transform set " + args.text("name") + " is not defined");
  return apply_router_lines(build, std::move(*lines));
}

void add_ipsec(std::vector<Command>& table) {
  for (const std::string unit :
       {"seconds <seconds:120-86400>", "kilobytes <kilobytes:2560-536870912>"}) {
    const bool seconds = unit.starts_with("seconds");
    table.push_back(
        {.mode = kMode,
         .pattern = "crypto ipsec security-association lifetime " + unit,
         .help = seconds ? "Life of an IPsec SA in seconds; 28800 unless given."
                         : "Life of an IPsec SA in kilobytes; 4608000 unless given.",
         .router_lines = [](const Args& a, const Node&) -> RouterLines {
           return std::vector<RouterLine>{{"", words_behind(a, "crypto")}};
         },
         .order = at(PixOrder::kIpsec),
         .elide = seconds ? "crypto ipsec security-association lifetime seconds 28800"
                          : "crypto ipsec security-association lifetime kilobytes 4608000"});
  }
  table.push_back(
      {.mode = kMode,
       .pattern = "crypto ipsec transform-set <name:word> (ah-md5-hmac|ah-sha-hmac|esp-aes|"
                  "esp-aes-192|esp-aes-256|esp-3des|esp-des|esp-null|esp-md5-hmac|esp-sha-hmac|"
                  "esp-sha256-hmac|esp-sha384-hmac|esp-sha512-hmac)+",
       .help = "Defines how packets are protected; the SHA-2 transforms are of no PIX.",
       .router_lines = [](const Args& a, const Node&) -> RouterLines {
         return std::vector<RouterLine>{{"", transform_set_line(a)}};
       },
       .key = by({"name"}),
       .group = kTransformSetGroup,
       .order = at(PixOrder::kTransformSet)});
  table.push_back({.mode = kMode,
                   .pattern = "crypto ipsec transform-set <name:word> mode transport",
                   .help = "Protects the payload of packets, not whole packets.",
                   .apply = set_mode,
                   .router_lines = mode_lines,
                   .key = by({"name"}),
                   .order = at(PixOrder::kTransformSet)});
}

std::string map_block(const Args& args) {
  return "crypto map " + args.text("name") + " " + args.text("sequence") + " ipsec-isakmp";
}
std::string dynamic_block(const Args& args) {
  return "crypto dynamic-map " + args.text("name") + " " + args.text("sequence");
}

// An entry that stands for a dynamic map has no settings of its own.
bool is_dynamic_entry(const Node& root, const Args& args) {
  const Node* node = stored(
      root, std::string(kMapEntryGroup) + "\n" + args.text("name") + "\n" + args.text("sequence"));
  return node != nullptr && node->args.has("dynamic");
}

Result<std::string> settings_block(const Node& root, const Args& args, bool dynamic) {
  if (dynamic) return dynamic_block(args);
  if (is_dynamic_entry(root, args))
    return refuse("This entry stands for a dynamic map; the settings belong there.");
  return map_block(args);
}

// One setting of an entry: the words of the PIX behind the entry's number are the router's.
void add_setting(std::vector<Command>& table, bool dynamic, const std::string& words,
                 const std::string& help, Key key) {
  const std::string first = words.substr(0, words.find(' '));
  table.push_back(
      {.mode = kMode,
       .pattern = std::string(dynamic ? "crypto dynamic-map" : "crypto map") +
                  " <name:word> <sequence:1-65535> " + words,
       .help = help,
       .router_lines = [dynamic, first](const Args& a, const Node& root) -> RouterLines {
         const auto block = settings_block(root, a, dynamic);
         if (!block) return tl::unexpected(block.error());
         std::string line = words_behind(a, first);
         if (line == "set pfs") line += " group1";  // what a PIX means by it
         return std::vector<RouterLine>{{*block, line}};
       },
       .key = std::move(key),
       .order = at(dynamic ? PixOrder::kDynamicMap : PixOrder::kCryptoMap),
       .sorted = {"name", "sequence"}});
}

// Both lives may stand in one line of a PIX.
void add_lifetime(std::vector<Command>& table, bool dynamic) {
  table.push_back(
      {.mode = kMode,
       .pattern = std::string(dynamic ? "crypto dynamic-map" : "crypto map") +
                  " <name:word> <sequence:1-65535> set security-association lifetime (seconds "
                  "<seconds:120-86400> [kilobytes <kilobytes:2560-536870912>]|kilobytes "
                  "<kilobytes:2560-536870912>)",
       .help = "Life of its SAs.",
       .router_lines = [dynamic](const Args& a, const Node& root) -> RouterLines {
         const auto block = settings_block(root, a, dynamic);
         if (!block) return tl::unexpected(block.error());
         std::vector<RouterLine> lines;
         for (const std::string unit : {"seconds", "kilobytes"})
           if (a.find(unit) != nullptr)
             lines.push_back(
                 {*block, joined({"set security-association lifetime", unit, a.text(unit)})});
         return lines;
       },
       .key = by({"name", "sequence"}),
       .order = at(dynamic ? PixOrder::kDynamicMap : PixOrder::kCryptoMap),
       .sorted = {"name", "sequence"}});
}

void add_settings(std::vector<Command>& table, bool dynamic) {
  const Key one = by({"name", "sequence"});
  add_setting(table, dynamic, "match address <access-list:word>",
              "The access list that says which packets are protected.", one);
  add_setting(table, dynamic, "set peer <peer:ip4>", "The other end; more lines are backups.",
              by_line());
  add_setting(table, dynamic, "set transform-set <transform-set:word>+",
              "The transform sets, in order of preference.", one);
  add_setting(table, dynamic, "set pfs [" + group_keywords("group") + "]",
              "A Diffie-Hellman exchange of its own for each IPsec SA; group1 unless given.", one);
  add_lifetime(table, dynamic);
}

void add_map(std::vector<Command>& table) {
  table.push_back({.mode = kMode,
                   .pattern = "crypto map <name:word> <sequence:1-65535> ipsec-isakmp [dynamic "
                              "<dynamic:word>]",
                   .help = "Makes an entry of a crypto map; the lowest number is tried first.",
                   .router_lines = [](const Args& a, const Node&) -> RouterLines {
                     const std::string& dynamic = a.text("dynamic");
                     return std::vector<RouterLine>{
                         {"", map_block(a) + (dynamic.empty() ? "" : " dynamic " + dynamic)}};
                   },
                   .removed =
                       [](Exec& e, const Args& a) {
                         // Without its kind there is no entry, and nothing for its settings.
                         if (a.find("sequence") != nullptr)
                           remove_pix_lines(
                               e, joined({"crypto map", a.text("name"), a.text("sequence")}));
                       },
                   .key = by({"name", "sequence"}),
                   .group = kMapEntryGroup,
                   .order = at(PixOrder::kCryptoMap),
                   .sorted = {"name", "sequence"}});
  table.push_back({.mode = kMode,
                   .pattern = "crypto map <name:word> <sequence:1-65535> ipsec-manual",
                   .help = "Refused: keys are never set by hand (R-POL-2).",
                   .apply = [](Build&, const Args&) -> Status {
                     return refuse("Manual keying is not supported; use ipsec-isakmp.");
                   },
                   .key = by({"name", "sequence"})});
  table.push_back({.mode = kMode,
                   .pattern = "crypto map <name:word> interface <interface:word>",
                   .help = "Protects what leaves there as the crypto map says.",
                   .router_lines = [](const Args& a, const Node&) -> RouterLines {
                     return std::vector<RouterLine>{
                         {"interface " + a.text("interface"), "crypto map " + a.text("name")}};
                   },
                   .key = by({"interface"}),
                   .order = at(PixOrder::kCryptoMapInterface),
                   .sorted = {"name"}});
  table.push_back({.mode = kMode,
                   .pattern = "crypto map <name:word> client (configuration address (initiate|"
                              "respond)|authentication <list:word>|token authentication "
                              "<list:word>)",
                   .help = "Kept without effect: clients of a PIX are not taken over.",
                   .apply = [](Build& b, const Args& a) -> Status {
                     b.warn("clients of crypto map " + a.text("name") +
                            " are not asked for users and get no addresses: not built for a PIX");
                     return {};
                   },
                   .key = by_line(),
                   .order = at(PixOrder::kCryptoMapInterface),
                   .sorted = {"name"},
                   .unused = "clients of a PIX are not taken over"});
}

}  // namespace

void add_pix_crypto_commands(std::vector<Command>& table) {
  add_ipsec(table);
  add_map(table);
  for (const bool dynamic : {false, true}) add_settings(table, dynamic);
}

}  // namespace spa::config
