// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/commands/algorithms.h"

#include <array>
#include <utility>

namespace spa::config {
namespace {

using policy::Cipher;
using wire::DhId;
using wire::EncrId;
using wire::IntegId;
using wire::PrfId;

constexpr std::array<std::pair<std::string_view, Cipher>, 12> kIkeCiphers{{
    {"aes-gcm-128", {EncrId::kAesGcm16, 128}},
    {"aes-gcm-192", {EncrId::kAesGcm16, 192}},
    {"aes-gcm-256", {EncrId::kAesGcm16, 256}},
    {"chacha20-poly1305", {EncrId::kChaCha20Poly1305, 0}},
    {"aes-cbc-128", {EncrId::kAesCbc, 128}},
    {"aes-cbc-192", {EncrId::kAesCbc, 192}},
    {"aes-cbc-256", {EncrId::kAesCbc, 256}},
    {"aes-ctr-128", {EncrId::kAesCtr, 128}},
    {"aes-ctr-192", {EncrId::kAesCtr, 192}},
    {"aes-ctr-256", {EncrId::kAesCtr, 256}},
    {"3des", {EncrId::k3Des, 0}},
    {"des", {EncrId::kDes, 0}},
}};

struct Hash {
  std::string_view keyword;
  IntegId integrity;
  PrfId prf;
};
constexpr std::array<Hash, 5> kHashes{{
    {"sha1", IntegId::kHmacSha1_96, PrfId::kHmacSha1},
    {"sha256", IntegId::kHmacSha256_128, PrfId::kHmacSha256},
    {"sha384", IntegId::kHmacSha384_192, PrfId::kHmacSha384},
    {"sha512", IntegId::kHmacSha512_256, PrfId::kHmacSha512},
    {"md5", IntegId::kHmacMd5_96, PrfId::kHmacMd5},
}};

constexpr std::array<std::pair<std::string_view, DhId>, 15> kGroups{{
    {"1", DhId::kModp768},
    {"2", DhId::kModp1024},
    {"5", DhId::kModp1536},
    {"14", DhId::kModp2048},
    {"15", DhId::kModp3072},
    {"16", DhId::kModp4096},
    {"17", DhId::kModp6144},
    {"18", DhId::kModp8192},
    {"19", DhId::kEcp256},
    {"20", DhId::kEcp384},
    {"21", DhId::kEcp521},
    {"22", DhId::kModp1024Sub160},
    {"23", DhId::kModp2048Sub224},
    {"24", DhId::kModp2048Sub256},
    {"31", DhId::kCurve25519},
}};

constexpr std::array<std::pair<std::string_view, DhId>, 3> kKems{{
    {"35", DhId::kMlKem512},
    {"36", DhId::kMlKem768},
    {"37", DhId::kMlKem1024},
}};

}  // namespace

std::string kem_keywords() {
  std::string out;
  for (const auto& entry : kKems) out += (out.empty() ? "" : "|") + std::string(entry.first);
  return out;
}

std::string ike_cipher_keywords() {
  std::string out;
  for (const auto& entry : kIkeCiphers) out += (out.empty() ? "" : "|") + std::string(entry.first);
  return out;
}

std::string integrity_keywords() {
  std::string out;
  for (const Hash& hash : kHashes) out += (out.empty() ? "" : "|") + std::string(hash.keyword);
  return out;
}

std::string group_keywords(std::string_view before) {
  std::string out;
  for (const auto& entry : kGroups)
    out += (out.empty() ? "" : "|") + std::string(before) + std::string(entry.first);
  return out;
}

std::optional<Cipher> ike_cipher(std::string_view keyword) {
  for (const auto& [name, cipher] : kIkeCiphers)
    if (name == keyword) return cipher;
  return std::nullopt;
}

std::optional<IntegId> integrity(std::string_view keyword) {
  for (const Hash& hash : kHashes)
    if (hash.keyword == keyword) return hash.integrity;
  return std::nullopt;
}

std::optional<PrfId> prf(std::string_view keyword) {
  for (const Hash& hash : kHashes)
    if (hash.keyword == keyword) return hash.prf;
  return std::nullopt;
}

std::optional<DhId> group(std::string_view keyword) {
  if (keyword.starts_with("group")) keyword.remove_prefix(5);
  for (const auto& [name, id] : kGroups)
    if (name == keyword) return id;
  for (const auto& [name, id] : kKems)
    if (name == keyword) return id;
  return std::nullopt;
}

bool is_legacy(const Cipher& cipher) {
  return cipher.id == EncrId::kDes;
}
bool is_legacy(IntegId id) {
  return id == IntegId::kHmacMd5_96;
}
bool is_legacy(PrfId id) {
  return id == PrfId::kHmacMd5;
}
bool is_legacy(DhId id) {
  return id == DhId::kModp768 || id == DhId::kModp1024 || id == DhId::kModp1536 ||
         id == DhId::kModp1024Sub160;
}

std::string legacy_warning(std::string_view name) {
  return std::string(name) +
         " is a legacy algorithm: it is not negotiated unless 'crypto legacy-algorithms' is set";
}

}  // namespace spa::config
