// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/reverse_routes.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "userspace/kernel/route_lookup.h"

namespace spa::kernel {

namespace {

NetlinkMessage route_message(std::uint16_t type, std::uint16_t flags, const IpPrefix& prefix) {
  rtmsg header{};
  header.rtm_family = prefix.address.is_v6() ? AF_INET6 : AF_INET;
  header.rtm_dst_len = static_cast<std::uint8_t>(prefix.length);
  header.rtm_table = RT_TABLE_MAIN;
  header.rtm_protocol = kRouteProtocol;
  header.rtm_scope = RT_SCOPE_UNIVERSE;
  header.rtm_type = RTN_UNICAST;
  NetlinkMessage message(type, flags);
  message.body(header);
  if (prefix.length != 0) message.attribute(RTA_DST, prefix.first().bytes());
  return message;
}

}  // namespace

Result<std::unique_ptr<ReverseRoutes>> ReverseRoutes::open() {
  auto socket = NetlinkSocket::open(NETLINK_ROUTE);
  if (!socket) return tl::unexpected(socket.error());
  return std::unique_ptr<ReverseRoutes>(new ReverseRoutes(std::move(*socket)));
}

ReverseRoutes::~ReverseRoutes() {
  for (const auto& [prefix, users] : users_) {
    (void)socket_.acknowledge(route_message(RTM_DELROUTE, 0, prefix));
  }
}

Status ReverseRoutes::add(const IpPrefix& prefix, const IpAddress& peer) {
  if (const auto known = users_.find(prefix); known != users_.end()) {
    ++known->second;
    return {};
  }
  const auto way = route_towards(socket_, peer);
  if (!way) return tl::unexpected(way.error());
  auto message = route_message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, prefix);
  message.attribute(RTA_OIF, way->device);
  // The peer itself is the next hop where it is a neighbour.
  const IpAddress& hop = way->gateway.empty() ? peer : way->gateway;
  if (hop.family() == prefix.address.family()) message.attribute(RTA_GATEWAY, hop.bytes());
  if (auto done = socket_.acknowledge(message); !done) {
    return fail(done.error().code, "route to " + prefix.to_string() + ": " + done.error().text);
  }
  users_[prefix] = 1;
  return {};
}

Status ReverseRoutes::remove(const IpPrefix& prefix) {
  const auto known = users_.find(prefix);
  if (known == users_.end()) {
    return fail(Errc::kNotFound, "no reverse route to " + prefix.to_string());
  }
  if (--known->second != 0) return {};
  users_.erase(known);
  // It is gone already where its device went away.
  (void)socket_.acknowledge(route_message(RTM_DELROUTE, 0, prefix));
  return {};
}

}  // namespace spa::kernel
