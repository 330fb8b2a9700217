// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/exchange.h"

#include <utility>

namespace spa::ikev1 {

namespace {

void wipe_all(Payloads& payloads) {
  for (v1::Payload& payload : payloads) {
    if (auto* config = std::get_if<v1::ConfigPayload>(&payload)) wipe(*config);
  }
}

}  // namespace

void wipe(v1::ConfigPayload& config) {
  for (v1::Attribute& attribute : config.attributes) {
    secure_wipe(attribute.value.data(), attribute.value.size());
  }
}

ReceivedPayloads& ReceivedPayloads::operator=(ReceivedPayloads&& other) noexcept {
  swap(other);
  return *this;
}

ReceivedPayloads& ReceivedPayloads::operator=(Payloads&& other) noexcept {
  wipe_all(*this);
  Payloads::operator=(std::move(other));
  return *this;
}

ReceivedPayloads::~ReceivedPayloads() {
  wipe_all(*this);
}

Result<Incoming> open_message(const crypto::v1::IkeCipher& cipher, const crypto::v1::Iv& iv,
                              const v1::Header& header, ByteView datagram) {
  Result<crypto::v1::Opened> opened = cipher.open(iv, datagram.subspan(v1::Header::kSize));
  if (!opened) return tl::unexpected(opened.error());
  Result<v1::Decrypted> parsed = v1::parse_payloads(header.next_payload, opened->octets);
  if (!parsed) return tl::unexpected(parsed.error());
  Incoming in;
  in.header = header;
  in.octets = to_bytes(datagram);
  in.first = header.next_payload;
  in.covered = to_secret(v1::hashed_part(*parsed, opened->octets));
  in.payloads = std::move(parsed->payloads);
  in.chain = std::move(opened->octets);
  in.next_iv = opened->next;
  return in;
}

}  // namespace spa::ikev1
