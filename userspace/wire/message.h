// SPDX-License-Identifier: Apache-2.0
// Whole IKEv2 messages: parse(serialize(m)) == m for every message that serialize() accepts,
// but for the fields of the header that serialize() sets.
#pragma once

#include <span>
#include <variant>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/wire/auth_payload.h"
#include "userspace/wire/cert_payload.h"
#include "userspace/wire/config_payload.h"
#include "userspace/wire/delete_payload.h"
#include "userspace/wire/encrypted_payload.h"
#include "userspace/wire/header.h"
#include "userspace/wire/id_payload.h"
#include "userspace/wire/ke_payload.h"
#include "userspace/wire/nonce_payload.h"
#include "userspace/wire/notify_payload.h"
#include "userspace/wire/opaque_payload.h"
#include "userspace/wire/sa_payload.h"
#include "userspace/wire/ts_payload.h"

namespace spa::wire {

using Payload = std::variant<SaPayload, KePayload, IdPayload, CertPayload, CertReqPayload,
                             AuthPayload, NoncePayload, NotifyPayload, DeletePayload,
                             VendorIdPayload, TsPayload, ConfigPayload, EapPayload,
                             EncryptedPayload, EncryptedFragmentPayload, UnknownPayload>;

[[nodiscard]] PayloadType type_of(const Payload& payload);

struct Message {
  Header header;
  std::vector<Payload> payloads;
  friend bool operator==(const Message&, const Message&) = default;
};

// An IKEv2 message from a datagram (without the non-ESP marker of port 4500). The critical bit of a
// known payload is ignored (RFC 7296 2.5). kUnsupported for a major version other than 2,
// kExhausted beyond a limit of limits.h, kInvalid for everything else; the text names payload,
// offset and cause.
[[nodiscard]] Result<Message> parse(ByteView datagram);

// One payload of a chain.
[[nodiscard]] Result<Payload> parse_payload(const PayloadView& view);

// The chain inside a decrypted SK payload, without padding. An SK inside is refused.
[[nodiscard]] Result<std::vector<Payload>> parse_payloads(PayloadType first, ByteView chain);

// Header and payloads as octets; next-payload and length fields are set here, whatever the header
// says.
[[nodiscard]] Result<Bytes> serialize(const Message& message);

// A chain as it goes into SK: the type of its first payload (kNone when empty) and the octets.
struct PayloadChain {
  PayloadType first = PayloadType::kNone;
  Bytes octets;
  friend bool operator==(const PayloadChain&, const PayloadChain&) = default;
};
[[nodiscard]] Result<PayloadChain> serialize_payloads(std::span<const Payload> payloads);

// The first payload of a type, or null.
template <typename T>
[[nodiscard]] const T* find(std::span<const Payload> payloads) {
  for (const Payload& payload : payloads) {
    if (const T* found = std::get_if<T>(&payload)) return found;
  }
  return nullptr;
}
// The first notification of a type, or null.
[[nodiscard]] const NotifyPayload* find_notify(std::span<const Payload> payloads, NotifyType type);
// IDi or IDr, TSi or TSr, or null.
[[nodiscard]] const IdPayload* find_id(std::span<const Payload> payloads, Side side);
[[nodiscard]] const TsPayload* find_ts(std::span<const Payload> payloads, Side side);

}  // namespace spa::wire
