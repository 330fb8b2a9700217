// SPDX-License-Identifier: Apache-2.0
// Little-endian numbers as the octets they travel in.
#pragma once

#include <cstddef>
#include <cstdint>

#include "firmware-sim/base/octets.h"

namespace spa::card {

// A number at an offset of a message or of configuration space; the caller has checked the room.
template <typename T>
[[nodiscard]] T load_le(ByteView bytes, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value |= std::uint64_t{bytes[offset + i]} << (8 * i);
  return static_cast<T>(value);
}
template <typename T>
void store_le(MutableByteView bytes, std::size_t offset, T value) {
  const auto wide = static_cast<std::uint64_t>(value);
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes[offset + i] = static_cast<std::uint8_t>(wide >> (8 * i));
  }
}

}  // namespace spa::card
