// SPDX-License-Identifier: Apache-2.0
// What a PIX says of itself, its interfaces and its access lists; and the lines that have nothing
// to do with us (R-PIX-1, 2 and 14).
#include <algorithm>
#include <optional>

#include "userspace/config/commands/pix.h"
#include "userspace/config/commands/refusal.h"
#include "userspace/config/exec.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

constexpr Mode kMode = Mode::kPix;

// Typed again in a configuration that is of the PIX already, it says nothing new.
void choose_dialect(Exec& exec, Dialect dialect) {
  const Status done = exec.configuration().set_dialect(dialect);
  if (!done)
    return exec.refuse(done.error().text +
                       ". Start with an empty configuration, or convert the file: ipsec-tool "
                       "import pix FILE");
  exec.state().frames.resize(1);
  exec.state().frames.push_back({mode_of(exec.configuration().tree().dialect()),
                                 exec.configuration().tree().root().shared_from_this(),
                                 {}});
}

void add_dialect(std::vector<Command>& table) {
  for (const Mode mode : {Mode::kGlobal, Mode::kPix}) {
    table.push_back({.mode = mode,
                     .pattern = "PIX Version <version:line>",
                     .help = "What follows is the configuration of a PIX (R-PIX-1).",
                     .run = [](Exec& e, const Args&) { choose_dialect(e, Dialect::kPix); }});
    table.push_back({.mode = mode,
                     .pattern = "ASA Version <version:line>",
                     .help = "Refused: the language of the ASA is another one.",
                     .run = [](Exec& e, const Args&) {
                       e.refuse("The language of the ASA is not known here, only that of PIX 6.0.");
                     }});
    table.push_back({.mode = mode,
                     .pattern = "dialect (ios|pix)",
                     .help = "The language of the configuration, as long as it is empty.",
                     .run = [](Exec& e, const Args& a) {
                       choose_dialect(e, a.has("pix") ? Dialect::kPix : Dialect::kRouter);
                     }});
  }
  table.push_back({.mode = kMode,
                   .pattern = "Building configuration...",
                   .help = "Ignored: it stands at the head of a printed configuration.",
                   .run = [](Exec&, const Args&) {},
                   .exact = true});
}

std::string block_of(const Args& args) {
  return "interface " + args.text("interface");
}

void add_host(std::vector<Command>& table) {
  table.push_back({.mode = kMode,
                   .pattern = "hostname <name:word>",
                   .help = "The name of the PIX, and of its prompt.",
                   .router_lines = [](const Args& a, const Node&) -> RouterLines {
                     return std::vector<RouterLine>{{"", "hostname " + a.text("name")}};
                   },
                   .order = at(PixOrder::kHost),
                   .both_dialects = true});
  table.push_back({.mode = kMode,
                   .pattern = "domain-name <name:word>",
                   .help = "The domain of the PIX.",
                   .router_lines = [](const Args& a, const Node&) -> RouterLines {
                     return std::vector<RouterLine>{{"", "ip domain name " + a.text("name")}};
                   },
                   .order = at(PixOrder::kHost)});
  table.push_back({.mode = kMode,
                   .pattern = "crypto legacy-algorithms",
                   .help = "Lets DES, MD5 and the Diffie-Hellman groups 1, 2, 5 and 22 be "
                           "negotiated; no PIX has this line.",
                   .router_lines = [](const Args&, const Node&) -> RouterLines {
                     return std::vector<RouterLine>{{"", "crypto legacy-algorithms"}};
                   },
                   .order = at(PixOrder::kOwn),
                   .both_dialects = true});
  table.push_back({.mode = kMode,
                   .pattern = "device <interface:word> <device:word>",
                   .help = "The Linux device the interface stands for; no PIX has this line.",
                   .router_lines = [](const Args& a, const Node&) -> RouterLines {
                     return std::vector<RouterLine>{{block_of(a), "device " + a.text("device")}};
                   },
                   .key = by({"interface"}),
                   .order = at(PixOrder::kOwn)});
}

// "outside 0.0.0.0 0.0.0.0 172.16.172.33 1", and "0" for 0.0.0.0.
RouterLines route_lines(const Args& args, const Node&) {
  const auto words = split_words(args.text("rest"));
  std::string line = "ip route";
  for (std::size_t i = 0; i < words.size() && i < 3; ++i)
    line += " " + std::string(words[i].text == "0" ? "0.0.0.0" : words[i].text);
  const bool whole = words.size() == 3 || words.size() == 4;
  const auto addresses = split_words(line);
  if (!whole || !std::all_of(addresses.begin() + 2, addresses.end(), [](const Word& word) {
        const auto address = IpAddress::parse(word.text);
        return address && address->is_v4();
      }))
    return refuse("A route is: interface, network, mask, gateway and a metric.");
  if (words.size() == 4 && words[3].text != "1") line += " " + std::string(words[3].text);
  return std::vector<RouterLine>{{"", line}};
}

void add_interfaces(std::vector<Command>& table) {
  table.push_back(
      {.mode = kMode,
       .pattern = "nameif <hardware:word> <interface:word> <level:word>",
       .help = "The name of an interface, by which other lines call it.",
       .router_lines = [](const Args& a, const Node&) -> RouterLines {
         return std::vector<RouterLine>{
             {block_of(a), "description " + a.text("hardware") + " " + a.text("level")}};
       },
       .key = by({"interface"}),
       .order = at(PixOrder::kNames)});
  table.push_back({.mode = kMode,
                   .pattern = "ip address <interface:word> <address:ip4> <mask:mask>",
                   .help = "The address of an interface; the host has it already.",
                   .router_lines = [](const Args& a, const Node&) -> RouterLines {
                     return std::vector<RouterLine>{
                         {block_of(a), "ip address " + a.text("address") + " " + a.text("mask")}};
                   },
                   .key = by({"interface"}),
                   .order = at(PixOrder::kAddress)});
  table.push_back({.mode = kMode,
                   .pattern = "mtu <interface:word> <octets:64-65535>",
                   .help = "Kept without effect: the MTU is that of the Linux device.",
                   .router_lines = [](const Args& a, const Node&) -> RouterLines {
                     return std::vector<RouterLine>{{block_of(a), "mtu " + a.text("octets")}};
                   },
                   .key = by({"interface"}),
                   .order = at(PixOrder::kMtu)});
  table.push_back({.mode = kMode,
                   .pattern = "route <interface:word> <rest:line>",
                   .help = "Kept without effect: routes are those of the host.",
                   .router_lines = route_lines,
                   .key = by_line(),
                   .order = at(PixOrder::kRoute)});
}

// One end of a line of an access list: "any", "host A", or "A M" with a network mask, which the
// router wants as wildcard bits (R-PIX-2). False when it is none of them.
bool take_end(const std::vector<Word>& words, std::size_t& next, std::string& line) {
  if (next >= words.size()) return false;
  const std::string first(words[next].text);
  if (first == "any") {
    ++next;
    line += " any";
    return true;
  }
  if (next + 1 >= words.size()) return false;
  const std::string second(words[next + 1].text);
  next += 2;
  if (first == "host") {
    line += " host " + second;
    return true;
  }
  const auto mask = IpAddress::parse(second);
  if (!mask || !mask->is_v4()) return false;
  line += " " + first + " " + IpAddress::v4(~mask->v4_value()).to_string();
  return true;
}

void take_ports(const std::vector<Word>& words, std::size_t& next, std::string& line) {
  if (next >= words.size()) return;
  const std::string_view what = words[next].text;
  const std::size_t count = what == "range"                                ? 3
                            : what == "eq" || what == "gt" || what == "lt" ? 2
                                                                           : 0;
  for (std::size_t i = 0; i < count && next < words.size(); ++i)
    line += " " + std::string(words[next++].text);
}

// "permit ip 192.168.4.0 255.255.255.0 1.1.1.0 255.255.255.0"; none where the router has no such
// line.
std::optional<std::string> router_entry(std::string_view entry) {
  const auto words = split_words(entry);
  if (words.size() < 4) return std::nullopt;
  std::string line = std::string(words[0].text) + " " + std::string(words[1].text);
  std::size_t next = 2;
  if (!take_end(words, next, line)) return std::nullopt;
  take_ports(words, next, line);
  if (!take_end(words, next, line)) return std::nullopt;
  take_ports(words, next, line);
  if (next != words.size()) return std::nullopt;
  return line;
}

RouterLine list_line(const std::string& name, const std::string& entry) {
  const RouterLine numbered{"", "access-list " + name + " " + entry};
  const auto found =
      Grammar::instance().match(Mode::kGlobal, numbered.line, split_words(numbered.line));
  const bool number = name.find_first_not_of("0123456789") == name.npos;
  if (number && !found.rejection && !found.matches.front().rule->command.exact) return numbered;
  return {"ip access-list extended " + name, entry};
}

RouterLines list_lines(const Args& args, const Node&) {
  const std::string& entry = args.text("entry");
  const auto words = split_words(entry);
  if (words.empty()) return std::vector<RouterLine>{};
  if (words[0].text == "remark")
    return std::vector<RouterLine>{list_line(args.text("name"), entry)};
  const auto line = router_entry(entry);
  if (!line) return refuse("no line of this kind can select what a tunnel carries");
  return std::vector<RouterLine>{list_line(args.text("name"), *line)};
}

// A PIX filters with its lists too: such lines are kept, and the whole list is then of no use for a
// crypto map.
Status apply_list(Build& build, const Args& args) {
  const std::string& name = args.text("name");
  auto lines = list_lines(args, *build.block);
  if (build.unusable_lists.contains(name)) return {};
  const Status done =
      lines ? apply_router_lines(build, std::move(*lines)) : tl::unexpected(lines.error());
  if (done) return {};
  build.unusable_lists.insert(name);
  build.snapshot.access_lists.erase(name);
  build.warn("the line is kept, but access list " + name +
             " can no longer be used by a crypto map: no tunnel can select like this");
  return {};
}

void add_lists(std::vector<Command>& table) {
  table.push_back({.mode = kMode,
                   .pattern = "access-list <name:word> [<entry:line>]",
                   .help = "A line of an access list, with network masks (R-PIX-2).",
                   .apply = apply_list,
                   .router_lines = list_lines,
                   .key = by_line(),
                   .order = at(PixOrder::kAccessList)});
}

struct Kept {
  std::string_view head;
  PixOrder order;
  std::string_view unused = "it has nothing to do with IPsec";
};

constexpr std::string_view kNatIsTheHosts =
    "NAT is the host's: what a tunnel carries must be exempt from it in the rules of the host";

constexpr Kept kKept[] = {
    {"aaa", PixOrder::kServers},
    {"aaa-server", PixOrder::kServers},
    {"access-group", PixOrder::kNat, "filtering is the host's"},
    {"alias", PixOrder::kNat, kNatIsTheHosts},
    {"apply", PixOrder::kNat, "filtering is the host's"},
    {"arp", PixOrder::kAudit},
    {"auth-prompt", PixOrder::kServers},
    {"clock", PixOrder::kServers},
    {"conduit", PixOrder::kNat, "filtering is the host's"},
    {"console", PixOrder::kAccess},
    {"dhcpd", PixOrder::kAccess},
    {"enable password", PixOrder::kPasswords, "the host has users of its own"},
    {"established", PixOrder::kNat, "filtering is the host's"},
    {"failover", PixOrder::kAudit, "there is no failover"},
    {"filter", PixOrder::kServers},
    {"fixup protocol", PixOrder::kFixup, "nothing is inspected"},
    {"floodguard", PixOrder::kServers},
    {"fragment", PixOrder::kServers},
    {"global", PixOrder::kNat, kNatIsTheHosts},
    {"http", PixOrder::kAccess},
    {"icmp", PixOrder::kTerminal, "filtering is the host's"},
    {"interface", PixOrder::kInterface, "ports are set up by the host"},
    {"ip audit", PixOrder::kAudit},
    {"ip local pool", PixOrder::kAudit, "clients of a PIX are not taken over"},
    {"ip verify", PixOrder::kAudit},
    {"logging", PixOrder::kTerminal, "the log is the host's"},
    {"multicast", PixOrder::kInterface},
    {"name", PixOrder::kFixup},
    {"names", PixOrder::kFixup},
    {"ntp", PixOrder::kServers, "the clock is the host's"},
    {"object-group", PixOrder::kFixup},
    {"outbound", PixOrder::kNat, "filtering is the host's"},
    {"pager", PixOrder::kTerminal},
    {"passwd", PixOrder::kPasswords, "the host has users of its own"},
    {"pdm", PixOrder::kAudit},
    {"privilege", PixOrder::kAccess},
    {"rip", PixOrder::kRoute},
    {"service", PixOrder::kServers},
    {"snmp-server", PixOrder::kServers},
    {"ssh", PixOrder::kAccess, "access is the host's"},
    {"static", PixOrder::kNat, kNatIsTheHosts},
    {"sysopt", PixOrder::kSysopt,
     "what tunnels bring is not filtered here; no route or segment size is touched"},
    {"telnet", PixOrder::kAccess, "access is the host's"},
    {"terminal width", PixOrder::kAccess},
    {"tftp-server", PixOrder::kAccess},
    {"timeout", PixOrder::kTimeout},
    {"url-cache", PixOrder::kServers},
    {"url-server", PixOrder::kServers},
    {"username", PixOrder::kAccess, "the host has users of its own"},
    {"virtual", PixOrder::kServers},
    {"vpdn", PixOrder::kAccess, "there is no PPTP and no L2TP"},
    {"vpngroup", PixOrder::kAccess, "clients of a PIX are not taken over"},
};

Command kept(std::string pattern, PixOrder order, std::string_view unused) {
  return {.mode = kMode,
          .pattern = std::move(pattern),
          .help = "Kept as it is, without effect.",
          .key = by_line(),
          .order = at(order),
          .exact = true,
          .negative = true,
          .whole = true,
          .unused = std::string(unused)};
}

// R-PIX-14: what is exempt from NAT must be so on the host.
void add_nat(std::vector<Command>& table) {
  table.push_back(kept("nat <interface:word> <rest:line>", PixOrder::kNat, kNatIsTheHosts));
  table.back().apply = [](Build& b, const Args& a) -> Status {
    const auto words = split_words(a.text("rest"));
    const bool exempts =
        words.size() == 3 && words[0].text == "0" && words[1].text == "access-list";
    if (!exempts || b.loading) return {};
    const std::string list(words[2].text);
    if (!b.snapshot.access_lists.contains(list)) b.warn("access list " + list + " is not defined");
    b.warn("NAT is the host's: exempt there what access list " + list + " permits");
    return {};
  };
}

}  // namespace

std::string joined(std::initializer_list<std::string_view> words) {
  std::string line;
  for (const std::string_view word : words) {
    if (word.empty()) continue;
    if (!line.empty()) line += ' ';
    line += word;
  }
  return line;
}

std::string words_behind(const Args& args, std::string_view first) {
  std::string line;
  bool found = false;
  for (const Value& value : args.values()) {
    found = found || (value.token->is_keyword() && value.text == first);
    if (found) line += (line.empty() ? "" : " ") + value.text;
  }
  return line;
}

void remove_pix_lines(Exec& exec, std::string_view beginning) {
  Tree& tree = exec.configuration().tree();
  const auto found = Grammar::instance().match_removal(kMode, beginning, split_words(beginning));
  std::size_t count = 0;
  for (const Match& match : found.matches)
    if (!match.rule->command.run) count += tree.remove(tree.root(), *match.rule, match.args, true);
  if (count == 0) return;
  exec.configuration().spoil_draft();
  exec.configuration().touch(exec.backend().now());
}

void add_pix_system_commands(std::vector<Command>& table) {
  add_dialect(table);
  add_host(table);
  add_interfaces(table);
  add_lists(table);
  add_nat(table);
  for (const Kept& row : kKept)
    table.push_back(kept(std::string(row.head) + " [<rest:line>]", row.order, row.unused));
  table.push_back(kept("ip address <interface:word> (dhcp|pppoe) [<rest:line>]", PixOrder::kAddress,
                       "the interface gets its address on the host"));
}

}  // namespace spa::config
