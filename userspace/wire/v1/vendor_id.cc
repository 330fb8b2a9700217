// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/vendor_id.h"

#include <algorithm>

namespace spa::wire::v1 {
namespace {

struct Known {
  Vendor vendor;
  std::string_view name;
  std::string_view hex;     // what we send
  std::size_t significant;  // octets that must be equal
  bool longer_too;          // more octets than ours may follow
};

// Most are MD5 of the text in the comment; see the unit test.
constexpr Known kKnown[] = {
    {Vendor::kNatTRfc3947, "NAT-T RFC 3947", "4a131c81070358455c5728f20e95452f", 16, false},
    {Vendor::kNatTDraft07, "NAT-T v7", "439b59f8ba676c4c7737ae22eab8f582", 16, false},
    {Vendor::kNatTDraft06, "NAT-T v6", "4d1e0e136deafa34c4f3ea9f02ec7285", 16, false},
    {Vendor::kNatTDraft05, "NAT-T v5", "80d0bb3def54565ee84645d4c85ce3ee", 16, false},
    {Vendor::kNatTDraft04, "NAT-T v4", "9909b64eed937c6573de52ace952fa6b", 16, false},
    {Vendor::kNatTDraft03, "NAT-T v3", "7d9419a65310ca6f2c179d9215529d56", 16, false},
    {Vendor::kNatTDraft02, "NAT-T v2", "cd60464335df21f87cfdb2fc68b6a448", 16, false},
    {Vendor::kNatTDraft02Newline, "NAT-T v2\\n", "90cb80913ebb696e086381b5ec427b1f", 16, false},
    {Vendor::kNatTDraft00, "NAT-T v0", "4485152d18b6bbcd0be8a8469579ddcc", 16, false},
    {Vendor::kDpd, "DPD", "afcad71368a1f1c96b8696fc77570100", 14, false},
    {Vendor::kXauth, "XAUTH", "09002689dfd6b712", 8, false},
    {Vendor::kUnity, "Unity", "12f5f28c457168a9702d9fe274cc0100", 14, false},
    {Vendor::kFragmentation, "FRAGMENTATION", "4048b7d56ebce88525e7de7f00d6c2d3c0000000", 16, true},
};

}  // namespace

std::string_view to_string(Vendor vendor) {
  for (const Known& known : kKnown) {
    if (known.vendor == vendor) return known.name;
  }
  return "unknown";
}

Result<VendorIdPayload> parse_vendor_id(Reader& body) {
  return body.finish(VendorIdPayload{to_bytes(body.rest())});
}

void write_body(Writer& out, const VendorIdPayload& vendor) {
  out.bytes(vendor.data);
}

VendorIdPayload vendor_id(Vendor vendor) {
  for (const Known& known : kKnown) {
    if (known.vendor == vendor) return {from_hex(known.hex)};
  }
  return {};
}

Vendor vendor_of(ByteView data) {
  for (const Known& known : kKnown) {
    const Bytes ours = from_hex(known.hex);
    const bool size_fits =
        known.longer_too ? data.size() >= known.significant : data.size() == ours.size();
    if (size_fits && std::ranges::equal(data.first(known.significant),
                                        ByteView(ours).first(known.significant))) {
      return known.vendor;
    }
  }
  return Vendor::kUnknown;
}

NatTraversal nat_traversal_of(Vendor vendor) {
  switch (vendor) {
    case Vendor::kNatTDraft00:
    case Vendor::kNatTDraft02:
    case Vendor::kNatTDraft02Newline:
    case Vendor::kNatTDraft03:
      return NatTraversal::kDrafts00;
    case Vendor::kNatTDraft04:
    case Vendor::kNatTDraft05:
    case Vendor::kNatTDraft06:
    case Vendor::kNatTDraft07:
      return NatTraversal::kDrafts04;
    case Vendor::kNatTRfc3947:
      return NatTraversal::kRfc3947;
    default:
      return NatTraversal::kNone;
  }
}

}  // namespace spa::wire::v1
