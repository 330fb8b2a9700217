// SPDX-License-Identifier: Apache-2.0
// Bus addresses to memory of this process: ranges that do not overlap, each with its permissions.
// An access may span neighbouring ranges. In-process hosts use it with their own memory, vfio-user
// with what the client shares.
#pragma once

#include <cstdint>
#include <map>

#include "firmware-sim/model/dma.h"

namespace spa::card {

struct DmaAccess {
  bool readable = true;
  bool writable = true;
};

class DmaMap final : public DmaSpace {
 public:
  static constexpr std::size_t kMostRanges = 4096;

  // False when the range is empty, wraps around, overlaps another or is one too many. `memory` is
  // borrowed. A null `memory` with `size` octets makes a range that is known but refuses every
  // access.
  [[nodiscard]] bool add(std::uint64_t address, std::uint8_t* memory, std::uint64_t size,
                         DmaAccess access = {});
  // Removes all ranges inside [address, address + size). False when there was none, or one lies
  // only partly inside.
  [[nodiscard]] bool remove(std::uint64_t address, std::uint64_t size);
  void clear() { ranges_.clear(); }
  [[nodiscard]] std::size_t ranges() const { return ranges_.size(); }

  [[nodiscard]] bool read(std::uint64_t address, MutableByteView into) override;
  [[nodiscard]] bool write(std::uint64_t address, ByteView from) override;

 private:
  struct Range {
    std::uint8_t* memory = nullptr;
    std::uint64_t size = 0;
    DmaAccess access;
  };
  using Ranges = std::map<std::uint64_t, Range>;

  // The range that holds `address`, or end().
  [[nodiscard]] Ranges::const_iterator find(std::uint64_t address) const;
  template <typename Copy>
  [[nodiscard]] bool walk(std::uint64_t address, std::size_t size, bool DmaAccess::* needed,
                          Copy copy) const;

  Ranges ranges_;
};

}  // namespace spa::card
