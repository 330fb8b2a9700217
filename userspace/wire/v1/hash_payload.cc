// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/hash_payload.h"

namespace spa::wire::v1 {

Result<HashPayload> parse_hash(Reader& body) {
  HashPayload hash{to_bytes(body.rest())};
  if (body.ok() && hash.data.empty()) body.refuse("no hash data");
  return body.finish(std::move(hash));
}

void write_body(Writer& out, const HashPayload& hash) {
  if (hash.data.empty()) out.refuse("HASH payload without data");
  out.bytes(hash.data);
}

}  // namespace spa::wire::v1
