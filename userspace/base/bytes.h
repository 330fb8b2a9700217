// SPDX-License-Identifier: Apache-2.0
// Octet strings: views that borrow, vectors that own, and a secret kind that wipes itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spa {

using ByteView = std::span<const std::uint8_t>;
using MutableByteView = std::span<std::uint8_t>;
using Bytes = std::vector<std::uint8_t>;

// Overwrites memory in a way that the compiler may not remove.
void secure_wipe(void* memory, std::size_t size) noexcept;

// Equality in time that depends on the length only. False when the lengths differ.
[[nodiscard]] bool constant_time_equal(ByteView a, ByteView b) noexcept;

// An allocator that wipes what it gives back, so that a growing vector leaves no copies behind.
template <typename T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <typename U>
  WipingAllocator(const WipingAllocator<U>&) noexcept {}
  T* allocate(std::size_t n) { return std::allocator<T>{}.allocate(n); }
  void deallocate(T* p, std::size_t n) noexcept {
    secure_wipe(p, n * sizeof(T));
    std::allocator<T>{}.deallocate(p, n);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

// Key material. Converts to ByteView by itself; never to a string, and nothing logs it.
using SecretBytes = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline Bytes to_bytes(ByteView view) {
  return {view.begin(), view.end()};
}
[[nodiscard]] inline SecretBytes to_secret(ByteView view) {
  return {view.begin(), view.end()};
}

// Lower-case hexadecimal without separators.
[[nodiscard]] std::string to_hex(ByteView bytes);

// Reads hexadecimal; blanks between digits are skipped. Empty on an odd count or a foreign
// character.
[[nodiscard]] Bytes from_hex(std::string_view text);

}  // namespace spa
