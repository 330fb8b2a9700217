// SPDX-License-Identifier: Apache-2.0
// clear crypto …: what is ended, and what is not.
#include <gtest/gtest.h>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/session.h"

namespace spa::config {
namespace {

using What = ClearRequest::What;

IpAddress at(const char* address) {
  return IpAddress::parse(address).value();
}

ike::IkeSaStatus sa(std::uint32_t id, int version, const char* local, const char* remote) {
  ike::IkeSaStatus status;
  status.id = id;
  status.version = version;
  status.state = ike::IkeSaState::kReady;
  status.local = {at(local), 500};
  status.remote = {at(remote), 500};
  return status;
}

class ClearTest : public testing::Test {
 protected:
  ClearTest() {
    EXPECT_TRUE(configuration.load(R"(vrf definition RED
vrf definition BLUE
crypto isakmp profile P
 vrf BLUE
interface FastEthernet0
 ip address 192.0.2.1 255.255.255.0
interface FastEthernet1
 vrf forwarding RED
 ip address 198.51.100.1 255.255.255.0
crypto map vpn 10 ipsec-isakmp
)"));
    backend.sas = {sa(1, 1, "192.0.2.1", "192.0.2.9"), sa(2, 2, "192.0.2.1", "192.0.2.8"),
                   sa(3, 1, "198.51.100.1", "198.51.100.9")};
    backend.sas[0].profile = "P";
    ike::ChildSaStatus child;
    child.spi_in = 0x1000;
    child.spi_out = 0x2000;
    child.suite.cipher = wire::EncrId::kAesCbc;
    child.suite.ah = wire::IntegId::kHmacSha1_96;
    child.ah_spi_in = 0x3000;
    child.ah_spi_out = 0x4000;
    child.local = backend.sas[0].local;
    child.remote = backend.sas[0].remote;
    backend.sas[0].children = {child};
  }
  std::string type(std::string_view line) {
    const Output output = session.execute(line);
    return output.text + (output.rejection ? output.rejection->text : "");
  }
  // Types a line and tells which IKE SAs were aimed at one by one.
  std::vector<std::uint32_t> ids(std::string_view line) {
    backend.cleared.clear();
    EXPECT_EQ(type(line), "") << line;
    std::vector<std::uint32_t> out;
    for (const ClearRequest& request : backend.cleared) out.push_back(request.ike_id);
    return out;
  }

  FakeBackend backend;
  Configuration configuration{backend, "/nonexistent/startup-config"};
  Session session{configuration, true};
};

using Ids = std::vector<std::uint32_t>;

TEST_F(ClearTest, Sessions) {  // R-DBG-1
  EXPECT_EQ(ids("clear crypto session"), Ids{0});
  EXPECT_EQ(backend.cleared[0].what, What::kSessions);
  EXPECT_FALSE(backend.cleared[0].local || backend.cleared[0].remote);
  ids("clear crypto session local 192.0.2.1");
  EXPECT_EQ(backend.cleared[0].local, at("192.0.2.1"));
  ids("clear crypto session remote 192.0.2.9 port 4500");
  EXPECT_EQ(backend.cleared[0].remote, at("192.0.2.9"));
  EXPECT_EQ(backend.cleared[0].remote_port, 4500);
}

// R-DBG-1: by the VRF that peers are met in, and by that of what the tunnels carry.
TEST_F(ClearTest, SessionsOfAVrf) {
  EXPECT_EQ(ids("clear crypto session fvrf RED"), Ids{3});
  EXPECT_EQ(ids("clear crypto session ivrf BLUE"), Ids{1});
  EXPECT_EQ(ids("clear crypto session fvrf RED ivrf BLUE"), Ids{});
  EXPECT_EQ(ids("clear crypto session remote 198.51.100.9 fvrf RED"), Ids{3});
  EXPECT_EQ(backend.cleared[0].remote, at("198.51.100.9"));
}

TEST_F(ClearTest, Isakmp) {  // R-DBG-2
  EXPECT_EQ(ids("clear crypto isakmp"), (Ids{1, 3}));
  EXPECT_EQ(backend.cleared[0].what, What::kIkeSas);
  EXPECT_EQ(ids("clear crypto isakmp 3"), Ids{3});
  EXPECT_EQ(type("clear crypto isakmp 2"), "% No ISAKMP SA has the number 2.");
  EXPECT_EQ(type("clear crypto isakmp 99"), "% No ISAKMP SA has the number 99.");
  EXPECT_EQ(ids("clear crypto ikev2 sa"), Ids{2});
  EXPECT_EQ(type("clear crypto ikev2 sa 3"), "% No IKEv2 SA has the number 3.");
}

TEST_F(ClearTest, IpsecSas) {  // R-DBG-2
  ids("clear crypto sa");
  EXPECT_EQ(backend.cleared[0].what, What::kIpsecSas);
  ids("clear crypto sa peer 192.0.2.9");
  EXPECT_EQ(backend.cleared[0].remote, at("192.0.2.9"));
  ids("clear crypto sa map vpn");
  EXPECT_EQ(backend.cleared[0].crypto_map, "vpn");
  EXPECT_EQ(type("clear crypto sa map vpm"), "% There is no crypto map vpm; see show crypto map.");
  EXPECT_EQ(backend.cleared.size(), 1U);
}

// R-DBG-2: by destination, protocol and SPI, whichever direction that is.
TEST_F(ClearTest, OneSaByItsSpi) {
  for (const char* line :
       {"clear crypto sa spi 192.0.2.1 esp 0x1000", "clear crypto sa spi 192.0.2.9 esp 8192",
        "clear crypto sa spi 192.0.2.1 ah 0x3000", "clear crypto sa spi 192.0.2.9 ah 0x4000"}) {
    EXPECT_EQ(ids(line), Ids{1}) << line;
    EXPECT_EQ(backend.cleared[0].spi_in, 0x1000U) << line;
    EXPECT_EQ(backend.cleared[0].what, What::kIpsecSas) << line;
  }
  for (const char* line :
       {"clear crypto sa spi 192.0.2.9 esp 0x1000", "clear crypto sa spi 192.0.2.1 ah 0x1000",
        "clear crypto sa spi 192.0.2.1 esp 0x3000", "clear crypto sa spi 192.0.2.7 esp 0x1000"})
    EXPECT_EQ(type(line), "% There is no such SA; see show crypto ipsec spi-lookup.") << line;
}

// R-DBG-2: what was counted before is gone from the screens, what was used of the lifetime is not.
TEST_F(ClearTest, Counters) {
  EXPECT_EQ(type("clear crypto sa counters"), "");
  EXPECT_EQ(backend.counters_cleared, 1);
  EXPECT_TRUE(backend.cleared.empty());
  SaState state;
  state.in.bytes = 1024;
  state.cleared_bytes_in = 2048;
  EXPECT_EQ(state.kilobytes_left(10, true), 7U);
  EXPECT_EQ(state.kilobytes_left(10, false), 10U);
  EXPECT_EQ(state.kilobytes_left(2, true), 0U);
}

// R-DBG-3
TEST_F(ClearTest, NeedsPrivilegedExec) {
  Session user(configuration, false);
  for (const char* line : {"clear crypto session", "clear crypto isakmp", "clear crypto sa",
                           "clear crypto sa counters", "clear crypto ikev2 sa", "clear logging"}) {
    const Output output = user.execute(line);
    ASSERT_TRUE(output.rejection) << line;
    EXPECT_EQ(output.rejection->text, "% Invalid input detected at '^' marker.") << line;
  }
  EXPECT_TRUE(backend.cleared.empty());
  EXPECT_EQ(backend.counters_cleared, 0);
}

}  // namespace
}  // namespace spa::config
