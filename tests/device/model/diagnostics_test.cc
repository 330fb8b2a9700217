// SPDX-License-Identifier: Apache-2.0
// Health and crash dumps. Issue: "health reporter (diagnose, dump, recover), region (crash dump)".
#include "tests/device/model/port_fixture.h"

namespace spa::card::test {
namespace {

class Diagnosis : public PortTest {
 protected:
  [[nodiscard]] spa_health health() {
    const std::uint64_t at = host.allocate(sizeof(spa_health));
    spa_admin_cmd command{};
    command.opcode = to_le(std::uint16_t{SPA_CMD_HEALTH_READ});
    command.addr = to_le(at);
    command.length = to_le(std::uint32_t{sizeof(spa_health)});
    EXPECT_EQ(host.admin(host.admin_queue, command), unsigned{SPA_OK});
    return host.get<spa_health>(at);
  }
  unsigned dump(std::uint64_t address, std::uint32_t size) {
    host.write(SPA_REG_DIAG_ADDR_LO, static_cast<std::uint32_t>(address));
    host.write(SPA_REG_DIAG_ADDR_HI, static_cast<std::uint32_t>(address >> 32));
    host.write(SPA_REG_DIAG_SIZE, size);
    host.write(SPA_REG_DIAG_CTRL, SPA_DIAG_DUMP);
    return host.read(SPA_REG_DIAG_RESULT);
  }
  struct Section {
    std::uint16_t type;
    std::uint16_t number;
    Bytes content;
  };
  // Reads a dump as a stranger would, by its lengths alone.
  [[nodiscard]] std::vector<Section> sections(ByteView octets) {
    std::vector<Section> found;
    EXPECT_EQ(load_le<std::uint32_t>(octets, 0), SPA_DUMP_MAGIC);
    EXPECT_EQ(load_le<std::uint16_t>(octets, 4), SPA_DUMP_VERSION);
    EXPECT_EQ(load_le<std::uint32_t>(octets, 8), octets.size());
    std::size_t at = sizeof(spa_dump);
    while (at + sizeof(spa_dump_section) <= octets.size()) {
      const auto length = load_le<std::uint32_t>(octets, at + 4);
      const ByteView content = octets.subspan(at + 8, length);
      found.push_back({load_le<std::uint16_t>(octets, at),
                       load_le<std::uint16_t>(octets, at + 2),
                       {content.begin(), content.end()}});
      at += 8 + (length + 7) / 8 * 8;
    }
    EXPECT_EQ(at, octets.size());
    EXPECT_EQ(load_le<std::uint16_t>(octets, 6), found.size());
    return found;
  }
};

TEST_F(Diagnosis, HealthTellsWhatIsThereAndWhatWentWrong) {
  ASSERT_NE(host.read(SPA_REG_FEATURES) & SPA_FEATURE_HEALTH, 0u);
  host.device.tick();
  host.add_sa(5, gcm_sa(true));
  const spa_health before = health();
  EXPECT_EQ(before.heartbeat, 1u);
  EXPECT_EQ(before.status, std::uint32_t{SPA_STATUS_READY | SPA_STATUS_ENABLED});
  EXPECT_EQ(before.sas, 1u);
  EXPECT_EQ(before.queues_running,
            1ull << SPA_QUEUE_ADMIN | 1ull << SPA_QUEUE_RX(0) | 1ull << SPA_QUEUE_TX(0));
  EXPECT_EQ(before.failures, 0u);
  host.write(SPA_DOORBELL_SQ(SPA_QUEUE_TX(0)), 0x7000);
  host.write(SPA_REG_CONTROL, SPA_CONTROL_RESET);
  host.device.tick();
  host.admin_queue = host.start_queue(SPA_QUEUE_ADMIN, 16, sizeof(spa_admin_cmd));
  host.enable();
  const spa_health after = health();
  EXPECT_EQ(after.heartbeat, 2u);
  EXPECT_EQ(after.resets, 1u);
  EXPECT_EQ(after.failures, 1u);
  EXPECT_EQ(after.sas, 0u);
  EXPECT_EQ(after.error, std::uint32_t{SPA_ERROR_NONE});
  EXPECT_EQ(after.last[0].error, std::uint32_t{SPA_ERROR_DOORBELL}) << "history outlives a reset";
  EXPECT_EQ(after.last[0].info, std::uint32_t{SPA_QUEUE_TX(0)});
  EXPECT_EQ(after.last[0].heartbeat, 1u);
  EXPECT_EQ(after.last[1].error, std::uint32_t{SPA_ERROR_NONE});
}

TEST_F(Diagnosis, ADumpCanBeHadFromAStoppedCardAndHoldsNoKey) {
  const spa_sa sa = gcm_sa(true);
  host.add_sa(11, sa);
  host.write(SPA_DOORBELL_SQ(SPA_QUEUE_TX(0)), 0x7000);
  ASSERT_NE(host.read(SPA_REG_STATUS) & SPA_STATUS_FATAL, 0u);
  EXPECT_EQ(dump(kMemoryBase, 0), unsigned{SPA_E_SPACE});
  const std::uint32_t length = host.read(SPA_REG_DIAG_LENGTH);
  ASSERT_GT(length, 2048u);
  const std::uint64_t at = host.allocate(length + 8);
  EXPECT_EQ(dump(at, length - 1), unsigned{SPA_E_SPACE});
  EXPECT_EQ(host.at(at, 1)[0], 0);
  ASSERT_EQ(dump(at, length), unsigned{SPA_OK});
  EXPECT_EQ(host.at(at + length, 8)[0], 0) << "not one octet beyond";
  const MutableByteView octets = host.at(at, length);
  std::map<std::uint16_t, int> kinds;
  for (const Section& section : sections(octets)) {
    ++kinds[section.type];
    if (section.type == SPA_DUMP_SA_BITMAP) {
      EXPECT_EQ(section.content.size(), 2048u);
      EXPECT_EQ(section.content[1], 1 << 3);
    }
    if (section.type == SPA_DUMP_REGISTERS) {
      EXPECT_EQ(load_le<std::uint32_t>(section.content, 4), SPA_MAGIC);
    }
    if (section.type == SPA_DUMP_HEALTH) {
      EXPECT_EQ(section.content.size(), sizeof(spa_health));
    }
    if (section.type == SPA_DUMP_PORT_STATS) {
      EXPECT_EQ(section.content.size(), sizeof(spa_port_stats));
    }
  }
  EXPECT_EQ(kinds[SPA_DUMP_REGISTERS], 1);
  EXPECT_EQ(kinds[SPA_DUMP_QUEUE], 3);
  EXPECT_EQ(kinds[SPA_DUMP_HEALTH], 1);
  EXPECT_EQ(kinds[SPA_DUMP_PORT_STATS], 1);
  EXPECT_EQ(kinds[SPA_DUMP_SA_BITMAP], 1);
  EXPECT_EQ(kinds[SPA_DUMP_POLICY_BITMAP], 1);
  EXPECT_EQ(std::search(octets.begin(), octets.end(), sa.key, sa.key + 8), octets.end());
}

TEST_F(Diagnosis, ADumpCanBeHadFromACardThatHangs) {
  ASSERT_TRUE(host.device.fault("set hang"));
  const std::uint64_t at = host.allocate(65536);
  EXPECT_EQ(dump(at, 65536), unsigned{SPA_OK});
  EXPECT_FALSE(sections(host.at(at, host.read(SPA_REG_DIAG_LENGTH))).empty());
}

TEST_F(Diagnosis, RefusesWhatCannotBe) {
  EXPECT_EQ(dump(kMemoryBase + kMemorySize - 100, 65536), unsigned{SPA_E_DMA});
  EXPECT_EQ(dump(~std::uint64_t{0} - 8, 0xffffffff), unsigned{SPA_E_DMA});
  host.write(SPA_REG_DIAG_CTRL, 2);
  EXPECT_EQ(host.read(SPA_REG_DIAG_RESULT), std::uint32_t{SPA_E_OPCODE});
  EXPECT_EQ(host.read(SPA_REG_DIAG_CTRL), 0u);
  spa_admin_cmd command{};
  command.opcode = to_le(std::uint16_t{SPA_CMD_HEALTH_READ});
  command.length = to_le(255u);
  EXPECT_EQ(host.admin(host.admin_queue, command), unsigned{SPA_E_FIELD});
}

TEST_F(Diagnosis, LostEventsAreToldAsSoonAsThereIsRoom) {
  DriverQueue events = host.start_queue(SPA_QUEUE_EVENT, 8, 0, sizeof(spa_event));
  for (std::uint32_t i = 0; i < 10; ++i) {
    host.give_buffers(1);
    wire->send(esp_frame(i + 1, 58, mac));
    host.poll();
    (void)host.next(host.rx);
  }
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(host.next<spa_event>(events));
  EXPECT_FALSE(host.next<spa_event>(events));
  host.poll();
  const auto told = host.next<spa_event>(events);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->type, SPA_EVENT_HEALTH);
  EXPECT_EQ(told->sa_index, std::uint32_t{SPA_ERROR_EVENT_LOST});
  EXPECT_EQ(told->sa_generation, std::uint32_t{SPA_QUEUE_EVENT});
  EXPECT_EQ(host.stats().events_lost, 2u);
}

}  // namespace
}  // namespace spa::card::test
