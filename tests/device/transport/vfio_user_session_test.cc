// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/transport/vfio_user_session.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <optional>

#include "tests/device/transport/vfio_user_client.h"

namespace spa::card::test {
namespace {

constexpr std::uint32_t kTrigger = VFIO_IRQ_SET_ACTION_TRIGGER;

class Session : public ::testing::Test {
 protected:
  Session() { EXPECT_EQ(ask(vu::kVersion, version_body()), 0u); }

  // The errno of the answer, 0 for success; 0xffff when the connection ends.
  std::uint32_t ask(std::uint16_t command, ByteView body, VfioUserSession::Fds fds = {}) {
    const auto answer = session.handle(message(command, body), std::move(fds));
    if (!answer) return 0xffff;
    reply = *answer;
    EXPECT_EQ(load_le<std::uint16_t>(reply, vu::kIdAt), 7);
    EXPECT_EQ(load_le<std::uint16_t>(reply, vu::kCommandAt), command);
    EXPECT_EQ(load_le<std::uint32_t>(reply, vu::kSizeAt), reply.size());
    return reply_error(reply);
  }
  [[nodiscard]] ByteView body() const { return ByteView(reply).subspan(vu::kHeaderSize); }
  static VfioUserSession::Fds one(UniqueFd fd) {
    VfioUserSession::Fds fds;
    fds.push_back(std::move(fd));
    return fds;
  }
  static std::uint64_t count(int fd) {
    std::uint64_t value = 0;
    return ::read(fd, &value, sizeof value) == sizeof value ? value : 0;
  }
  std::uint32_t bar(std::uint32_t offset) {
    EXPECT_EQ(ask(vu::kRegionRead, access_body(0, offset, 4)), 0u);
    return load_le<std::uint32_t>(body(), 16);
  }
  std::uint32_t set_bar(std::uint32_t offset, std::uint32_t value) {
    return ask(vu::kRegionWrite, access_body(0, offset, 4).u32(value));
  }

  Card card;
  VfioUserSession session{card.device, card.dma, card.interrupts};
  Bytes reply;
};

TEST_F(Session, StatesItsVersionAndItsParts) {
  EXPECT_EQ(ask(vu::kDeviceGetInfo, Body().u32(16).u32(0).u32(0).u32(0)), 0u);
  EXPECT_EQ(load_le<std::uint32_t>(body(), 4),
            std::uint32_t{VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET});
  EXPECT_EQ(load_le<std::uint32_t>(body(), 8), std::uint32_t{VFIO_PCI_NUM_REGIONS});
  for (std::uint32_t region = 0; region < VFIO_PCI_NUM_REGIONS; ++region) {
    EXPECT_EQ(ask(vu::kDeviceGetRegionInfo, Body().u32(32).u32(0).u32(region).u32(0).u64(0).u64(0)),
              0u);
    const std::uint64_t size = region == 0                              ? SPA_BAR_SIZE
                               : region == VFIO_PCI_CONFIG_REGION_INDEX ? 4096
                                                                        : 0;
    EXPECT_EQ(load_le<std::uint64_t>(body(), 16), size) << region;
  }
  for (std::uint32_t irq = 0; irq < VFIO_PCI_NUM_IRQS; ++irq) {
    EXPECT_EQ(ask(vu::kDeviceGetIrqInfo, Body().u32(16).u32(0).u32(irq).u32(0)), 0u);
    EXPECT_EQ(load_le<std::uint32_t>(body(), 12), irq == VFIO_PCI_MSIX_IRQ_INDEX ? 64u : 0u);
  }
}

TEST_F(Session, ReadsAndWritesRegions) {
  EXPECT_EQ(bar(SPA_REG_MAGIC), SPA_MAGIC);
  EXPECT_EQ(set_bar(SPA_REG_TEST_VALUE, 1), 0u);
  EXPECT_EQ(bar(SPA_REG_TEST_VALUE), ~1u);
  EXPECT_EQ(ask(vu::kRegionRead, access_body(VFIO_PCI_CONFIG_REGION_INDEX, 0, 4096)), 0u);
  EXPECT_EQ(load_le<std::uint16_t>(body(), 16), SPA_PCI_VENDOR_ID);
  EXPECT_EQ(reply.size(), vu::kHeaderSize + 16 + 4096);
}

TEST_F(Session, APostedWriteIsDoneAndNotAnswered) {
  const Body write = access_body(0, SPA_REG_TEST_VALUE, 4).u32(0x55);
  const auto answer = session.handle(message(vu::kRegionWrite, write, vu::kNoReply), {});
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->empty());
  EXPECT_EQ(card.device.reg_read(SPA_REG_TEST_VALUE), ~0x55u);
}

TEST_F(Session, ReachesTheMemoryThatIsMappedUntilItIsNot) {
  const Memfd memory(3 * 4096);
  EXPECT_EQ(ask(vu::kDmaMap, map_body(0, 0x10000, 4096), one(memory.share())), 0u);
  EXPECT_EQ(ask(vu::kDmaMap, map_body(8192, 0x11000, 4096), one(memory.share())), 0u);
  for (const auto& [reg, value] : {std::pair{SPA_REG_TEST_DMA_ADDR_LO, 0x10ffeu},
                                   {SPA_REG_TEST_DMA_SIZE, 4u},
                                   {SPA_REG_TEST_DMA_CTRL, std::uint32_t{SPA_TEST_DMA_FILL}}}) {
    EXPECT_EQ(set_bar(static_cast<std::uint32_t>(reg), value), 0u);
  }
  EXPECT_EQ(bar(SPA_REG_TEST_DMA_RESULT), std::uint32_t{SPA_OK});
  EXPECT_EQ(memory.octets()[4095], SPA_TEST_DMA_PATTERN);
  EXPECT_EQ(memory.octets()[4096], 0) << "not mapped";
  EXPECT_EQ(memory.octets()[8193], SPA_TEST_DMA_PATTERN);
  EXPECT_EQ(ask(vu::kDmaUnmap, unmap_body(0x11000, 4096)), 0u);
  EXPECT_EQ(load_le<std::uint64_t>(body(), 8), 0x11000u);
  EXPECT_EQ(set_bar(SPA_REG_TEST_DMA_CTRL, SPA_TEST_DMA_FILL), 0u);
  EXPECT_EQ(bar(SPA_REG_TEST_DMA_RESULT), std::uint32_t{SPA_E_DMA});
  EXPECT_EQ(ask(vu::kDmaUnmap, unmap_body(0, 0, vu::kUnmapAll)), 0u);
  EXPECT_EQ(card.dma.ranges(), 0u);
}

TEST_F(Session, RefusesMapsThatCannotBe) {
  const Memfd memory(8192);
  EXPECT_EQ(ask(vu::kDmaMap, map_body(0, 0, 12288), one(memory.share())), std::uint32_t{EINVAL})
      << "beyond the file";
  EXPECT_EQ(ask(vu::kDmaMap, map_body(~0ull - 4095, 0, 8192), one(memory.share())),
            std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kDmaMap, map_body(1, 0, 4096), one(memory.share())), std::uint32_t{EINVAL})
      << "no page";
  EXPECT_EQ(ask(vu::kDmaMap, map_body(0, 0, 0), one(memory.share())), std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kDmaMap, map_body(0, 0, 4096, 4), one(memory.share())), std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kDmaMap, map_body(0, 0, 4096), one(UniqueFd(::eventfd(0, 0)))),
            std::uint32_t{EINVAL});
  VfioUserSession::Fds two = one(memory.share());
  two.push_back(memory.share());
  EXPECT_EQ(ask(vu::kDmaMap, map_body(0, 0, 4096), std::move(two)), std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kDmaMap, Body().u32(32)), std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kDmaUnmap, unmap_body(0x5000, 4096)), std::uint32_t{ENOENT});
  EXPECT_EQ(ask(vu::kDmaMap, map_body(0, 0x1000, 4096)), 0u) << "a ROM without a descriptor";
  EXPECT_EQ(ask(vu::kDmaMap, map_body(0, 0x1000, 4096), one(memory.share())), std::uint32_t{EINVAL})
      << "taken";
  EXPECT_EQ(ask(vu::kDmaUnmap, unmap_body(0x1000, 4096)), 0u);
}

TEST_F(Session, SignalsTheEventfdsGivenAndKeepsWhatComesInBetween) {
  const UniqueFd event(::eventfd(0, EFD_NONBLOCK));
  EXPECT_EQ(ask(vu::kDeviceSetIrqs, irq_body(VFIO_IRQ_SET_DATA_EVENTFD | kTrigger, 5, 1),
                one(UniqueFd(::dup(event.get())))),
            0u);
  EXPECT_EQ(set_bar(SPA_REG_TEST_IRQ, 5), 0u);
  EXPECT_EQ(count(event.get()), 1u);
  // QEMU takes all vectors away for a moment when it adds one.
  EXPECT_EQ(ask(vu::kDeviceSetIrqs, irq_body(VFIO_IRQ_SET_DATA_NONE | kTrigger, 0, 0)), 0u);
  EXPECT_EQ(set_bar(SPA_REG_TEST_IRQ, 5), 0u);
  EXPECT_EQ(count(event.get()), 0u);
  EXPECT_EQ(ask(vu::kDeviceSetIrqs, irq_body(VFIO_IRQ_SET_DATA_EVENTFD | kTrigger, 0, 8)), 0u)
      << "no descriptors";
  VfioUserSession::Fds fds = one(UniqueFd(::dup(event.get())));
  EXPECT_EQ(
      ask(vu::kDeviceSetIrqs, irq_body(VFIO_IRQ_SET_DATA_EVENTFD | kTrigger, 5, 1), std::move(fds)),
      0u);
  EXPECT_EQ(count(event.get()), 1u);
  EXPECT_EQ(ask(vu::kDeviceSetIrqs, irq_body(VFIO_IRQ_SET_DATA_NONE | kTrigger, 5, 1)), 0u);
  EXPECT_EQ(count(event.get()), 1u) << "a loopback trigger";
}

TEST_F(Session, RefusesVectorsThatAreNot) {
  const std::uint32_t flags = VFIO_IRQ_SET_DATA_EVENTFD | kTrigger;
  EXPECT_EQ(ask(vu::kDeviceSetIrqs, irq_body(flags, 64, 1)), std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kDeviceSetIrqs, irq_body(flags, 0xffffffff, 2)), std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kDeviceSetIrqs, irq_body(flags, 0, 65)), std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kDeviceSetIrqs, irq_body(flags, 0, 1, VFIO_PCI_NUM_IRQS)),
            std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kDeviceSetIrqs, irq_body(flags, 0, 1, VFIO_PCI_INTX_IRQ_INDEX)),
            std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kDeviceSetIrqs, irq_body(flags, 0, 0), one(UniqueFd(::eventfd(0, 0)))),
            std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kDeviceSetIrqs, irq_body(VFIO_IRQ_SET_DATA_BOOL | kTrigger, 0, 8)),
            std::uint32_t{EINVAL});
  EXPECT_EQ(
      ask(vu::kDeviceSetIrqs, irq_body(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_MASK, 0, 1)),
      std::uint32_t{EINVAL});
}

TEST_F(Session, RefusesAccessesOutsideTheRegions) {
  EXPECT_EQ(ask(vu::kRegionRead, access_body(0, SPA_BAR_SIZE - 2, 4)), std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kRegionRead, access_body(0, ~0ull, 4)), std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kRegionRead, access_body(0, 0, 0)), std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kRegionRead, access_body(0, 0, 0xffffffff)), std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kRegionRead, access_body(1, 0, 4)), std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kRegionRead, access_body(99, 0, 4)), std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kRegionWrite, access_body(0, 0, 8).u32(0)), std::uint32_t{EINVAL})
      << "less data than said";
  EXPECT_EQ(ask(vu::kRegionWrite, access_body(0, 0, 4).u64(0)), std::uint32_t{EINVAL});
  EXPECT_EQ(ask(vu::kDmaRead, access_body(0, 0, 4)), std::uint32_t{ENOTSUP});
  EXPECT_EQ(ask(0x4242, {}), std::uint32_t{ENOTSUP});
}

TEST_F(Session, ResetsTheDevice) {
  card.device.reg_write(SPA_REG_CONTROL, SPA_CONTROL_ENABLE);
  EXPECT_EQ(ask(vu::kDeviceReset, {}), 0u);
  EXPECT_EQ(card.device.reg_read(SPA_REG_CONTROL), 0u);
}

TEST(SessionStart, EndsWithAClientThatDoesNotSpeakTheProtocol) {
  const auto ends = [](ByteView what) {
    Card card;
    VfioUserSession session(card.device, card.dma, card.interrupts);
    const bool ended = !session.handle(what, {});
    EXPECT_EQ(session.failure().empty(), !ended);
    return ended;
  };
  EXPECT_TRUE(ends(message(vu::kDeviceReset, {}))) << "before VERSION";
  EXPECT_TRUE(ends(message(vu::kVersion, Body().u16(1).u16(0))));
  EXPECT_TRUE(ends(message(vu::kVersion, Body().u16(0))));
  EXPECT_TRUE(ends(message(vu::kVersion, version_body(), vu::kTypeReply)));
  EXPECT_TRUE(ends(Bytes(15)));
  Bytes longer = message(vu::kVersion, version_body());
  longer.push_back(0);
  EXPECT_TRUE(ends(longer));
  EXPECT_FALSE(ends(message(vu::kVersion, version_body())));
}

TEST(SessionEnd, LeavesThePowerOnStateBehind) {
  Card card;
  const Memfd memory(4096);
  {
    VfioUserSession session(card.device, card.dma, card.interrupts);
    ASSERT_TRUE(session.handle(message(vu::kVersion, version_body()), {}));
    VfioUserSession::Fds fds;
    fds.push_back(memory.share());
    ASSERT_TRUE(session.handle(message(vu::kDmaMap, map_body(0, 0, 4096)), std::move(fds)));
    card.device.reg_write(SPA_REG_CONTROL, SPA_CONTROL_ENABLE);
  }
  EXPECT_EQ(card.dma.ranges(), 0u);
  EXPECT_EQ(card.device.reg_read(SPA_REG_CONTROL), 0u);
}

}  // namespace
}  // namespace spa::card::test
