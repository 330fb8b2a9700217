// SPDX-License-Identifier: Apache-2.0
// Authentication payload (RFC 7296 3.8) with the Digital Signature format of RFC 7427 3.
#pragma once

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/registry.h"
#include "userspace/wire/writer.h"

namespace spa::wire {

struct AuthPayload {
  AuthMethod method = AuthMethod::kSharedKeyMic;
  Bytes algorithm;  // DER AlgorithmIdentifier, at most 255 octets; method 14 only
  Bytes data;       // MIC or signature value
  friend bool operator==(const AuthPayload&, const AuthPayload&) = default;
};

[[nodiscard]] Result<AuthPayload> parse_auth(Reader& body);
void write_body(Writer& out, const AuthPayload& auth);

}  // namespace spa::wire
