// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/signature.h"

#include <openssl/rsa.h>

#include <algorithm>

#include "userspace/crypto/openssl_util.h"
#include "userspace/crypto/signature_identifier.h"

namespace spa::crypto {
namespace {

using EcdsaSigPtr = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;

const EVP_MD* md_of(HashAlgorithm hash) {
  switch (hash) {
    case HashAlgorithm::kMd5:
      return EVP_md5();
    case HashAlgorithm::kSha1:
      return EVP_sha1();
    case HashAlgorithm::kSha256:
      return EVP_sha256();
    case HashAlgorithm::kSha384:
      return EVP_sha384();
    case HashAlgorithm::kSha512:
      break;
  }
  return EVP_sha512();
}

bool is_rsa(SignatureScheme scheme) {
  return scheme == SignatureScheme::kRsaPkcs1 || scheme == SignatureScheme::kRsaPss ||
         scheme == SignatureScheme::kRsaPkcs1Bare;
}

// Octets of r and of s.
std::size_t scalar_size(unsigned bits) {
  return (bits + 7) / 8;
}

// RFC 4754 3 ties each curve to one hash; RFC 7427 does not.
bool hash_fits_curve(KeyType type, HashAlgorithm hash) {
  return (type == KeyType::kEcdsaP256 && hash == HashAlgorithm::kSha256) ||
         (type == KeyType::kEcdsaP384 && hash == HashAlgorithm::kSha384) ||
         (type == KeyType::kEcdsaP521 && hash == HashAlgorithm::kSha512);
}

constexpr std::size_t kEd25519Size = 64;

Status check(KeyType type, unsigned bits, const SignatureMethod& method) {
  const bool ed25519 = method.scheme == SignatureScheme::kEd25519;
  if (is_rsa(method.scheme) != (type == KeyType::kRsa) || ed25519 != (type == KeyType::kEd25519) ||
      (ed25519 && method.hash != HashAlgorithm::kSha512) ||
      (method.scheme == SignatureScheme::kEcdsaRaw && !hash_fits_curve(type, method.hash))) {
    return fail(Errc::kInvalid,
                to_string(method) + " with a key of type " + std::string(to_string(type)));
  }
  if (method.scheme == SignatureScheme::kRsaPss) {
    // RFC 8017 9.1.1: emLen >= hLen + sLen + 2, with emBits = modBits - 1.
    if ((bits + 6) / 8 < 2 * hash_size(method.hash) + 2) {
      return fail(Errc::kUnsupported, "an RSA key of " + std::to_string(bits) +
                                          " bits is too short for " + to_string(method));
    }
  }
  if (method.scheme == SignatureScheme::kRsaPkcs1) {
    // RFC 8017 9.2: DigestInfo is the hash and 19 octets (18 for MD5, 15 for SHA-1), and 11 of
    // padding.
    if (bits / 8 < hash_size(method.hash) + 19 + 11) {
      return fail(Errc::kUnsupported, "an RSA key of " + std::to_string(bits) +
                                          " bits is too short for " + to_string(method));
    }
  }
  return {};
}

bool set_padding(EVP_PKEY_CTX* context, const SignatureMethod& method) {
  if (method.scheme == SignatureScheme::kRsaPss) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, md_of(method.hash)) == 1;
  }
  return method.scheme != SignatureScheme::kRsaPkcs1 ||
         EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
}

Result<Bytes> raw_from_der(ByteView der, std::size_t scalar) {
  const unsigned char* at = der.data();
  const EcdsaSigPtr sig(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  Bytes raw(2 * scalar);
  const int size = static_cast<int>(scalar);
  if (!sig || BN_bn2binpad(ECDSA_SIG_get0_r(sig.get()), raw.data(), size) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(sig.get()), raw.data() + scalar, size) < 0) {
    return openssl_failure("ECDSA signature");
  }
  return raw;
}

Result<Bytes> der_of(const ECDSA_SIG* sig) {
  unsigned char* octets = nullptr;
  const int size = i2d_ECDSA_SIG(sig, &octets);
  if (size <= 0) return openssl_failure("ECDSA signature");
  Bytes der(octets, octets + size);
  OPENSSL_free(octets);
  return der;
}

Result<Bytes> der_from_raw(ByteView raw) {
  const int scalar = static_cast<int>(raw.size() / 2);
  BignumPtr r(BN_bin2bn(raw.data(), scalar, nullptr));
  BignumPtr s(BN_bin2bn(raw.data() + scalar, scalar, nullptr));
  const EcdsaSigPtr sig(ECDSA_SIG_new());
  if (!r || !s || !sig || ECDSA_SIG_set0(sig.get(), r.get(), s.get()) != 1) {
    return openssl_failure("ECDSA signature");
  }
  (void)r.release();
  (void)s.release();
  return der_of(sig.get());
}

// What OpenSSL is to hash with; null where the scheme does it by itself.
const EVP_MD* digest_of(const SignatureMethod& method) {
  return method.scheme == SignatureScheme::kEd25519 ? nullptr : md_of(method.hash);
}

// The octets for OpenSSL when they have the one form and size that the scheme allows.
Result<Bytes> canonical(const PublicKey& key, const SignatureMethod& method, ByteView signature) {
  const auto wrong = [&] {
    return fail(Errc::kCrypto, "a signature of " + std::to_string(signature.size()) +
                                   " octets for " + to_string(method));
  };
  switch (method.scheme) {
    case SignatureScheme::kRsaPkcs1:
    case SignatureScheme::kRsaPss:
    case SignatureScheme::kRsaPkcs1Bare:
      if (signature.size() != scalar_size(key.bits())) return wrong();
      return to_bytes(signature);
    case SignatureScheme::kEcdsaRaw:
      if (signature.size() != 2 * scalar_size(key.bits())) return wrong();
      return der_from_raw(signature);
    case SignatureScheme::kEd25519:
      if (signature.size() != kEd25519Size) return wrong();
      return to_bytes(signature);
    case SignatureScheme::kEcdsaDer:
      break;
  }
  const unsigned char* at = signature.data();
  const EcdsaSigPtr sig(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(signature.size())));
  if (!sig) return openssl_failure("ECDSA signature");
  Result<Bytes> der = der_of(sig.get());
  if (!der || !constant_time_equal(*der, signature)) return wrong();
  return der;
}

Result<Bytes> sign_bare(const PrivateKey& key, const SignatureMethod& method, ByteView data) {
  const PkeyCtxPtr context(EVP_PKEY_CTX_new(key.native(), nullptr));
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key.native()));
  Bytes signature(size);
  if (!context || EVP_PKEY_sign_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
      EVP_PKEY_sign(context.get(), signature.data(), &size, data.data(), data.size()) != 1) {
    return openssl_failure(to_string(method));
  }
  signature.resize(size);
  return signature;
}

Status verify_bare(const PublicKey& key, const SignatureMethod& method, ByteView data,
                   ByteView signature) {
  const PkeyCtxPtr context(EVP_PKEY_CTX_new(key.native(), nullptr));
  if (!context || EVP_PKEY_verify_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1) {
    return openssl_failure(to_string(method));
  }
  if (EVP_PKEY_verify(context.get(), signature.data(), signature.size(), data.data(),
                      data.size()) != 1) {
    (void)openssl_reason("");
    return fail(Errc::kCrypto, to_string(method) + ": the signature is wrong");
  }
  return {};
}

}  // namespace

std::string to_string(const SignatureMethod& method) {
  const std::string hash(to_string(method.hash));
  switch (method.scheme) {
    case SignatureScheme::kRsaPkcs1:
      return "RSASSA-PKCS1-v1_5 with " + hash;
    case SignatureScheme::kRsaPss:
      return "RSASSA-PSS with " + hash;
    case SignatureScheme::kRsaPkcs1Bare:
      return "RSA PKCS #1 without DigestInfo";
    case SignatureScheme::kEcdsaDer:
    case SignatureScheme::kEcdsaRaw:
      return "ECDSA with " + hash;
    case SignatureScheme::kEd25519:
      return "Ed25519";
  }
  return "unknown signature with " + hash;
}

Result<Bytes> sign(const PrivateKey& key, const SignatureMethod& method, ByteView data) {
  if (Status status = check(key.type(), key.bits(), method); !status) {
    return tl::unexpected<Error>(status.error());
  }
  if (method.scheme == SignatureScheme::kRsaPkcs1Bare) return sign_bare(key, method, data);
  const MdCtxPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* details = nullptr;  // belongs to context
  if (!context ||
      EVP_DigestSignInit(context.get(), &details, digest_of(method), nullptr, key.native()) != 1 ||
      !set_padding(details, method)) {
    return openssl_failure(to_string(method));
  }
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key.native()));
  Bytes signature(size);
  if (EVP_DigestSign(context.get(), signature.data(), &size, data.data(), data.size()) != 1) {
    return openssl_failure(to_string(method));
  }
  signature.resize(size);
  if (method.scheme == SignatureScheme::kEcdsaRaw) {
    return raw_from_der(signature, scalar_size(key.bits()));
  }
  return signature;
}

Status verify(const PublicKey& key, const SignatureMethod& method, ByteView data,
              ByteView signature) {
  if (Status status = check(key.type(), key.bits(), method); !status) return status;
  const Result<Bytes> octets = canonical(key, method, signature);
  if (!octets) return tl::unexpected<Error>(octets.error());
  if (method.scheme == SignatureScheme::kRsaPkcs1Bare) {
    return verify_bare(key, method, data, *octets);
  }
  const MdCtxPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* details = nullptr;
  if (!context ||
      EVP_DigestVerifyInit(context.get(), &details, digest_of(method), nullptr, key.native()) !=
          1 ||
      !set_padding(details, method)) {
    return openssl_failure(to_string(method));
  }
  if (EVP_DigestVerify(context.get(), octets->data(), octets->size(), data.data(), data.size()) !=
      1) {
    (void)openssl_reason("");
    return fail(Errc::kCrypto, to_string(method) + ": the signature is wrong");
  }
  return {};
}

ByteView algorithm_identifier(const SignatureMethod& method) {
  for (const KnownIdentifier& known : known_identifiers()) {
    if (known.method == method) return known.der;
  }
  return {};
}

std::optional<SignatureMethod> method_from_identifier(ByteView der) {
  for (const KnownIdentifier& known : known_identifiers()) {
    if (std::ranges::equal(known.der, der)) return known.method;
  }
  return std::nullopt;
}

}  // namespace spa::crypto
