// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/nonce_payload.h"

#include <string>

#include "userspace/wire/v1/limits.h"

namespace spa::wire::v1 {
namespace {

bool size_fits(const NoncePayload& nonce) {
  return nonce.data.size() >= kMinNonceSize && nonce.data.size() <= kMaxNonceSize;
}

std::string complaint(const NoncePayload& nonce) {
  return "a nonce of " + std::to_string(nonce.data.size()) + " octets";
}

}  // namespace

Result<NoncePayload> parse_nonce(Reader& body) {
  NoncePayload nonce{to_bytes(body.rest())};
  if (body.ok() && !size_fits(nonce)) body.refuse(complaint(nonce));
  return body.finish(std::move(nonce));
}

Result<NoncePayload> parse_nonce_body(ByteView body) {
  Reader reader(body, "decrypted nonce");
  return parse_nonce(reader);
}

void write_body(Writer& out, const NoncePayload& nonce) {
  if (!size_fits(nonce)) out.refuse(complaint(nonce));
  out.bytes(nonce.data);
}

}  // namespace spa::wire::v1
