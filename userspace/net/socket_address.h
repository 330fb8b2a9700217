// SPDX-License-Identifier: Apache-2.0
// Our addresses as the socket interface has them.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "userspace/base/address.h"

namespace spa::net {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

// Empty (length 0) where the endpoint has no address.
[[nodiscard]] SocketAddress to_socket_address(const Endpoint& endpoint);
// Unspecified where the family is neither IPv4 nor IPv6, or the length does not fit it.
[[nodiscard]] Endpoint to_endpoint(const sockaddr_storage& storage, socklen_t length);

// Room for one PKTINFO control message of either family.
inline constexpr std::size_t kPacketInfoSpace = CMSG_SPACE(sizeof(in6_pktinfo));
// Writes the control message that sends from `local` into `space`; gives its length, 0 for none.
[[nodiscard]] std::size_t put_packet_info(const IpAddress& local, MutableByteView space);
// The address that the message was sent to; unspecified when the system did not say.
[[nodiscard]] IpAddress packet_info(msghdr& message);

}  // namespace spa::net
