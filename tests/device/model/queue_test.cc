// SPDX-License-Identifier: Apache-2.0
#include "tests/device/model/host.h"

namespace spa::card::test {
namespace {

constexpr std::uint32_t kFatal = SPA_STATUS_READY | SPA_STATUS_FATAL;

void expect_fatal(Host& host, spa_error error, std::uint32_t info) {
  EXPECT_EQ(host.read(SPA_REG_STATUS), kFatal);
  EXPECT_EQ(host.read(SPA_REG_ERROR), static_cast<std::uint32_t>(error));
  EXPECT_EQ(host.read(SPA_REG_ERROR_INFO), info);
}

void post_nop(Host& host, DriverQueue& queue, std::uint64_t tag) {
  spa_admin_cmd command{};
  command.tag = tag;
  host.post(queue, command);
}

TEST(Queue, RefusesImpossibleSetUps) {
  struct Wrong {
    std::uint32_t reg;
    std::uint32_t value;
  };
  for (const Wrong& wrong :
       {Wrong{SPA_QREG_SQ_SIZE, 0}, Wrong{SPA_QREG_SQ_SIZE, 4}, Wrong{SPA_QREG_SQ_SIZE, 24},
        Wrong{SPA_QREG_SQ_SIZE, 8192}, Wrong{SPA_QREG_CQ_SIZE, 0},
        Wrong{SPA_QREG_CQ_SIZE, 0x80000000}, Wrong{SPA_QREG_SQ_BASE_LO, 32},
        Wrong{SPA_QREG_CQ_BASE_LO, 1}, Wrong{SPA_QREG_VECTOR, 64}}) {
    Host host;
    host.write(SPA_REG_QUEUE(0, SPA_QREG_SQ_SIZE), 8);
    host.write(SPA_REG_QUEUE(0, SPA_QREG_CQ_SIZE), 8);
    host.write(SPA_REG_QUEUE(0, wrong.reg), wrong.value);
    host.write(SPA_REG_QUEUE(0, SPA_QREG_CONTROL), SPA_QUEUE_CONTROL_ENABLE);
    expect_fatal(host, SPA_ERROR_QUEUE, 0);
    EXPECT_EQ(host.read(SPA_REG_QUEUE(0, SPA_QREG_STATUS)), std::uint32_t{SPA_QUEUE_STATUS_ERROR});
    host.write(SPA_REG_CONTROL, SPA_CONTROL_RESET);
    EXPECT_EQ(host.read(SPA_REG_STATUS), std::uint32_t{SPA_STATUS_READY});
    EXPECT_EQ(host.read(SPA_REG_ERROR), 0u);
  }
}

TEST(Queue, RefusesAQueueThatTheCardHasNot) {
  Host host;
  const std::uint32_t absent = SPA_QUEUE_RX(1);
  host.write(SPA_REG_QUEUE(absent, SPA_QREG_SQ_SIZE), 8);
  host.write(SPA_REG_QUEUE(absent, SPA_QREG_CQ_SIZE), 8);
  host.write(SPA_REG_QUEUE(absent, SPA_QREG_CONTROL), SPA_QUEUE_CONTROL_ENABLE);
  expect_fatal(host, SPA_ERROR_QUEUE, absent);
}

TEST(Queue, SetUpIsLatchedWhileItRuns) {
  Host host;
  host.enable();
  DriverQueue admin = host.start_queue(SPA_QUEUE_ADMIN, 8, sizeof(spa_admin_cmd));
  host.write(SPA_REG_QUEUE(SPA_QUEUE_ADMIN, SPA_QREG_CQ_BASE_LO), 0);
  host.write(SPA_REG_QUEUE(SPA_QUEUE_ADMIN, SPA_QREG_SQ_SIZE), 4096);
  EXPECT_EQ(host.read(SPA_REG_QUEUE(SPA_QUEUE_ADMIN, SPA_QREG_SQ_SIZE)), 8u);
  EXPECT_EQ(host.admin(admin, {}), unsigned{SPA_OK});
}

TEST(Queue, RunsRoundAndRoundWithItsPhases) {
  Host host;
  host.enable();
  DriverQueue admin = host.start_queue(SPA_QUEUE_ADMIN, 8, sizeof(spa_admin_cmd));
  for (int i = 0; i < 70000; ++i) ASSERT_EQ(host.admin(admin, {}), unsigned{SPA_OK}) << i;
  EXPECT_EQ(host.read(SPA_REG_QUEUE(SPA_QUEUE_ADMIN, SPA_QREG_SQ_HEAD)), 70000u & 0xffff);
}

TEST(Queue, WaitsForTheGlobalEnable) {
  Host host;
  DriverQueue admin = host.start_queue(SPA_QUEUE_ADMIN, 8, sizeof(spa_admin_cmd));
  post_nop(host, admin, 1);
  host.ring(admin);
  host.poll();
  EXPECT_FALSE(host.next(admin));
  host.enable();
  host.poll();
  EXPECT_TRUE(host.next(admin));
}

TEST(Queue, HoldsCommandsBackWhileCompletionsHaveNoRoom) {
  Host host;
  host.enable();
  DriverQueue admin = host.start_queue(SPA_QUEUE_ADMIN, 8, sizeof(spa_admin_cmd));
  for (std::uint64_t i = 0; i < 8; ++i) post_nop(host, admin, i);
  host.ring(admin);
  host.poll();
  for (std::uint64_t i = 8; i < 16; ++i) post_nop(host, admin, i);
  host.ring(admin);
  host.poll();
  EXPECT_EQ(host.read(SPA_REG_QUEUE(SPA_QUEUE_ADMIN, SPA_QREG_SQ_HEAD)), 8u)
      << "eight unread completions";
  for (std::uint64_t i = 0; i < 16; ++i) {
    const auto completion = host.next(admin);
    ASSERT_TRUE(completion) << i;
    EXPECT_EQ(completion->tag, i);
    host.poll();
  }
}

TEST(Queue, DoorbellsBeyondTheRingStopTheCard) {
  for (const std::uint32_t tail : {9u, 0x8000u, 0xffffu}) {
    Host host;
    host.enable();
    (void)host.start_queue(SPA_QUEUE_ADMIN, 8, sizeof(spa_admin_cmd));
    host.write(SPA_DOORBELL_SQ(SPA_QUEUE_ADMIN), tail);
    expect_fatal(host, SPA_ERROR_DOORBELL, SPA_QUEUE_ADMIN);
  }
  Host host;
  host.enable();
  (void)host.start_queue(SPA_QUEUE_ADMIN, 8, sizeof(spa_admin_cmd));
  host.write(SPA_DOORBELL_CQ(SPA_QUEUE_ADMIN), 1);
  expect_fatal(host, SPA_ERROR_DOORBELL, SPA_QUEUE_ADMIN);
}

TEST(Queue, RingsOutsideTheMemoryStopTheCardAtFirstUse) {
  Host host;
  host.enable();
  host.write(SPA_REG_QUEUE(0, SPA_QREG_SQ_BASE_HI), 0xdead);
  host.write(SPA_REG_QUEUE(0, SPA_QREG_SQ_SIZE), 8);
  host.write(SPA_REG_QUEUE(0, SPA_QREG_CQ_SIZE), 8);
  host.write(SPA_REG_QUEUE(0, SPA_QREG_CONTROL), SPA_QUEUE_CONTROL_ENABLE);
  host.write(SPA_DOORBELL_SQ(0), 1);
  host.poll();
  expect_fatal(host, SPA_ERROR_DMA, 0);
}

// No wake-up is lost: arming looks at what is there already.
TEST(Queue, InterruptsComeOncePerArming) {
  Host host;
  host.enable();
  DriverQueue admin = host.start_queue(SPA_QUEUE_ADMIN, 8, sizeof(spa_admin_cmd));
  EXPECT_EQ(host.admin(admin, {}), unsigned{SPA_OK});
  EXPECT_EQ(host.raised[SPA_QUEUE_ADMIN], 0u) << "never armed";
  post_nop(host, admin, 1);
  host.ring(admin);
  host.poll();
  host.write(SPA_DOORBELL_CQ(SPA_QUEUE_ADMIN), admin.head | SPA_DOORBELL_ARM);
  EXPECT_EQ(host.raised[SPA_QUEUE_ADMIN], 1u) << "an entry waited when it was armed";
  (void)host.next(admin, true);
  EXPECT_EQ(host.raised[SPA_QUEUE_ADMIN], 1u);
  post_nop(host, admin, 2);
  post_nop(host, admin, 3);
  host.ring(admin);
  host.poll();
  EXPECT_EQ(host.raised[SPA_QUEUE_ADMIN], 2u) << "one for both";
}

TEST(Queue, StartsAtZeroAgainAfterAStop) {
  Host host;
  host.enable();
  DriverQueue admin = host.start_queue(SPA_QUEUE_ADMIN, 8, sizeof(spa_admin_cmd));
  EXPECT_EQ(host.admin(admin, {}), unsigned{SPA_OK});
  host.write(SPA_REG_QUEUE(SPA_QUEUE_ADMIN, SPA_QREG_CONTROL), 0);
  EXPECT_EQ(host.read(SPA_REG_QUEUE(SPA_QUEUE_ADMIN, SPA_QREG_STATUS)), 0u);
  host.write(SPA_DOORBELL_SQ(SPA_QUEUE_ADMIN), 5);
  DriverQueue again = host.start_queue(SPA_QUEUE_ADMIN, 16, sizeof(spa_admin_cmd));
  EXPECT_EQ(host.admin(again, {}), unsigned{SPA_OK});
}

}  // namespace
}  // namespace spa::card::test
