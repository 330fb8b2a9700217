// SPDX-License-Identifier: Apache-2.0
#include "tests/device/model/sa_fixture.h"

namespace spa::card::test {
namespace {

class Admin : public ::testing::Test {
 protected:
  Admin() : queue(host.start_queue(SPA_QUEUE_ADMIN, 16, sizeof(spa_admin_cmd))) { host.enable(); }

  unsigned run(std::uint16_t opcode, std::uint32_t index = 0, std::uint64_t arg = 0,
               std::uint32_t generation = 0) {
    spa_admin_cmd command{};
    command.opcode = to_le(opcode);
    command.index = to_le(index);
    command.generation = to_le(generation);
    command.arg = to_le(arg);
    return host.admin(queue, command);
  }
  unsigned read(std::uint16_t opcode, std::uint32_t index, std::uint32_t generation,
                std::uint64_t addr, std::uint32_t length) {
    spa_admin_cmd command{};
    command.opcode = to_le(opcode);
    command.index = to_le(index);
    command.generation = to_le(generation);
    command.addr = to_le(addr);
    command.length = to_le(length);
    return host.admin(queue, command);
  }

  Host host;
  DriverQueue queue;
};

TEST_F(Admin, AddsReadsAndDeletesAnSa) {
  EXPECT_EQ(host.admin(queue, sa_add(host, 3, gcm_sa(true, 9))), unsigned{SPA_OK});
  EXPECT_EQ(host.device.sas_used(), 1u);
  const std::uint64_t stats = host.allocate(sizeof(spa_sa_stats));
  EXPECT_EQ(read(SPA_CMD_SA_READ, 3, 9, stats, sizeof(spa_sa_stats)), unsigned{SPA_OK});
  EXPECT_EQ(host.get<spa_sa_stats>(stats).generation, 9u);
  EXPECT_EQ(read(SPA_CMD_SA_READ, 3, 8, stats, sizeof(spa_sa_stats)), unsigned{SPA_E_STALE});
  EXPECT_EQ(read(SPA_CMD_SA_READ, 4, 9, stats, sizeof(spa_sa_stats)), unsigned{SPA_E_NOT_FOUND});
  EXPECT_EQ(run(SPA_CMD_SA_DELETE, 3, 0, 8), unsigned{SPA_E_STALE});
  EXPECT_EQ(run(SPA_CMD_SA_DELETE, 3, 0, 9), unsigned{SPA_OK});
  EXPECT_EQ(run(SPA_CMD_SA_DELETE, 3, 0, 9), unsigned{SPA_E_NOT_FOUND});
  EXPECT_EQ(host.device.sas_used(), 0u);
}

TEST_F(Admin, FillsTheWholeTableAndFlushesIt) {
  const std::uint32_t most = host.read(SPA_REG_LIMIT_SA);
  const std::uint64_t at = host.allocate(sizeof(spa_sa));
  for (std::uint32_t i = 0; i < most; ++i) {
    spa_sa sa = gcm_sa(false);
    sa.spi = from_be(kSpi + i);
    host.put(at, sa);
    ASSERT_EQ(read(SPA_CMD_SA_ADD, i, 0, at, sizeof sa), unsigned{SPA_OK}) << i;
  }
  EXPECT_EQ(read(SPA_CMD_SA_ADD, most, 0, at, sizeof(spa_sa)), unsigned{SPA_E_FIELD});
  EXPECT_EQ(host.device.sas_used(), most);
  EXPECT_EQ(run(SPA_CMD_SA_FLUSH), unsigned{SPA_OK});
  EXPECT_EQ(host.device.sas_used(), 0u);
}

TEST_F(Admin, RefusesATakenIndexAndATwin) {
  EXPECT_EQ(host.admin(queue, sa_add(host, 3, gcm_sa(false))), unsigned{SPA_OK});
  EXPECT_EQ(host.admin(queue, sa_add(host, 3, gcm_sa(true))), unsigned{SPA_E_EXISTS});
  EXPECT_EQ(host.admin(queue, sa_add(host, 4, gcm_sa(false))), unsigned{SPA_E_EXISTS});
}

TEST_F(Admin, RefusesWrongLengthsAndAddresses) {
  const std::uint64_t beyond = kMemoryBase + kMemorySize - 8;
  const std::uint64_t good = host.allocate(256);
  EXPECT_EQ(read(SPA_CMD_SA_ADD, 0, 0, good, 255), unsigned{SPA_E_FIELD});
  EXPECT_EQ(read(SPA_CMD_SA_ADD, 0, 0, beyond, sizeof(spa_sa)), unsigned{SPA_E_DMA});
  EXPECT_EQ(read(SPA_CMD_STATS_READ, 0, 0, good, 64), unsigned{SPA_E_FIELD});
  EXPECT_EQ(read(SPA_CMD_STATS_READ, 0, 0, beyond, sizeof(spa_port_stats)), unsigned{SPA_E_DMA});
  EXPECT_EQ(host.admin(queue, sa_add(host, 3, gcm_sa(true))), unsigned{SPA_OK});
  EXPECT_EQ(read(SPA_CMD_SA_READ, 3, 7, beyond, sizeof(spa_sa_stats)), unsigned{SPA_E_DMA});
  EXPECT_EQ(host.read(SPA_REG_STATUS), std::uint32_t{SPA_STATUS_READY | SPA_STATUS_ENABLED});
}

TEST_F(Admin, RefusesUnknownOpcodesAndArguments) {
  EXPECT_EQ(run(99), unsigned{SPA_E_OPCODE});
  EXPECT_EQ(run(0xffff), unsigned{SPA_E_OPCODE});
  EXPECT_EQ(run(SPA_CMD_PORT_SET, 0, 8), unsigned{SPA_E_FIELD});
  EXPECT_EQ(run(SPA_CMD_MAC_SET, 0, 0), unsigned{SPA_E_FIELD});
  EXPECT_EQ(run(SPA_CMD_MAC_SET, 0, 0x1ull << 48 | 2), unsigned{SPA_E_FIELD});
  EXPECT_EQ(run(SPA_CMD_MAC_SET, 0, 0x0000000000000001), unsigned{SPA_E_FIELD})
      << "a group address";
}

TEST_F(Admin, SetsTheStationAddress) {
  EXPECT_EQ(run(SPA_CMD_MAC_SET, 0, 0x665544332202), unsigned{SPA_OK});
  EXPECT_EQ(host.read(SPA_REG_MAC_LO), 0x44332202u);
  EXPECT_EQ(host.read(SPA_REG_MAC_HI), 0x6655u);
  host.write(SPA_REG_CONTROL, SPA_CONTROL_RESET);
  EXPECT_EQ(host.read(SPA_REG_MAC_LO), 0x00000002u);
}

TEST_F(Admin, AFaultyCardReportsAStatusThatDoesNotExist) {
  Host faulty(Config{.faults = kFaultStatus});
  faulty.enable();
  DriverQueue admin = faulty.start_queue(SPA_QUEUE_ADMIN, 16, sizeof(spa_admin_cmd));
  int spoilt = 0;
  for (int i = 0; i < 9; ++i) spoilt += faulty.admin(admin, {}) > SPA_E_INTERNAL ? 1 : 0;
  EXPECT_EQ(spoilt, 3);
}

}  // namespace
}  // namespace spa::card::test
