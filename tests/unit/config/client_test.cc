// SPDX-License-Identifier: Apache-2.0
// Groups of clients, users and the client lines of crypto maps and profiles.
#include <gtest/gtest.h>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/configuration.h"
#include "userspace/config/tree.h"
#include "userspace/crypto/password_hash.h"

namespace spa::config {
namespace {

constexpr const char* kClients = R"(!
hostname hub
!
username alice password wonderland
!
ip local pool CLIENTS 10.9.0.2 10.9.0.99
!
crypto isakmp client configuration group STAFF
 key group-secret
 dns 10.1.1.53 10.1.1.54
 wins 10.1.1.42
 domain example.com
 pool CLIENTS
 acl SPLIT
 netmask 255.255.255.0
 save-password
 banner Welcome to the hub
!
crypto isakmp profile CLIENTS
 match identity group STAFF
 client authentication list USERS
 isakmp authorization list GROUPS
 client configuration address respond
!
crypto map MAP client authentication list USERS
crypto map MAP isakmp authorization list GROUPS
crypto map MAP client configuration address initiate
crypto map MAP client configuration address respond
!
ip access-list extended SPLIT
 permit ip 10.1.0.0 0.0.255.255 any
!
end
)";

class ClientConfiguration : public testing::Test {
 protected:
  std::string load(std::string_view text) {
    std::string said;
    const auto messages = configuration.load(text).value();
    for (const auto& message : messages) said += message.source + ": " + message.text + "\n";
    return said;
  }
  [[nodiscard]] const policy::Snapshot& policy() const { return *backend.in_force; }

  FakeBackend backend;
  Configuration configuration{backend, "/nonexistent/startup-config"};
};

// R-PROF-9, R-PROF-11, R-MAP-22
TEST_F(ClientConfiguration, IsUnderstood) {
  EXPECT_EQ(load(kClients), "");
  const policy::ClientGroup& group = policy().isakmp.client_groups.at("STAFF");
  EXPECT_EQ(group.key.key, to_secret(as_bytes("group-secret")));
  EXPECT_EQ(group.pool, "CLIENTS");
  ASSERT_EQ(group.dns.size(), 2U);
  EXPECT_EQ(group.dns[1].to_string(), "10.1.1.54");
  ASSERT_EQ(group.wins.size(), 1U);
  EXPECT_EQ(group.domain, "example.com");
  EXPECT_EQ(group.access_list, "SPLIT");
  EXPECT_EQ(group.netmask->to_string(), "255.255.255.0");
  EXPECT_EQ(group.banner, "Welcome to the hub");
  EXPECT_TRUE(group.save_password);
  EXPECT_EQ(policy().users.at("alice").password, to_secret(as_bytes("wonderland")));

  ASSERT_EQ(policy().address_pools.at("CLIENTS").ranges.size(), 1U);
  const policy::ClientAccess of_profile{"USERS", "GROUPS", false, true, false};
  EXPECT_EQ(policy().isakmp.profiles.at("CLIENTS").client, of_profile);
  const policy::ClientAccess of_map{"USERS", "GROUPS", true, true, false};
  EXPECT_EQ(policy().crypto_maps.at("MAP").client, of_map);
}

// R-CFG-3: printed and read again it means the same.
TEST_F(ClientConfiguration, IsAFixedPoint) {
  EXPECT_EQ(load(kClients), "");
  const std::string once = configuration.running_config();
  const policy::Isakmp before = policy().isakmp;
  EXPECT_EQ(load(once), "");
  EXPECT_EQ(configuration.running_config(), once);
  EXPECT_EQ(policy().isakmp.client_groups, before.client_groups);
  EXPECT_EQ(policy().isakmp.profiles, before.profiles);
}

// A line of its kind replaces the one before; other forms of username are kept as they are.
TEST_F(ClientConfiguration, LinesReplaceEachOther) {
  EXPECT_EQ(load("username alice password one\nusername alice password 0 two\n"
                 "username cisco privilege 15\nusername bob password 7 045802150C2E\n"
                 "crypto isakmp client configuration group G\n dns 10.0.0.1 10.0.0.2\n"
                 " dns 10.0.0.3\n"),
            "");
  EXPECT_EQ(policy().users.size(), 2U);
  EXPECT_EQ(policy().users.at("bob").password, crypto::hidden_password("045802150C2E").value());
  EXPECT_EQ(policy().users.at("alice").password, to_secret(as_bytes("two")));
  ASSERT_EQ(policy().isakmp.client_groups.at("G").dns.size(), 1U);
  for (const char* kept : {"username cisco privilege 15", "username bob password 7 045802150C2E"})
    EXPECT_NE(configuration.running_config().find(kept), std::string::npos) << kept;
}

// Mode config of IKEv1 has no IPv6 name servers that anybody understands.
TEST_F(ClientConfiguration, RefusesWhatItCannotGive) {
  EXPECT_NE(load("crypto isakmp client configuration group G\n dns 2001:db8::53\n"), "");
}

// What a group names and nobody has defined is told of.
TEST_F(ClientConfiguration, NamesWhatIsMissing) {
  EXPECT_EQ(load("crypto isakmp client configuration group G\n pool NONE\n acl NEITHER\n"), "");
  const std::vector<std::string> warnings = missing_references(policy());
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_NE(warnings[0].find("access list NEITHER is not defined"), std::string::npos);
  EXPECT_NE(warnings[1].find("address pool NONE is not defined"), std::string::npos);
}

TEST_F(ClientConfiguration, RefusesAPoolThatEndsBeforeItBegins) {
  EXPECT_NE(load("ip local pool BAD 10.0.0.9 10.0.0.2\n"), "");
}

}  // namespace
}  // namespace spa::config
