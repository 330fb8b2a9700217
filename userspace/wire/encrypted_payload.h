// SPDX-License-Identifier: Apache-2.0
// Encrypted payload SK (RFC 7296 3.14) and Encrypted Fragment payload SKF (RFC 7383 2.5), as they
// travel: IV, ciphertext and ICV are opaque here. They are always the last payload of a message, so
// the octets that integrity covers are everything before the ICV, and an AEAD's associated data
// everything before the IV.
#pragma once

#include <cstddef>
#include <cstdint>

#include "userspace/base/bytes.h"
#include "userspace/wire/header.h"

namespace spa::wire {

struct EncryptedPayload {
  PayloadType first_inner = PayloadType::kNone;  // kNone: nothing inside
  Bytes body;                                    // IV | ciphertext | ICV
  friend bool operator==(const EncryptedPayload&, const EncryptedPayload&) = default;
};

struct EncryptedFragmentPayload {
  PayloadType first_inner = PayloadType::kNone;  // kNone in every fragment but the first
  std::uint16_t number = 1;                      // from 1
  std::uint16_t total = 1;                       // at least `number`, at most kMaxFragments
  Bytes body;                                    // IV | ciphertext | ICV
  friend bool operator==(const EncryptedFragmentPayload&,
                         const EncryptedFragmentPayload&) = default;
};

[[nodiscard]] Result<EncryptedPayload> parse_encrypted(Reader& body, PayloadType first_inner);
[[nodiscard]] Result<EncryptedFragmentPayload> parse_encrypted_fragment(Reader& body,
                                                                        PayloadType first_inner);
void write_body(Writer& out, const EncryptedPayload& sk);
void write_body(Writer& out, const EncryptedFragmentPayload& skf);

// Everything that stands before the IV in a message whose only payload is SK: the header with its
// final length and the generic header. `body_size` is the size of IV | ciphertext | ICV that the
// caller appends.
[[nodiscard]] Result<Bytes> encrypted_prefix(const Header& header, PayloadType first_inner,
                                             std::size_t body_size);
// The same for SKF, with the fragment numbers.
[[nodiscard]] Result<Bytes> encrypted_fragment_prefix(const Header& header, PayloadType first_inner,
                                                      std::uint16_t number, std::uint16_t total,
                                                      std::size_t body_size);
// Octets of header and payload headers that the two functions above give.
inline constexpr std::size_t kEncryptedPrefixSize = Header::kSize + 4;
inline constexpr std::size_t kEncryptedFragmentPrefixSize = Header::kSize + 8;

}  // namespace spa::wire
