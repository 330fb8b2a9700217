// SPDX-License-Identifier: Apache-2.0
// The Internet checksum (RFC 1071) over frames.
#pragma once

#include <cstddef>
#include <cstdint>

#include "firmware-sim/base/octets.h"
#include "firmware-sim/esp/engine.h"

namespace spa::card {

// SPA_TX_CSUM: sums from `start` to the end of the frame and stores the folded complement at start
// + offset; 0 is stored as 0xffff (RFC 768). The field holds the sum of the pseudo header before.
// False when the field lies outside the frame.
[[nodiscard]] bool finish_checksum(MutableByteView frame, std::size_t start, std::size_t offset);

// True for an Ethernet frame with a whole, unfragmented IPv4 or IPv6 packet of TCP or UDP directly
// behind the IP header, whose header and payload checksums are right (a UDP checksum of 0 counts
// for nothing).
[[nodiscard]] bool checksums_right(ByteView frame);

// The same of what ESP carried: an inner packet in tunnel mode, TCP or UDP in transport mode.
[[nodiscard]] bool inner_checksums_right(const esp::RxFrame& frame);

}  // namespace spa::card
