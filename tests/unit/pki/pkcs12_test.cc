// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/pkcs12.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/pki/test_ca.h"

namespace spa::pki {
namespace {

// A file may not keep the daemon busy for hours: how often the password is hashed has a limit, for
// the MAC and for each of the encrypted parts.
TEST(Pkcs12Test, RefusesWhatCostsTooMuchToOpen) {
  test::TestCa ca("CA");
  const Bytes good = ca.pkcs12(ca.issue({.common_name = "router"}), "secret", 40'000);
  ASSERT_TRUE(parse_pkcs12(good, "secret"));
  const Bytes iterations{0x02, 0x03, 0x00, 0x9C, 0x40};  // INTEGER 40000
  int places = 0;
  for (auto at = good.begin();; ++at, ++places) {
    at = std::search(at, good.end(), iterations.begin(), iterations.end());
    if (at == good.end()) break;
    Bytes costly = good;
    std::fill_n(costly.begin() + (at - good.begin()) + 2, 3, 0x7F);
    const auto parsed = parse_pkcs12(costly, "secret");
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, Errc::kExhausted) << parsed.error().text;
  }
  EXPECT_EQ(places, 3);
}

}  // namespace
}  // namespace spa::pki
