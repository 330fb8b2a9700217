// SPDX-License-Identifier: Apache-2.0
// What tunnel mode does with the two IP headers: the outer one made from the inner one, and ECN
// brought back on arrival (RFC 4301 5.1.2, 8.1, RFC 6040 4.1, 4.2, RFC 7296 2.24).
#pragma once

#include "firmware-sim/esp/ip_packet.h"

namespace spa::esp {

// The outer header of an SA around `inner`, which lies in `buffer` (RFC 4301 5.1.2, RFC 6040 4.1).
// `identification` counts the headers that may be fragmented.
[[nodiscard]] OuterHeader outer_header(const Sa& sa, const IpPacket& inner, card::ByteView buffer,
                                       std::uint8_t protocol, std::uint16_t& identification);

// RFC 6040 4.2. False: the packet must be dropped, it was marked where the ends do not know marks.
[[nodiscard]] bool combine_ecn(card::MutableByteView buffer, const IpPacket& outer,
                               const IpPacket& inner);

}  // namespace spa::esp
