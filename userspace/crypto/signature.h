// SPDX-License-Identifier: Apache-2.0
// Signatures as IKEv2 uses them: RSA PKCS#1 v1.5 (RFC 7296 3.8), ECDSA (RFC 4754 3), Ed25519 (RFC
// 8420 2), and the AlgorithmIdentifiers of Digital Signature authentication (RFC 7427, appendix A).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/crypto/hash.h"
#include "userspace/crypto/key.h"

namespace spa::crypto {

enum class SignatureScheme : std::uint8_t {
  kRsaPkcs1,
  kRsaPss,    // MGF1 with the same hash, salt as long as the hash
  kEcdsaDer,  // DER Ecdsa-Sig-Value (RFC 7427)
  kEcdsaRaw,  // r | s of fixed size (RFC 4754 7)
  // IKEv1 (RFC 2409 5.1): PKCS #1 v1.5 padding around the data itself, which is a HASH already;
  // there is no DigestInfo, and `hash` means nothing.
  kRsaPkcs1Bare,
  kEd25519,  // RFC 8032; its hash, SHA-512, is part of it
};

struct SignatureMethod {
  SignatureScheme scheme = SignatureScheme::kRsaPkcs1;
  HashAlgorithm hash = HashAlgorithm::kSha256;
  friend bool operator==(const SignatureMethod&, const SignatureMethod&) = default;
};

[[nodiscard]] std::string to_string(const SignatureMethod& method);  // "RSASSA-PSS with SHA256" …

// The DER AlgorithmIdentifier of RFC 7427 appendix A; empty when the method has none there.
[[nodiscard]] ByteView algorithm_identifier(const SignatureMethod& method);
// The method whose AlgorithmIdentifier equals `der` octet for octet, in one of the encodings in
// use; nothing for any other. PSS parameters therefore are exactly those of kRsaPss.
[[nodiscard]] std::optional<SignatureMethod> method_from_identifier(ByteView der);

// Hashes `data` (but for kRsaPkcs1Bare) and signs. kInvalid when key and scheme do not belong
// together, kUnsupported for a key too short.
[[nodiscard]] Result<Bytes> sign(const PrivateKey& key, const SignatureMethod& method,
                                 ByteView data);
// kCrypto when the signature is wrong; the size of the signature must be exactly the scheme's.
[[nodiscard]] Status verify(const PublicKey& key, const SignatureMethod& method, ByteView data,
                            ByteView signature);

}  // namespace spa::crypto
