// SPDX-License-Identifier: Apache-2.0
// Key Exchange payload (RFC 2408 3.7). The group is that of the chosen transform.
#pragma once

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/writer.h"

namespace spa::wire::v1 {

struct KePayload {
  Bytes data;  // the public value, never empty
  friend bool operator==(const KePayload&, const KePayload&) = default;
};

[[nodiscard]] Result<KePayload> parse_ke(Reader& body);
void write_body(Writer& out, const KePayload& ke);

}  // namespace spa::wire::v1
