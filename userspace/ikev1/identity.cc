// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/identity.h"

#include <algorithm>

namespace spa::ikev1 {

namespace v1 = wire::v1;
using Kind = policy::Identity::Kind;

Result<v1::IdPayload> to_payload(const policy::Identity& identity) {
  v1::IdPayload payload;
  switch (identity.kind) {
    case Kind::kAddress:
      return v1::id_of(identity.address);
    case Kind::kFqdn:
      payload.type = v1::IdType::kFqdn;
      payload.data = to_bytes(as_bytes(identity.text));
      break;
    case Kind::kEmail:
      payload.type = v1::IdType::kUserFqdn;
      payload.data = to_bytes(as_bytes(identity.text));
      break;
    case Kind::kKeyId:
      payload.type = v1::IdType::kKeyId;
      payload.data = to_bytes(as_bytes(identity.text));
      break;
    case Kind::kDn:
      payload.type = v1::IdType::kDerAsn1Dn;
      payload.data = identity.der;
      break;
    case Kind::kNone:
      break;
  }
  if (payload.data.empty()) return fail(Errc::kInvalid, "local identity is empty");
  return payload;
}

Result<policy::Identity> from_payload(const v1::IdPayload& payload) {
  policy::Identity identity;
  const std::string text(payload.data.begin(), payload.data.end());
  switch (payload.type) {
    case v1::IdType::kIpv4Addr:
    case v1::IdType::kIpv6Addr:
      identity.kind = Kind::kAddress;
      identity.address = IpAddress::from_bytes(payload.data);
      break;
    case v1::IdType::kFqdn:
      identity.kind = Kind::kFqdn;
      identity.text = text;
      break;
    case v1::IdType::kUserFqdn:
      identity.kind = Kind::kEmail;
      identity.text = text;
      break;
    case v1::IdType::kKeyId:
      identity.kind = Kind::kKeyId;
      identity.text = text;
      break;
    case v1::IdType::kDerAsn1Dn:
      identity.kind = Kind::kDn;
      identity.der = payload.data;
      identity.text = "DER DN " + to_hex(payload.data);  // until a certificate gives its text
      break;
    default:
      return fail(Errc::kUnsupported, "identity type " + v1::to_string(payload.type));
  }
  // A name goes into logs, screens and comparisons: no terminal control, no hidden tail.
  const bool is_name = identity.kind != Kind::kAddress && identity.kind != Kind::kDn;
  const bool plain =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c != 0x7f; });
  if (payload.data.empty() || (is_name && !plain)) {
    return fail(Errc::kInvalid, v1::to_string(payload.type) + " that is no name");
  }
  return identity;
}

}  // namespace spa::ikev1
