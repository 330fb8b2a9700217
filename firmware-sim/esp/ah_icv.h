// SPDX-License-Identifier: Apache-2.0
// A packet with AH as its ICV is computed over it (RFC 4302 3.3.3): what may change on the way is
// zero or as the receiver will find it.
#pragma once

#include "firmware-sim/esp/ip_packet.h"

namespace spa::esp {

inline constexpr std::uint8_t kProtoAh = 51;
inline constexpr std::size_t kAhFixed = 12;  // next header to sequence number

// `copy` is a whole packet that starts with its IP header, `ah` the offset of its authentication
// header and `icv` the length of the ICV in that, all of it inside. False: an option or a routing
// header whose lengths do not agree, so that nobody knows what may change in it.
[[nodiscard]] bool make_immutable(card::MutableByteView copy, std::size_t ah, std::size_t icv);

}  // namespace spa::esp
