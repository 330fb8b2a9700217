// SPDX-License-Identifier: Apache-2.0
// Octet strings of the card: views, unaligned loads and stores, and memory that wipes itself.
// The card leans on include/spa and on crypto libraries only, so it has its own few lines of this.
#pragma once

#include <openssl/crypto.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

namespace spa::card {

using ByteView = std::span<const std::uint8_t>;
using MutableByteView = std::span<std::uint8_t>;
using Bytes = std::vector<std::uint8_t>;

// A structure of <spa/hw.h> as the octets it travels in.
template <typename T>
  requires std::is_trivially_copyable_v<T>
[[nodiscard]] MutableByteView octets_of(T& value) {
  return {reinterpret_cast<std::uint8_t*>(&value), sizeof value};
}
template <typename T>
  requires std::is_trivially_copyable_v<T>
[[nodiscard]] ByteView octets_of(const T& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

// Gives memory back wiped, so that a growing or dying vector leaves no key material behind.
template <typename T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <typename U>
  WipingAllocator(const WipingAllocator<U>&) noexcept {}
  T* allocate(std::size_t n) { return std::allocator<T>{}.allocate(n); }
  void deallocate(T* p, std::size_t n) noexcept {
    OPENSSL_cleanse(p, n * sizeof(T));
    std::allocator<T>{}.deallocate(p, n);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};
using SecretBytes = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

// Unaligned and byte-order safe: network and descriptor fields are only ever touched through these.
[[nodiscard]] inline std::uint16_t load_be16(const std::uint8_t* p) {
  return static_cast<std::uint16_t>(p[0] << 8 | p[1]);
}
[[nodiscard]] inline std::uint32_t load_be32(const std::uint8_t* p) {
  std::uint32_t value;
  std::memcpy(&value, p, sizeof value);
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap32(value);
  return value;
}
inline void store_be16(std::uint8_t* p, std::uint16_t value) {
  p[0] = static_cast<std::uint8_t>(value >> 8);
  p[1] = static_cast<std::uint8_t>(value);
}
inline void store_be32(std::uint8_t* p, std::uint32_t value) {
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap32(value);
  std::memcpy(p, &value, sizeof value);
}
inline void store_be64(std::uint8_t* p, std::uint64_t value) {
  store_be32(p, static_cast<std::uint32_t>(value >> 32));
  store_be32(p + 4, static_cast<std::uint32_t>(value));
}

// __leN and __beN fields of the structures in <spa/hw.h>, to and from the host's order.
template <typename T>
[[nodiscard]] constexpr T from_le(T value) {
  if constexpr (std::endian::native == std::endian::little) return value;
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(value));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(value));
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(value));
}
template <typename T>
[[nodiscard]] constexpr T to_le(T value) {
  return from_le(value);
}
[[nodiscard]] constexpr std::uint16_t from_be(std::uint16_t value) {
  return std::endian::native == std::endian::little ? __builtin_bswap16(value) : value;
}
[[nodiscard]] constexpr std::uint32_t from_be(std::uint32_t value) {
  return std::endian::native == std::endian::little ? __builtin_bswap32(value) : value;
}

}  // namespace spa::card
