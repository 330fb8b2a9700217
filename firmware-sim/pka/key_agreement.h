// SPDX-License-Identifier: Apache-2.0
// One Diffie-Hellman group: an ephemeral key pair, and the shared secret with a peer's public
// value. Values in and out are as RFC 7296 3.4 carries them (<spa/hw.h>, enum spa_pk_group).
#pragma once

#include <spa/hw.h>

#include <cstddef>
#include <cstdint>

#include "firmware-sim/base/octets.h"

namespace spa::pka {

class KeyAgreement {
 public:
  virtual ~KeyAgreement() = default;

  [[nodiscard]] virtual std::size_t public_length() const = 0;
  [[nodiscard]] virtual std::size_t shared_length() const = 0;

  // False when the library fails.
  [[nodiscard]] virtual bool generate(card::SecretBytes& secret,
                                      card::SecretBytes& value) const = 0;

  // `peer` has public_length() octets. False for a value that is not acceptable in this group.
  [[nodiscard]] virtual bool derive(card::ByteView secret, card::ByteView peer,
                                    card::SecretBytes& shared) const = 0;
};

// Null for a group that is none of the kind. The objects live as long as the program and may be
// used by several threads.
[[nodiscard]] const KeyAgreement* modp_group(std::uint16_t group);
[[nodiscard]] const KeyAgreement* ecp_group(std::uint16_t group);
[[nodiscard]] const KeyAgreement* x25519_group(std::uint16_t group);

[[nodiscard]] inline const KeyAgreement* key_agreement(std::uint16_t group) {
  if (const KeyAgreement* found = modp_group(group)) return found;
  if (const KeyAgreement* found = ecp_group(group)) return found;
  return x25519_group(group);
}

}  // namespace spa::pka
