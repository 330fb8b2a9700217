// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/auth_payload.h"

namespace spa::wire {

Result<AuthPayload> parse_auth(Reader& body) {
  AuthPayload auth;
  auth.method = static_cast<AuthMethod>(body.u8());
  body.skip(3);
  if (auth.method == AuthMethod::kDigitalSignature) {  // RFC 7427 3
    auth.algorithm = to_bytes(body.bytes(body.u8()));
    if (body.ok() && auth.algorithm.empty()) body.refuse("no AlgorithmIdentifier");
  }
  auth.data = to_bytes(body.rest());
  if (body.ok() && auth.data.empty()) body.refuse("no authentication data");
  return body.finish(std::move(auth));
}

void write_body(Writer& out, const AuthPayload& auth) {
  const bool digital = auth.method == AuthMethod::kDigitalSignature;
  if (auth.data.empty()) out.refuse("AUTH payload without data");
  if (digital == auth.algorithm.empty() || auth.algorithm.size() > 255) {
    out.refuse("AUTH payload with an AlgorithmIdentifier of " +
               std::to_string(auth.algorithm.size()) + " octets");
  }
  out.u8(static_cast<std::uint8_t>(auth.method));
  out.zeros(3);
  if (digital) out.u8(static_cast<std::uint8_t>(auth.algorithm.size()));
  out.bytes(auth.algorithm);
  out.bytes(auth.data);
}

}  // namespace spa::wire
