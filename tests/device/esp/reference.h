// SPDX-License-Identifier: Apache-2.0
// ESP written down a second time, straight from the RFCs and without regard to speed: the oracle
// for the engine. It shares no code with it.
#pragma once

#include <optional>

#include "tests/device/esp/packets.h"

namespace spa::esp::test {

// SPI to ICV for a text that has its trailer.
[[nodiscard]] Bytes reference_seal(const spa_sa& sa, std::uint64_t sequence, ByteView iv,
                                   ByteView text);

// The text with its trailer; empty when the ICV is wrong.
[[nodiscard]] std::optional<Bytes> reference_open(const spa_sa& sa, std::uint32_t seq_hi,
                                                  ByteView esp);

}  // namespace spa::esp::test
