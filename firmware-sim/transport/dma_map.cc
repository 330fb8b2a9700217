// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/transport/dma_map.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace spa::card {

bool DmaMap::add(std::uint64_t address, std::uint8_t* memory, std::uint64_t size,
                 DmaAccess access) {
  if (size == 0 || address + (size - 1) < address || ranges_.size() >= kMostRanges) return false;
  const auto next = ranges_.upper_bound(address);
  if (next != ranges_.end() && next->first - address < size) return false;
  if (next != ranges_.begin()) {
    const auto& [start, range] = *std::prev(next);
    if (address - start < range.size) return false;
  }
  if (memory == nullptr) access = {.readable = false, .writable = false};
  ranges_.emplace(address, Range{memory, size, access});
  return true;
}

bool DmaMap::remove(std::uint64_t address, std::uint64_t size) {
  if (size == 0 || address + (size - 1) < address) return false;
  const std::uint64_t last = address + (size - 1);
  const auto first = ranges_.lower_bound(address);
  const auto end = ranges_.upper_bound(last);
  if (first == end) return false;
  if (first != ranges_.begin()) {
    const auto& [start, range] = *std::prev(first);
    if (address - start < range.size) return false;
  }
  const auto& [start, range] = *std::prev(end);
  if (last - start < range.size - 1) return false;
  ranges_.erase(first, end);
  return true;
}

DmaMap::Ranges::const_iterator DmaMap::find(std::uint64_t address) const {
  const auto next = ranges_.upper_bound(address);
  if (next == ranges_.begin()) return ranges_.end();
  const auto found = std::prev(next);
  return address - found->first < found->second.size ? found : ranges_.end();
}

template <typename Copy>
bool DmaMap::walk(std::uint64_t address, std::size_t size, bool DmaAccess::* needed,
                  Copy copy) const {
  std::size_t done = 0;
  while (done < size) {
    const auto found = find(address);
    if (found == ranges_.end() || !(found->second.access.*needed)) return false;
    const std::uint64_t offset = address - found->first;
    const std::size_t part = std::min<std::uint64_t>(size - done, found->second.size - offset);
    copy(found->second.memory + offset, done, part);
    done += part;
    address += part;
    if (address == 0 && done < size) return false;
  }
  return true;
}

namespace {

// An aligned word is read and written in one piece: the other side changes it at the same time.
void copy_octets(std::uint8_t* to, const std::uint8_t* from, std::size_t length) {
  constexpr std::size_t kWord = sizeof(std::uint32_t);
  const auto unaligned =
      (reinterpret_cast<std::uintptr_t>(to) | reinterpret_cast<std::uintptr_t>(from)) % kWord;
  if (length != kWord || unaligned != 0) {
    std::memcpy(to, from, length);
    return;
  }
  const auto word = __atomic_load_n(reinterpret_cast<const std::uint32_t*>(from), __ATOMIC_RELAXED);
  __atomic_store_n(reinterpret_cast<std::uint32_t*>(to), word, __ATOMIC_RELAXED);
}

}  // namespace

bool DmaMap::read(std::uint64_t address, MutableByteView into) {
  return walk(address, into.size(), &DmaAccess::readable,
              [&](const std::uint8_t* memory, std::size_t at, std::size_t length) {
                copy_octets(into.data() + at, memory, length);
              });
}

bool DmaMap::write(std::uint64_t address, ByteView from) {
  return walk(address, from.size(), &DmaAccess::writable,
              [&](std::uint8_t* memory, std::size_t at, std::size_t length) {
                copy_octets(memory, from.data() + at, length);
              });
}

}  // namespace spa::card
