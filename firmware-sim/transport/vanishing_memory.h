// SPDX-License-Identifier: Apache-2.0
// Shared memory that its owner takes away. A file that is truncated after it was mapped raises
// SIGBUS where it is touched, and a card whose driver's machine misbehaves must not end. Ranges
// that are registered here read as zeros from then on, page by page, and what is written there is
// lost, as on a bus where nobody answers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace spa::card {

class VanishingMemory {
 public:
  // Most ranges at a time, of the whole process.
  static constexpr std::size_t kMost = 1024;

  // Any thread. The first call takes SIGBUS over; one that falls outside of every range goes where
  // it went before. False: there are too many ranges.
  [[nodiscard]] static bool watch(const void* memory, std::size_t size);
  // Before the range is unmapped.
  static void forget(const void* memory);
  // Pages that were found gone.
  [[nodiscard]] static std::uint64_t lost();
};

}  // namespace spa::card
