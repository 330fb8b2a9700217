// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/pci_config.h"

#include <linux/pci_regs.h>
#include <spa/hw.h>

#include <algorithm>

namespace spa::card {
namespace {

constexpr std::size_t kExpress = 0x40;
constexpr std::uint16_t kLinkGen1X1 = 0x0011;

}  // namespace

PciConfig::PciConfig() {
  reset();
}

void PciConfig::reset() {
  value_ = {};
  writable_ = {};
  header();
  express_capability();
  msix_capability();
}

void PciConfig::header() {
  store_le<std::uint16_t>(value_, PCI_VENDOR_ID, SPA_PCI_VENDOR_ID);
  store_le<std::uint16_t>(value_, PCI_DEVICE_ID, SPA_PCI_DEVICE_ID);
  store_le<std::uint16_t>(writable_, PCI_COMMAND,
                          PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE);
  store_le<std::uint16_t>(value_, PCI_STATUS, PCI_STATUS_CAP_LIST);
  store_le<std::uint32_t>(value_, PCI_REVISION_ID, SPA_PCI_CLASS << 8 | SPA_PCI_REVISION);
  store_le<std::uint8_t>(writable_, PCI_CACHE_LINE_SIZE, 0xff);
  store_le<std::uint32_t>(writable_, PCI_BASE_ADDRESS_0, ~std::uint32_t{SPA_BAR_SIZE - 1});
  store_le<std::uint16_t>(value_, PCI_SUBSYSTEM_VENDOR_ID, SPA_PCI_VENDOR_ID);
  store_le<std::uint16_t>(value_, PCI_SUBSYSTEM_ID, SPA_PCI_DEVICE_ID);
  store_le<std::uint8_t>(value_, PCI_CAPABILITY_LIST, kExpress);
  store_le<std::uint8_t>(writable_, PCI_INTERRUPT_LINE, 0xff);
}

void PciConfig::express_capability() {
  store_le<std::uint8_t>(value_, kExpress, PCI_CAP_ID_EXP);
  store_le<std::uint8_t>(value_, kExpress + PCI_CAP_LIST_NEXT, kMsix);
  store_le<std::uint16_t>(value_, kExpress + PCI_EXP_FLAGS, 2 | PCI_EXP_TYPE_ENDPOINT << 4);
  store_le<std::uint32_t>(value_, kExpress + PCI_EXP_DEVCAP,
                          PCI_EXP_DEVCAP_RBER | PCI_EXP_DEVCAP_FLR);
  store_le<std::uint16_t>(writable_, kExpress + PCI_EXP_DEVCTL, 0x7fff);
  store_le<std::uint32_t>(value_, kExpress + PCI_EXP_LNKCAP, kLinkGen1X1);
  store_le<std::uint16_t>(value_, kExpress + PCI_EXP_LNKSTA, kLinkGen1X1);
}

void PciConfig::msix_capability() {
  store_le<std::uint8_t>(value_, kMsix, PCI_CAP_ID_MSIX);
  store_le<std::uint16_t>(value_, kMsix + PCI_MSIX_FLAGS, SPA_MSIX_VECTORS - 1);
  store_le<std::uint16_t>(writable_, kMsix + PCI_MSIX_FLAGS,
                          PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
  store_le<std::uint32_t>(value_, kMsix + PCI_MSIX_TABLE, SPA_MSIX_TABLE | SPA_BAR);
  store_le<std::uint32_t>(value_, kMsix + PCI_MSIX_PBA, SPA_MSIX_PBA | SPA_BAR);
}

void PciConfig::read(std::uint64_t offset, MutableByteView into) const {
  std::fill(into.begin(), into.end(), std::uint8_t{0});
  if (offset >= kSize) return;
  const std::size_t length = std::min<std::size_t>(into.size(), kSize - offset);
  std::copy_n(value_.begin() + static_cast<std::ptrdiff_t>(offset), length, into.begin());
}

bool PciConfig::write(std::uint64_t offset, ByteView from) {
  bool function_reset = false;
  for (std::size_t i = 0; i < from.size() && offset < kSize - i; ++i) {
    const std::size_t at = offset + i;
    value_[at] =
        static_cast<std::uint8_t>((value_[at] & ~writable_[at]) | (from[i] & writable_[at]));
    // The bit that starts a function-level reset is in the upper octet of device control and reads
    // as 0.
    if (at == kExpress + PCI_EXP_DEVCTL + 1)
      function_reset = (from[i] & (PCI_EXP_DEVCTL_BCR_FLR >> 8)) != 0;
  }
  return function_reset;
}

}  // namespace spa::card
