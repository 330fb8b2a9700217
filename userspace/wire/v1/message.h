// SPDX-License-Identifier: Apache-2.0
// Whole IKEv1 messages. A message in the clear is parse()d and serialize()d; an encrypted one has
// its header read, its rest decrypted (userspace/crypto/ikev1_cipher.h), and the chain of payloads
// inside parsed with parse_payloads(). parse(serialize(m)) == m for every message that serialize()
// accepts, but for the fields of the header that serialize() sets.
#pragma once

#include <span>
#include <variant>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/wire/v1/cert_payload.h"
#include "userspace/wire/v1/config_payload.h"
#include "userspace/wire/v1/delete_payload.h"
#include "userspace/wire/v1/fragment_payload.h"
#include "userspace/wire/v1/hash_payload.h"
#include "userspace/wire/v1/header.h"
#include "userspace/wire/v1/id_payload.h"
#include "userspace/wire/v1/ke_payload.h"
#include "userspace/wire/v1/nat_payload.h"
#include "userspace/wire/v1/nonce_payload.h"
#include "userspace/wire/v1/notify_payload.h"
#include "userspace/wire/v1/opaque_payload.h"
#include "userspace/wire/v1/sa_payload.h"
#include "userspace/wire/v1/signature_payload.h"
#include "userspace/wire/v1/vendor_id.h"

namespace spa::wire::v1 {

using Payload =
    std::variant<SaPayload, KePayload, IdPayload, CertPayload, CertReqPayload, HashPayload,
                 SignaturePayload, NoncePayload, NotifyPayload, DeletePayload, VendorIdPayload,
                 ConfigPayload, NatDPayload, NatOaPayload, FragmentPayload, OpaquePayload>;

[[nodiscard]] PayloadType type_of(const Payload& payload);

struct Message {
  Header header;
  std::vector<Payload> payloads;
  friend bool operator==(const Message&, const Message&) = default;
};

// Which bodies are ciphertext of a public key. They become OpaquePayloads of their type.
enum class Bodies : std::uint8_t {
  kPlain,
  kEncrypted,         // ID and nonce: RSA encryption (RFC 2409 5.2)
  kEncryptedRevised,  // ID, nonce, KE and certificate: the revised mode (RFC 2409 5.3)
};

// A message in the clear, from a datagram without non-ESP marker. kState when its encryption flag
// is set, kUnsupported for another major version and for a DOI or situation that is not known,
// kExhausted beyond a limit of limits.h, kInvalid for everything else; the text names payload,
// offset and cause.
[[nodiscard]] Result<Message> parse(ByteView datagram, Bodies bodies = Bodies::kPlain);

// One payload of a chain.
[[nodiscard]] Result<Payload> parse_payload(const PayloadView& view,
                                            Bodies bodies = Bodies::kPlain);

// A decrypted chain. What follows the last payload is padding.
struct Decrypted {
  std::vector<Payload> payloads;
  std::size_t size = 0;         // octets of all payloads, without padding
  std::size_t after_first = 0;  // octets of the first payload, with its generic header
};
[[nodiscard]] Result<Decrypted> parse_payloads(PayloadType first, ByteView chain,
                                               Bodies bodies = Bodies::kPlain);
// What HASH(1), HASH(2) and the informational hash cover: the payloads behind the first one, as
// they were sent, without padding (RFC 2409 5.5, 5.7).
[[nodiscard]] inline ByteView hashed_part(const Decrypted& decrypted, ByteView chain) {
  return chain.subspan(decrypted.after_first, decrypted.size - decrypted.after_first);
}

// The body of the first payload of a type, exactly as it was sent: SAi_b of RFC 2409 3.2. Empty
// when there is none before the end or the first fault of the chain.
[[nodiscard]] ByteView find_body(PayloadType first, ByteView chain, PayloadType wanted);
// The same in a message in the clear.
[[nodiscard]] ByteView find_body(ByteView datagram, PayloadType wanted);

// Header and payloads as octets, in the clear; next-payload and length fields are set here,
// whatever the header says. Refused when the encryption flag is set.
[[nodiscard]] Result<Bytes> serialize(const Message& message);

// A chain of payloads as it is hashed and encrypted: the type of its first payload (kNone when
// empty) and the octets, without padding.
struct PayloadChain {
  PayloadType first = PayloadType::kNone;
  Bytes octets;
  friend bool operator==(const PayloadChain&, const PayloadChain&) = default;
};
[[nodiscard]] Result<PayloadChain> serialize_payloads(std::span<const Payload> payloads);
// The same with a HASH payload before it.
[[nodiscard]] PayloadChain with_hash(ByteView hash, const PayloadChain& rest);

// The message around a chain that was encrypted: sets the encryption flag, next payload and length.
[[nodiscard]] Result<Bytes> serialize_encrypted(const Header& header, PayloadType first,
                                                ByteView ciphertext);

// The first payload of a type, or null.
template <typename T>
[[nodiscard]] const T* find(std::span<const Payload> payloads) {
  for (const Payload& payload : payloads) {
    if (const T* found = std::get_if<T>(&payload)) return found;
  }
  return nullptr;
}
// All payloads of a type in their order (certificates, NAT-D, the two IDs of quick mode).
template <typename T>
[[nodiscard]] std::vector<const T*> find_all(std::span<const Payload> payloads) {
  std::vector<const T*> all;
  for (const Payload& payload : payloads) {
    if (const T* found = std::get_if<T>(&payload)) all.push_back(found);
  }
  return all;
}
// The first opaque payload of a type, or null.
[[nodiscard]] const OpaquePayload* find_opaque(std::span<const Payload> payloads, PayloadType type);
// The first notification of a type, or null.
[[nodiscard]] const NotifyPayload* find_notify(std::span<const Payload> payloads, NotifyType type);

}  // namespace spa::wire::v1
