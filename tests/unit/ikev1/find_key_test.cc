// SPDX-License-Identifier: Apache-2.0
// Which pre-shared key is for whom.
#include <gtest/gtest.h>

#include "userspace/ikev1/authentication.h"

namespace spa::ikev1 {
namespace {

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

policy::IsakmpKey key(const char* prefix, const char* text) {
  policy::IsakmpKey made;
  made.address = *IpPrefix::parse(prefix);
  made.key = SecretBytes(text, text + std::string_view(text).size());
  return made;
}

class FindKey : public ::testing::Test {
 protected:
  FindKey() {
    for (const char* address : {"10.0.0.1", "11.0.0.1"}) {
      policy::Interface interface;
      interface.name = std::string("Serial") + address[1];
      interface.addresses = {{ip(address), 24}};
      snapshot_.interfaces.push_back(interface);
    }
  }
  policy::IsakmpKeyring& ring(const std::string& name) {
    snapshot_.isakmp.keyrings[name].name = name;
    return snapshot_.isakmp.keyrings[name];
  }
  policy::IsakmpProfile& profile(const std::string& name, const char* peer) {
    policy::IsakmpProfile& made = snapshot_.isakmp.profiles[name];
    made.name = name;
    made.match_remote = {{policy::IdentityMatch::Kind::kAddress, *IpPrefix::parse(peer), {}}};
    return made;
  }
  // "": none.
  std::string found(const char* local, const char* peer, const std::string& with = "") {
    const policy::IsakmpKey* key = find_key(snapshot_, with, ip(local), ip(peer), nullptr);
    return key == nullptr ? "" : std::string(key->key.begin(), key->key.end());
  }
  policy::Snapshot snapshot_;
};

// R-KEY-9, R-KEY-10, R-KEY-11: the longest prefix; the keyring `default` where no profile has one.
TEST_F(FindKey, TheLongestPrefixWins) {
  ring("default").keys = {key("0.0.0.0/0", "any"), key("192.0.2.0/24", "net"),
                          key("192.0.2.7/32", "host")};
  EXPECT_EQ(found("10.0.0.1", "192.0.2.7"), "host");
  EXPECT_EQ(found("10.0.0.1", "192.0.2.8"), "net");
  EXPECT_EQ(found("10.0.0.1", "198.51.100.1"), "any");
  ring("own").keys = {key("192.0.2.0/24", "own")};
  profile("P", "192.0.2.7/32").keyrings = {"own"};
  EXPECT_EQ(found("10.0.0.1", "192.0.2.7", "P"), "own") << "not the longer prefix of `default`";
  EXPECT_EQ(found("10.0.0.1", "198.51.100.1", "P"), "") << "and no other keyring";
}

// R-KEY-3, R-KEY-6, R-KEY-8: the same peer, told apart by the address where the tunnel ends.
TEST_F(FindKey, LocalAddressesTellUsersApart) {
  ring("one").keys = {key("192.0.2.7/32", "first")};
  ring("one").local.address = ip("10.0.0.1");
  ring("two").keys = {key("192.0.2.7/32", "second")};
  ring("two").local.interface = "Serial1";
  profile("P", "192.0.2.7/32").keyrings = {"one", "two"};
  EXPECT_EQ(found("10.0.0.1", "192.0.2.7", "P"), "first");
  EXPECT_EQ(found("11.0.0.1", "192.0.2.7", "P"), "second");
  // R-KEY-7, R-KEY-14: without its address the keyring is disabled, until it is back.
  snapshot_.interfaces[1].addresses.clear();
  EXPECT_EQ(found("11.0.0.1", "192.0.2.7", "P"), "");
  snapshot_.interfaces[1].addresses = {{ip("11.0.0.1"), 24}};
  EXPECT_EQ(found("11.0.0.1", "192.0.2.7", "P"), "second");
}

policy::Identity named(const char* text) {
  policy::Identity identity;
  identity.kind = policy::Identity::Kind::kFqdn;
  identity.text = text;
  return identity;
}

policy::RsaPublicKey public_key(const char* name, std::uint8_t octet) {
  policy::RsaPublicKey made;
  made.name = name;
  made.der = {octet};
  return made;
}

// R-KEY-13: a public key belongs to a name or an address, and to no other.
TEST_F(FindKey, PublicKeysAreOfOneIdentity) {
  ring("default").public_keys = {public_key("a.example.com", 1), public_key("b.example.com", 2)};
  ring("default").public_keys[1].address = ip("192.0.2.7");
  const auto octet = [&](const policy::Identity& identity, const std::string& with = "") {
    const auto* key = find_public_key(snapshot_, with, ip("10.0.0.1"), identity);
    return key == nullptr ? 0 : int{key->der.at(0)};
  };
  const policy::Identity address{policy::Identity::Kind::kAddress, ip("192.0.2.7"), {}, {}};
  const policy::Identity other{policy::Identity::Kind::kAddress, ip("192.0.2.8"), {}, {}};
  EXPECT_EQ(octet(named("A.Example.Com")), 1);
  EXPECT_EQ(octet(named("b.example.com")), 2);
  EXPECT_EQ(octet(address), 2);
  EXPECT_EQ(octet(other), 0);
  EXPECT_EQ(octet(named("c.example.com")), 0);
  EXPECT_EQ(octet({policy::Identity::Kind::kDn, {}, "a.example.com", {0x30}}), 0);
  EXPECT_TRUE(has_public_keys(snapshot_, ip("10.0.0.1")));
  // R-KEY-11: a profile with keyrings has these alone, and only where they end.
  ring("own").public_keys = {public_key("a.example.com", 3)};
  profile("P", "192.0.2.7/32").keyrings = {"own"};
  EXPECT_EQ(octet(named("a.example.com"), "P"), 3);
  EXPECT_EQ(octet(named("b.example.com"), "P"), 0);
  ring("own").local.address = ip("11.0.0.1");
  EXPECT_EQ(octet(named("a.example.com"), "P"), 0);
  // What is for signatures alone has no key to encrypt with.
  ring("default").public_keys[0].der.clear();
  EXPECT_EQ(octet(named("a.example.com")), 0);
}

// R-VRF-2, R-VRF-8, R-KEY-11: the same peer in two VRFs; keys without a VRF are for neither.
TEST_F(FindKey, VrfsTellPeersApart) {
  snapshot_.interfaces[0].vrf = "red";
  snapshot_.interfaces[1].vrf = "blue";
  ring("default").keys = {key("0.0.0.0/0", "any")};
  EXPECT_EQ(found("10.0.0.1", "192.0.2.7"), "");
  EXPECT_EQ(found("12.0.0.1", "192.0.2.7"), "any");
  for (const char* vrf : {"red", "blue"}) {
    ring(vrf).keys = {key("192.0.2.7/32", vrf)};
    ring(vrf).vrf = vrf;
    profile(vrf, "192.0.2.7/32").keyrings = {vrf};
    snapshot_.isakmp.profiles[vrf].match_remote.front().vrf = vrf;
  }
  EXPECT_EQ(found("10.0.0.1", "192.0.2.7", "red"), "red");
  EXPECT_EQ(found("11.0.0.1", "192.0.2.7", "blue"), "blue");
  EXPECT_EQ(found("11.0.0.1", "192.0.2.7", "red"), "");
  const policy::Identity peer{policy::Identity::Kind::kAddress, ip("192.0.2.7"), {}, {}};
  EXPECT_EQ(likely_profile(snapshot_, ip("10.0.0.1"), peer), "red");
  EXPECT_EQ(likely_profile(snapshot_, ip("11.0.0.1"), peer), "blue");
  EXPECT_EQ(likely_profile(snapshot_, ip("12.0.0.1"), peer), "");
}

}  // namespace
}  // namespace spa::ikev1
