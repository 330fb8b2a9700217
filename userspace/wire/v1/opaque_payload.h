// SPDX-License-Identifier: Apache-2.0
// A payload whose content is not looked into: an unknown type, or a body that is encrypted with a
// public key (RFC 2409 5.2).
#pragma once

#include "userspace/base/bytes.h"
#include "userspace/wire/v1/registry.h"
#include "userspace/wire/writer.h"

namespace spa::wire::v1 {

struct OpaquePayload {
  PayloadType type = PayloadType::kNone;
  Bytes data;
  friend bool operator==(const OpaquePayload&, const OpaquePayload&) = default;
};

void write_body(Writer& out, const OpaquePayload& payload);

}  // namespace spa::wire::v1
