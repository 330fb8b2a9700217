// SPDX-License-Identifier: Apache-2.0
// Extended access lists, numbered and named, and the IPv6 lists (R-MAP-18).
#include <array>
#include <utility>

#include "userspace/config/commands/refusal.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

constexpr std::array<std::pair<std::string_view, std::uint8_t>, 11> kProtocols{{
    {"ip", 0},
    {"ipv6", 0},
    {"icmp", 1},
    {"igmp", 2},
    {"tcp", 6},
    {"udp", 17},
    {"gre", 47},
    {"esp", 50},
    {"ahp", 51},
    {"eigrp", 88},
    {"ospf", 89},
}};

// "any", "host A", "A W"; for IPv6 "any", "host A", "P/n".
std::string end_pattern(const std::string& name, bool v6) {
  if (v6) return "(any|host <" + name + "-host:ip>|<" + name + ":prefix6>)";
  return "(any|host <" + name + "-host:ip4>|<" + name + ":ip4> <" + name + "-wildcard:wildcard>)";
}

std::string port_pattern(const std::string& name) {
  return "[eq <" + name + "-eq:port>|range <" + name + "-low:port> <" + name + "-high:port>|gt <" +
         name + "-gt:port>|lt <" + name + "-lt:port>]";
}

std::string entry_pattern(bool v6) {
  const std::string source = end_pattern("source", v6);
  const std::string destination = end_pattern("destination", v6);
  return "(permit|deny) ((tcp|udp) " + source + " " + port_pattern("source-port") + " " +
         destination + " " + port_pattern("destination-port") + "|(" +
         (v6 ? std::string("ipv6|icmp") : std::string("ip|icmp|igmp|eigrp|ospf")) +
         "|gre|esp|ahp|<protocol:0-255>) " + source + " " + destination + ") [log|log-input]";
}

// The keyword `any` may stand at either end; the word after the protocol decides which.
IpPrefix read_end(const Args& args, const std::string& name, bool v6) {
  if (const Value* host = args.find(name + "-host")) return {host->address, host->address.bits()};
  if (const Value* prefix = args.find(name)) {
    const Value* wildcard = args.find(name + "-wildcard");
    const IpPrefix whole{prefix->address,
                         wildcard != nullptr ? wildcard->prefix_length : prefix->prefix_length};
    return {whole.first(), whole.length};
  }
  static constexpr std::array<std::uint8_t, 16> kZero{};
  return {v6 ? IpAddress::from_bytes(kZero) : IpAddress::v4(0), 0};
}

Status read_ports(const Args& args, const std::string& name, std::uint16_t& first,
                  std::uint16_t& last) {
  const auto number = [&](const char* suffix) {
    return static_cast<std::uint16_t>(args.number(name + suffix));
  };
  if (args.find(name + "-eq") != nullptr) {
    first = last = number("-eq");
  } else if (args.find(name + "-low") != nullptr) {
    first = number("-low");
    last = number("-high");
    if (last < first) return refuse("The port range ends before it begins.");
  } else if (args.find(name + "-gt") != nullptr) {
    if (number("-gt") == 65535) return refuse("No port is greater than 65535.");
    first = static_cast<std::uint16_t>(number("-gt") + 1);
  } else if (args.find(name + "-lt") != nullptr) {
    if (number("-lt") == 0) return refuse("No port is less than 0.");
    last = static_cast<std::uint16_t>(number("-lt") - 1);
  }
  return {};
}

Status add_entry(Build& build, const std::string& name, const Args& args, bool v6) {
  policy::AclEntry entry;
  entry.permit = args.has("permit");
  entry.protocol = static_cast<std::uint8_t>(args.number("protocol"));
  for (const auto& [keyword, number] : kProtocols)
    if (number != 0 && args.has(keyword)) entry.protocol = number;
  if (v6 && entry.protocol == 1) entry.protocol = 58;
  entry.source = read_end(args, "source", v6);
  entry.destination = read_end(args, "destination", v6);
  if (entry.source.address.is_v6() != v6 || entry.destination.address.is_v6() != v6)
    return refuse("The addresses are of another family than the list.");
  if (auto ok = read_ports(args, "source-port", entry.source_port_first, entry.source_port_last);
      !ok)
    return ok;
  if (auto ok = read_ports(args, "destination-port", entry.destination_port_first,
                           entry.destination_port_last);
      !ok)
    return ok;
  if (args.has("log") || args.has("log-input"))
    build.warn("log is kept without effect; nothing is logged per packet");
  auto& list = build.snapshot.access_lists[name];
  list.name = name;
  list.entries.push_back(entry);
  return {};
}

Status open_list(Build& build, const Args& args) {
  build.snapshot.access_lists[args.text("name")].name = args.text("name");
  return {};
}

constexpr const char* kNumbers = "<number:100-199,2000-2699>";

void add_numbered(std::vector<Command>& table) {
  table.push_back(
      {.pattern = std::string("access-list ") + kNumbers + " " + entry_pattern(false),
       .help = "One line of a numbered extended access list.",
       .apply = [](Build& b, const Args& a) { return add_entry(b, a.text("number"), a, false); },
       .key = by_line(),
       .section = Section::kAccessList,
       .sorted = {"number"}});
  table.push_back({.pattern = std::string("access-list ") + kNumbers + " remark <text:line>",
                   .help = "A remark in a numbered access list.",
                   .key = by_line(),
                   .section = Section::kAccessList,
                   .sorted = {"number"}});
}

void add_named(std::vector<Command>& table, bool v6) {
  const Mode mode = v6 ? Mode::kIpv6Acl : Mode::kExtendedAcl;
  table.push_back(
      {.pattern = v6 ? "ipv6 access-list <name:word>" : "ip access-list extended <name:word>",
       .help = v6 ? "Opens an IPv6 access list." : "Opens a named access list.",
       .apply = open_list,
       .key = by({"name"}),
       .section = Section::kAccessList,
       .order = 1,
       .enters = mode});
  table.push_back(
      {.mode = mode,
       .pattern = "[<sequence:1-2147483647>] " + entry_pattern(v6),
       .help = "A line of the list: permit is protected, deny is not.",
       .apply = [v6](Build& b, const Args& a) { return add_entry(b, b.block_name(), a, v6); },
       .key = by_line(),
       .sorted = {"sequence"}});
  table.push_back(
      {.mode = mode, .pattern = "remark <text:line>", .help = "A remark.", .key = by_line()});
}

}  // namespace

void add_acl_commands(std::vector<Command>& table) {
  add_numbered(table);
  add_named(table, false);
  add_named(table, true);
}

}  // namespace spa::config
