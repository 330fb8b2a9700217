// SPDX-License-Identifier: Apache-2.0
// Failures on purpose while the card runs, each of which can be ended again.
#include "tests/device/model/port_fixture.h"

namespace spa::card::test {
namespace {

class Failing : public PortTest {
 protected:
  Failing() : Failing(std::make_shared<std::uint64_t>(1)) {}

  void set(const std::string& what) {
    const auto reply = host.device.fault("set " + what);
    ASSERT_TRUE(reply) << reply.error();
  }
  void clear(const std::string& what = "") { ASSERT_TRUE(host.device.fault("clear " + what)); }
  // A frame goes out and its completion comes.
  bool sends() { return host.send(host.descriptor(plain_frame(mac))) == SPA_OK; }
  bool receives() {
    host.give_buffers(1);
    wire->send(plain_frame(mac));
    host.poll();
    return host.next(host.rx).has_value();
  }

  std::shared_ptr<std::uint64_t> clock;

 private:
  explicit Failing(std::shared_ptr<std::uint64_t> time)
      : PortTest(Config{.now = [time] { return *time; }}), clock(std::move(time)) {}
};

TEST_F(Failing, AHangStopsTheHeartbeatAndEndsWithAReset) {
  set("hang");
  const std::uint32_t beat = host.read(SPA_REG_HEARTBEAT);
  host.device.tick();
  EXPECT_EQ(host.read(SPA_REG_HEARTBEAT), beat);
  EXPECT_FALSE(sends());
  EXPECT_FALSE(receives());
  EXPECT_EQ(host.read(SPA_REG_MAGIC), SPA_MAGIC) << "registers can be read";
  host.write(SPA_REG_TEST_IRQ, 3);
  EXPECT_EQ(host.raised[3], 0u);
  host.write(SPA_REG_CONTROL, SPA_CONTROL_RESET);
  host.device.tick();
  EXPECT_EQ(host.read(SPA_REG_HEARTBEAT), beat + 1);
  EXPECT_EQ(*host.device.fault("list"), "none");
}

TEST_F(Failing, AHangThatIsClearedGoesOnWhereItWas) {
  set("hang");
  EXPECT_FALSE(sends());
  clear("hang");
  host.poll();
  EXPECT_FALSE(host.next(host.tx)) << "nobody heard the doorbell";
  host.ring(host.tx);
  host.poll();
  EXPECT_TRUE(host.next(host.tx));
}

TEST_F(Failing, ADeadCardReadsAllOnesAndNoResetHelps) {
  set("silent-death");
  EXPECT_EQ(host.read(SPA_REG_MAGIC), 0xffffffffu);
  EXPECT_EQ(host.read(SPA_REG_QUEUE(0, SPA_QREG_STATUS)), 0xffffffffu);
  host.write(SPA_REG_CONTROL, SPA_CONTROL_RESET);
  EXPECT_EQ(host.read(SPA_REG_STATUS), 0xffffffffu);
  clear();
  EXPECT_EQ(host.read(SPA_REG_STATUS), std::uint32_t{SPA_STATUS_READY | SPA_STATUS_ENABLED});
  EXPECT_TRUE(sends());
}

TEST_F(Failing, StateIsLostWithoutAWord) {
  host.add_sa(5, gcm_sa(true));
  set("lose-state");
  EXPECT_EQ(host.device.sas_used(), 0u);
  EXPECT_EQ(host.send(host.esp_descriptor(esp_frame(1, 58, mac), 5, 7)), unsigned{SPA_E_NOT_FOUND});
  EXPECT_EQ(*host.device.fault("list"), "none") << "it is over at once";
}

TEST_F(Failing, AStalledQueueStandsAndTheOthersRun) {
  set("stall-queue " + std::to_string(SPA_QUEUE_TX(0)));
  EXPECT_FALSE(sends());
  EXPECT_TRUE(receives());
  EXPECT_EQ(host.admin(host.admin_queue, {}), unsigned{SPA_OK});
  clear("stall-queue");
  host.poll();
  EXPECT_TRUE(host.next(host.tx));
  set("stall-queue " + std::to_string(SPA_QUEUE_ADMIN));
  EXPECT_EQ(host.admin(host.admin_queue, {}), 0xffu);
  host.write(SPA_REG_CONTROL, SPA_CONTROL_RESET);
  EXPECT_EQ(*host.device.fault("list"), "none");
}

TEST_F(Failing, InterruptsAreLost) {
  set("drop-irq");
  for (int i = 0; i < 100; ++i) host.write(SPA_REG_TEST_IRQ, 3);
  EXPECT_EQ(host.raised[3], 0u);
  set("drop-irq 50");
  for (int i = 0; i < 1000; ++i) host.write(SPA_REG_TEST_IRQ, 3);
  EXPECT_GT(host.raised[3], 300u);
  EXPECT_LT(host.raised[3], 700u);
  clear("drop-irq");
  host.write(SPA_REG_TEST_IRQ, 4);
  EXPECT_EQ(host.raised[4], 1u);
}

TEST_F(Failing, CompletionsAndFramesAreNoiseBetweenTheGoodOnes) {
  const Bytes frame = plain_frame(mac, 200);
  const auto good = [&] {
    host.give_buffers(1);
    wire->send(frame);
    host.poll();
    const auto completion = host.next(host.rx);
    EXPECT_TRUE(completion) << "the phase is right";
    return completion && from_le(completion->length) == 200 &&
           host.buffers.contains(completion->index) && host.received(*completion) == frame;
  };
  for (const char* kind : {"garbage-completions", "garbage-rx"}) {
    set(kind);
    int right = 0;
    for (int i = 0; i < 9; ++i) right += good() ? 1 : 0;
    EXPECT_EQ(right, 6) << kind;
    clear(kind);
    EXPECT_TRUE(good());
  }
}

// What a driver is fuzzed with: most of it right, every field wrong now and then, and the same
// again with the same seed.
TEST_F(Failing, ALyingCardSpoilsEveryFieldButTheTruthPrevails) {
  const auto told = [&](const std::string& seed) {
    std::vector<spa_completion> all;
    set("lies " + seed);
    for (std::uint64_t tag = 0; tag < 3000; ++tag) {
      spa_admin_cmd command{};
      command.tag = to_le(tag);
      host.post(host.admin_queue, command);
      host.ring(host.admin_queue);
      host.poll();
      while (const auto completion = host.next(host.admin_queue)) all.push_back(*completion);
    }
    clear();
    return all;
  };
  const std::vector<spa_completion> first = told("7");
  std::size_t right = 0;
  spa_completion wrong{};
  for (const spa_completion& one : first) {
    if (from_le(one.tag) >= 3000) wrong.tag = 1;
    if (one.length != 0) wrong.length = 1;
    if (one.sa_index != 0) wrong.sa_index = 1;
    if (one.sa_generation != 0) wrong.sa_generation = 1;
    if (one.index != 0) wrong.index = 1;
    if (one.flags != 0) wrong.flags = 1;
    if (one.status != SPA_OK) wrong.status = 1;
    if (one.length == 0 && one.status == SPA_OK && one.sa_index == 0) ++right;
  }
  EXPECT_GT(first.size(), 3000u) << "some are told twice";
  EXPECT_GT(right, 2500u);
  EXPECT_TRUE(wrong.tag && wrong.length && wrong.sa_index && wrong.sa_generation && wrong.index &&
              wrong.flags && wrong.status);
  const std::vector<spa_completion> second = told("7");
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(first[i].tag, second[i].tag);
}

TEST_F(Failing, ASlowCardWorksNowAndThenAndTellsWhen) {
  set("slow 10");
  EXPECT_TRUE(sends());
  EXPECT_FALSE(sends()) << "not yet again";
  EXPECT_EQ(host.device.deadline(), *clock + 10'000'000);
  *clock += 10'000'000;
  host.poll();
  EXPECT_TRUE(host.next(host.tx));
  clear();
  EXPECT_TRUE(sends());
}

TEST_F(Failing, SaysWhatItDoesNotUnderstand) {
  for (const char* wrong :
       {"", "set", "set sulk", "set stall-queue", "set stall-queue 40", "set stall-queue x",
        "set stall-queue -1", "set hang 1", "set drop-irq 0", "set drop-irq 101", "clear sulk",
        "clear hang 1", "list all", "sulk", "set slow 99999999999", "set hang 0 0"}) {
    const auto reply = host.device.fault(wrong);
    EXPECT_FALSE(reply) << wrong;
    if (!reply) {
      EXPECT_FALSE(reply.error().empty());
    }
  }
  EXPECT_EQ(*host.device.fault("list"), "none");
}

}  // namespace
}  // namespace spa::card::test
