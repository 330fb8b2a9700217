// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/ke_payload.h"

namespace spa::wire {

Result<KePayload> parse_ke(Reader& body) {
  KePayload ke;
  ke.group = static_cast<DhId>(body.u16());
  body.skip(2);
  ke.data = to_bytes(body.rest());
  if (body.ok() && ke.data.empty()) body.refuse("no key exchange data");
  return body.finish(std::move(ke));
}

void write_body(Writer& out, const KePayload& ke) {
  if (ke.data.empty()) out.refuse("KE payload without data");
  out.u16(static_cast<std::uint16_t>(ke.group));
  out.u16(0);
  out.bytes(ke.data);
}

}  // namespace spa::wire
