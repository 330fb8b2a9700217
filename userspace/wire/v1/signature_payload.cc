// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/signature_payload.h"

namespace spa::wire::v1 {

Result<SignaturePayload> parse_signature(Reader& body) {
  SignaturePayload signature{to_bytes(body.rest())};
  if (body.ok() && signature.data.empty()) body.refuse("no signature data");
  return body.finish(std::move(signature));
}

void write_body(Writer& out, const SignaturePayload& signature) {
  if (signature.data.empty()) out.refuse("SIG payload without data");
  out.bytes(signature.data);
}

}  // namespace spa::wire::v1
