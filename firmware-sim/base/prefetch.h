// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace spa::card {

// Asks for the cache lines of `octets` from `from` on; a null pointer asks for nothing. Whatever
// the address, nothing else happens. To: as near as can be, or into the second level, for what is
// so large or so far ahead that it would push out of the first what is needed before.
enum class CacheLevel : int { kSecond = 2, kNearest = 3 };
template <CacheLevel to = CacheLevel::kNearest>
void prefetch(const void* from, std::size_t octets) {
  constexpr std::size_t kLine = 64;
  if (from == nullptr) return;
  for (std::size_t at = 0; at < octets; at += kLine)
    __builtin_prefetch(static_cast<const char*>(from) + at, 0, static_cast<int>(to));
}

}  // namespace spa::card
