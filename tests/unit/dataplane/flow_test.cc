// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/flow.h"

#include <gtest/gtest.h>

namespace spa::dataplane {
namespace {

IpAddress address(std::string_view text) {
  return IpAddress::parse(text).value_or(IpAddress{});
}

// UDP 1.1.1.1:4660 -> 192.168.4.1:22136
const char* const kV4 = "4500001c 00000000 40110000 01010101 c0a80401 1234 5678 0008 0000";
// UDP fd01::1 -> fd02::1 behind a destination options header
const char* const kV6 =
    "60000000 0010 3c 40 fd010000000000000000000000000001 fd020000000000000000000000000001"
    "1100010400000000 1234 5678 0008 0000";

TEST(Flow, OfIpv4) {
  const auto flow = read_flow(from_hex(kV4));
  ASSERT_TRUE(flow.has_value());
  EXPECT_EQ(*flow, (Flow{address("1.1.1.1"), address("192.168.4.1"), 17, true, 0x1234, 0x5678}));
}

TEST(Flow, OfIpv6BehindExtensionHeaders) {
  const auto flow = read_flow(from_hex(kV6));
  ASSERT_TRUE(flow.has_value());
  EXPECT_EQ(*flow, (Flow{address("fd01::1"), address("fd02::1"), 17, true, 0x1234, 0x5678}));
}

// RFC 4301 7: ports are unknown in all fragments but the first.
TEST(Flow, LaterFragmentsHaveNoPorts) {
  Bytes packet = from_hex(kV4);
  packet[6] = 0x20;  // more fragments, offset 0
  EXPECT_TRUE(read_flow(packet)->has_ports);
  packet[7] = 0x01;
  EXPECT_FALSE(read_flow(packet)->has_ports);
}

// RFC 7296 3.13.1
TEST(Flow, IcmpTypeAndCodeAreOneNumber) {
  const auto flow =
      read_flow(from_hex("4500001c 00000000 40010000 01010101 c0a80401 08030000 00000000"));
  ASSERT_TRUE(flow.has_value());
  EXPECT_EQ(flow->source_port, 0x0803);
  EXPECT_EQ(flow->destination_port, 0x0803);
}

// RFC 7296 3.13.1: any port where the protocol has none.
TEST(Flow, ProtocolsWithoutPortsAskForAllOfThem) {
  const auto gre = read_flow(from_hex("45000018 00000000 402f0000 01010101 c0a80401 00000800"));
  ASSERT_TRUE(gre.has_value());
  EXPECT_FALSE(gre->has_ports);
  EXPECT_EQ(to_selectors(*gre).remote.to_string(), "192.168.4.1-192.168.4.1 proto 47 port 0-65535");
}

TEST(Flow, NoTruncationIsReadBeyondItsEnd) {
  for (const char* hex : {kV4, kV6}) {
    const Bytes whole = from_hex(hex);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      EXPECT_FALSE(read_flow(cut).has_value()) << length;
    }
  }
  EXPECT_FALSE(read_flow(from_hex("00")).has_value());
  Bytes lies = from_hex(kV4);
  lies[0] = 0x4f;  // a header longer than the packet
  EXPECT_FALSE(read_flow(lies).has_value());
  lies[0] = 0x41;
  EXPECT_FALSE(read_flow(lies).has_value());
}

TEST(Takes, LooksAtAddressProtocolAndPort) {
  auto selector = policy::TrafficSelector::of(IpPrefix{address("10.0.0.0"), 8}, 6);
  EXPECT_TRUE(takes(selector, address("10.255.0.1"), 6, true, 80));
  EXPECT_FALSE(takes(selector, address("11.0.0.1"), 6, true, 80));
  EXPECT_FALSE(takes(selector, address("10.0.0.1"), 17, true, 80));
  EXPECT_FALSE(takes(selector, address("fd00::1"), 6, true, 80));
  EXPECT_TRUE(takes(selector, address("10.0.0.1"), 6, false, 0));
  selector.port_first = selector.port_last = 80;
  EXPECT_TRUE(takes(selector, address("10.0.0.1"), 6, true, 80));
  EXPECT_FALSE(takes(selector, address("10.0.0.1"), 6, true, 81));
  EXPECT_FALSE(takes(selector, address("10.0.0.1"), 6, false, 80));  // a later fragment
}

// RFC 7296 2.9: the packet's own addresses and ports.
TEST(ToSelectors, NamesTheVeryPacket) {
  const auto pair = to_selectors(*read_flow(from_hex(kV4)));
  EXPECT_EQ(pair.local.to_string(), "1.1.1.1-1.1.1.1 proto 17 port 4660-4660");
  EXPECT_EQ(pair.remote.to_string(), "192.168.4.1-192.168.4.1 proto 17 port 22136-22136");
}

}  // namespace
}  // namespace spa::dataplane
