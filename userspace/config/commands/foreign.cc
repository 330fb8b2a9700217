// SPDX-License-Identifier: Apache-2.0
// Lines of a router's configuration that have nothing to do with us: they are kept as they are, so
// that whole configurations can be pasted (R-CLI-11). Their keywords must be typed in full, for an
// abbreviation of a line nobody reads would only hide a mistake.
#include <string_view>

#include "userspace/config/exec.h"
#include "userspace/config/grammar/command.h"
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

constexpr std::string_view kService[] = {"service", "boot-start-marker", "boot-end-marker", "boot"};

constexpr std::string_view kGeneral[] = {"aaa",
                                         "alias",
                                         "archive",
                                         "banner",
                                         "bridge",
                                         "call",
                                         "card",
                                         "cdp",
                                         "class-map-type",
                                         "config-register",
                                         "dial-peer cor",
                                         "dialer-list",
                                         "dot11",
                                         "errdisable",
                                         "exception",
                                         "frame-relay",
                                         "ftp-server",
                                         "hw-module",
                                         "ip audit",
                                         "ip bootp",
                                         "ip cef",
                                         "ip dhcp",
                                         "ip domain list",
                                         "ip domain lookup",
                                         "ip domain-list",
                                         "ip domain-lookup",
                                         "ip finger",
                                         "ip ftp",
                                         "ip gratuitous-arps",
                                         "ip host",
                                         "ip multicast-routing",
                                         "ip name-server",
                                         "ip routing",
                                         "ip source-route",
                                         "ip ssh",
                                         "ip subnet-zero",
                                         "ip tcp",
                                         "ip tftp",
                                         "ipv6 cef",
                                         "ipv6 unicast-routing",
                                         "isdn",
                                         "license",
                                         "lldp",
                                         "logging alarm",
                                         "logging buginf",
                                         "logging count",
                                         "logging discriminator",
                                         "logging event",
                                         "logging exception",
                                         "logging facility",
                                         "logging history",
                                         "logging host",
                                         "logging message-counter",
                                         "logging origin-id",
                                         "logging persistent",
                                         "logging queue-limit",
                                         "logging rate-limit",
                                         "logging reload",
                                         "logging source-interface",
                                         "logging synchronous",
                                         "logging userinfo",
                                         "memory-size",
                                         "mgcp",
                                         "mls",
                                         "mmi",
                                         "mpls",
                                         "mta",
                                         "multilink",
                                         "network-clock",
                                         "ntp",
                                         "parser",
                                         "platform",
                                         "power",
                                         "privilege",
                                         "process",
                                         "radius-server",
                                         "scheduler",
                                         "snmp-server",
                                         "spanning-tree",
                                         "subscriber",
                                         "tacacs-server",
                                         "tftp-server",
                                         "transport",
                                         "udld",
                                         "virtual-profile",
                                         "voice",
                                         "vtp"};

constexpr std::string_view kIp[] = {"ip as-path",
                                    "ip classless",
                                    "ip community-list",
                                    "ip default-gateway",
                                    "ip default-network",
                                    "ip flow-export",
                                    "ip forward-protocol",
                                    "ip http",
                                    "ip local",
                                    "ip nat create",
                                    "ip nat log",
                                    "ip nat pool",
                                    "ip nat service",
                                    "ip nat source",
                                    "ip nat translation",
                                    "ip pim autorp",
                                    "ip pim bidir-enable",
                                    "ip pim bsr-candidate",
                                    "ip pim rp-address",
                                    "ip pim rp-candidate",
                                    "ip pim send-rp-announce",
                                    "ip pim send-rp-discovery",
                                    "ip pim ssm",
                                    "ip prefix-list",
                                    "ip radius",
                                    "ip route",
                                    "ip sla",
                                    "ip tacacs",
                                    "ipv6 route"};

// These open blocks whose lines are kept too.
constexpr std::string_view kBlocks[] = {
    "class-map", "control-plane", "controller", "dial-peer voice", "gatekeeper", "key chain",
    "line",      "policy-map",    "redundancy", "route-map",       "router",     "vlan"};

constexpr std::string_view kVrfLines[] = {"bgp",          "context", "evpn", "export",
                                          "import",       "maximum", "mdt",  "rnh",
                                          "route-target", "vnet",    "vpn"};

constexpr std::string_view kInterfaceLines[] = {"arp",
                                                "bandwidth",
                                                "bridge-group",
                                                "carrier-delay",
                                                "cdp",
                                                "channel-group",
                                                "clock rate",
                                                "clockrate",
                                                "delay",
                                                "dialer",
                                                "dialer-group",
                                                "duplex",
                                                "encapsulation",
                                                "fair-queue",
                                                "framing",
                                                "half-duplex",
                                                "full-duplex",
                                                "hold-queue",
                                                "ip access-group",
                                                "ip accounting",
                                                "ip address dhcp",
                                                "ip address negotiated",
                                                "ip bandwidth-percent",
                                                "ip broadcast-address",
                                                "ip directed-broadcast",
                                                "ip flow",
                                                "ip helper-address",
                                                "ip igmp",
                                                "ip load-sharing",
                                                "ip mask-reply",
                                                "ip mroute-cache",
                                                "ip nhrp",
                                                "ip ospf",

                                                "ip policy",
                                                "ip proxy-arp",
                                                "ip redirects",
                                                "ip rip",
                                                "ip route-cache",
                                                "ip router",
                                                "ip split-horizon",
                                                "ip summary-address",
                                                "ip tcp adjust-mss",
                                                "ip unnumbered",
                                                "ip unreachables",
                                                "ip verify",
                                                "ip virtual-reassembly",
                                                "ipv6 enable",
                                                "ipv6 mtu",
                                                "ipv6 nd",
                                                "ipv6 ospf",
                                                "ipv6 traffic-filter",
                                                "isdn",
                                                "keepalive",
                                                "lldp",
                                                "load-interval",
                                                "logging event",
                                                "loopback",
                                                "mac-address",
                                                "media-type",
                                                "mop",
                                                "mpls",
                                                "mtu",
                                                "negotiation",
                                                "no-proxy",
                                                "ntp",
                                                "ppp",
                                                "pppoe",
                                                "priority-group",
                                                "pvc",
                                                "random-detect",
                                                "serial restart-delay",
                                                "serial restart_delay",
                                                "service-policy",
                                                "snmp",
                                                "spanning-tree",
                                                "speed",
                                                "standby",
                                                "switchport",
                                                "traffic-shape",
                                                "tx-ring-limit",
                                                "vlan-id",
                                                "vrrp",
                                                "zone-member"};

Command kept(Mode mode, std::string pattern, Section section, int order) {
  return {.mode = mode,
          .pattern = std::move(pattern),
          .help = "Kept as it is, without effect.",
          .key = by_line(),
          .section = section,
          .order = order,
          .exact = true,
          .negative = true};
}

template <std::size_t N>
void add_kept(std::vector<Command>& table, Mode mode, const std::string_view (&heads)[N],
              Section section, int order) {
  for (const std::string_view head : heads)
    table.push_back(kept(mode, std::string(head) + " [<rest:line>]", section, order));
}

}  // namespace

void add_foreign_commands(std::vector<Command>& table) {
  add_kept(table, Mode::kGlobal, kService, Section::kService, 0);
  add_kept(table, Mode::kGlobal, kGeneral, Section::kGeneral, 10);
  add_kept(table, Mode::kGlobal, kIp, Section::kIp, 0);
  // Alone, `ip nat inside` belongs to an interface (R-CLI-14): kept here too, it would be printed
  // behind an interface block and read back into it.
  table.push_back(kept(Mode::kGlobal, "ip nat (inside|outside) <rest:line>", Section::kIp, 0));
  // A server by its address: there is no `logging host` here, for the host's syslog forwards.
  table.push_back(kept(Mode::kGlobal, "logging <host:ip> [<rest:line>]", Section::kGeneral, 10));
  // Of users only the password matters here (XAUTH), where it can be read.
  for (const char* pattern :
       {"username <name:word> [<rest:line>]", "username <name:word> password 5 <rest:line>"})
    table.push_back(kept(Mode::kGlobal, pattern, Section::kGeneral, 10));
  add_kept(table, Mode::kInterface, kInterfaceLines, Section::kGeneral, 10);
  // With more words these are global commands (R-CLI-14).
  for (const char* pattern :
       {"ip nat (inside|outside)", "ip pim (sparse-mode|dense-mode|sparse-dense-mode|passive)"})
    table.push_back(kept(Mode::kInterface, pattern, Section::kGeneral, 10));
  table.push_back(kept(Mode::kGlobal, "access-list <number:1-99,1300-1999> <rest:line>",
                       Section::kAccessList, 0));
  table.push_back(
      kept(Mode::kGlobal, "ip access-list standard <rest:line>", Section::kAccessList, 2));
  table.back().enters = Mode::kOther;
  for (const std::string_view head : kBlocks) {
    const Section section = head == "line"         ? Section::kLine
                            : head == "controller" ? Section::kController
                                                   : Section::kRest;
    table.push_back(kept(Mode::kGlobal, std::string(head) + " [<rest:line>]", section, 0));
    table.back().enters = Mode::kOther;
  }
  add_kept(table, Mode::kVrf, kVrfLines, Section::kGeneral, 10);
  table.push_back(kept(Mode::kVrf, "address-family [<rest:line>]", Section::kGeneral, 11));
  table.back().enters = Mode::kVrfFamily;
  add_kept(table, Mode::kVrfFamily, kVrfLines, Section::kGeneral, 10);
  table.push_back(kept(Mode::kVrfFamily, "exit-address-family", Section::kGeneral, 11));
  table.push_back(kept(Mode::kOther, "<rest:line>", Section::kGeneral, 0));
  // What stands around a printed configuration.
  for (const char* pattern :
       {"version <rest:line>", "Building configuration...", "Current configuration [<rest:line>]"})
    table.push_back({.pattern = pattern,
                     .help = "Ignored: it stands at the head of a printed configuration.",
                     .run = [](Exec&, const Args&) {},
                     .exact = true});
}

}  // namespace spa::config
