// SPDX-License-Identifier: Apache-2.0
// The second transport: what x-pci-proxy-dev of QEMU 7.2 says, and what a client could say instead.
#include "firmware-sim/transport/mpqemu_session.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/pci_regs.h>
#include <sys/eventfd.h>

#include <optional>

#include "tests/device/transport/mpqemu_client.h"

namespace spa::card::test {
namespace {

constexpr std::uint32_t kBar = 0xfebf0000;

class Proxy : public ::testing::Test {
 protected:
  // The value that comes back; none when nothing does.
  std::optional<std::uint64_t> tell(std::int32_t command, ByteView body, Session::Fds fds = {}) {
    const auto reply = session.handle(proxy_message(command, body), std::move(fds));
    EXPECT_TRUE(reply) << session.failure();
    if (!reply || reply->empty()) return std::nullopt;
    EXPECT_EQ(reply->size(), mpqemu::kHeaderSize + 8);
    EXPECT_EQ(load_le<std::int32_t>(*reply, mpqemu::kCommandAt), mpqemu::kReturn);
    EXPECT_EQ(load_le<std::uint64_t>(*reply, mpqemu::kSizeAt), 8u);
    return load_le<std::uint64_t>(*reply, mpqemu::kHeaderSize);
  }
  std::optional<std::uint64_t> config(std::uint32_t offset, std::uint32_t length) {
    return tell(mpqemu::kConfigRead, config_body(offset, 0, length));
  }
  void set_config(std::uint32_t offset, std::uint32_t value, std::uint32_t length) {
    EXPECT_EQ(tell(mpqemu::kConfigWrite, config_body(offset, value, length)), 0u);
  }
  void place_bar() { set_config(PCI_BASE_ADDRESS_0, kBar, 4); }
  std::optional<std::uint64_t> bar(std::uint32_t offset, std::uint32_t length = 4) {
    return tell(mpqemu::kBarRead, bar_body(kBar + offset, 0, length));
  }
  std::optional<std::uint64_t> set_bar(std::uint32_t offset, std::uint64_t value,
                                       std::uint32_t length = 4) {
    return tell(mpqemu::kBarWrite, bar_body(kBar + offset, value, length));
  }
  static Session::Fds descriptors(std::initializer_list<const Memfd*> memories) {
    Session::Fds fds;
    for (const Memfd* memory : memories) fds.push_back(memory->share());
    return fds;
  }
  // The connection ends.
  void breaks(ByteView message, Session::Fds fds = {}) {
    MpqemuSession own(card.device, card.dma, card.msix);
    EXPECT_FALSE(own.handle(message, std::move(fds)));
    EXPECT_FALSE(own.failure().empty());
  }

  ProxiedCard card;
  MpqemuSession session{card.device, card.dma, card.msix};
};

TEST_F(Proxy, IsFoundAndSizedAsQemuDoesIt) {
  EXPECT_EQ(config(PCI_VENDOR_ID, 2), std::uint64_t{SPA_PCI_VENDOR_ID});
  EXPECT_EQ(config(PCI_DEVICE_ID, 2), std::uint64_t{SPA_PCI_DEVICE_ID});
  EXPECT_EQ(config(PCI_CLASS_DEVICE, 2), std::uint64_t{SPA_PCI_CLASS >> 8});
  // Seven of them: the last is configuration offset 0x28, which is no base address.
  for (std::uint32_t region = 0; region < 7; ++region) {
    const std::uint32_t offset = PCI_BASE_ADDRESS_0 + 4 * region;
    const auto before = config(offset, 4);
    set_config(offset, 0xffffffff, 4);
    const auto sized = static_cast<std::uint32_t>(*config(offset, 4));
    EXPECT_EQ(~(sized & 0xfffffff0) + 1, region == 0 ? std::uint32_t{SPA_BAR_SIZE} : 0u) << region;
    set_config(offset, static_cast<std::uint32_t>(*before), 4);
    EXPECT_EQ(config(offset, 4), before);
  }
}

TEST_F(Proxy, ReadsAndWritesRegistersWhereTheBarIs) {
  place_bar();
  EXPECT_EQ(bar(SPA_REG_MAGIC), std::uint64_t{SPA_MAGIC});
  EXPECT_EQ(set_bar(SPA_REG_TEST_VALUE, 0x55), 0u);
  EXPECT_EQ(bar(SPA_REG_TEST_VALUE), std::uint64_t{~0x55u});
  EXPECT_EQ(bar(SPA_REG_MAGIC, 8),
            std::uint64_t{SPA_VERSION_MAJOR << 16 | SPA_VERSION_MINOR} << 32 | SPA_MAGIC);
  set_config(PCI_BASE_ADDRESS_0, kBar + 0x100000, 4);
  EXPECT_EQ(bar(SPA_REG_MAGIC), mpqemu::kRefused) << "it has moved";
}

TEST_F(Proxy, RefusesAccessesThatAreNone) {
  place_bar();
  for (const std::uint32_t length : {0u, 3u, 16u, 0xffffffffu}) {
    EXPECT_EQ(bar(0, length), mpqemu::kRefused) << length;
    EXPECT_EQ(set_bar(0, 0, length), mpqemu::kRefused) << length;
    EXPECT_EQ(config(0, length), mpqemu::kRefused) << length;
    EXPECT_EQ(tell(mpqemu::kConfigWrite, config_body(0, 0, length)), mpqemu::kRefused);
  }
  EXPECT_EQ(bar(SPA_BAR_SIZE - 4, 8), mpqemu::kRefused);
  EXPECT_EQ(tell(mpqemu::kBarRead, bar_body(kBar - 1, 0, 1)), mpqemu::kRefused);
  EXPECT_EQ(tell(mpqemu::kBarRead, bar_body(~0ull, 0, 8)), mpqemu::kRefused);
  EXPECT_EQ(tell(mpqemu::kBarRead, bar_body(kBar, 0, 4, 0)), mpqemu::kRefused) << "no I/O ports";
  EXPECT_EQ(config(253, 4), mpqemu::kRefused) << "a conventional device has 256 octets";
  EXPECT_EQ(config(0xfffffffe, 4), mpqemu::kRefused);
}

TEST_F(Proxy, ReachesTheMemoryOfTheLastMapAndOfNoEarlierOne) {
  place_bar();
  const Memfd low(8192);
  const Memfd high(4096);
  const auto fill = [&](std::uint32_t address) {
    set_bar(SPA_REG_TEST_DMA_ADDR_LO, address);
    set_bar(SPA_REG_TEST_DMA_SIZE, 4);
    set_bar(SPA_REG_TEST_DMA_CTRL, SPA_TEST_DMA_FILL);
    return bar(SPA_REG_TEST_DMA_RESULT);
  };
  EXPECT_EQ(tell(mpqemu::kSyncMemory, memory_body({{0, 4096, 0}, {0x100000, 4096, 4096}}),
                 descriptors({&low, &low})),
            std::nullopt)
      << "never answered";
  EXPECT_EQ(fill(0x100000), std::uint64_t{SPA_OK});
  EXPECT_EQ(low.octets()[4096], SPA_TEST_DMA_PATTERN);
  EXPECT_EQ(tell(mpqemu::kSyncMemory, memory_body({{0x200000, 4096, 0}}), descriptors({&high})),
            std::nullopt);
  EXPECT_EQ(card.dma.ranges(), 1u);
  EXPECT_EQ(fill(0x100000), std::uint64_t{SPA_E_DMA});
  EXPECT_EQ(fill(0x200000), std::uint64_t{SPA_OK});
  EXPECT_EQ(tell(mpqemu::kSyncMemory, memory_body({})), std::nullopt);
  EXPECT_EQ(fill(0x200000), std::uint64_t{SPA_E_DMA});
}

TEST_F(Proxy, EndsOnMemoryThatCannotBe) {
  const Memfd memory(8192);
  const auto sync = [&](std::vector<Region> regions, Session::Fds fds) {
    breaks(proxy_message(mpqemu::kSyncMemory, memory_body(std::move(regions))), std::move(fds));
    EXPECT_EQ(card.dma.ranges(), 0u);
  };
  sync({{0, 12288, 0}}, descriptors({&memory}));
  sync({{0, 4096, ~0ull - 4095}}, descriptors({&memory}));
  sync({{0, 4096, 1}}, descriptors({&memory}));
  sync({{0, 0, 0}}, descriptors({&memory}));
  sync({{~0ull - 4095, 8192, 0}}, descriptors({&memory}));
  sync({{0, 8192, 0}, {4096, 4096, 0}}, descriptors({&memory, &memory}));
  sync({{0, 4096, 0}, {4096, 4096, 0}}, [] {
    Session::Fds fds;
    fds.emplace_back(::eventfd(0, EFD_CLOEXEC));
    return fds;
  }());
  Session::Fds nine;
  for (int i = 0; i < 9; ++i) nine.push_back(memory.share());
  sync({}, std::move(nine));
}

TEST_F(Proxy, SendsInterruptsByTheTableInTheBar) {
  place_bar();
  set_config(PciConfig::kMsix + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE, 2);
  set_bar(SPA_MSIX_TABLE + 16 * 7, 0xfee00000);
  set_bar(SPA_MSIX_TABLE + 16 * 7 + 8, 0x4042ull, 8);  // data, and the mask taken off
  set_bar(SPA_REG_TEST_IRQ, 7);
  ASSERT_EQ(card.sent.size(), 1u);
  EXPECT_EQ(card.sent[0].first, 0xfee00000u);
  EXPECT_EQ(card.sent[0].second, 0x4042u);
  set_config(PciConfig::kMsix + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL, 2);
  set_bar(SPA_REG_TEST_IRQ, 7);
  EXPECT_EQ(bar(SPA_MSIX_PBA), 1u << 7);
  set_config(PciConfig::kMsix + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE, 2);
  EXPECT_EQ(card.sent.size(), 2u);
}

TEST_F(Proxy, ResetsAsQemuAndAsTheFunctionDoes) {
  place_bar();
  set_config(PciConfig::kMsix + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE, 2);
  set_bar(SPA_REG_CONTROL, SPA_CONTROL_ENABLE);
  set_bar(SPA_MSIX_TABLE + 12, 0);
  EXPECT_EQ(tell(mpqemu::kDeviceReset, {}), 0u);
  EXPECT_EQ(config(PCI_BASE_ADDRESS_0, 4), 0u);
  place_bar();
  EXPECT_EQ(bar(SPA_REG_CONTROL), 0u);
  EXPECT_EQ(bar(SPA_MSIX_TABLE + 12), std::uint64_t{PCI_MSIX_ENTRY_CTRL_MASKBIT});
}

TEST_F(Proxy, TakesTheDescriptorsOfIntxAndUsesThemForNothing) {
  Session::Fds fds;
  fds.emplace_back(::eventfd(0, EFD_CLOEXEC));
  fds.emplace_back(::eventfd(0, EFD_CLOEXEC));
  const int first = fds[0].get();
  EXPECT_EQ(tell(mpqemu::kSetIrqFd, {}, std::move(fds)), std::nullopt);
  EXPECT_EQ(::fcntl(first, F_GETFD), -1) << "closed";
}

TEST_F(Proxy, EndsOnMessagesThatAreNone) {
  breaks(proxy_message(mpqemu::kReturn, Body().u64(0)));
  breaks(proxy_message(-1, {}));
  breaks(proxy_message(8, {}));
  breaks(proxy_message(mpqemu::kBarRead, Body().u64(0)));
  breaks(proxy_message(mpqemu::kConfigRead, Body().u64(0).u64(0)));
  breaks(proxy_message(mpqemu::kSyncMemory, Body().u64(0)));
  Bytes longer = proxy_message(mpqemu::kDeviceReset, {});
  longer.push_back(0);
  breaks(longer);
  breaks(ByteView(longer).first(9));
}

// The size comes from the header before the rest has been read.
TEST_F(Proxy, NoHeaderAsksForMoreThanAMessageCanHold) {
  const Protocol protocol = mpqemu_over(card.device, card.dma, card.msix);
  Bytes header(mpqemu::kHeaderSize);
  EXPECT_EQ(protocol.message_size(header), mpqemu::kHeaderSize);
  for (const std::uint64_t size : {mpqemu::kMostBody + std::uint64_t{1}, ~std::uint64_t{0}}) {
    store_le(header, mpqemu::kSizeAt, size);
    EXPECT_EQ(protocol.message_size(header), std::nullopt);
  }
}

TEST_F(Proxy, LeavesTheCardInPowerOnStateWhenItEnds) {
  const Memfd memory(4096);
  {
    MpqemuSession first(card.device, card.dma, card.msix);
    Session::Fds fds = descriptors({&memory});
    EXPECT_TRUE(first.handle(proxy_message(mpqemu::kSyncMemory, memory_body({{0, 4096, 0}})),
                             std::move(fds)));
    card.device.reg_write(SPA_REG_CONTROL, SPA_CONTROL_ENABLE);
    EXPECT_EQ(card.dma.ranges(), 1u);
  }
  EXPECT_EQ(card.dma.ranges(), 0u);
  EXPECT_EQ(card.device.reg_read(SPA_REG_CONTROL), 0u);
}

}  // namespace
}  // namespace spa::card::test
