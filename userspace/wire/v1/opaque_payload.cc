// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/opaque_payload.h"

namespace spa::wire::v1 {

void write_body(Writer& out, const OpaquePayload& payload) {
  out.bytes(payload.data);
}

}  // namespace spa::wire::v1
