// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/key.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "userspace/crypto/openssl_util.h"
#include "userspace/crypto/short_rsa_key.h"

namespace spa::crypto {
namespace {

constexpr int kMinRsaBits = static_cast<int>(kShortestRsaBits);
constexpr int kMaxRsaBits = 8192;  // bounds what verifying a stranger's signature may cost
constexpr unsigned kMaxGeneratedRsaBits = 4096;

std::shared_ptr<EVP_PKEY> shared(PkeyPtr key) {
  return std::shared_ptr<EVP_PKEY>(key.release(), EVP_PKEY_free);
}

std::optional<KeyType> curve_type(const EVP_PKEY* key) {
  std::array<char, 32> name{};
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), nullptr) != 1) return std::nullopt;
  const std::string_view curve(name.data());
  if (curve == "prime256v1" || curve == "P-256") return KeyType::kEcdsaP256;
  if (curve == "secp384r1" || curve == "P-384") return KeyType::kEcdsaP384;
  if (curve == "secp521r1" || curve == "P-521") return KeyType::kEcdsaP521;
  return std::nullopt;
}

Result<KeyType> type_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    const int bits = EVP_PKEY_get_bits(key);
    if (bits < kMinRsaBits || bits > kMaxRsaBits) {
      return fail(Errc::kUnsupported, "an RSA key of " + std::to_string(bits) + " bits");
    }
    return KeyType::kRsa;
  }
  if (EVP_PKEY_is_a(key, "EC") == 1) {
    if (const std::optional<KeyType> type = curve_type(key)) return *type;
    return fail(Errc::kUnsupported, "an EC key on a curve other than P-256, P-384, P-521");
  }
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return KeyType::kEd25519;
  const char* name = EVP_PKEY_get0_type_name(key);
  return fail(Errc::kUnsupported,
              std::string("a key of type ") + (name == nullptr ? "unknown" : name));
}

BioPtr memory(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// OpenSSL asks for the pass phrase here; without one it must not turn to the terminal.
int give_pass(char* out, int room, int /*for_writing*/, void* given) {
  const auto& pass = *static_cast<const std::string_view*>(given);
  if (pass.empty() || pass.size() > static_cast<std::size_t>(room)) return -1;
  std::memcpy(out, pass.data(), pass.size());
  return static_cast<int>(pass.size());
}

bool looks_encrypted(std::string_view pem) {
  return pem.find("ENCRYPTED") != std::string_view::npos;
}

template <typename T>
Result<T> with_type(PkeyPtr key, auto make) {
  const Result<KeyType> type = type_of(key.get());
  if (!type) return tl::unexpected<Error>(type.error());
  return make(shared(std::move(key)), *type);
}

template <typename Container>
Result<Container> encoded(const EVP_PKEY* key, int (*encode)(const EVP_PKEY*, unsigned char**),
                          std::string_view what) {
  unsigned char* octets = nullptr;
  const int size = encode(key, &octets);
  if (size <= 0) return openssl_failure(what);
  Container out(octets, octets + size);
  OPENSSL_clear_free(octets, static_cast<std::size_t>(size));
  return out;
}

// i2d_PrivateKey gives the traditional form; PKCS#8 names the algorithm.
int encode_pkcs8(const EVP_PKEY* key, unsigned char** out) {
  using Pkcs8Ptr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreeWith<PKCS8_PRIV_KEY_INFO_free>>;
  const Pkcs8Ptr info(EVP_PKEY2PKCS8(key));
  return info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), out) : -1;
}

}  // namespace

std::string_view to_string(KeyType type) {
  switch (type) {
    case KeyType::kRsa:
      return "RSA";
    case KeyType::kEcdsaP256:
      return "ECDSA P-256";
    case KeyType::kEcdsaP384:
      return "ECDSA P-384";
    case KeyType::kEcdsaP521:
      return "ECDSA P-521";
    case KeyType::kEd25519:
      return "Ed25519";
  }
  return "unknown key type";
}

Result<PublicKey> PublicKey::from_der(ByteView spki) {
  const unsigned char* at = spki.data();
  PkeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
  if (!key || at != spki.data() + spki.size()) {
    return openssl_failure("public key", Errc::kInvalid);
  }
  return with_type<PublicKey>(std::move(key),
                              [](auto k, KeyType type) { return PublicKey(std::move(k), type); });
}

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  const BioPtr bio = memory(pem);
  PkeyPtr key(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!key) return openssl_failure("public key", Errc::kInvalid);
  return with_type<PublicKey>(std::move(key),
                              [](auto k, KeyType type) { return PublicKey(std::move(k), type); });
}

Result<PublicKey> PublicKey::from_native(evp_pkey_st* key) {
  if (key == nullptr || EVP_PKEY_up_ref(key) != 1) return fail(Errc::kInvalid, "no public key");
  return with_type<PublicKey>(PkeyPtr(key),
                              [](auto k, KeyType type) { return PublicKey(std::move(k), type); });
}

unsigned PublicKey::bits() const {
  return static_cast<unsigned>(EVP_PKEY_get_bits(key_.get()));
}

Result<Bytes> PublicKey::to_der() const {
  return encoded<Bytes>(key_.get(), i2d_PUBKEY, "public key");
}

Result<PrivateKey> PrivateKey::from_der(ByteView der) {
  const unsigned char* at = der.data();
  PkeyPtr key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
  if (!key || at != der.data() + der.size()) {
    return openssl_failure("private key", Errc::kInvalid);
  }
  return with_type<PrivateKey>(std::move(key),
                               [](auto k, KeyType type) { return PrivateKey(std::move(k), type); });
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem, std::string_view pass) {
  const BioPtr bio = memory(pem);
  PkeyPtr key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, give_pass, &pass) : nullptr);
  if (!key && looks_encrypted(pem)) {
    return openssl_failure(
        pass.empty() ? "private key: a pass phrase is needed" : "private key: wrong pass phrase",
        Errc::kDenied);
  }
  if (!key) return openssl_failure("private key", Errc::kInvalid);
  return with_type<PrivateKey>(std::move(key),
                               [](auto k, KeyType type) { return PrivateKey(std::move(k), type); });
}

Result<PrivateKey> PrivateKey::from_native(evp_pkey_st* key) {
  if (key == nullptr || EVP_PKEY_up_ref(key) != 1) return fail(Errc::kInvalid, "no private key");
  return with_type<PrivateKey>(PkeyPtr(key),
                               [](auto k, KeyType type) { return PrivateKey(std::move(k), type); });
}

Result<PrivateKey> PrivateKey::generate_rsa(unsigned bits) {
  if (bits < static_cast<unsigned>(kMinRsaBits) || bits > kMaxGeneratedRsaBits) {
    return fail(Errc::kInvalid, "an RSA key of " + std::to_string(bits) + " bits");
  }
  if (bits < kShortestOpensslRsaBits) {
    auto made = generate_short_rsa(bits);
    if (!made) return tl::unexpected(made.error());
    return PrivateKey(shared(std::move(*made)), KeyType::kRsa);
  }
  PkeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(bits)));
  if (!key) return openssl_failure("RSA key pair");
  return PrivateKey(shared(std::move(key)), KeyType::kRsa);
}

Result<PrivateKey> PrivateKey::generate_ec(KeyType curve) {
  if (curve == KeyType::kEd25519) {
    PkeyPtr made(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    if (!made) return openssl_failure("Ed25519 key pair");
    return PrivateKey(shared(std::move(made)), curve);
  }
  const char* name = curve == KeyType::kEcdsaP256   ? "P-256"
                     : curve == KeyType::kEcdsaP384 ? "P-384"
                     : curve == KeyType::kEcdsaP521 ? "P-521"
                                                    : nullptr;
  if (name == nullptr) return fail(Errc::kInvalid, "no elliptic curve");
  PkeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", name));
  if (!key) return openssl_failure("EC key pair");
  return PrivateKey(shared(std::move(key)), curve);
}

unsigned PrivateKey::bits() const {
  return static_cast<unsigned>(EVP_PKEY_get_bits(key_.get()));
}

Result<SecretBytes> PrivateKey::to_der() const {
  return encoded<SecretBytes>(key_.get(), encode_pkcs8, "private key");
}

Result<PublicKey> PrivateKey::public_key() const {
  const Result<Bytes> spki = encoded<Bytes>(key_.get(), i2d_PUBKEY, "public key");
  if (!spki) return tl::unexpected<Error>(spki.error());
  return PublicKey::from_der(*spki);
}

bool PrivateKey::matches(const PublicKey& other) const {
  const bool equal = EVP_PKEY_eq(key_.get(), other.native()) == 1;
  ERR_clear_error();
  return equal;
}

}  // namespace spa::crypto
