// SPDX-License-Identifier: Apache-2.0
#include "userspace/net/socket_address.h"

#include <cstring>

namespace spa::net {

SocketAddress to_socket_address(const Endpoint& endpoint) {
  SocketAddress out;
  const ByteView octets = endpoint.address.bytes();
  if (endpoint.address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, octets.data(), octets.size());
    std::memcpy(&out.storage, &v4, sizeof v4);
    out.length = sizeof v4;
  } else if (endpoint.address.is_v6()) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    std::memcpy(&v6.sin6_addr, octets.data(), octets.size());
    std::memcpy(&out.storage, &v6, sizeof v6);
    out.length = sizeof v6;
  }
  return out;
}

Endpoint to_endpoint(const sockaddr_storage& storage, socklen_t length) {
  Endpoint out;
  std::uint8_t octets[16];
  if (storage.ss_family == AF_INET && length >= sizeof(sockaddr_in)) {
    sockaddr_in v4;
    std::memcpy(&v4, &storage, sizeof v4);
    std::memcpy(octets, &v4.sin_addr, 4);
    out = {IpAddress::from_bytes({octets, 4}), ntohs(v4.sin_port)};
  } else if (storage.ss_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &storage, sizeof v6);
    std::memcpy(octets, &v6.sin6_addr, 16);
    out = {IpAddress::from_bytes({octets, 16}), ntohs(v6.sin6_port)};
  }
  return out;
}

namespace {
template <typename Info>
std::size_t put(int level, int type, const Info& info, MutableByteView space) {
  cmsghdr header{};
  header.cmsg_level = level;
  header.cmsg_type = type;
  header.cmsg_len = CMSG_LEN(sizeof info);
  if (space.size() < CMSG_SPACE(sizeof info)) return 0;
  std::memset(space.data(), 0, CMSG_SPACE(sizeof info));
  std::memcpy(space.data(), &header, sizeof header);
  std::memcpy(space.data() + CMSG_LEN(0), &info, sizeof info);
  return CMSG_SPACE(sizeof info);
}
}  // namespace

std::size_t put_packet_info(const IpAddress& local, MutableByteView space) {
  if (local.is_any()) return 0;
  if (local.is_v4()) {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, local.bytes().data(), 4);
    return put(IPPROTO_IP, IP_PKTINFO, info, space);
  }
  in6_pktinfo info{};
  std::memcpy(&info.ipi6_addr, local.bytes().data(), 16);
  return put(IPPROTO_IPV6, IPV6_PKTINFO, info, space);
}

IpAddress packet_info(msghdr& message) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    std::uint8_t octets[16];
    if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(header), sizeof info);
      std::memcpy(octets, &info.ipi_addr, 4);
      return IpAddress::from_bytes({octets, 4});
    }
    if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(header), sizeof info);
      std::memcpy(octets, &info.ipi6_addr, 16);
      return IpAddress::from_bytes({octets, 16});
    }
  }
  return {};
}

}  // namespace spa::net
