// SPDX-License-Identifier: Apache-2.0
// Signature payload (RFC 2408 3.12).
#pragma once

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/writer.h"

namespace spa::wire::v1 {

struct SignaturePayload {
  Bytes data;  // never empty
  friend bool operator==(const SignaturePayload&, const SignaturePayload&) = default;
};

[[nodiscard]] Result<SignaturePayload> parse_signature(Reader& body);
void write_body(Writer& out, const SignaturePayload& signature);

}  // namespace spa::wire::v1
