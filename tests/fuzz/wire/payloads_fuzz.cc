// SPDX-License-Identifier: Apache-2.0
// A decrypted chain of payloads: the first octet is the type of the first payload.
#include <cstdlib>

#include "userspace/wire/message.h"
#include "userspace/wire/ppk.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spa::wire;
  if (size == 0) return 0;
  const auto payloads = parse_payloads(static_cast<PayloadType>(data[0]), {data + 1, size - 1});
  if (!payloads) return 0;
  const spa::Result<PayloadChain> chain = serialize_payloads(*payloads);
  if (!chain) std::abort();
  const auto again = parse_payloads(chain->first, chain->octets);
  if (!again || *again != *payloads) std::abort();
  for (const Payload& payload : *payloads) {
    const auto* notify = std::get_if<NotifyPayload>(&payload);
    if (notify == nullptr) continue;
    (void)parse_invalid_ke(*notify);
    (void)parse_signature_hash_algorithms(*notify);
    (void)parse_ppk_identity(*notify);
    for (const AuthMethod method : {AuthMethod::kSharedKeyMic, AuthMethod::kDigitalSignature}) {
      const auto auth = parse_no_ppk_auth(*notify, method);
      if (!auth) continue;
      const auto back = no_ppk_auth(*auth);
      if (!back || back->data != notify->data) std::abort();
    }
  }
  return 0;
}
