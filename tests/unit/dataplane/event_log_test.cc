// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/event_log.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/base/log_lines.h"

namespace spa::dataplane {
namespace {

esp::Event forged(std::uint8_t last) {
  esp::Event event;
  event.type = SPA_EVENT_AUTH_FAILURE;
  event.family = 4;
  event.spi = 0x1b6d3e21;
  event.seq = 7;
  event.saddr = {10, 0, 0, last};
  event.daddr = {10, 0, 0, 1};
  return event;
}

TEST(EventLog, SaysWhatCameAndNotTooOften) {
  LogLines log;
  EventLog events(log);
  const SteadyTime start{};
  events.write(forged(2), start);
  ASSERT_EQ(log.lines.size(), 1u);
  EXPECT_EQ(log.lines[0],
            "%CRYPTO-4-RECVD_PKT_MAC_ERR: decrypt: mac verify failed for "
            "spi=0x1B6D3E21(460144161), srcaddr=10.0.0.2, sequence 7");
  events.write(forged(2), start + std::chrono::seconds(59));
  EXPECT_EQ(log.lines.size(), 1u);
  events.write(forged(3), start + std::chrono::seconds(59));
  EXPECT_EQ(log.lines.size(), 2u);
  events.write(forged(2), start + std::chrono::seconds(60));
  EXPECT_EQ(log.lines.size(), 3u);
}

// IKE writes of these, for every data plane.
TEST(EventLog, SaysNothingOfUnknownSpis) {
  LogLines log;
  EventLog events(log);
  esp::Event event = forged(2);
  event.type = SPA_EVENT_UNKNOWN_SPI;
  events.write(event, SteadyTime{});
  EXPECT_TRUE(log.lines.empty());
}

TEST(EventLog, ManyStrangersNeitherFillTheMemoryNorTheLog) {
  LogLines log;
  EventLog events(log);
  for (std::uint32_t i = 0; i < 100000; ++i) {
    esp::Event event = forged(1);
    event.saddr = {11, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                   static_cast<std::uint8_t>(i)};
    events.write(event, SteadyTime{});
  }
  EXPECT_EQ(log.lines.size(), 256u);
  events.write(forged(9), SteadyTime{} + std::chrono::minutes(2));
  EXPECT_EQ(log.lines.size(), 257u);
}

}  // namespace
}  // namespace spa::dataplane
