// SPDX-License-Identifier: Apache-2.0
// PCI Local Bus 3.0, 6.8.2 and 6.8.3.5: the table's fields, masking, pending bits.
#include "firmware-sim/transport/msix_table.h"

#include <gtest/gtest.h>
#include <linux/pci_regs.h>

#include <utility>
#include <vector>

#include "firmware-sim/rings/little_endian.h"

namespace spa::card::test {
namespace {

using Message = std::pair<std::uint64_t, std::uint32_t>;

class Msix : public ::testing::Test {
 protected:
  void put(std::uint64_t offset, std::uint32_t value) {
    std::array<std::uint8_t, 4> octets;
    store_le(octets, 0, value);
    table.write(offset, octets);
  }
  std::uint32_t get(std::uint64_t offset) const {
    std::array<std::uint8_t, 4> octets;
    table.read(offset, octets);
    return load_le<std::uint32_t>(octets, 0);
  }
  static std::uint64_t entry(unsigned vector) {
    return SPA_MSIX_TABLE + vector * PCI_MSIX_ENTRY_SIZE;
  }
  void program(unsigned vector, Message message, std::uint32_t mask) {
    put(entry(vector) + PCI_MSIX_ENTRY_LOWER_ADDR, static_cast<std::uint32_t>(message.first));
    put(entry(vector) + PCI_MSIX_ENTRY_UPPER_ADDR, static_cast<std::uint32_t>(message.first >> 32));
    put(entry(vector) + PCI_MSIX_ENTRY_DATA, message.second);
    put(entry(vector) + PCI_MSIX_ENTRY_VECTOR_CTRL, mask);
  }
  std::uint32_t pending(unsigned vector) const {
    return get(SPA_MSIX_PBA + vector / 32 * 4) >> (vector % 32) & 1;
  }

  bool host_reads = true;
  std::vector<Message> sent;
  MsixTable table{[this](std::uint64_t address, std::uint32_t data) {
    if (host_reads) sent.emplace_back(address, data);
    return host_reads;
  }};
};

TEST_F(Msix, IsMaskedAndSilentAtPowerOn) {
  EXPECT_EQ(get(entry(0) + PCI_MSIX_ENTRY_VECTOR_CTRL), std::uint32_t{PCI_MSIX_ENTRY_CTRL_MASKBIT});
  EXPECT_EQ(get(entry(63) + PCI_MSIX_ENTRY_VECTOR_CTRL),
            std::uint32_t{PCI_MSIX_ENTRY_CTRL_MASKBIT});
  table.raise(0);
  EXPECT_EQ(pending(0), 0u) << "not enabled: nothing is kept for later";
  EXPECT_TRUE(sent.empty());
}

TEST_F(Msix, SendsTheMessageOfTheVector) {
  program(5, {0x1'fee0'0000, 0x4041}, 0);
  program(63, {0xfee01000, 7}, 0);
  table.control(PCI_MSIX_FLAGS_ENABLE);
  table.raise(5);
  table.raise(63);
  table.raise(64);  // no such vector
  EXPECT_EQ(sent, (std::vector<Message>{{0x1'fee0'0000, 0x4041}, {0xfee01000, 7}}));
}

TEST_F(Msix, KeepsOneMessageWhileTheVectorIsMasked) {
  table.control(PCI_MSIX_FLAGS_ENABLE);
  program(40, {0xfee00000, 1}, PCI_MSIX_ENTRY_CTRL_MASKBIT);
  table.raise(40);
  table.raise(40);
  EXPECT_EQ(pending(40), 1u);
  EXPECT_EQ(pending(41), 0u);
  EXPECT_TRUE(sent.empty());
  put(entry(40) + PCI_MSIX_ENTRY_VECTOR_CTRL, 0);
  EXPECT_EQ(sent.size(), 1u);
  EXPECT_EQ(pending(40), 0u);
}

TEST_F(Msix, KeepsMessagesWhileTheFunctionIsMasked) {
  program(0, {0xfee00000, 1}, 0);
  program(1, {0xfee00000, 2}, PCI_MSIX_ENTRY_CTRL_MASKBIT);
  table.control(PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
  table.raise(0);
  table.raise(1);
  EXPECT_TRUE(sent.empty());
  table.control(PCI_MSIX_FLAGS_ENABLE);
  EXPECT_EQ(sent, (std::vector<Message>{{0xfee00000, 1}}));
  EXPECT_EQ(pending(1), 1u) << "its own mask holds";
  table.control(0);
  EXPECT_EQ(pending(1), 0u) << "switched off";
}

TEST_F(Msix, TriesAgainWhatTheHostCouldNotTake) {
  program(2, {0xfee00000, 9}, 0);
  table.control(PCI_MSIX_FLAGS_ENABLE);
  host_reads = false;
  table.raise(2);
  EXPECT_EQ(pending(2), 1u);
  host_reads = true;
  table.flush();
  table.flush();
  EXPECT_EQ(sent, (std::vector<Message>{{0xfee00000, 9}}));
}

TEST_F(Msix, TakesWordsAndPairsOfThemOnly) {
  std::array<std::uint8_t, 8> pair{};
  store_le(pair, 0, std::uint64_t{0x1122334455667788});
  table.write(entry(3), pair);
  EXPECT_EQ(get(entry(3)), 0x55667788u);
  EXPECT_EQ(get(entry(3) + 4), 0x11223344u);
  table.write(entry(3) + 1, ByteView(pair).first(4));
  table.write(entry(3), ByteView(pair).first(2));
  table.write(entry(3) + 4, pair);
  EXPECT_EQ(get(entry(3)), 0x55667788u);
  EXPECT_EQ(get(entry(3) + 4), 0x11223344u);
  std::array<std::uint8_t, 2> half{1, 1};
  table.read(entry(3), half);
  EXPECT_EQ(half[0], 0);
  put(SPA_MSIX_PBA, ~0u);
  EXPECT_EQ(get(SPA_MSIX_PBA), 0u) << "pending bits are the card's";
  put(entry(3) + PCI_MSIX_ENTRY_VECTOR_CTRL, ~0u);
  EXPECT_EQ(get(entry(3) + PCI_MSIX_ENTRY_VECTOR_CTRL), std::uint32_t{PCI_MSIX_ENTRY_CTRL_MASKBIT})
      << "the other bits are reserved";
}

TEST_F(Msix, OwnsTheTableAndThePendingBits) {
  EXPECT_FALSE(MsixTable::owns(SPA_MSIX_TABLE - 1));
  EXPECT_TRUE(MsixTable::owns(SPA_MSIX_TABLE));
  EXPECT_TRUE(MsixTable::owns(entry(64) - 1));
  EXPECT_FALSE(MsixTable::owns(entry(64)));
  EXPECT_TRUE(MsixTable::owns(SPA_MSIX_PBA + 7));
  EXPECT_FALSE(MsixTable::owns(SPA_MSIX_PBA + 8));
  std::array<std::uint8_t, 8> octets{};
  table.read(SPA_MSIX_PBA, octets);
  table.read(entry(63) + 8, octets);
}

}  // namespace
}  // namespace spa::card::test
