// SPDX-License-Identifier: Apache-2.0
// Hash payload (RFC 2408 3.11).
#pragma once

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/writer.h"

namespace spa::wire::v1 {

struct HashPayload {
  Bytes data;  // never empty; the size of the negotiated hash is checked by whoever compares
  friend bool operator==(const HashPayload&, const HashPayload&) = default;
};

[[nodiscard]] Result<HashPayload> parse_hash(Reader& body);
void write_body(Writer& out, const HashPayload& hash);

}  // namespace spa::wire::v1
