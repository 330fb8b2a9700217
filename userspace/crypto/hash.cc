// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/hash.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <array>

#include "userspace/crypto/openssl_util.h"

namespace spa::crypto {
namespace {

using MacPtr = std::unique_ptr<EVP_MAC, FreeWith<EVP_MAC_free>>;
using MacCtxPtr = std::unique_ptr<EVP_MAC_CTX, FreeWith<EVP_MAC_CTX_free>>;
using MdPtr = std::unique_ptr<EVP_MD, FreeWith<EVP_MD_free>>;

constexpr std::size_t kAlgorithms = 5;

// Looking an algorithm up by name costs more than hashing a message, hence once per process.
const EVP_MD* fetched_md(HashAlgorithm algorithm) {
  static const std::array<MdPtr, kAlgorithms> table = [] {
    std::array<MdPtr, kAlgorithms> all;
    for (std::size_t i = 0; i < kAlgorithms; ++i) {
      const std::string_view name = to_string(static_cast<HashAlgorithm>(i));
      all[i].reset(EVP_MD_fetch(nullptr, name.data(), nullptr));
    }
    return all;
  }();
  return table[static_cast<std::size_t>(algorithm)].get();
}

// One HMAC context per thread and hash, keyed anew for every use.
EVP_MAC_CTX* thread_hmac(HashAlgorithm algorithm) {
  static const MacPtr mac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
  thread_local std::array<MacCtxPtr, kAlgorithms> contexts;
  MacCtxPtr& context = contexts[static_cast<std::size_t>(algorithm)];
  if (context || !mac) return context.get();
  MacCtxPtr fresh{EVP_MAC_CTX_new(mac.get())};
  std::string name(to_string(algorithm));
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
      OSSL_PARAM_construct_end(),
  };
  if (fresh && EVP_MAC_CTX_set_params(fresh.get(), params) == 1) context = std::move(fresh);
  return context.get();
}

}  // namespace

std::size_t hash_size(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::kMd5:
      return 16;
    case HashAlgorithm::kSha1:
      return 20;
    case HashAlgorithm::kSha256:
      return 32;
    case HashAlgorithm::kSha384:
      return 48;
    case HashAlgorithm::kSha512:
      return 64;
  }
  return 0;
}

std::string_view to_string(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::kMd5:
      return "MD5";
    case HashAlgorithm::kSha1:
      return "SHA1";
    case HashAlgorithm::kSha256:
      return "SHA256";
    case HashAlgorithm::kSha384:
      return "SHA384";
    case HashAlgorithm::kSha512:
      return "SHA512";
  }
  return "unknown hash";
}

Result<Bytes> hash(HashAlgorithm algorithm, std::span<const ByteView> parts) {
  thread_local const MdCtxPtr context{EVP_MD_CTX_new()};
  const EVP_MD* md = fetched_md(algorithm);
  if (md == nullptr || !context) return openssl_failure(to_string(algorithm));
  Bytes digest(hash_size(algorithm));
  bool good = EVP_DigestInit_ex2(context.get(), md, nullptr) == 1;
  for (const ByteView part : parts) {
    good = good && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  }
  good = good && EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1;
  if (!good) return openssl_failure(to_string(algorithm));
  return digest;
}

Result<Bytes> hash(HashAlgorithm algorithm, std::initializer_list<ByteView> parts) {
  return hash(algorithm, std::span<const ByteView>(parts.begin(), parts.size()));
}

Result<SecretBytes> hmac(HashAlgorithm algorithm, ByteView key, std::span<const ByteView> parts) {
  EVP_MAC_CTX* context = thread_hmac(algorithm);
  if (context == nullptr) return openssl_failure("HMAC");
  // A null pointer would mean "the key of last time", also when the key is empty.
  const std::uint8_t none = 0;
  const std::uint8_t* start = key.empty() ? &none : key.data();
  SecretBytes mac(hash_size(algorithm));
  std::size_t size = 0;
  bool good = EVP_MAC_init(context, start, key.size(), nullptr) == 1;
  for (const ByteView part : parts) {
    good = good && (part.empty() || EVP_MAC_update(context, part.data(), part.size()) == 1);
  }
  good = good && EVP_MAC_final(context, mac.data(), &size, mac.size()) == 1;
  if (!good || size != mac.size()) return openssl_failure("HMAC");
  return mac;
}

Result<SecretBytes> hmac(HashAlgorithm algorithm, ByteView key,
                         std::initializer_list<ByteView> parts) {
  return hmac(algorithm, key, std::span<const ByteView>(parts.begin(), parts.size()));
}

}  // namespace spa::crypto
