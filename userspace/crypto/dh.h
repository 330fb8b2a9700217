// SPDX-License-Identifier: Apache-2.0
// Diffie-Hellman: MODP (RFC 2409 6.1, 6.2, RFC 3526 2 to 7, with prime-order subgroups RFC 5114 2.1
// to 2.3), ECP groups (RFC 5903 3, 7), Curve25519 (RFC 8031 2, 3). And key encapsulation with
// ML-KEM (FIPS 203), which serves as one in IKE: the initiator sends a key, the responder a
// ciphertext.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

namespace spa::crypto {

// IANA transform type 4 identifiers.
enum class DhGroup : std::uint16_t {
  kModp768 = 1,
  kModp1024 = 2,
  kModp1536 = 5,
  kModp2048 = 14,
  kModp3072 = 15,
  kModp4096 = 16,
  kModp6144 = 17,
  kModp8192 = 18,
  kEcp256 = 19,
  kEcp384 = 20,
  kEcp521 = 21,
  kModp1024Sub160 = 22,
  kModp2048Sub224 = 23,
  kModp2048Sub256 = 24,
  kCurve25519 = 31,
  kMlKem512 = 35,
  kMlKem768 = 36,
  kMlKem1024 = 37,
};

// The group of a transform identifier, or nothing when it is not implemented.
[[nodiscard]] std::optional<DhGroup> dh_from_id(std::uint16_t transform_id);
// Whether the two ends do different things: only the initiator has a key pair.
[[nodiscard]] bool is_kem(DhGroup group);
// Octets of the public value on the wire, and of what a responder answers; a KE payload of another
// size is refused.
[[nodiscard]] std::size_t public_size(DhGroup group);
[[nodiscard]] std::size_t reply_size(DhGroup group);
[[nodiscard]] std::size_t shared_size(DhGroup group);
[[nodiscard]] unsigned group_bits(DhGroup group);         // 768 … 8192, 256, 384, 521, 255
[[nodiscard]] std::string_view to_string(DhGroup group);  // "modp2048", "ecp256", "curve25519"

// Where a private value lives: in this process, or on a card that keeps it. Wiped when the last
// user is gone.
class DhPrivate {
 public:
  virtual ~DhPrivate() = default;
};

// One end's key pair: a value that can be kept while the peer answers.
struct DhKey {
  DhGroup group = DhGroup::kModp2048;
  Bytes public_value;  // as in the KE payload
  std::shared_ptr<const DhPrivate> secret;
};

// In software, on the calling thread.
[[nodiscard]] Result<DhKey> dh_generate(DhGroup group);
// From a given private value (big-endian; for Curve25519 the 32 octets of RFC 7748): test vectors
// and replays.
[[nodiscard]] Result<DhKey> dh_from_private(DhGroup group, ByteView private_value);
// The shared secret as RFC 7296 2.14, RFC 5903 7 and RFC 8031 2 want it. kInvalid when the peer's
// value has the wrong size, is outside 1 < y < p - 1 or its subgroup, is no point of the curve, or
// gives the all-zero secret; of a KEM's ciphertext only the size is looked at, another secret comes
// of a damaged one (FIPS 203 6.3). kUnsupported for a key whose private value is not in this
// process.
[[nodiscard]] Result<SecretBytes> dh_derive(const DhKey& key, ByteView peer_public);

// The responder's half with a KEM, in one step. kInvalid for what is no key of the peer's,
// kUnsupported for a group that is none, or that this machine does not have.
struct Encapsulation {
  Bytes reply;  // the ciphertext
  SecretBytes shared;
};
[[nodiscard]] Result<Encapsulation> dh_encapsulate(DhGroup group, ByteView peer_key);

}  // namespace spa::crypto
