// SPDX-License-Identifier: Apache-2.0
// Transform sets, as they are typed.
#include <gtest/gtest.h>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/session.h"
#include "userspace/config/show/names.h"

namespace spa::config {
namespace {

class IpsecTest : public testing::Test {
 protected:
  IpsecTest() { type("configure terminal"); }
  std::string type(std::string_view line) {
    const Output output = session.execute(line);
    std::string out = output.text;
    if (output.rejection) out += output.rejection->text;
    return out;
  }
  // Empty when the line is taken without a word.
  std::string set(const std::string& words) {
    return type("crypto ipsec transform-set T " + words);
  }
  [[nodiscard]] const policy::TransformSet& made() const {
    return backend.in_force->transform_sets.at("T");
  }

  FakeBackend backend;
  Configuration configuration{backend, testing::TempDir() + "spa-ipsec-test-startup"};
  Session session{configuration, true};
};

// R-MAP-1, R-MAP-3: one of each kind.
TEST_F(IpsecTest, EveryTransformIsUnderstood) {
  using wire::EncrId;
  using wire::IntegId;
  EXPECT_EQ(set("ah-sha-hmac esp-aes 256 esp-sha512-hmac comp-deflate"), "");
  EXPECT_EQ(made().ah, IntegId::kHmacSha1_96);
  EXPECT_EQ(made().esp_cipher, (policy::Cipher{EncrId::kAesCbc, 256}));
  EXPECT_EQ(made().esp_integrity, IntegId::kHmacSha512_256);
  EXPECT_EQ(made().compression, wire::IpCompId::kDeflate);
  EXPECT_EQ(transform_names(made()), "ah-sha-hmac esp-256-aes esp-sha512-hmac comp-deflate");
  EXPECT_EQ(set("ah-sha256-hmac"), "");
  EXPECT_FALSE(made().esp_cipher);
  EXPECT_EQ(set("ah-sha384-hmac esp-3des"), "");
  EXPECT_EQ(set("esp-null esp-sha-hmac"), "");
  EXPECT_EQ(set("esp-gmac 192"), "");
  EXPECT_EQ(made().esp_cipher, (policy::Cipher{EncrId::kNullAuthAesGmac, 192}));
  EXPECT_EQ(set("esp-gcm"), "");
  EXPECT_EQ(made().esp_cipher, (policy::Cipher{EncrId::kAesGcm16, 128}));
}

// R-MAP-2
TEST_F(IpsecTest, CombinationsThatMakeNoSenseAreRefused) {
  EXPECT_NE(set("esp-aes esp-3des esp-sha-hmac").find("one ESP encryption"), std::string::npos);
  EXPECT_NE(set("esp-aes esp-sha-hmac esp-md5-hmac").find("one ESP auth"), std::string::npos);
  EXPECT_NE(set("ah-sha-hmac ah-md5-hmac").find("one AH"), std::string::npos);
  EXPECT_NE(set("esp-gcm comp-lzs comp-deflate").find("one compression"), std::string::npos);
  EXPECT_NE(set("esp-gcm esp-sha-hmac").find("by themselves"), std::string::npos);
  EXPECT_NE(set("esp-aes").find("needs an authentication"), std::string::npos);
  EXPECT_NE(set("ah-sha-hmac esp-null").find("needs an authentication"), std::string::npos);
  EXPECT_NE(set("esp-sha-hmac").find("needs an encryption"), std::string::npos);
  EXPECT_NE(set("comp-deflate").find("needs an AH or an ESP"), std::string::npos);
  EXPECT_FALSE(backend.in_force && backend.in_force->transform_sets.contains("T"));
}

// R-MAP-7: at once, when an engine has it not; legacy ones as well.
TEST_F(IpsecTest, WarningsFollowTheCommand) {
  EXPECT_NE(set("esp-gcm comp-lzs").find("LZS"), std::string::npos);
  EXPECT_NE(set("ah-md5-hmac").find("crypto legacy-algorithms"), std::string::npos);
  EXPECT_FALSE(backend.in_force->transform_sets.contains("T")) << "not used until then";
  type("exit");
  type("crypto legacy-algorithms");
  EXPECT_TRUE(backend.in_force->transform_sets.contains("T"));
}

// R-MAP-4
TEST_F(IpsecTest, Modes) {
  set("esp-gcm");
  EXPECT_EQ(type("mode transport require"), "");
  EXPECT_EQ(made().mode, policy::EncapsulationMode::kTransport);
  EXPECT_TRUE(made().mode_required);
  EXPECT_EQ(type("mode transport"), "");
  EXPECT_FALSE(made().mode_required);
  EXPECT_NE(configuration.running_config().find(" mode transport\n"), std::string::npos);
  EXPECT_EQ(type("mode tunnel"), "");
  EXPECT_EQ(configuration.running_config().find(" mode "), std::string::npos);
}

// R-MAP-22
TEST_F(IpsecTest, DynamicCryptoMaps) {
  EXPECT_NE(type("crypto map M 65000 ipsec-isakmp dynamic D").find("D is not defined"),
            std::string::npos);
  EXPECT_EQ(type("crypto dynamic-map D 20"), "");
  EXPECT_NE(type("set transform-set T").find("T is not defined"), std::string::npos);
  EXPECT_EQ(type("set reverse-route"), "");
  EXPECT_EQ(type("crypto dynamic-map D 10"), "");
  const auto& dynamic = backend.in_force->dynamic_maps.at("D");
  ASSERT_EQ(dynamic.entries.size(), 2u);
  EXPECT_EQ(dynamic.entries[0].sequence, 10u);
  EXPECT_TRUE(dynamic.entries[1].reverse_route);
  EXPECT_EQ(dynamic.entries[1].transform_sets, std::vector<std::string>{"T"});
  EXPECT_EQ(backend.in_force->crypto_maps.at("M").entries[0].dynamic_map, "D");
  const std::string text = configuration.running_config();
  EXPECT_NE(text.find("crypto dynamic-map D 20\n"), std::string::npos) << text;
  EXPECT_NE(text.find("crypto map M 65000 ipsec-isakmp dynamic D\n"), std::string::npos) << text;
  type("exit");
  EXPECT_EQ(type("no crypto dynamic-map D 20"), "");
  EXPECT_EQ(backend.in_force->dynamic_maps.at("D").entries.size(), 1u);
}

}  // namespace
}  // namespace spa::config
