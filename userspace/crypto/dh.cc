// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/dh.h"

#include <algorithm>
#include <array>
#include <string>

#include "userspace/crypto/dh_curve.h"
#include "userspace/crypto/dh_modp.h"
#include "userspace/crypto/kem.h"
#include "userspace/crypto/random.h"

namespace spa::crypto {
namespace {

struct GroupFacts {
  DhGroup group;
  unsigned bits;
  std::size_t public_size;
  std::size_t shared_size;
  std::string_view name;
  std::size_t reply_size = 0;  // 0: as public_size
};

constexpr GroupFacts kGroups[] = {
    {DhGroup::kModp768, 768, 96, 96, "modp768"},
    {DhGroup::kModp1024, 1024, 128, 128, "modp1024"},
    {DhGroup::kModp1536, 1536, 192, 192, "modp1536"},
    {DhGroup::kModp2048, 2048, 256, 256, "modp2048"},
    {DhGroup::kModp3072, 3072, 384, 384, "modp3072"},
    {DhGroup::kModp4096, 4096, 512, 512, "modp4096"},
    {DhGroup::kModp6144, 6144, 768, 768, "modp6144"},
    {DhGroup::kModp8192, 8192, 1024, 1024, "modp8192"},
    {DhGroup::kEcp256, 256, 64, 32, "ecp256"},
    {DhGroup::kEcp384, 384, 96, 48, "ecp384"},
    {DhGroup::kEcp521, 521, 132, 66, "ecp521"},
    {DhGroup::kModp1024Sub160, 1024, 128, 128, "modp1024s160"},
    {DhGroup::kModp2048Sub224, 2048, 256, 256, "modp2048s224"},
    {DhGroup::kModp2048Sub256, 2048, 256, 256, "modp2048s256"},
    {DhGroup::kCurve25519, 255, 32, 32, "curve25519"},
    {DhGroup::kMlKem512, 512, 800, 32, "ML-KEM-512", 768},
    {DhGroup::kMlKem768, 768, 1184, 32, "ML-KEM-768", 1088},
    {DhGroup::kMlKem1024, 1024, 1568, 32, "ML-KEM-1024", 1568},
};

const GroupFacts* facts(DhGroup group) {
  const auto* found = std::ranges::find(kGroups, group, &GroupFacts::group);
  return found == std::end(kGroups) ? nullptr : found;
}

Result<DhKey> unknown_group(DhGroup group) {
  return fail(Errc::kUnsupported,
              "no Diffie-Hellman group " + std::to_string(static_cast<unsigned>(group)));
}

bool is_modp(DhGroup group) {
  return public_size(group) == shared_size(group) && group_bits(group) >= 768;
}

}  // namespace

std::optional<DhGroup> dh_from_id(std::uint16_t transform_id) {
  const auto group = static_cast<DhGroup>(transform_id);
  if (facts(group) == nullptr) return std::nullopt;
  return group;
}

bool is_kem(DhGroup group) {
  const GroupFacts* found = facts(group);
  return found != nullptr && found->reply_size != 0;
}

std::size_t reply_size(DhGroup group) {
  const GroupFacts* found = facts(group);
  if (found == nullptr) return 0;
  return found->reply_size != 0 ? found->reply_size : found->public_size;
}

std::size_t public_size(DhGroup group) {
  const GroupFacts* found = facts(group);
  return found == nullptr ? 0 : found->public_size;
}

std::size_t shared_size(DhGroup group) {
  const GroupFacts* found = facts(group);
  return found == nullptr ? 0 : found->shared_size;
}

unsigned group_bits(DhGroup group) {
  const GroupFacts* found = facts(group);
  return found == nullptr ? 0 : found->bits;
}

std::string_view to_string(DhGroup group) {
  const GroupFacts* found = facts(group);
  return found == nullptr ? "unknown group" : found->name;
}

Result<DhKey> dh_generate(DhGroup group) {
  if (facts(group) == nullptr) return unknown_group(group);
  if (is_kem(group)) return kem_generate(group);
  return is_modp(group) ? modp_generate(group) : curve_generate(group);
}

Result<DhKey> dh_from_private(DhGroup group, ByteView private_value) {
  if (facts(group) == nullptr || is_kem(group)) return unknown_group(group);
  return is_modp(group) ? modp_from_private(group, private_value)
                        : curve_from_private(group, private_value);
}

Result<SecretBytes> dh_derive(const DhKey& key, ByteView peer_public) {
  if (peer_public.size() != reply_size(key.group)) {
    return fail(Errc::kInvalid, "a public value of " + std::to_string(peer_public.size()) +
                                    " octets for " + std::string(to_string(key.group)));
  }
  if (is_kem(key.group)) return kem_decapsulate(key, peer_public);
  return is_modp(key.group) ? modp_derive(key, peer_public) : curve_derive(key, peer_public);
}

Result<Encapsulation> dh_encapsulate(DhGroup group, ByteView peer_key) {
  if (!is_kem(group)) {
    return fail(Errc::kUnsupported, std::string(to_string(group)) + " does not encapsulate");
  }
  if (peer_key.size() != public_size(group)) {
    return fail(Errc::kInvalid, "a key of " + std::to_string(peer_key.size()) + " octets for " +
                                    std::string(to_string(group)));
  }
  return kem_encapsulate(group, peer_key);
}

}  // namespace spa::crypto
