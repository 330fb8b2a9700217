// SPDX-License-Identifier: Apache-2.0
// Vendor ID payload (RFC 2408 3.16) and the vendor IDs that mean something to us.
#pragma once

#include <cstdint>
#include <string_view>

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/writer.h"

namespace spa::wire::v1 {

enum class Vendor : std::uint8_t {
  kUnknown,
  kNatTRfc3947,
  kNatTDraft00,
  kNatTDraft02,
  kNatTDraft02Newline,  // the hash of the draft's name with a line feed, which most peers send
  kNatTDraft03,
  kNatTDraft04,
  kNatTDraft05,
  kNatTDraft06,
  kNatTDraft07,
  kDpd,            // RFC 3706; the last two octets are a version
  kXauth,          // draft-beaulieu-ike-xauth-02 2
  kUnity,          // Cisco Unity: mode config attributes 28672 and above
  kFragmentation,  // Cisco's and Microsoft's; trailing octets are capabilities
};
[[nodiscard]] std::string_view to_string(Vendor vendor);  // "NAT-T RFC 3947", "DPD" …

struct VendorIdPayload {
  Bytes data;
  friend bool operator==(const VendorIdPayload&, const VendorIdPayload&) = default;
};

[[nodiscard]] Result<VendorIdPayload> parse_vendor_id(Reader& body);
void write_body(Writer& out, const VendorIdPayload& vendor);

// What we send for `vendor`; empty for kUnknown.
[[nodiscard]] VendorIdPayload vendor_id(Vendor vendor);
// kDpd and kUnity with any version, kFragmentation with any capabilities, the others to the octet.
[[nodiscard]] Vendor vendor_of(ByteView data);

// The flavours of NAT traversal, which differ in payload numbers and encapsulation modes.
enum class NatTraversal : std::uint8_t {
  kNone,
  kDrafts00,  // -00 to -03: NAT-D 130, NAT-OA 131, modes 61443 and 61444
  kDrafts04,  // -04 to -07: NAT-D 15, NAT-OA 16, modes 3 and 4
  kRfc3947,   // NAT-D 20, NAT-OA 21, modes 3 and 4
};
[[nodiscard]] NatTraversal nat_traversal_of(Vendor vendor);

}  // namespace spa::wire::v1
