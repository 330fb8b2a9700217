// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/identity.h"

#include <algorithm>

namespace spa::ikev2 {

using Kind = policy::Identity::Kind;

Result<wire::IdPayload> to_payload(const policy::Identity& identity, wire::Side side) {
  wire::IdPayload payload;
  payload.side = side;
  switch (identity.kind) {
    case Kind::kAddress:
      payload.type = identity.address.is_v6() ? wire::IdType::kIpv6Addr : wire::IdType::kIpv4Addr;
      payload.data = to_bytes(identity.address.bytes());
      break;
    case Kind::kFqdn:
      payload.type = wire::IdType::kFqdn;
      payload.data = to_bytes(as_bytes(identity.text));
      break;
    case Kind::kEmail:
      payload.type = wire::IdType::kRfc822Addr;
      payload.data = to_bytes(as_bytes(identity.text));
      break;
    case Kind::kKeyId:
      payload.type = wire::IdType::kKeyId;
      payload.data = to_bytes(as_bytes(identity.text));
      break;
    case Kind::kDn:
      payload.type = wire::IdType::kDerAsn1Dn;
      payload.data = identity.der;
      break;
    case Kind::kNone:
      break;
  }
  if (payload.data.empty()) return fail(Errc::kInvalid, "local identity is empty");
  return payload;
}

Result<policy::Identity> from_payload(const wire::IdPayload& payload) {
  policy::Identity identity;
  const std::string text(payload.data.begin(), payload.data.end());
  switch (payload.type) {
    case wire::IdType::kIpv4Addr:
    case wire::IdType::kIpv6Addr:
      identity.kind = Kind::kAddress;
      identity.address = IpAddress::from_bytes(payload.data);
      break;
    case wire::IdType::kFqdn:
      identity.kind = Kind::kFqdn;
      identity.text = text;
      break;
    case wire::IdType::kRfc822Addr:
      identity.kind = Kind::kEmail;
      identity.text = text;
      break;
    case wire::IdType::kKeyId:
      identity.kind = Kind::kKeyId;
      identity.text = text;
      break;
    case wire::IdType::kDerAsn1Dn:
      identity.kind = Kind::kDn;
      identity.der = payload.data;
      identity.text = "DER DN " + to_hex(payload.data);  // until a certificate gives its text
      break;
    default:
      return fail(Errc::kUnsupported, "identity type " + wire::to_string(payload.type));
  }
  // A name goes into logs, screens and comparisons: no terminal control, no hidden tail.
  const bool is_name = identity.kind == Kind::kFqdn || identity.kind == Kind::kEmail;
  const bool plain =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c != 0x7f; });
  if (payload.data.empty() || (is_name && !plain)) {
    return fail(Errc::kInvalid, wire::to_string(payload.type) + " that is no name");
  }
  return identity;
}

}  // namespace spa::ikev2
