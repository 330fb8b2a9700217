// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/nonce_payload.h"

#include "userspace/wire/limits.h"

namespace spa::wire {
namespace {

bool size_fits(const NoncePayload& nonce) {
  return nonce.data.size() >= kMinNonceSize && nonce.data.size() <= kMaxNonceSize;
}

}  // namespace

Result<NoncePayload> parse_nonce(Reader& body) {
  NoncePayload nonce{to_bytes(body.rest())};
  if (body.ok() && !size_fits(nonce)) {
    body.refuse("a nonce of " + std::to_string(nonce.data.size()) + " octets");
  }
  return body.finish(std::move(nonce));
}

void write_body(Writer& out, const NoncePayload& nonce) {
  if (!size_fits(nonce)) {
    out.refuse("a nonce of " + std::to_string(nonce.data.size()) + " octets");
  }
  out.bytes(nonce.data);
}

}  // namespace spa::wire
