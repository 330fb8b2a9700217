// SPDX-License-Identifier: Apache-2.0
// ESP through the whole card, crypto mode: descriptor to wire and wire to buffer.
#include "tests/device/model/port_fixture.h"

namespace spa::card::test {
namespace {

constexpr std::size_t kPayload = 58;

class EspPath : public PortTest {
 protected:
  [[nodiscard]] Bytes text_of(const Bytes& frame) const {
    return {frame.begin() + kTextAt, frame.end() - kIcv};
  }
  // What the card sends for a frame of the driver; empty when it refuses.
  Bytes encrypted(std::uint32_t sequence) {
    const Bytes frame = esp_frame(sequence, kPayload, mac);
    EXPECT_EQ(host.send(host.esp_descriptor(frame, 5, 7)), unsigned{SPA_OK});
    return from_wire();
  }
  std::optional<spa_completion> receive(const Bytes& frame) {
    host.give_buffers(1);
    wire->send(frame);
    host.poll();
    return host.next(host.rx);
  }
};

// RFC 4106: what the card sends, OpenSSL alone can open.
TEST_F(EspPath, SendsWhatOpensslDecrypts) {
  const spa_sa sa = gcm_sa(true);
  host.add_sa(5, sa);
  const Bytes before = esp_frame(1, kPayload, mac);
  const spa_tx_desc entry = host.esp_descriptor(before, 5, 7);
  EXPECT_EQ(host.send(entry), unsigned{SPA_OK});
  const Bytes sent = from_wire();
  ASSERT_EQ(sent.size(), before.size());
  EXPECT_TRUE(std::equal(before.begin(), before.begin() + kIvAt, sent.begin())) << "headers stay";
  EXPECT_FALSE(std::equal(before.begin() + kIvAt, before.begin() + kTextAt, sent.begin() + kIvAt))
      << "the IV field held stale memory";
  EXPECT_EQ(open_with_openssl(sent, sa), text_of(before));
  const MutableByteView memory = host.at(from_le(entry.addr), before.size());
  EXPECT_TRUE(std::equal(memory.begin(), memory.end(), before.begin()))
      << "the driver's memory stays as it was";
  EXPECT_EQ(host.stats().tx_esp_ok, 1u);
}

TEST_F(EspPath, TwoPacketsNeverShareAnIv) {
  host.add_sa(5, gcm_sa(true));
  const Bytes one = encrypted(1);
  const Bytes two = encrypted(2);
  EXPECT_FALSE(std::equal(one.begin() + kIvAt, one.begin() + kTextAt, two.begin() + kIvAt));
}

TEST_F(EspPath, RefusesWhatDoesNotFitTheSa) {
  host.add_sa(5, gcm_sa(true));
  const Bytes frame = esp_frame(1, kPayload, mac);
  EXPECT_EQ(host.send(host.esp_descriptor(frame, 5, 8)), unsigned{SPA_E_STALE});
  EXPECT_EQ(host.send(host.esp_descriptor(frame, 6, 7)), unsigned{SPA_E_NOT_FOUND});
  EXPECT_EQ(host.send(host.esp_descriptor(frame, 0xffffffff, 7)), unsigned{SPA_E_FIELD});
  for (const std::uint16_t offset :
       {std::uint16_t{35}, std::uint16_t{110}, std::uint16_t{0xffff}}) {
    spa_tx_desc entry = host.esp_descriptor(frame, 5, 7);
    entry.esp_offset = to_le(offset);
    EXPECT_NE(host.send(entry), unsigned{SPA_OK}) << offset;
  }
  EXPECT_TRUE(from_wire().empty());
}

TEST_F(EspPath, ReceivesInPlaceWhatItSent) {
  host.add_sa(5, gcm_sa(true));
  host.add_sa(6, gcm_sa(false, 11));
  const Bytes sent = encrypted(1);
  const auto completion = receive(sent);
  ASSERT_TRUE(completion);
  EXPECT_EQ(completion->status, SPA_OK);
  EXPECT_EQ(completion->flags, SPA_CPL_ESP | SPA_CPL_DECRYPTED);
  EXPECT_EQ(completion->sa_index, 6u);
  EXPECT_EQ(completion->sa_generation, 11u);
  const Bytes frame = host.received(*completion);
  ASSERT_EQ(frame.size(), sent.size());
  EXPECT_EQ(text_of(frame), text_of(esp_frame(1, kPayload, mac)));
  EXPECT_TRUE(std::equal(sent.begin(), sent.begin() + kTextAt, frame.begin()))
      << "headers and IV stay";
  EXPECT_EQ(host.stats().rx_esp_ok, 1u);
}

TEST_F(EspPath, ReportsReplaysAndForgeries) {
  DriverQueue events = host.start_queue(SPA_QUEUE_EVENT, 16, 0, sizeof(spa_event));
  host.add_sa(5, gcm_sa(true));
  host.add_sa(6, gcm_sa(false));
  const Bytes first = encrypted(1);
  Bytes forged = encrypted(2);
  forged.back() ^= 1;
  EXPECT_EQ(receive(first)->status, SPA_OK);
  const auto replayed = receive(first);
  EXPECT_EQ(replayed->status, SPA_E_REPLAY);
  EXPECT_EQ(replayed->flags, SPA_CPL_ESP);
  const auto wrong = receive(forged);
  EXPECT_EQ(wrong->status, SPA_E_AUTH);
  EXPECT_EQ(host.received(*wrong), forged) << "text that is not authentic never leaves the card";
  const auto one = host.next<spa_event>(events);
  const auto two = host.next<spa_event>(events);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->type, SPA_EVENT_REPLAY_FAILURE);
  EXPECT_EQ(two->type, SPA_EVENT_AUTH_FAILURE);
  EXPECT_EQ(two->sa_index, 6u);
}

TEST_F(EspPath, ReportsAnUnknownSpiWithItsAddressesAndLimitsTheRate) {
  DriverQueue events = host.start_queue(SPA_QUEUE_EVENT, 64, 0, sizeof(spa_event));
  const Bytes frame = esp_frame(9, kPayload, mac);
  for (int i = 0; i < 60; ++i) {
    const auto completion = receive(frame);
    ASSERT_TRUE(completion);
    EXPECT_EQ(completion->flags, 0) << "the stack may know this SA";
    EXPECT_EQ(host.received(*completion), frame);
  }
  const auto event = host.next<spa_event>(events);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->type, SPA_EVENT_UNKNOWN_SPI);
  EXPECT_EQ(from_be(event->spi), kSpi);
  EXPECT_EQ(from_be(event->seq), 9u);
  EXPECT_EQ(event->family, 4);
  EXPECT_EQ(event->saddr[3], 1);
  EXPECT_EQ(event->daddr[3], 2);
  int more = 0;
  while (host.next<spa_event>(events)) ++more;
  EXPECT_LT(more, 40);
  EXPECT_EQ(host.stats().rx_esp_no_sa, 60u);
}

TEST_F(EspPath, AFullEventRingIsNotedAndNotFatal) {
  (void)host.start_queue(SPA_QUEUE_EVENT, 8, 0, sizeof(spa_event));
  for (std::uint32_t i = 0; i < 10; ++i) (void)receive(esp_frame(i + 1, kPayload, mac));
  EXPECT_EQ(host.read(SPA_REG_ERROR), std::uint32_t{SPA_ERROR_EVENT_LOST});
  EXPECT_EQ(host.read(SPA_REG_STATUS), std::uint32_t{SPA_STATUS_READY | SPA_STATUS_ENABLED});
}

TEST_F(EspPath, ResetUnderTrafficWipesTheSasAndTheCardComesBack) {
  host.add_sa(5, gcm_sa(true));
  host.give_buffers(8);
  for (std::uint32_t i = 1; i <= 20; ++i)
    host.post(host.tx, host.esp_descriptor(esp_frame(i, kPayload, mac), 5, 7));
  host.ring(host.tx);
  wire->send(plain_frame(mac));
  host.write(SPA_REG_CONTROL, SPA_CONTROL_RESET);
  host.poll();
  EXPECT_TRUE(from_wire().empty());
  EXPECT_EQ(host.device.sas_used(), 0u);
  host.admin_queue = host.start_queue(SPA_QUEUE_ADMIN, 16, sizeof(spa_admin_cmd));
  host.tx = host.start_queue(SPA_QUEUE_TX(0), 64, sizeof(spa_tx_desc));
  host.enable();
  EXPECT_EQ(host.send(host.esp_descriptor(esp_frame(1, kPayload, mac), 5, 7)),
            unsigned{SPA_E_NOT_FOUND});
  host.add_sa(5, gcm_sa(true));
  EXPECT_FALSE(encrypted(1).empty());
  EXPECT_EQ(host.stats().tx_frames, 1u) << "counters began anew";
}

// Two cards on one wire, each with the other's mirror of the SA.
TEST(EspPair, TwoCardsTalkBackToBack) {
  auto [left, right] = QueuePort::pair();
  Config other;
  other.mac[5] = 2;
  WiredHost a(Config{}, std::move(left));
  WiredHost b(other, std::move(right));
  a.add_sa(0, gcm_sa(true));
  b.add_sa(0, gcm_sa(false));
  b.give_buffers(16);
  for (std::uint32_t i = 1; i <= 16; ++i) {
    a.post(a.tx, a.esp_descriptor(esp_frame(i, kPayload, other.mac), 0, 7));
  }
  a.ring(a.tx);
  a.poll();
  b.poll();
  for (std::uint32_t i = 1; i <= 16; ++i) {
    const auto completion = b.next(b.rx);
    ASSERT_TRUE(completion) << i;
    EXPECT_EQ(completion->status, SPA_OK);
    EXPECT_EQ(completion->flags, SPA_CPL_ESP | SPA_CPL_DECRYPTED);
    EXPECT_EQ(load_be32(&b.received(*completion)[kEspAt + 4]), i) << "in order";
  }
}

}  // namespace
}  // namespace spa::card::test
