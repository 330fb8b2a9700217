// SPDX-License-Identifier: Apache-2.0
// VRFs, and what is bound to them, as they are typed and shown.
#include <gtest/gtest.h>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/session.h"

namespace spa::config {
namespace {

class VrfTest : public testing::Test {
 protected:
  VrfTest() { type("configure terminal"); }
  std::string type(std::string_view line) {
    const Output output = session.execute(line);
    std::string out = output.text;
    if (output.rejection) out += output.rejection->text;
    return out;
  }
  std::string type_all(std::initializer_list<const char*> lines) {
    std::string said;
    for (const char* line : lines) said += type(line);
    return said;
  }
  [[nodiscard]] const policy::Snapshot& policy() const { return *backend.in_force; }

  FakeBackend backend;
  Configuration configuration{backend, testing::TempDir() + "spa-vrf-test-startup"};
  Session session{configuration, true};
};

TEST_F(VrfTest, BothWaysToDefineOne) {
  EXPECT_EQ(type_all({"vrf definition red", "rd 65000:1", "address-family ipv4",
                      "route-target export 65000:1", "exit-address-family", "ip vrf blue",
                      "rd 65000:2", "route-target import 65000:1", "interface Ethernet0",
                      "ip vrf forwarding red", "interface Ethernet1", "vrf forwarding blue"}),
            "");
  ASSERT_EQ(policy().vrfs.size(), 2u);
  EXPECT_EQ(policy().vrfs.at("red").route_distinguisher, "65000:1");
  EXPECT_EQ(policy().interfaces[0].vrf, "red");
  EXPECT_EQ(policy().interfaces[1].vrf, "blue");
  const std::string printed = configuration.running_config();
  EXPECT_NE(printed.find("vrf definition red\n rd 65000:1\n address-family ipv4\n"
                         "  route-target export 65000:1\n  exit-address-family\n"),
            std::string::npos)
      << printed;
  EXPECT_LT(printed.find("ip vrf blue"), printed.find("interface Ethernet1"));
  FakeBackend fresh;
  Configuration again(fresh, "/nonexistent/startup-config");
  ASSERT_TRUE(again.load(printed));
  EXPECT_EQ(fresh.in_force->vrfs, policy().vrfs);
  EXPECT_EQ(fresh.in_force->interfaces, policy().interfaces);
  type("no vrf forwarding");
  EXPECT_EQ(policy().interfaces[1].vrf, "");
}

TEST_F(VrfTest, NamesAreThoseOfDevices) {
  EXPECT_NE(type("ip vrf a-name-of-16-char").find("No Linux device"), std::string::npos);
  EXPECT_NE(type("ip vrf a/b").find("No Linux device"), std::string::npos);
  type("interface Ethernet0");
  EXPECT_NE(type("ip vrf forwarding red").find("VRF red is not defined"), std::string::npos);
}

// R-VRF-1, R-VRF-2, R-PROF-4, R-PROF-7
TEST_F(VrfTest, KeyringsAndProfilesAreBound) {
  type_all({"ip vrf red", "crypto keyring K vrf red", "local-address 192.0.2.1 red",
            "crypto isakmp profile P", "vrf green", "local-address 192.0.2.1 red",
            "match identity address 192.0.2.2 255.255.255.255 red", "crypto ikev2 profile Q",
            "match fvrf red", "ivrf green"});
  EXPECT_EQ(policy().isakmp.keyrings.at("K").vrf, "red");
  EXPECT_EQ(policy().isakmp.keyrings.at("K").local.vrf, "red");
  const policy::IsakmpProfile& profile = policy().isakmp.profiles.at("P");
  EXPECT_EQ(profile.vrf, "green");
  EXPECT_EQ(profile.local.vrf, "red");
  ASSERT_EQ(profile.match_remote.size(), 1u);
  EXPECT_EQ(profile.match_remote.front().vrf, "red");
  EXPECT_EQ(policy().ikev2_profiles.at("Q").match_front_vrf, "red");
  EXPECT_EQ(policy().ikev2_profiles.at("Q").inside_vrf, "green");
  type("match fvrf any");
  EXPECT_FALSE(policy().ikev2_profiles.at("Q").match_front_vrf.has_value());
  const std::string printed = configuration.running_config();
  for (const char* line : {"crypto keyring K vrf red\n", " local-address 192.0.2.1 red\n",
                           " match identity address 192.0.2.2 255.255.255.255 red\n"})
    EXPECT_NE(printed.find(line), std::string::npos) << line;
}

class VrfShowTest : public VrfTest {
 protected:
  VrfShowTest() {
    type_all({"ip vrf red", "ip vrf green", "crypto isakmp profile P", "vrf green",
              "interface Ethernet0", "ip vrf forwarding red", "ip address 192.0.2.1 255.255.255.0",
              "interface Ethernet1", "ip address 192.0.2.5 255.255.255.0", "end"});
    for (const auto& [id, local, profile] :
         {std::tuple{1u, "192.0.2.1", "P"}, std::tuple{2u, "192.0.2.5", ""}}) {
      ike::IkeSaStatus sa;
      sa.id = id;
      sa.version = 1;
      sa.state = ike::IkeSaState::kReady;
      sa.isakmp_state = "QM_IDLE";
      sa.local = {*IpAddress::parse(local), 500};
      sa.remote = {*IpAddress::parse("192.0.2.2"), 500};
      sa.profile = profile;
      backend.sas.push_back(sa);
    }
  }
  static bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }
};

// R-VRF-3
TEST_F(VrfShowTest, OneVrfAlone) {
  const std::string all = type("show crypto isakmp sa");
  EXPECT_TRUE(has(all, "192.0.2.1 ") && has(all, "192.0.2.5 ")) << all;
  for (const char* name : {"red", "green"}) {
    const std::string one = type(std::string("show crypto isakmp sa vrf ") + name);
    EXPECT_TRUE(has(one, "192.0.2.1 ")) << one;
    EXPECT_FALSE(has(one, "192.0.2.5 ")) << one;
  }
  EXPECT_FALSE(has(type("show crypto isakmp sa detail vrf blue"), "192.0.2.1"));
}

// R-VRF-4, R-VRF-7, R-VRF-9
TEST_F(VrfShowTest, TheScreensNameThem) {
  EXPECT_TRUE(has(type("show crypto isakmp sa detail"),
                  "1     192.0.2.1       192.0.2.2       green    ACTIVE"));
  const std::string sessions = type("show crypto session");
  EXPECT_TRUE(has(sessions, "Peer: 192.0.2.2 port 500 fvrf: red ivrf: green")) << sessions;
  EXPECT_TRUE(has(sessions, "Peer: 192.0.2.2 port 500 fvrf: (none) ivrf: (none)")) << sessions;
  for (auto& sa : backend.sas) sa.version = 2;
  const std::string ikev2 = type("show crypto ikev2 sa");
  EXPECT_TRUE(has(ikev2, "192.0.2.2/500         red/red              READY")) << ikev2;
  EXPECT_TRUE(has(ikev2, "192.0.2.2/500         none/none            READY")) << ikev2;
}

}  // namespace
}  // namespace spa::config
