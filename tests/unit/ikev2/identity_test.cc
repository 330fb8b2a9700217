// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/identity.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace spa::ikev2 {
namespace {

using Kind = policy::Identity::Kind;

TEST(Identity, GoesToTheWireAndBack) {
  const policy::Identity list[]{
      {Kind::kAddress, IpAddress::v4(0xac10ac22), {}, {}},
      {Kind::kAddress, *IpAddress::parse("2001:db8::1"), {}, {}},
      {Kind::kFqdn, {}, "router.example.com", {}},
      {Kind::kEmail, {}, "ops@example.com", {}},
      {Kind::kKeyId, {}, "any octets", {}},
  };
  for (const policy::Identity& id : list) {
    const auto payload = to_payload(id, wire::Side::kResponder);
    ASSERT_TRUE(payload);
    EXPECT_EQ(payload->side, wire::Side::kResponder);
    EXPECT_EQ(*from_payload(*payload), id);
  }
  EXPECT_FALSE(to_payload({}, wire::Side::kInitiator));
}

// What goes into logs and screens holds no control characters.
TEST(Identity, NamesAreNames) {
  for (const std::string& text : std::vector<std::string>{"", "a b", "a\x1b[2J", "a\n", "a"}) {
    wire::IdPayload payload;
    payload.type = wire::IdType::kFqdn;
    payload.data = to_bytes(as_bytes(text));
    EXPECT_EQ(from_payload(payload).has_value(), text == "a") << text;
  }
  wire::IdPayload null;
  null.type = wire::IdType::kNull;
  EXPECT_EQ(from_payload(null).error().code, Errc::kUnsupported);
}

}  // namespace
}  // namespace spa::ikev2
