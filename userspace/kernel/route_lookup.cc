// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/route_lookup.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace spa::kernel {

Result<RouteTarget> route_towards(NetlinkSocket& socket, const IpAddress& remote,
                                  std::uint32_t mark) {
  rtmsg header{};
  header.rtm_family = remote.is_v6() ? AF_INET6 : AF_INET;
  header.rtm_dst_len = static_cast<std::uint8_t>(remote.bits());
  NetlinkMessage question(RTM_GETROUTE, 0);
  question.body(header).attribute(RTA_DST, remote.bytes());
  if (mark != 0) question.attribute(RTA_MARK, mark);
  auto replies = socket.request(question);
  if (!replies) return tl::unexpected(replies.error());
  for (const auto& reply : *replies) {
    RouteTarget target;
    target.device = reply.view().attribute<std::int32_t>(sizeof header, RTA_OIF).value_or(0);
    if (const auto gateway = reply.view().attribute(sizeof header, RTA_GATEWAY)) {
      target.gateway = IpAddress::from_bytes(*gateway);
    }
    if (target.device != 0) return target;
  }
  return fail(Errc::kNotFound, "no route to " + remote.to_string());
}

}  // namespace spa::kernel
