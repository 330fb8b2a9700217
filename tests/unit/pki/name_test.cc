// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/name.h"

#include <gtest/gtest.h>

namespace spa::pki {
namespace {

// O=Example, CN=<text> with the string types given: 0x0c UTF8String, 0x13 PrintableString.
Bytes name(std::uint8_t type, std::string_view organisation, std::string_view common) {
  const auto attribute = [type](std::uint8_t oid, std::string_view text) {
    Bytes out = {0x06, 0x03, 0x55, 0x04, oid, type, static_cast<std::uint8_t>(text.size())};
    out.insert(out.end(), text.begin(), text.end());
    out.insert(out.begin(), {0x30, static_cast<std::uint8_t>(out.size())});
    out.insert(out.begin(), {0x31, static_cast<std::uint8_t>(out.size())});
    return out;
  };
  Bytes out = attribute(10, organisation);
  const Bytes second = attribute(3, common);
  out.insert(out.end(), second.begin(), second.end());
  out.insert(out.begin(), {0x30, static_cast<std::uint8_t>(out.size())});
  return out;
}

// RFC 5280 7.1: the string types, the case and the blanks of two encodings may differ.
TEST(NameTest, TwoEncodingsOfOneName) {
  const Bytes certificate = name(0x0c, "Example", "peer");
  EXPECT_TRUE(same_name(certificate, name(0x13, "Example", "peer")));
  EXPECT_TRUE(same_name(certificate, name(0x13, "EXAMPLE", "Peer")));
  EXPECT_FALSE(same_name(certificate, name(0x0c, "Example", "peers")));
  EXPECT_FALSE(same_name(certificate, name(0x0c, "peer", "Example")));
}

TEST(NameTest, WhatIsNoNameIsNoMatch) {
  const Bytes good = name(0x0c, "Example", "peer");
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(same_name(good, longer));
  EXPECT_FALSE(same_name(longer, longer));
  EXPECT_FALSE(same_name({}, {}));
  EXPECT_FALSE(same_name(good, ByteView(good).first(good.size() - 1)));
}

}  // namespace
}  // namespace spa::pki
