// SPDX-License-Identifier: Apache-2.0
// What a datagram on port 4500 is (RFC 3948 2): IKE behind a non-ESP marker, ESP, or a keepalive.
#pragma once

#include <cstddef>
#include <cstdint>

#include "userspace/base/bytes.h"

namespace spa::net {

enum class NatPortContent : std::uint8_t { kIke, kEsp, kKeepalive, kTooShort };

inline constexpr std::size_t kNonEspMarkerLength = 4;  // octets, all zero
inline constexpr std::uint8_t kKeepaliveOctet = 0xff;
inline constexpr std::size_t kEspHeaderLength = 8;  // SPI and sequence number

[[nodiscard]] NatPortContent classify_nat_port(ByteView payload);

}  // namespace spa::net
