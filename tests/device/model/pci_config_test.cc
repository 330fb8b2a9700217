// SPDX-License-Identifier: Apache-2.0
#include <linux/pci_regs.h>

#include "tests/device/model/host.h"

namespace spa::card::test {
namespace {

std::uint32_t read32(const Host& host, std::uint64_t offset) {
  std::array<std::uint8_t, 4> octets{};
  host.device.config_read(offset, octets);
  return load_le<std::uint32_t>(octets, 0);
}

void write32(Host& host, std::uint64_t offset, std::uint32_t value) {
  std::array<std::uint8_t, 4> octets{};
  store_le(octets, 0, value);
  host.device.config_write(offset, octets);
}

// The offset of a capability, found as a driver finds it; 0 when it is not there.
std::uint32_t find_capability(const Host& host, std::uint8_t id) {
  std::uint32_t at = read32(host, PCI_CAPABILITY_LIST) & 0xff;
  for (int i = 0; at != 0 && i < 48; ++i) {
    const std::uint32_t head = read32(host, at);
    if ((head & 0xff) == id) return at;
    at = head >> 8 & 0xff;
  }
  return 0;
}

TEST(PciConfig, NamesTheCardAndItsClass) {
  Host host;
  EXPECT_EQ(read32(host, PCI_VENDOR_ID),
            std::uint32_t{SPA_PCI_DEVICE_ID << 16 | SPA_PCI_VENDOR_ID});
  EXPECT_EQ(read32(host, PCI_CLASS_REVISION) >> 8, std::uint32_t{SPA_PCI_CLASS});
}

TEST(PciConfig, SizesItsBar) {
  Host host;
  write32(host, PCI_BASE_ADDRESS_0, 0xffffffff);
  EXPECT_EQ(read32(host, PCI_BASE_ADDRESS_0), ~std::uint32_t{SPA_BAR_SIZE - 1});
  write32(host, PCI_BASE_ADDRESS_1, 0xffffffff);
  EXPECT_EQ(read32(host, PCI_BASE_ADDRESS_1), 0u);
}

TEST(PciConfig, OffersMsixInItsBar) {
  Host host;
  const std::uint32_t msix = find_capability(host, PCI_CAP_ID_MSIX);
  ASSERT_NE(msix, 0u);
  EXPECT_EQ((read32(host, msix) >> 16 & PCI_MSIX_FLAGS_QSIZE) + 1, std::uint32_t{SPA_MSIX_VECTORS});
  EXPECT_EQ(read32(host, msix + PCI_MSIX_TABLE), std::uint32_t{SPA_MSIX_TABLE});
  EXPECT_EQ(read32(host, msix + PCI_MSIX_PBA), std::uint32_t{SPA_MSIX_PBA});
}

TEST(PciConfig, AFunctionLevelResetIsAWriteToDeviceControl) {
  Host host;
  const std::uint32_t express = find_capability(host, PCI_CAP_ID_EXP);
  ASSERT_NE(express, 0u);
  EXPECT_NE(read32(host, express + PCI_EXP_DEVCAP) & PCI_EXP_DEVCAP_FLR, 0u);
  host.enable();
  write32(host, PCI_COMMAND, PCI_COMMAND_MEMORY);
  write32(host, express + PCI_EXP_DEVCTL, 0x0010);
  EXPECT_EQ(host.read(SPA_REG_CONTROL), std::uint32_t{SPA_CONTROL_ENABLE})
      << "another bit of the register";
  write32(host, express + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR);
  EXPECT_EQ(host.read(SPA_REG_CONTROL), 0u);
  EXPECT_EQ(read32(host, PCI_COMMAND) & 0xffff, 0u);
  EXPECT_EQ(read32(host, express + PCI_EXP_DEVCTL) & PCI_EXP_DEVCTL_BCR_FLR, 0u);
}

TEST(PciConfig, ReadOnlyBitsStayAndTheEndIsTheEnd) {
  Host host;
  for (std::uint64_t offset = 0; offset < PciConfig::kSize + 8; offset += 4)
    write32(host, offset, 0);
  EXPECT_EQ(read32(host, PCI_VENDOR_ID),
            std::uint32_t{SPA_PCI_DEVICE_ID << 16 | SPA_PCI_VENDOR_ID});
  EXPECT_EQ(read32(host, PciConfig::kSize - 2), 0u);
  EXPECT_EQ(read32(host, ~std::uint64_t{0}), 0u);
  write32(host, ~std::uint64_t{0} - 1, 0xffffffff);
}

}  // namespace
}  // namespace spa::card::test
