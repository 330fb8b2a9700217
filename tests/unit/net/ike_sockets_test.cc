// SPDX-License-Identifier: Apache-2.0
// Over the loopback device, on free ports: needs no privileges.
#include "userspace/net/ike_sockets.h"

#include <gtest/gtest.h>

#include "userspace/net/loop.h"
#include "userspace/net/udp_socket.h"

namespace spa::net {
namespace {

IpAddress address(std::string_view text) {
  return IpAddress::parse(text).value_or(IpAddress{});
}

class IkeSocketsTest : public testing::Test {
 protected:
  void SetUp() override {
    IkeSocketsOptions options;
    options.ike_port = 0;
    options.nat_port = 0;
    auto opened = IkeSockets::open(loop_, options);
    ASSERT_TRUE(opened.has_value()) << opened.error().text;
    sockets_ = std::move(*opened);
    sockets_->set_handler([this](const Endpoint& local, const Endpoint& remote, ByteView message) {
      local_ = local;
      remote_ = remote;
      message_ = to_bytes(message);
      ++messages_;
      loop_.stop();
    });
    auto peer = UdpSocket::open({});
    ASSERT_TRUE(peer.has_value()) << peer.error().text;
    peer_.emplace(std::move(*peer));
  }

  void peer_sends(std::string_view to, std::uint16_t port, const Bytes& payload) {
    const OutgoingDatagram datagram{{}, {address(to), port}, {}, payload};
    ASSERT_EQ(peer_->send({&datagram, 1}).taken, 1u);
  }
  void run() { loop_.run_for(std::chrono::milliseconds(300)); }
  ReceivedDatagram peer_receives() {
    ReceivedDatagram out;
    for (int i = 0; i < 100; ++i) {
      if (peer_->receive(buffers_, {&out, 1}) == 1) return out;
      loop_.run_for(std::chrono::milliseconds(2));
    }
    return {};
  }
  static Bytes payload(const ReceivedDatagram& datagram) {
    return to_bytes(datagram.buffer.subspan(datagram.offset, datagram.length));
  }

  Loop loop_;
  std::unique_ptr<IkeSockets> sockets_;
  std::optional<UdpSocket> peer_;
  ReceiveBuffers buffers_;
  Endpoint local_, remote_;
  Bytes message_;
  int messages_ = 0;
};

// RFC 7296 2.11: answers come from the address and port that the request was sent to.
TEST_F(IkeSocketsTest, TheAnswerLeavesFromTheAddressThatWasAsked) {
  peer_sends("127.0.0.7", sockets_->ike_port(), from_hex("0102030405"));
  run();
  EXPECT_EQ(message_, from_hex("0102030405"));
  EXPECT_EQ(local_, (Endpoint{address("127.0.0.7"), sockets_->ike_port()}));
  EXPECT_EQ(remote_.port, peer_->port());
  ASSERT_TRUE(sockets_->send(local_, remote_, from_hex("aabb")).has_value());
  const ReceivedDatagram answer = peer_receives();
  EXPECT_EQ(payload(answer), from_hex("aabb"));
  EXPECT_EQ(answer.remote, local_);
}

// RFC 3948 2.2
TEST_F(IkeSocketsTest, TheNonEspMarkerComesAndGoes) {
  peer_sends("127.0.0.1", sockets_->nat_port(), from_hex("00000000 c0ffee"));
  run();
  EXPECT_EQ(message_, from_hex("c0ffee"));
  EXPECT_EQ(local_.port, sockets_->nat_port());
  ASSERT_TRUE(sockets_->send(local_, remote_, from_hex("d00d")).has_value());
  EXPECT_EQ(payload(peer_receives()), from_hex("00000000 d00d"));
}

// R-NAT-5, RFC 3948 2.3
TEST_F(IkeSocketsTest, KeepalivesAreSentAndSwallowed) {
  const Endpoint peer{address("127.0.0.1"), peer_->port()};
  ASSERT_TRUE(sockets_->send_keepalive({address("127.0.0.1"), 0}, peer).has_value());
  const ReceivedDatagram keepalive = peer_receives();
  EXPECT_EQ(payload(keepalive), from_hex("ff"));
  EXPECT_EQ(keepalive.remote.port, sockets_->nat_port());
  peer_sends("127.0.0.1", sockets_->nat_port(), from_hex("ff"));
  peer_sends("127.0.0.1", sockets_->nat_port(), from_hex("ffee"));
  run();
  EXPECT_EQ(messages_, 0);
  EXPECT_EQ(sockets_->counters().keepalives, 1u);
  EXPECT_EQ(sockets_->counters().too_short, 1u);
}

// RFC 3948 2.1
TEST_F(IkeSocketsTest, EspGoesToTheDataPlaneInBursts) {
  peer_sends("127.0.0.1", sockets_->nat_port(), from_hex("11223344 00000001 01"));
  run();
  EXPECT_EQ(sockets_->counters().esp_unwanted, 1u);

  std::vector<Bytes> seen;
  sockets_->set_esp_handler([&](std::span<ports::EspArrival> burst) {
    for (const auto& packet : burst) {
      EXPECT_GE(packet.offset, 64u);  // room for an IP header where the ESP header was
      seen.push_back(to_bytes(packet.buffer.subspan(packet.offset, packet.length)));
    }
    if (seen.size() == 40) loop_.stop();
  });
  for (int i = 0; i < 40; ++i) {
    peer_sends("127.0.0.1", sockets_->nat_port(), from_hex("11223344 00000002 02"));
  }
  run();
  ASSERT_EQ(seen.size(), 40u);
  EXPECT_EQ(seen.back(), from_hex("11223344 00000002 02"));
  EXPECT_EQ(messages_, 0);

  const Bytes esp = from_hex("55667788 00000009 09");
  const Endpoint from{address("127.0.0.9"), sockets_->nat_port()};
  const ports::EspDeparture out{from, {address("127.0.0.1"), peer_->port()}, esp};
  EXPECT_EQ(sockets_->send_esp({&out, 1}), 1u);
  const ReceivedDatagram packet = peer_receives();
  EXPECT_EQ(payload(packet), esp);
  EXPECT_EQ(packet.remote, from);
}

TEST_F(IkeSocketsTest, OverIpv6) {
  UdpSocketOptions how;
  how.family = IpAddress::Family::kV6;
  auto v6 = UdpSocket::open(how);
  if (!v6) GTEST_SKIP() << v6.error().text;
  peer_.emplace(std::move(*v6));
  peer_sends("::1", sockets_->nat_port(), from_hex("00000000 06"));
  run();
  ASSERT_EQ(message_, from_hex("06"));
  EXPECT_EQ(local_.address, address("::1"));
  ASSERT_TRUE(sockets_->send(local_, remote_, from_hex("07")).has_value());
  EXPECT_EQ(payload(peer_receives()), from_hex("00000000 07"));
}

TEST_F(IkeSocketsTest, WhatNoSocketCanSendIsRefused) {
  const Endpoint peer{address("127.0.0.1"), peer_->port()};
  const auto code = [&](const Endpoint& local, const Endpoint& remote) {
    const Status done = sockets_->send(local, remote, from_hex("00"));
    return done ? std::optional<Errc>() : std::optional(done.error().code);
  };
  EXPECT_EQ(code({address("127.0.0.1"), 1}, peer), Errc::kInvalid);
  EXPECT_EQ(code({address("::1"), sockets_->ike_port()}, peer), Errc::kInvalid);
  EXPECT_EQ(code({address("127.0.0.1"), sockets_->ike_port()}, {}), Errc::kInvalid);
  EXPECT_EQ(code({address("192.0.2.77"), sockets_->ike_port()}, peer), Errc::kIo);  // not ours
}

// R-VRF-8: an address of a VRF is spoken to through that VRF, and no other through it. The loopback
// device stands for a VRF's here: sockets are bound to either in the same way.
TEST_F(IkeSocketsTest, AddressesInVrfs) {
  EXPECT_EQ(sockets_->set_vrfs({{address("127.0.0.9"), "lo"}}), std::vector<std::string>{});
  peer_sends("127.0.0.9", sockets_->ike_port(), from_hex("01"));
  run();
  EXPECT_EQ(messages_, 1);
  EXPECT_EQ(local_, (Endpoint{address("127.0.0.9"), sockets_->ike_port()}));
  ASSERT_TRUE(sockets_->send(local_, remote_, from_hex("aabb")).has_value());
  EXPECT_EQ(payload(peer_receives()), from_hex("aabb"));
  // Through the device, to an address that is not of its VRF.
  peer_sends("127.0.0.7", sockets_->ike_port(), from_hex("02"));
  run();
  EXPECT_EQ(messages_, 1);
  EXPECT_EQ(sockets_->counters().elsewhere, 1u);
  EXPECT_EQ(sockets_->set_vrfs({}), std::vector<std::string>{});
  peer_sends("127.0.0.7", sockets_->ike_port(), from_hex("03"));
  run();
  EXPECT_EQ(messages_, 2);
  const auto troubles = sockets_->set_vrfs({{address("127.0.0.9"), "nowhere"}});
  ASSERT_EQ(troubles.size(), 1u);
  EXPECT_NE(troubles.front().find("nowhere"), std::string::npos);
  // Never by the sockets outside instead.
  EXPECT_FALSE(
      sockets_->send({address("127.0.0.9"), sockets_->ike_port()}, remote_, from_hex("04")));
}

TEST_F(IkeSocketsTest, APortThatIsTakenIsNamed) {
  IkeSocketsOptions options;
  options.ike_port = sockets_->ike_port();
  const auto second = IkeSockets::open(loop_, options);
  ASSERT_FALSE(second.has_value());
  EXPECT_NE(second.error().text.find(std::to_string(options.ike_port)), std::string::npos);
}

}  // namespace
}  // namespace spa::net
