// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/ke_payload.h"

namespace spa::wire::v1 {

Result<KePayload> parse_ke(Reader& body) {
  KePayload ke{to_bytes(body.rest())};
  if (body.ok() && ke.data.empty()) body.refuse("no key exchange data");
  return body.finish(std::move(ke));
}

void write_body(Writer& out, const KePayload& ke) {
  if (ke.data.empty()) out.refuse("KE payload without data");
  out.bytes(ke.data);
}

}  // namespace spa::wire::v1
