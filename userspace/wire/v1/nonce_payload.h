// SPDX-License-Identifier: Apache-2.0
// Nonce payload (RFC 2408 3.13): 8 to 256 octets (RFC 2409 5).
#pragma once

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/writer.h"

namespace spa::wire::v1 {

struct NoncePayload {
  Bytes data;
  friend bool operator==(const NoncePayload&, const NoncePayload&) = default;
};

[[nodiscard]] Result<NoncePayload> parse_nonce(Reader& body);
void write_body(Writer& out, const NoncePayload& nonce);
// A nonce from the octets that public-key encryption hid (RFC 2409 5.2).
[[nodiscard]] Result<NoncePayload> parse_nonce_body(ByteView body);

}  // namespace spa::wire::v1
