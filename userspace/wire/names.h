// SPDX-License-Identifier: Apache-2.0
// Lookup in the name tables behind the to_string() functions of this room.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spa::wire {

template <typename E>
struct Name {
  E value;
  std::string_view text;
};

// The name of `value`, or its number in decimal.
template <typename E, std::size_t N>
[[nodiscard]] std::string name_in(const Name<E> (&table)[N], E value) {
  for (const Name<E>& entry : table) {
    if (entry.value == value) return std::string(entry.text);
  }
  return std::to_string(static_cast<unsigned>(value));
}

}  // namespace spa::wire
