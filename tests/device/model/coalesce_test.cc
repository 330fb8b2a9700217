// SPDX-License-Identifier: Apache-2.0
// Interrupt moderation, on a clock that the test moves.
#include "tests/device/model/port_fixture.h"

namespace spa::card::test {
namespace {

class Coalesce : public PortTest {
 protected:
  Coalesce() : Coalesce(std::make_shared<std::uint64_t>(1)) {}

  void arm() { host.write(SPA_DOORBELL_CQ(kQueue), host.rx.head | SPA_DOORBELL_ARM); }
  void moderate(std::uint32_t microseconds, std::uint32_t entries) {
    host.write(SPA_REG_QUEUE(kQueue, SPA_QREG_COALESCE), microseconds | entries << 16);
  }
  void frame_arrives() {
    wire->send(plain_frame(mac));
    host.poll();
  }
  void pass(std::uint64_t microseconds) {
    *clock += microseconds * 1000;
    host.poll();
  }
  [[nodiscard]] unsigned interrupts() const { return host.raised[kQueue]; }

  static constexpr std::uint32_t kQueue = SPA_QUEUE_RX(0);
  std::shared_ptr<std::uint64_t> clock;

 private:
  explicit Coalesce(std::shared_ptr<std::uint64_t> time)
      : PortTest(Config{.now = [time] { return *time; }}), clock(std::move(time)) {
    host.give_buffers(16);
  }
};

TEST_F(Coalesce, AnInterruptWaitsForItsTimeAndTellsWhen) {
  moderate(50, 0);
  arm();
  EXPECT_FALSE(host.device.deadline());
  frame_arrives();
  EXPECT_EQ(interrupts(), 0u);
  EXPECT_EQ(host.device.deadline(), *clock + 50'000);
  pass(49);
  frame_arrives();
  EXPECT_EQ(interrupts(), 0u) << "counted from the first entry";
  pass(1);
  EXPECT_EQ(interrupts(), 1u);
  EXPECT_FALSE(host.device.deadline());
  pass(1000);
  EXPECT_EQ(interrupts(), 1u) << "one for each arming";
}

TEST_F(Coalesce, OrForEnoughEntries) {
  moderate(50, 3);
  arm();
  frame_arrives();
  frame_arrives();
  EXPECT_EQ(interrupts(), 0u);
  frame_arrives();
  EXPECT_EQ(interrupts(), 1u);
}

TEST_F(Coalesce, WithoutATimeItDoesNotWait) {
  moderate(0, 200);
  arm();
  frame_arrives();
  EXPECT_EQ(interrupts(), 1u);
}

TEST_F(Coalesce, AnArmingTakenBackIsForgotten) {
  moderate(50, 0);
  arm();
  frame_arrives();
  host.write(SPA_DOORBELL_CQ(kQueue), host.rx.head);
  EXPECT_FALSE(host.device.deadline());
  pass(100);
  EXPECT_EQ(interrupts(), 0u);
}

TEST_F(Coalesce, MayChangeWhileTheQueueRunsAndOutlivesItsStop) {
  moderate(0xffff, 0xff);
  EXPECT_EQ(host.read(SPA_REG_QUEUE(kQueue, SPA_QREG_COALESCE)), 0x00ffffffu);
  host.write(SPA_REG_QUEUE(kQueue, SPA_QREG_COALESCE), 0xffffffff);
  EXPECT_EQ(host.read(SPA_REG_QUEUE(kQueue, SPA_QREG_COALESCE)), 0x00ffffffu);
  host.write(SPA_REG_QUEUE(kQueue, SPA_QREG_CONTROL), 0);
  EXPECT_EQ(host.read(SPA_REG_QUEUE(kQueue, SPA_QREG_COALESCE)), 0x00ffffffu);
  host.write(SPA_REG_CONTROL, SPA_CONTROL_RESET);
  EXPECT_EQ(host.read(SPA_REG_QUEUE(kQueue, SPA_QREG_COALESCE)), 0u);
}

}  // namespace
}  // namespace spa::card::test
