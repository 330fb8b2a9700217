// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/xfrm_algorithms.h"

#include <netinet/in.h>

#include <linux/xfrm.h>

#include <array>
#include <cstring>
#include <string_view>

namespace spa::kernel {

namespace {

using wire::EncrId;
using wire::IntegId;

struct CipherName {
  EncrId id;
  std::string_view name;
  std::size_t salt = 0;       // octets of the key that are the salt
  unsigned icv_bits = 0;      // of a combined-mode cipher
  std::size_t fixed_key = 0;  // octets, where there is only one length; 0: the suite says
};

constexpr std::array kCiphers{
    CipherName{EncrId::kAesGcm16, "rfc4106(gcm(aes))", 4, 128, 0},
    CipherName{EncrId::kAesGcm12, "rfc4106(gcm(aes))", 4, 96, 0},
    CipherName{EncrId::kAesGcm8, "rfc4106(gcm(aes))", 4, 64, 0},
    CipherName{EncrId::kNullAuthAesGmac, "rfc4543(gcm(aes))", 4, 128, 0},
    CipherName{EncrId::kChaCha20Poly1305, "rfc7539esp(chacha20,poly1305)", 4, 128, 32},
    CipherName{EncrId::kAesCbc, "cbc(aes)", 0, 0, 0},
    CipherName{EncrId::kAesCtr, "rfc3686(ctr(aes))", 4, 0, 0},
    CipherName{EncrId::k3Des, "cbc(des3_ede)", 0, 0, 24},
    CipherName{EncrId::kDes, "cbc(des)", 0, 0, 8},
    CipherName{EncrId::kNull, "ecb(cipher_null)", 0, 0, 0},
};

struct IntegrityName {
  IntegId id;
  std::string_view name;
  std::size_t key = 0;  // octets
  unsigned icv_bits = 0;
};

constexpr std::array kIntegrity{
    IntegrityName{IntegId::kHmacMd5_96, "hmac(md5)", 16, 96},
    IntegrityName{IntegId::kHmacSha1_96, "hmac(sha1)", 20, 96},
    IntegrityName{IntegId::kHmacSha256_128, "hmac(sha256)", 32, 128},
    IntegrityName{IntegId::kHmacSha384_192, "hmac(sha384)", 48, 192},
    IntegrityName{IntegId::kHmacSha512_256, "hmac(sha512)", 64, 256},
};

template <typename List, typename Id>
auto find(const List& list, Id id) -> const typename List::value_type* {
  for (const auto& entry : list) {
    if (entry.id == id) return &entry;
  }
  return nullptr;
}

std::size_t key_octets(const CipherName& cipher, const ports::EspSuite& suite) {
  if (cipher.fixed_key != 0) return cipher.fixed_key;
  return cipher.id == EncrId::kNull ? 0 : suite.key_bits / 8u;
}

// A structure of the kernel's followed by the key, as one attribute.
template <typename Header>
void put(NetlinkMessage& message, std::uint16_t type, Header header, std::string_view name,
         ByteView key) {
  std::memcpy(header.alg_name, name.data(), name.size());
  header.alg_key_len = static_cast<unsigned>(key.size() * 8);
  SecretBytes value(sizeof header + key.size());
  std::memcpy(value.data(), &header, sizeof header);
  if (!key.empty()) std::memcpy(value.data() + sizeof header, key.data(), key.size());
  message.attribute(type, ByteView(value));
}

}  // namespace

bool xfrm_knows(const ports::EspSuite& suite) {
  if (!suite.has_esp() && !suite.has_ah()) return false;
  if (suite.has_ah() && find(kIntegrity, suite.ah) == nullptr) return false;
  if (suite.has_ipcomp() && suite.compression != wire::IpCompId::kDeflate) return false;
  if (!suite.has_esp()) return suite.integrity == IntegId::kNone;
  const CipherName* cipher = find(kCiphers, suite.cipher);
  if (cipher == nullptr) return false;
  if (cipher->icv_bits != 0) return suite.integrity == IntegId::kNone;
  // AH around it may stand in for ESP's own integrity, nothing else (RFC 8221 4).
  if (suite.integrity == IntegId::kNone) return suite.has_ah();
  return find(kIntegrity, suite.integrity) != nullptr;
}

namespace {

Status add_integrity(NetlinkMessage& message, IntegId id, ByteView key) {
  const IntegrityName* integrity = find(kIntegrity, id);
  if (integrity == nullptr) return fail(Errc::kUnsupported, "the kernel has no such integrity");
  if (key.size() != integrity->key) {
    return fail(Errc::kInvalid, "the key does not fit " + std::string(integrity->name));
  }
  xfrm_algo_auth auth{};
  auth.alg_trunc_len = integrity->icv_bits;
  put(message, XFRMA_ALG_AUTH_TRUNC, auth, integrity->name, key);
  return {};
}

}  // namespace

Status add_algorithms(NetlinkMessage& message, const ports::EspSuite& suite,
                      const ports::EspKeys& keys) {
  if (!suite.has_esp() || !xfrm_knows(suite)) {
    return fail(Errc::kUnsupported, "the kernel has no such ESP algorithms");
  }
  const CipherName& cipher = *find(kCiphers, suite.cipher);
  if (keys.cipher.size() != key_octets(cipher, suite) + cipher.salt) {
    return fail(Errc::kInvalid, "the ESP key does not fit " + std::string(cipher.name));
  }
  if (cipher.icv_bits != 0) {
    xfrm_algo_aead aead{};
    aead.alg_icv_len = cipher.icv_bits;
    put(message, XFRMA_ALG_AEAD, aead, cipher.name, keys.cipher);
    return {};
  }
  put(message, XFRMA_ALG_CRYPT, xfrm_algo{}, cipher.name, keys.cipher);
  if (suite.integrity == IntegId::kNone) return {};
  return add_integrity(message, suite.integrity, keys.integrity);
}

Status add_ah_algorithm(NetlinkMessage& message, wire::IntegId id, ByteView key) {
  return add_integrity(message, id, key);
}

Status add_compression(NetlinkMessage& message, wire::IpCompId id) {
  if (id != wire::IpCompId::kDeflate) {
    return fail(Errc::kUnsupported, "the kernel has no " + wire::to_string(id));
  }
  put(message, XFRMA_ALG_COMP, xfrm_algo{}, "deflate", {});
  return {};
}

}  // namespace spa::kernel
