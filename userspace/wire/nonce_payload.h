// SPDX-License-Identifier: Apache-2.0
// Nonce payload: 16 to 256 octets (RFC 7296 3.9).
#pragma once

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/writer.h"

namespace spa::wire {

struct NoncePayload {
  Bytes data;
  friend bool operator==(const NoncePayload&, const NoncePayload&) = default;
};

[[nodiscard]] Result<NoncePayload> parse_nonce(Reader& body);
void write_body(Writer& out, const NoncePayload& nonce);

}  // namespace spa::wire
