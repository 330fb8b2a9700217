// SPDX-License-Identifier: Apache-2.0
// Key Exchange payload (RFC 7296 3.4).
#pragma once

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/transform_id.h"
#include "userspace/wire/writer.h"

namespace spa::wire {

struct KePayload {
  DhId group = DhId::kNone;
  Bytes data;  // the public value; whether its size fits the group is for the key exchange to say
  friend bool operator==(const KePayload&, const KePayload&) = default;
};

[[nodiscard]] Result<KePayload> parse_ke(Reader& body);
void write_body(Writer& out, const KePayload& ke);

}  // namespace spa::wire
