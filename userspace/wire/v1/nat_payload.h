// SPDX-License-Identifier: Apache-2.0
// NAT-D and NAT-OA payloads (RFC 3947 3.2 and 5.2, with the payload numbers of its drafts).
#pragma once

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/v1/registry.h"
#include "userspace/wire/v1/vendor_id.h"
#include "userspace/wire/writer.h"

namespace spa::wire::v1 {

struct NatDPayload {
  // One of the three NAT-D numbers.
  PayloadType type = PayloadType::kNatD;
  Bytes hash;  // of the negotiated hash's size; never empty
  friend bool operator==(const NatDPayload&, const NatDPayload&) = default;
};

// The original address of an end in transport mode (RFC 3947 5.2).
struct NatOaPayload {
  // One of the three NAT-OA numbers.
  PayloadType type = PayloadType::kNatOa;
  IpAddress address;
  friend bool operator==(const NatOaPayload&, const NatOaPayload&) = default;
};

[[nodiscard]] bool is_nat_d(PayloadType type);
[[nodiscard]] bool is_nat_oa(PayloadType type);
// The number that a flavour gives to NAT-D and NAT-OA; kNone for NatTraversal::kNone.
[[nodiscard]] PayloadType nat_d_type(NatTraversal flavour);
[[nodiscard]] PayloadType nat_oa_type(NatTraversal flavour);

[[nodiscard]] Result<NatDPayload> parse_nat_d(Reader& body, PayloadType type);
[[nodiscard]] Result<NatOaPayload> parse_nat_oa(Reader& body, PayloadType type);
void write_body(Writer& out, const NatDPayload& nat_d);
void write_body(Writer& out, const NatOaPayload& nat_oa);

}  // namespace spa::wire::v1
