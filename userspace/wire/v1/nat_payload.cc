// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/nat_payload.h"

#include <string>

namespace spa::wire::v1 {

bool is_nat_d(PayloadType type) {
  return type == PayloadType::kNatD || type == PayloadType::kNatDDrafts00 ||
         type == PayloadType::kNatDDrafts04;
}

bool is_nat_oa(PayloadType type) {
  return type == PayloadType::kNatOa || type == PayloadType::kNatOaDrafts00 ||
         type == PayloadType::kNatOaDrafts04;
}

PayloadType nat_d_type(NatTraversal flavour) {
  switch (flavour) {
    case NatTraversal::kDrafts00:
      return PayloadType::kNatDDrafts00;
    case NatTraversal::kDrafts04:
      return PayloadType::kNatDDrafts04;
    case NatTraversal::kRfc3947:
      return PayloadType::kNatD;
    case NatTraversal::kNone:
      break;
  }
  return PayloadType::kNone;
}

PayloadType nat_oa_type(NatTraversal flavour) {
  switch (flavour) {
    case NatTraversal::kDrafts00:
      return PayloadType::kNatOaDrafts00;
    case NatTraversal::kDrafts04:
      return PayloadType::kNatOaDrafts04;
    case NatTraversal::kRfc3947:
      return PayloadType::kNatOa;
    case NatTraversal::kNone:
      break;
  }
  return PayloadType::kNone;
}

Result<NatDPayload> parse_nat_d(Reader& body, PayloadType type) {
  NatDPayload nat_d{type, to_bytes(body.rest())};
  if (body.ok() && nat_d.hash.empty()) body.refuse("no hash");
  return body.finish(std::move(nat_d));
}

Result<NatOaPayload> parse_nat_oa(Reader& body, PayloadType type) {
  const auto id_type = static_cast<IdType>(body.u8());
  body.skip(3);
  const ByteView address = body.rest();
  const bool fits = (id_type == IdType::kIpv4Addr && address.size() == 4) ||
                    (id_type == IdType::kIpv6Addr && address.size() == 16);
  if (body.ok() && !fits) {
    body.refuse("an address of type " + to_string(id_type) + " with " +
                std::to_string(address.size()) + " octets");
  }
  return body.finish(NatOaPayload{type, IpAddress::from_bytes(address)});
}

void write_body(Writer& out, const NatDPayload& nat_d) {
  if (!is_nat_d(nat_d.type)) out.refuse("NAT-D payload of type " + to_string(nat_d.type));
  if (nat_d.hash.empty()) out.refuse("NAT-D payload without a hash");
  out.bytes(nat_d.hash);
}

void write_body(Writer& out, const NatOaPayload& nat_oa) {
  if (!is_nat_oa(nat_oa.type)) out.refuse("NAT-OA payload of type " + to_string(nat_oa.type));
  if (nat_oa.address.empty()) out.refuse("NAT-OA payload without an address");
  const IdType type = nat_oa.address.is_v6() ? IdType::kIpv6Addr : IdType::kIpv4Addr;
  out.u8(static_cast<std::uint8_t>(type));
  out.zeros(3);
  out.bytes(nat_oa.address.bytes());
}

}  // namespace spa::wire::v1
