// SPDX-License-Identifier: Apache-2.0
// XAUTH and mode config between two managers (draft-beaulieu-ike-xauth-02,
// draft-ietf-ipsec-isakmp-mode-cfg-05). Left is the client, right asks.
#include "tests/exchange/two_routers.h"

namespace spa::exchange {
namespace {

class Ikev1Xauth : public TwoRouters {
 protected:
  Ikev1Xauth() {
    left.use_ikev1();
    right.use_ikev1();
    left.entry().isakmp_profile = "V1";
    left.isakmp_profile().login = user("alice", "wonderland");
    right.isakmp_profile().client.authentication_list = "USERS";
    right.isakmp_profile().client.respond = true;
    right.isakmp_profile().client_group = "STAFF";
    right.config.users["alice"] = user("alice", "wonderland");
    policy::ClientGroup& group = right.config.isakmp.client_groups["STAFF"];
    group.name = "STAFF";
    group.dns = {IpAddress::v4(0x0a010135)};
    group.domain = "example.com";
  }
  static policy::User user(const std::string& name, std::string_view password) {
    return {name, to_secret(as_bytes(password))};
  }
};

// Phase 1, the four messages of XAUTH, two of mode config, phase 2.
TEST_F(Ikev1Xauth, UserIsAskedForBeforeQuickMode) {
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(network.sent.size(), 6U + 4U + 2U + 3U);
}

TEST_F(Ikev1Xauth, WrongPasswordEndsTheSa) {
  left.isakmp_profile().login = user("alice", "looking-glass");
  start();
  bring_up(left);
  run(Duration(5000));
  EXPECT_EQ(left.up(), 0U);
  EXPECT_EQ(right.up(), 0U);
  EXPECT_TRUE(right.database.pairs.empty());
}

TEST_F(Ikev1Xauth, ClientWithoutUserGetsNothing) {
  left.isakmp_profile().login.reset();
  start();
  bring_up(left);
  run(Duration(60000));
  EXPECT_TRUE(right.database.pairs.empty());
}

// A password is in no line of a log, whoever has it.
TEST_F(Ikev1Xauth, PasswordsAreNotLogged) {
  start();
  bring_up(left);
  for (const Router* r : {&left, &right}) EXPECT_FALSE(r->log.has("wonderland")) << r->name;
  EXPECT_TRUE(right.log.has("is user alice"));
}

// draft-beaulieu-ike-xauth-02 3: what is lost of the transactions is repeated; no order matters.
TEST_F(Ikev1Xauth, LossOfEachMessage) {
  for (std::size_t lost = 6; lost < 12; ++lost) {
    SCOPED_TRACE(lost);
    const std::size_t begin = network.sent.size();
    network.plan = [=](std::size_t n, const Packet&) {
      return n == begin + lost ? std::vector<Duration>{} : std::vector<Duration>{Duration(5)};
    };
    start();
    bring_up(left);
    run(Duration(20000));
    expect_tunnel();
    expect_nothing_left_over();
  }
}

// `no-xauth`: a LAN-to-LAN peer beside the clients.
TEST_F(Ikev1Xauth, PeersWithoutUserAreSpared) {
  left.isakmp_profile().login.reset();
  right.isakmp_key().no_xauth = true;
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(network.sent.size(), 9U);
}

// draft-ietf-ipsec-isakmp-mode-cfg-05 3: an address out of the group's pool, and what belongs to
// it.
class Ikev1ModeConfig : public Ikev1Xauth {
 protected:
  Ikev1ModeConfig() {
    policy::AddressPool& pool = right.config.address_pools["CLIENTS"];
    pool.name = "CLIENTS";
    pool.ranges = {{*IpAddress::parse("192.168.4.7"), *IpAddress::parse("192.168.4.9")}};
    right.config.isakmp.client_groups["STAFF"].pool = "CLIENTS";
  }
  void without_user() {
    left.isakmp_profile().login.reset();
    left.isakmp_profile().client.request = true;
    right.isakmp_profile().client.authentication_list.clear();
  }
  [[nodiscard]] static std::string remote_of(const Router& r) {
    return r.database.pairs.begin()->second.selectors_remote.front().to_string();
  }
};

// RFC 2409 5.5: quick mode is about the address that was lent.
TEST_F(Ikev1ModeConfig, AddressIsWhatQuickModeIsAbout) {
  start();
  bring_up(left);
  expect_tunnel();
  const policy::TrafficSelector lent =
      policy::TrafficSelector::of(*IpPrefix::parse("192.168.4.7/32"));
  EXPECT_EQ(right.database.pairs.begin()->second.selectors_remote.front(), lent);
  EXPECT_EQ(left.database.pairs.begin()->second.selectors_local.front(), lent);
  EXPECT_TRUE(left.log.has("lends us address 192.168.4.7"));
  // It is one of this host's, as long as there is somebody who lends it.
  EXPECT_EQ(left.addresses.held, (std::map<IpAddress, int>{{lent.first, 1}}));
  EXPECT_TRUE(right.addresses.held.empty());
  left.crash();
  EXPECT_TRUE(left.addresses.held.empty());
}

TEST_F(Ikev1ModeConfig, WithoutUser) {
  without_user();
  start();
  bring_up(left);
  expect_tunnel();
  EXPECT_EQ(network.sent.size(), 6U + 2U + 3U);
  EXPECT_NE(remote_of(right).find("192.168.4.7"), std::string::npos);
}

// `client configuration address initiate`: the address is sent unasked.
TEST_F(Ikev1ModeConfig, ServerBegins) {
  right.isakmp_profile().client.respond = false;
  right.isakmp_profile().client.initiate = true;
  without_user();
  left.isakmp_profile().client.request = false;
  start();
  left.rules[0].selectors.local = policy::TrafficSelector::of(*IpPrefix::parse("192.168.4.7/32"));
  start();
  bring_up(left);
  expect_tunnel();
}

// Whoever was lent no address, or another one, gets no SA for the addresses of the pool.
TEST_F(Ikev1ModeConfig, OtherAddressesAreRefused) {
  without_user();
  left.isakmp_profile().client.request = false;
  start();
  (void)left.manager->initiate(left.rule_id());
  run(Duration(10000));
  EXPECT_TRUE(right.database.pairs.empty());
  EXPECT_TRUE(right.log.has("was lent no address of pool CLIENTS"));

  // With an address, but about the whole network: its rule does not hold the address.
  left.isakmp_profile().client.request = true;
  left.rules[0].selectors.local = policy::TrafficSelector::of(*IpPrefix::parse("192.168.4.8/32"));
  (void)left.manager->clear({});
  run(Duration(5000));
  start();
  (void)left.manager->initiate(left.rule_id());
  run(Duration(10000));
  EXPECT_TRUE(right.database.pairs.empty());
  EXPECT_TRUE(right.log.has("that was lent to the peer"));
}

// An address goes back when its SA ends, and a new phase 1 with the same user keeps it.
TEST_F(Ikev1ModeConfig, AddressLivesAsLongAsTheSession) {
  right.config.address_pools["CLIENTS"].ranges = {
      {*IpAddress::parse("192.168.4.7"), *IpAddress::parse("192.168.4.7")}};
  for (Router* r : {&left, &right}) {
    r->config.isakmp.policies.at(10).lifetime_seconds = 3600;
  }
  start();
  bring_up(left);
  expect_tunnel();
  run(Duration(3600 * 1000));  // phase 1 is renewed
  EXPECT_EQ(right.database.pairs.size(), 1U);
  EXPECT_NE(remote_of(right).find("192.168.4.7"), std::string::npos);
  EXPECT_EQ(left.addresses.held.size(), 1U);
  EXPECT_EQ(left.addresses.held.begin()->second, 1);
  (void)left.manager->clear({});
  run(Duration(5000));
  EXPECT_TRUE(left.addresses.held.empty());
  bring_up(left);
  expect_tunnel();
  EXPECT_NE(remote_of(right).find("192.168.4.7"), std::string::npos);
}

// A client begins itself: its server never begins phase 1 with it.
TEST_F(Ikev1ModeConfig, ServerDoesNotBegin) {
  right.entry().isakmp_profile = "V1";
  start();
  EXPECT_FALSE(right.manager->initiate(right.rule_id()));
  EXPECT_TRUE(network.sent.empty());
}

}  // namespace
}  // namespace spa::exchange
