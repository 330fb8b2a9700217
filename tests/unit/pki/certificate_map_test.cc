// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/certificate_map.h"

#include <gtest/gtest.h>

#include "tests/unit/pki/test_ca.h"

namespace spa::pki {
namespace {

class CertificateMapTest : public ::testing::Test {
 protected:
  [[nodiscard]] bool fits(const char* field, const char* operation, const char* value) const {
    return map_matches({{"label", 10, {{field, operation, value}}}}, "label", certificate_);
  }
  test::TestCa ca_{"Map CA"};
  Certificate certificate_ =
      *Certificate::from_der(ca_.issue({.common_name = "Green Peer",
                                        .alternative_names = "DNS:green.example",
                                        .serial = 0xABC})
                                 .der());
};

// R-CMAP-3: the fields; R-CMAP-4, R-CMAP-5
TEST_F(CertificateMapTest, NamesWithoutRegardToCaseAndBlanks) {
  EXPECT_TRUE(fits("subject-name", "co", "CN = green peer"));
  EXPECT_TRUE(fits("subject-name", "eq", "cn=Green Peer, o=example"));
  EXPECT_FALSE(fits("subject-name", "eq", "cn=Green Peer"));
  EXPECT_TRUE(fits("subject-name", "nc", "cn = red"));
  EXPECT_TRUE(fits("issuer-name", "co", "map ca"));
  EXPECT_TRUE(fits("alt-subject-name", "eq", "green.example"));
  EXPECT_TRUE(fits("name", "co", "Map CA"));
  EXPECT_TRUE(fits("serial-number", "eq", "0abc"));
  EXPECT_FALSE(fits("no-such-field", "ne", "x"));
}

// R-CMAP-6
TEST_F(CertificateMapTest, Dates) {
  EXPECT_EQ(parse_map_date("1 jan 1970 00:01:00"), WallTime(std::chrono::minutes(1)));
  EXPECT_EQ(parse_map_date("Jan 1 1970 00:01:00"), WallTime(std::chrono::minutes(1)));
  for (const char* bad : {"", "32 jan 2020 00:00:00", "1 jan 2020 24:00:00", "1 foo 2020 00:00:00",
                          "1 jan 2020 00:00:00 x", "99999999999 jan 2020 00:00:00"}) {
    EXPECT_FALSE(parse_map_date(bad)) << bad;
  }
  EXPECT_TRUE(fits("valid-start", "ge", "1 jan 2000 00:00:00"));
  EXPECT_TRUE(fits("expires-on", "lt", "1 jan 2200 00:00:00"));
  EXPECT_FALSE(fits("expires-on", "lt", "1 jan 2000 00:00:00"));
}

// R-CMAP-7
TEST_F(CertificateMapTest, LinesAreAndedEntriesAreOred) {
  const policy::CertificateMapEntry both{
      "m", 10, {{"subject-name", "co", "green"}, {"subject-name", "co", "red"}}};
  const policy::CertificateMapEntry one{"m", 20, {{"subject-name", "co", "green"}}};
  EXPECT_FALSE(map_matches({both}, "m", certificate_));
  EXPECT_TRUE(map_matches({both, one}, "m", certificate_));
  EXPECT_FALSE(map_matches({both, one}, "other", certificate_));
  EXPECT_FALSE(map_matches({{"m", 1, {}}}, "m", certificate_));
}

}  // namespace
}  // namespace spa::pki
