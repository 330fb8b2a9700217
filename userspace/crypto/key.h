// SPDX-License-Identifier: Apache-2.0
// Asymmetric keys as shared, immutable values. What is inside belongs to OpenSSL and stays in
// key.cc, but for native(), which certificate code needs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

struct evp_pkey_st;

namespace spa::crypto {

enum class KeyType : std::uint8_t { kRsa, kEcdsaP256, kEcdsaP384, kEcdsaP521, kEd25519 };
[[nodiscard]] std::string_view to_string(KeyType type);  // "RSA", "ECDSA P-256" …

class PublicKey {
 public:
  // SubjectPublicKeyInfo, or a PEM "PUBLIC KEY". kUnsupported for a type not in KeyType.
  [[nodiscard]] static Result<PublicKey> from_der(ByteView spki);
  [[nodiscard]] static Result<PublicKey> from_pem(std::string_view pem);
  // Takes a further reference to a key that a certificate holds.
  [[nodiscard]] static Result<PublicKey> from_native(evp_pkey_st* key);

  [[nodiscard]] KeyType type() const { return type_; }
  [[nodiscard]] unsigned bits() const;
  [[nodiscard]] Result<Bytes> to_der() const;  // SubjectPublicKeyInfo
  [[nodiscard]] evp_pkey_st* native() const { return key_.get(); }

 private:
  PublicKey(std::shared_ptr<evp_pkey_st> key, KeyType type) : key_(std::move(key)), type_(type) {}
  std::shared_ptr<evp_pkey_st> key_;
  KeyType type_;
};

class PrivateKey {
 public:
  // PKCS#8, PKCS#1 or SEC1. Encrypted PEM needs its pass phrase; kDenied when it is wrong.
  [[nodiscard]] static Result<PrivateKey> from_der(ByteView der);
  [[nodiscard]] static Result<PrivateKey> from_pem(std::string_view pem,
                                                   std::string_view pass = {});
  [[nodiscard]] static Result<PrivateKey> from_native(evp_pkey_st* key);
  // 360 to 4096 bits, public exponent 65537. Takes seconds for large keys.
  [[nodiscard]] static Result<PrivateKey> generate_rsa(unsigned bits);
  // kEcdsaP256, kEcdsaP384, kEcdsaP521 or kEd25519.
  [[nodiscard]] static Result<PrivateKey> generate_ec(KeyType curve);

  [[nodiscard]] KeyType type() const { return type_; }
  [[nodiscard]] unsigned bits() const;
  [[nodiscard]] Result<SecretBytes> to_der() const;  // PKCS#8, unencrypted
  [[nodiscard]] Result<PublicKey> public_key() const;
  [[nodiscard]] bool matches(const PublicKey& other) const;
  [[nodiscard]] evp_pkey_st* native() const { return key_.get(); }
  // Identity of the key for caches: equal for copies, and the weak pointer expires with the last
  // one.
  [[nodiscard]] std::weak_ptr<evp_pkey_st> handle() const { return key_; }

 private:
  PrivateKey(std::shared_ptr<evp_pkey_st> key, KeyType type) : key_(std::move(key)), type_(type) {}
  std::shared_ptr<evp_pkey_st> key_;
  KeyType type_;
};

}  // namespace spa::crypto
