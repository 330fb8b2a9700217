// SPDX-License-Identifier: Apache-2.0
// IPsec profiles and tunnel interfaces, as they are typed.
#include <gtest/gtest.h>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/session.h"
#include "userspace/policy/tunnel_protection.h"

namespace spa::config {
namespace {

class SoftBackend final : public FakeBackend {
 public:
  Status can_make_tunnels() override {
    return soft ? fail(Errc::kUnsupported, "Tunnels need the kernel data plane.") : Status{};
  }
  bool soft = false;
};

class TunnelTest : public testing::Test {
 protected:
  TunnelTest() { type("configure terminal"); }
  std::string type(std::string_view line) {
    const Output output = session.execute(line);
    std::string out = output.text;
    if (output.rejection) out += output.rejection->text;
    return out;
  }
  void type_all(std::initializer_list<const char*> lines) {
    for (const char* line : lines) EXPECT_EQ(type(line), "") << line;
  }
  [[nodiscard]] const policy::Interface& tunnel() const {
    return backend.in_force->interfaces.front();
  }

  SoftBackend backend;
  Configuration configuration{backend, testing::TempDir() + "spa-tunnel-test-startup"};
  Session session{configuration, true};
};

// R-GRE-5
TEST_F(TunnelTest, EverySettingIsUnderstoodAndPrinted) {
  const char* const lines[] = {"crypto ipsec transform-set TS esp-gcm 256",
                               "mode transport",
                               "crypto isakmp policy 5",
                               "crypto ipsec profile GRE",
                               "description to the branches",
                               "set security-association lifetime seconds 1800",
                               "set security-association lifetime kilobytes 5000",
                               "set transform-set TS",
                               "set pfs group19",
                               "interface Tunnel0",
                               "ip address 10.0.0.1 255.255.255.252",
                               "ip mtu 1400",
                               "tunnel source 192.0.2.1",
                               "tunnel destination 192.0.2.2",
                               "tunnel mode gre multipoint",
                               "tunnel key 77",
                               "tunnel protection ipsec profile GRE"};
  for (const char* line : lines) EXPECT_EQ(type(line), "") << line;
  ASSERT_TRUE(tunnel().tunnel.has_value());
  const policy::Tunnel expected{
      "", *IpAddress::parse("192.0.2.1"), *IpAddress::parse("192.0.2.2"), true, 77, "GRE"};
  EXPECT_EQ(*tunnel().tunnel, expected);
  EXPECT_EQ(tunnel().mtu, 1400u);
  const policy::CryptoMapEntry& entry =
      backend.in_force->protections.at("Tunnel0-head-0").entries.front();
  EXPECT_EQ(entry.lifetime, (policy::SaLifetime{1800, 5000}));
  EXPECT_EQ(entry.pfs, wire::DhId::kEcp256);
  EXPECT_EQ(entry.description, "to the branches");
  const std::string printed = configuration.running_config();
  for (const char* line : lines)
    EXPECT_NE(printed.find(std::string(line) + "\n"), std::string::npos) << line;
  type("tunnel mode gre ip");
  EXPECT_FALSE(tunnel().tunnel->multipoint);
  type("no tunnel key");
  EXPECT_FALSE(tunnel().tunnel->key.has_value());
}

TEST_F(TunnelTest, TheSourceMayBeAnInterface) {
  type_all({"interface tunnel 3", "tunnel source Ethernet0"});
  EXPECT_EQ(tunnel().tunnel->source_interface, "Ethernet0");
  type("tunnel source 192.0.2.1");
  EXPECT_EQ(tunnel().tunnel->source_interface, "");
  EXPECT_EQ(tunnel().tunnel->source, *IpAddress::parse("192.0.2.1"));
}

TEST_F(TunnelTest, OnlyTunnelInterfacesHaveTunnels) {
  type("interface Ethernet0");
  EXPECT_NE(type("tunnel destination 192.0.2.2").find("TunnelN"), std::string::npos);
  EXPECT_FALSE(tunnel().tunnel.has_value());
}

TEST_F(TunnelTest, WhatIsNotDefinedIsSaid) {
  type("interface Tunnel0");
  EXPECT_NE(type("tunnel protection ipsec profile GRE").find("GRE is not defined"),
            std::string::npos);
  type("crypto ipsec profile GRE");
  EXPECT_NE(type("set transform-set TS").find("TS is not defined"), std::string::npos);
}

// R-GRE-6: refused on entry where what comes in clear could not be kept out.
TEST_F(TunnelTest, IsRefusedWithoutTheKernel) {
  backend.soft = true;
  type_all({"crypto ipsec profile GRE", "interface Tunnel0"});
  EXPECT_EQ(type("tunnel protection ipsec profile GRE"), "% Tunnels need the kernel data plane.");
  EXPECT_EQ(tunnel().tunnel->protection, "");
  EXPECT_EQ(configuration.running_config().find("tunnel protection"), std::string::npos);
}

// A legacy group without crypto legacy-algorithms: such a profile rests.
TEST_F(TunnelTest, ALegacyGroupNeedsTheSwitch) {
  type_all({"crypto ipsec transform-set TS esp-gcm 256", "crypto ipsec profile GRE",
            "set transform-set TS", "interface Tunnel0", "tunnel protection ipsec profile GRE"});
  type("crypto ipsec profile GRE");
  type("set pfs group2");
  type("end");
  const auto& entry = backend.in_force->protections.at("Tunnel0-head-0").entries.front();
  EXPECT_TRUE(entry.transform_sets.empty());
}

}  // namespace
}  // namespace spa::config
