// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/transport/msix_table.h"

#include <linux/pci_regs.h>

#include <algorithm>

#include "firmware-sim/rings/little_endian.h"

namespace spa::card {
namespace {

constexpr std::size_t kAddressLow = 0;
constexpr std::size_t kAddressHigh = 1;
constexpr std::size_t kData = 2;
constexpr std::size_t kControl = 3;
constexpr std::uint64_t kTableEnd = SPA_MSIX_TABLE + SPA_MSIX_VECTORS * PCI_MSIX_ENTRY_SIZE;
constexpr std::uint64_t kPbaEnd = SPA_MSIX_PBA + SPA_MSIX_VECTORS / 8;

bool in_table(std::uint64_t offset) {
  return offset >= SPA_MSIX_TABLE && offset < kTableEnd;
}

bool aligned(std::uint64_t offset, std::size_t size) {
  return (size == 4 || size == 8) && offset % size == 0;
}

}  // namespace

bool MsixTable::owns(std::uint64_t offset) {
  return in_table(offset) || (offset >= SPA_MSIX_PBA && offset < kPbaEnd);
}

void MsixTable::reset() {
  table_.fill(0);
  for (std::size_t i = kControl; i < kWords; i += kWordsPerEntry) {
    table_[i] = PCI_MSIX_ENTRY_CTRL_MASKBIT;
  }
  pending_.reset();
  control_ = 0;
}

bool MsixTable::may_send(unsigned vector) const {
  return (control_ & PCI_MSIX_FLAGS_ENABLE) != 0 && (control_ & PCI_MSIX_FLAGS_MASKALL) == 0 &&
         (table_[vector * kWordsPerEntry + kControl] & PCI_MSIX_ENTRY_CTRL_MASKBIT) == 0;
}

void MsixTable::send(unsigned vector) {
  const auto entry = table_.begin() + vector * kWordsPerEntry;
  const auto address = std::uint64_t{entry[kAddressHigh]} << 32 | entry[kAddressLow];
  pending_.set(vector, !deliver_(address, entry[kData]));
}

// Without MSI-X the card has no interrupts, and none that come later for what is over.
void MsixTable::raise(unsigned vector) {
  if (vector >= SPA_MSIX_VECTORS || (control_ & PCI_MSIX_FLAGS_ENABLE) == 0) return;
  if (may_send(vector)) {
    send(vector);
  } else {
    pending_.set(vector);
  }
}

void MsixTable::control(std::uint16_t flags) {
  control_ = flags;
  if ((control_ & PCI_MSIX_FLAGS_ENABLE) == 0) pending_.reset();
  flush();
}

void MsixTable::flush() {
  if (pending_.none()) return;
  for (unsigned vector = 0; vector < SPA_MSIX_VECTORS; ++vector) {
    if (pending_.test(vector) && may_send(vector)) send(vector);
  }
}

std::uint32_t MsixTable::word(std::uint64_t offset) const {
  if (in_table(offset)) return table_[(offset - SPA_MSIX_TABLE) / 4];
  if (!owns(offset)) return 0;
  return static_cast<std::uint32_t>(pending_.to_ullong() >> ((offset - SPA_MSIX_PBA) * 8));
}

void MsixTable::set_word(std::uint64_t offset, std::uint32_t value) {
  if (!in_table(offset)) return;
  const std::size_t index = (offset - SPA_MSIX_TABLE) / 4;
  table_[index] = index % kWordsPerEntry == kControl ? value & PCI_MSIX_ENTRY_CTRL_MASKBIT : value;
}

void MsixTable::read(std::uint64_t offset, MutableByteView into) const {
  std::fill(into.begin(), into.end(), std::uint8_t{0});
  if (!aligned(offset, into.size())) return;
  for (std::size_t i = 0; i < into.size(); i += 4) store_le(into, i, word(offset + i));
}

void MsixTable::write(std::uint64_t offset, ByteView from) {
  if (!aligned(offset, from.size())) return;
  for (std::size_t i = 0; i < from.size(); i += 4) {
    set_word(offset + i, load_le<std::uint32_t>(from, i));
  }
  flush();
}

}  // namespace spa::card
