// SPDX-License-Identifier: Apache-2.0
#include "userspace/policy/ikev2.h"

#include <strings.h>

namespace spa::policy {

namespace {

bool same_name(const std::string& a, const std::string& b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// "router.cisco.com" lies in domain "cisco.com"; the boundary is `separator`.
bool in_domain(const std::string& name, const std::string& domain, char separator) {
  if (name.size() <= domain.size()) return separator == '.' && same_name(name, domain);
  const std::size_t start = name.size() - domain.size();
  return name[start - 1] == separator && same_name(name.substr(start), domain);
}

}  // namespace

const Ikev2Proposal& default_ikev2_proposal() {
  using namespace wire;
  static const Ikev2Proposal proposal{
      "default",
      {{EncrId::kAesGcm16, 256},
       {EncrId::kAesGcm16, 128},
       {EncrId::kAesCbc, 256},
       {EncrId::kAesCbc, 128}},
      {IntegId::kHmacSha512_256, IntegId::kHmacSha384_192, IntegId::kHmacSha256_128},
      {PrfId::kHmacSha512, PrfId::kHmacSha384, PrfId::kHmacSha256},
      {DhId::kEcp256, DhId::kCurve25519, DhId::kModp2048}};
  return proposal;
}

std::string Identity::to_string() const {
  return kind == Kind::kAddress ? address.to_string() : text;
}

const KeyringPeer* Ikev2Keyring::find(const IpAddress& peer, const Identity* identity) const {
  if (identity != nullptr) {
    for (const KeyringPeer& candidate : peers) {
      if (candidate.identity && *candidate.identity == *identity) return &candidate;
    }
  }
  const KeyringPeer* best = nullptr;
  for (const KeyringPeer& candidate : peers) {
    if (!candidate.address || !candidate.address->contains(peer)) continue;
    if (best == nullptr || candidate.address->length > best->address->length) best = &candidate;
  }
  return best;
}

bool IdentityMatch::matches(const Identity& identity) const {
  using IdKind = Identity::Kind;
  switch (kind) {
    case Kind::kAny:
      return true;
    case Kind::kAddress:
      return identity.kind == IdKind::kAddress && address.contains(identity.address);
    case Kind::kFqdn:
      return identity.kind == IdKind::kFqdn && same_name(identity.text, text);
    case Kind::kFqdnDomain:
      return identity.kind == IdKind::kFqdn && in_domain(identity.text, text, '.');
    case Kind::kEmail:
      return identity.kind == IdKind::kEmail && same_name(identity.text, text);
    case Kind::kEmailDomain:
      return identity.kind == IdKind::kEmail && in_domain(identity.text, text, '@');
    case Kind::kKeyId:
      return identity.kind == IdKind::kKeyId && identity.text == text;
  }
  return false;
}

}  // namespace spa::policy
