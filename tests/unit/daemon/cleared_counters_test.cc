// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/cleared_counters.h"

#include <gtest/gtest.h>

#include <array>

namespace spa::daemon {
namespace {

ports::SaPairState counted(std::uint64_t n) {
  ports::SaPairState state;
  state.in = {n, n * 100, n, n, n};
  state.out = {n + 1, n * 200, n, n, n};
  state.compression = {n, n, n, n};
  state.offload_device = "spa0";
  return state;
}

using Numbers = std::array<std::uint64_t, 5>;
Numbers of(const ports::SaCounters& c) {
  return {c.packets, c.bytes, c.auth_failures, c.replay_failures, c.other_failures};
}

// R-DBG-2
TEST(ClearedCounters, BeginAnew) {
  ClearedCounters counters;
  EXPECT_EQ(counters.since(1, counted(5)).in.packets, 5U);
  counters.clear({{1, counted(5)}}, {});
  config::SaState state = counters.since(1, counted(5));
  EXPECT_EQ(of(state.in), Numbers{});
  EXPECT_EQ(of(state.out), Numbers{});
  EXPECT_EQ(state.compression, ports::CompressionCounters{});
  EXPECT_EQ(state.offload_device, "spa0");
  EXPECT_EQ(state.cleared_bytes_in, 500U);
  EXPECT_EQ(state.cleared_bytes_out, 1000U);
  state = counters.since(1, counted(7));
  EXPECT_EQ(of(state.in), (Numbers{2, 200, 2, 2, 2}));
  EXPECT_EQ(of(state.out), (Numbers{2, 400, 2, 2, 2}));
  EXPECT_EQ(counters.since(2, counted(7)).in.packets, 7U);
  // A new pair with the same SPI.
  state = counters.since(1, counted(3));
  EXPECT_EQ(state.in.packets, 3U);
  EXPECT_EQ(state.cleared_bytes_in, 0U);
  counters.clear({}, {});
  EXPECT_EQ(counters.since(1, counted(7)).in.packets, 7U);
}

// R-MAP-31
TEST(ClearedCounters, DropsOfARuleBeginAnew) {
  const ports::PolicyId rule{"vpn", 10, 1};
  ClearedCounters counters;
  EXPECT_EQ(counters.since(rule, 5), 5U);
  counters.clear({}, {{rule, 5}});
  EXPECT_EQ(counters.since(rule, 5), 0U);
  EXPECT_EQ(counters.since(rule, 7), 2U);
  EXPECT_EQ(counters.since({"vpn", 20, 1}, 7), 7U);
  EXPECT_EQ(counters.since(rule, 3), 3U);  // made anew
}

}  // namespace
}  // namespace spa::daemon
