// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/device_routes.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "userspace/kernel/route_lookup.h"

namespace spa::kernel {

namespace {

NetlinkMessage route_message(std::uint16_t type, std::uint16_t flags, const IpPrefix& prefix,
                             int device, std::uint32_t table) {
  rtmsg header{};
  header.rtm_family = prefix.address.is_v6() ? AF_INET6 : AF_INET;
  header.rtm_dst_len = static_cast<std::uint8_t>(prefix.length);
  header.rtm_table = RT_TABLE_UNSPEC;
  header.rtm_protocol = kRouteProtocol;
  header.rtm_scope = prefix.address.is_v6() ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
  header.rtm_type = RTN_UNICAST;
  NetlinkMessage message(type, flags);
  message.body(header)
      .attribute(RTA_TABLE, table == 0 ? std::uint32_t{RT_TABLE_MAIN} : table)
      .attribute(RTA_OIF, device);
  if (prefix.length != 0) message.attribute(RTA_DST, prefix.first().bytes());
  return message;
}

}  // namespace

Result<std::unique_ptr<DeviceRoutes>> DeviceRoutes::open() {
  auto socket = NetlinkSocket::open(NETLINK_ROUTE);
  if (!socket) return tl::unexpected(socket.error());
  return std::unique_ptr<DeviceRoutes>(new DeviceRoutes(std::move(*socket)));
}

DeviceRoutes::~DeviceRoutes() {
  for (const auto& [route, users] : users_) {
    const auto& [prefix, device, table] = route;
    (void)socket_.acknowledge(route_message(RTM_DELROUTE, 0, prefix, device, table));
  }
}

Status DeviceRoutes::add(const IpPrefix& prefix, int device, std::uint32_t table) {
  const auto [known, fresh] = users_.try_emplace({prefix, device, table}, 0);
  if (!fresh) {
    ++known->second;
    return {};
  }
  const auto done =
      socket_.acknowledge(route_message(RTM_NEWROUTE, NLM_F_CREATE, prefix, device, table));
  if (!done && done.error().code != Errc::kExists) {
    users_.erase(known);
    return fail(done.error().code, "route to " + prefix.to_string() + ": " + done.error().text);
  }
  known->second = 1;
  return {};
}

void DeviceRoutes::remove(const IpPrefix& prefix, int device, std::uint32_t table) {
  const auto known = users_.find({prefix, device, table});
  if (known == users_.end() || --known->second != 0) return;
  users_.erase(known);
  (void)socket_.acknowledge(route_message(RTM_DELROUTE, 0, prefix, device, table));
}

}  // namespace spa::kernel
