// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/protected_routes.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "userspace/kernel/netlink.h"

namespace spa::kernel {

namespace {

// Where the rules of exempt packets lead: past all tables of ours.
constexpr std::uint32_t kBeyond = ProtectedRoutesOptions::kLevels;

std::uint8_t family_of(const IpAddress& address) {
  return address.is_v6() ? AF_INET6 : AF_INET;
}

// The local side of a selector pair: what a policy-routing rule can tell apart.
struct Side {
  IpPrefix local;
  std::uint8_t protocol = 0;
  std::uint16_t local_first = 0, local_last = 65535;
  std::uint16_t remote_first = 0, remote_last = 65535;
  std::uint32_t level = 0;
  friend auto operator<=>(const Side&, const Side&) = default;
};

Side side_of(const policy::SelectorPair& pair, std::uint32_t level) {
  Side side{pair.local.covering_prefix(), pair.local.protocol};
  side.level = std::min(level, ProtectedRoutesOptions::kLevels - 1);
  side.local_first = pair.local.port_first;
  side.local_last = pair.local.port_last;
  side.remote_first = pair.remote.port_first;
  side.remote_last = pair.remote.port_last;
  return side;
}

struct Route {
  IpAddress source;
  RouteTarget target;
  unsigned users = 0;
};

struct Table {
  std::uint32_t id = 0;
  bool for_host = false;  // there is a rule for the host's own traffic too
  std::map<IpPrefix, Route> routes;
};

constexpr std::uint16_t flags_of(std::uint16_t type) {
  return type == RTM_NEWRULE ? NLM_F_CREATE | NLM_F_EXCL : std::uint16_t{0};
}

void add_common(NetlinkMessage& message, const Side& side, const ProtectedRoutesOptions& options);

NetlinkMessage rule_message(std::uint16_t type, const Side& side, std::uint32_t table,
                            bool for_host, const ProtectedRoutesOptions& options) {
  fib_rule_hdr header{};
  header.family = family_of(side.local.address);
  header.action = FR_ACT_TO_TBL;
  header.src_len = for_host ? 0 : static_cast<std::uint8_t>(side.local.length);
  NetlinkMessage message(type, flags_of(type));
  message.body(header)
      .attribute(FRA_TABLE, table)
      .attribute(FRA_PRIORITY, options.priority + side.level)
      .attribute(FRA_PROTOCOL, kRouteProtocol);
  // Locally made packets have no source yet when they are routed, but come from "lo".
  if (for_host) {
    message.attribute(FRA_IIFNAME, ByteView(as_bytes(std::string_view("lo", 3))));
  } else if (side.local.length != 0) {
    message.attribute(FRA_SRC, side.local.address.bytes());
  }
  add_common(message, side, options);
  return message;
}

// Jumps over all that is ours.
NetlinkMessage exempt_message(std::uint16_t type, const Side& side, const IpPrefix& remote,
                              const ProtectedRoutesOptions& options) {
  fib_rule_hdr header{};
  header.family = family_of(side.local.address);
  header.action = FR_ACT_GOTO;
  header.src_len = static_cast<std::uint8_t>(side.local.length);
  header.dst_len = static_cast<std::uint8_t>(remote.length);
  NetlinkMessage message(type, flags_of(type));
  message.body(header)
      .attribute(FRA_GOTO, options.priority + kBeyond)
      .attribute(FRA_PRIORITY, options.priority + side.level)
      .attribute(FRA_PROTOCOL, kRouteProtocol);
  if (side.local.length != 0) message.attribute(FRA_SRC, side.local.address.bytes());
  if (remote.length != 0) message.attribute(FRA_DST, remote.address.bytes());
  add_common(message, side, options);
  return message;
}

// What the jumps lead to: it does nothing.
NetlinkMessage landing_message(std::uint16_t type, std::uint8_t family,
                               const ProtectedRoutesOptions& options) {
  fib_rule_hdr header{};
  header.family = family;
  header.action = FR_ACT_NOP;
  NetlinkMessage message(type, flags_of(type));
  message.body(header)
      .attribute(FRA_PRIORITY, options.priority + kBeyond)
      .attribute(FRA_PROTOCOL, kRouteProtocol);
  return message;
}

void add_common(NetlinkMessage& message, const Side& side, const ProtectedRoutesOptions& options) {
  if (options.exempt_mark != 0) {
    message.attribute(FRA_FWMARK, std::uint32_t{0}).attribute(FRA_FWMASK, options.exempt_mark);
  }
  if (side.protocol != 0) message.attribute(FRA_IP_PROTO, side.protocol);
  if (side.local_first != 0 || side.local_last != 65535) {
    message.attribute(FRA_SPORT_RANGE, fib_rule_port_range{side.local_first, side.local_last});
  }
  if (side.remote_first != 0 || side.remote_last != 65535) {
    message.attribute(FRA_DPORT_RANGE, fib_rule_port_range{side.remote_first, side.remote_last});
  }
}

NetlinkMessage route_message(std::uint16_t type, const IpPrefix& prefix, const Route& route,
                             std::uint32_t table) {
  rtmsg header{};
  header.rtm_family = family_of(prefix.address);
  header.rtm_dst_len = static_cast<std::uint8_t>(prefix.length);
  header.rtm_table = RT_TABLE_UNSPEC;
  header.rtm_protocol = kRouteProtocol;
  header.rtm_scope =
      route.target.gateway.empty() && prefix.address.is_v4() ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  header.rtm_type = RTN_UNICAST;
  NetlinkMessage message(type,
                         type == RTM_NEWROUTE ? NLM_F_CREATE | NLM_F_REPLACE : std::uint16_t{0});
  message.body(header).attribute(RTA_TABLE, table).attribute(RTA_OIF, route.target.device);
  if (prefix.length != 0) message.attribute(RTA_DST, prefix.address.bytes());
  if (!route.target.gateway.empty()) {
    message.attribute(RTA_GATEWAY, route.target.gateway.bytes());
  }
  if (!route.source.empty()) message.attribute(RTA_PREFSRC, route.source.bytes());
  return message;
}

Status explain(Status done, const std::string& what) {
  if (done) return done;
  return fail(done.error().code, what + ": " + done.error().text);
}

}  // namespace

struct ProtectedRoutes::Impl {
  Impl(const ProtectedRoutesOptions& chosen, NetlinkSocket opened)
      : options(chosen), socket(std::move(opened)) {}

  ProtectedRoutesOptions options;
  NetlinkSocket socket;
  std::map<Side, Table> tables;
  std::set<std::uint32_t> table_ids;
  std::set<std::pair<Side, IpPrefix>> exempt;
  std::set<std::uint8_t> landings;  // families that have one

  Status remove_leftovers(std::uint8_t family);
  Result<Table*> table_for(const Side& side);
  Status set_host_rule(const Side& side, Table& table, bool wanted);
  void drop_table(const Side& side);
};

Status ProtectedRoutes::Impl::remove_leftovers(std::uint8_t family) {
  fib_rule_hdr any{};
  any.family = family;
  auto rules = socket.request(NetlinkMessage(RTM_GETRULE, NLM_F_DUMP).body(any));
  if (!rules) {
    if (rules.error().code == Errc::kUnsupported) return {};
    return fail(rules.error().code, "reading policy-routing rules: " + rules.error().text);
  }
  for (const auto& rule : *rules) {
    const auto view = rule.view();
    const auto header = view.body<fib_rule_hdr>();
    const auto owner = view.attribute<std::uint8_t>(sizeof any, FRA_PROTOCOL);
    const auto priority = view.attribute<std::uint32_t>(sizeof any, FRA_PRIORITY);
    if (!header || owner != kRouteProtocol || !priority) continue;
    if (*priority < options.priority || *priority > options.priority + kBeyond) continue;
    NetlinkMessage removal(RTM_DELRULE, 0);
    removal.body(*header);
    for (const std::uint16_t type :
         {FRA_TABLE, FRA_PRIORITY, FRA_PROTOCOL, FRA_IIFNAME, FRA_SRC, FRA_DST, FRA_GOTO,
          FRA_FWMARK, FRA_FWMASK, FRA_IP_PROTO, FRA_SPORT_RANGE, FRA_DPORT_RANGE}) {
      if (const auto value = view.attribute(sizeof any, type)) removal.attribute(type, *value);
    }
    if (auto done = socket.acknowledge(removal); !done) {
      return explain(done, "removing a policy-routing rule of an earlier run");
    }
  }
  return {};
}

Result<Table*> ProtectedRoutes::Impl::table_for(const Side& side) {
  if (const auto found = tables.find(side); found != tables.end()) return &found->second;
  std::uint32_t id = options.first_table;
  while (table_ids.contains(id)) ++id;
  const auto done = socket.acknowledge(rule_message(RTM_NEWRULE, side, id, false, options));
  if (!done) {
    return fail(done.error().code,
                "policy-routing rule from " + side.local.to_string() + ": " + done.error().text);
  }
  table_ids.insert(id);
  return &tables.emplace(side, Table{id, false, {}}).first->second;
}

Status ProtectedRoutes::Impl::set_host_rule(const Side& side, Table& table, bool wanted) {
  if (table.for_host == wanted) return {};
  auto done = socket.acknowledge(
      rule_message(wanted ? RTM_NEWRULE : RTM_DELRULE, side, table.id, true, options));
  if (!done) return explain(done, "policy-routing rule for the host's own traffic");
  table.for_host = wanted;
  return {};
}

void ProtectedRoutes::Impl::drop_table(const Side& side) {
  const auto found = tables.find(side);
  if (found == tables.end()) return;
  (void)set_host_rule(side, found->second, false);
  (void)socket.acknowledge(rule_message(RTM_DELRULE, side, found->second.id, false, options));
  table_ids.erase(found->second.id);
  tables.erase(found);
}

ProtectedRoutes::ProtectedRoutes(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ProtectedRoutes::~ProtectedRoutes() {
  for (const auto& [side, remote] : impl_->exempt) {
    (void)impl_->socket.acknowledge(exempt_message(RTM_DELRULE, side, remote, impl_->options));
  }
  for (const std::uint8_t family : impl_->landings) {
    (void)impl_->socket.acknowledge(landing_message(RTM_DELRULE, family, impl_->options));
  }
  while (!impl_->tables.empty()) {
    const auto& [side, table] = *impl_->tables.begin();
    for (const auto& [prefix, route] : table.routes) {
      (void)impl_->socket.acknowledge(route_message(RTM_DELROUTE, prefix, route, table.id));
    }
    impl_->drop_table(Side(side));
  }
}

Result<std::unique_ptr<ProtectedRoutes>> ProtectedRoutes::open(
    const ProtectedRoutesOptions& options) {
  auto socket = NetlinkSocket::open(NETLINK_ROUTE);
  if (!socket) return tl::unexpected(socket.error());
  auto impl = std::make_unique<Impl>(options, std::move(*socket));
  for (const std::uint8_t family : {AF_INET, AF_INET6}) {
    if (auto done = impl->remove_leftovers(family); !done) return tl::unexpected(done.error());
  }
  return std::unique_ptr<ProtectedRoutes>(new ProtectedRoutes(std::move(impl)));
}

Status ProtectedRoutes::add(const policy::SelectorPair& selectors, const IpAddress& source,
                            const RouteTarget& target, std::uint32_t level) {
  const Side side = side_of(selectors, level);
  const IpPrefix remote = selectors.remote.covering_prefix();
  auto table = impl_->table_for(side);
  if (!table) return tl::unexpected(table.error());
  const auto known = (*table)->routes.find(remote);
  Route route{source, target, known == (*table)->routes.end() ? 1 : known->second.users + 1};
  Status done = impl_->socket.acknowledge(route_message(RTM_NEWROUTE, remote, route, (*table)->id));
  if (done) done = impl_->set_host_rule(side, **table, !source.empty());
  if (!done) {
    if ((*table)->routes.empty()) impl_->drop_table(side);
    return explain(done, "route to " + remote.to_string());
  }
  (*table)->routes[remote] = route;
  return {};
}

Status ProtectedRoutes::exempt(const policy::SelectorPair& selectors, std::uint32_t level) {
  const Side side = side_of(selectors, level);
  const IpPrefix remote = selectors.remote.covering_prefix();
  const std::uint8_t family = family_of(remote.address);
  if (!impl_->landings.contains(family)) {
    auto done = impl_->socket.acknowledge(landing_message(RTM_NEWRULE, family, impl_->options));
    if (!done) return explain(done, "policy-routing rule for what is in clear");
    impl_->landings.insert(family);
  }
  auto done = impl_->socket.acknowledge(exempt_message(RTM_NEWRULE, side, remote, impl_->options));
  if (!done) return explain(done, "policy-routing rule for what is in clear");
  impl_->exempt.insert({side, remote});
  return {};
}

Status ProtectedRoutes::remove_exempt(const policy::SelectorPair& selectors, std::uint32_t level) {
  const std::pair entry{side_of(selectors, level), selectors.remote.covering_prefix()};
  if (impl_->exempt.erase(entry) == 0) {
    return fail(Errc::kNotFound, "nothing to " + entry.second.to_string() + " is exempt");
  }
  return impl_->socket.acknowledge(
      exempt_message(RTM_DELRULE, entry.first, entry.second, impl_->options));
}

Status ProtectedRoutes::remove(const policy::SelectorPair& selectors, std::uint32_t level) {
  const Side side = side_of(selectors, level);
  const IpPrefix remote = selectors.remote.covering_prefix();
  const auto table = impl_->tables.find(side);
  if (table == impl_->tables.end() || !table->second.routes.contains(remote)) {
    return fail(Errc::kNotFound, "no protected route to " + remote.to_string());
  }
  Route& route = table->second.routes[remote];
  if (--route.users != 0) return {};
  // It is gone already where its device went away.
  (void)impl_->socket.acknowledge(route_message(RTM_DELROUTE, remote, route, table->second.id));
  table->second.routes.erase(remote);
  if (table->second.routes.empty()) impl_->drop_table(side);
  return {};
}

Result<RouteTarget> ProtectedRoutes::towards(const IpAddress& remote, std::uint32_t mark) {
  return route_towards(impl_->socket, remote, mark);
}

}  // namespace spa::kernel
