// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/find_key.h"

#include <strings.h>

#include <algorithm>

namespace spa::ikev1 {

namespace {

using Kind = policy::Identity::Kind;

const policy::IsakmpKey* find_in(const policy::IsakmpKeyring& ring, const IpAddress& peer,
                                 const policy::Identity* identity) {
  if (identity != nullptr && identity->kind != Kind::kAddress && identity->kind != Kind::kDn) {
    for (const policy::IsakmpKey& key : ring.keys) {
      if (!key.hostname.empty() && strcasecmp(key.hostname.c_str(), identity->text.c_str()) == 0) {
        return &key;
      }
    }
  }
  const policy::IsakmpKey* best = nullptr;
  for (const policy::IsakmpKey& key : ring.keys) {
    if (!key.address || !key.address->contains(peer)) continue;
    if (best == nullptr || key.address->length > best->address->length) best = &key;
  }
  return best;
}

// The better of two keys for one peer: a name before addresses, a longer prefix before a shorter.
bool better(const policy::IsakmpKey& a, const policy::IsakmpKey& b) {
  if (!a.address || !b.address) return !a.address && b.address;
  return a.address->length > b.address->length;
}

const policy::IsakmpKey* find_in_rings(const policy::Snapshot& snapshot,
                                       const std::vector<std::string>& rings,
                                       const IpAddress& local, const IpAddress& peer,
                                       const policy::Identity* identity) {
  const policy::IsakmpKey* best = nullptr;
  for (const std::string& name : rings) {
    const auto ring = snapshot.isakmp.keyrings.find(name);
    if (ring == snapshot.isakmp.keyrings.end()) continue;
    if (!snapshot.terminates(ring->second.local, local)) continue;  // R-KEY-7, R-KEY-11
    if (!snapshot.meets(ring->second, local)) continue;             // R-VRF-2
    const policy::IsakmpKey* key = find_in(ring->second, peer, identity);
    if (key != nullptr && (best == nullptr || better(*key, *best))) best = key;
  }
  return best;
}

bool admits(const policy::IsakmpProfile& profile, const policy::Identity& identity) {
  return std::any_of(profile.match_remote.begin(), profile.match_remote.end(),
                     [&](const policy::IdentityMatch& m) { return m.matches(identity); });
}

// How exactly a statement names the peer.
int precision(const policy::IdentityMatch& m) {
  using Match = policy::IdentityMatch::Kind;
  switch (m.kind) {
    case Match::kAny:
      return 0;
    case Match::kFqdnDomain:
    case Match::kEmailDomain:
      return 1 + static_cast<int>(m.text.size());
    case Match::kAddress:
      return 1 + static_cast<int>(m.address.length);
    case Match::kFqdn:
    case Match::kEmail:
    case Match::kKeyId:
      return 1000;
  }
  return 0;
}

// The keyrings of a profile or, without one, of every profile that admits this identity here.
std::vector<std::string> rings_of(const policy::Snapshot& snapshot, const std::string& profile,
                                  const IpAddress& local, const policy::Identity& identity) {
  const auto& profiles = snapshot.isakmp.profiles;
  if (const auto bound = profiles.find(profile); bound != profiles.end()) {
    return bound->second.keyrings;
  }
  std::vector<std::string> rings;
  for (const auto& [name, candidate] : profiles) {
    if (!snapshot.terminates(candidate.local, local) || !admits(candidate, identity)) continue;
    rings.insert(rings.end(), candidate.keyrings.begin(), candidate.keyrings.end());
  }
  return rings;
}

bool belongs_to(const policy::RsaPublicKey& key, const policy::Identity& identity) {
  if (identity.kind == Kind::kAddress) return key.address && *key.address == identity.address;
  const bool named = identity.kind == Kind::kFqdn || identity.kind == Kind::kEmail ||
                     identity.kind == Kind::kKeyId;
  return named && !key.name.empty() && strcasecmp(key.name.c_str(), identity.text.c_str()) == 0;
}

}  // namespace

const policy::IsakmpKey* find_key(const policy::Snapshot& snapshot, const std::string& profile,
                                  const IpAddress& local, const IpAddress& peer,
                                  const policy::Identity* identity, Keyrings keyrings) {
  if (identity != nullptr && identity->kind == Kind::kKeyId) {
    const auto group = snapshot.isakmp.client_groups.find(identity->text);
    const bool found = group != snapshot.isakmp.client_groups.end();
    if (found && !group->second.key.key.empty()) return &group->second.key;
  }
  const policy::Identity by_address{Kind::kAddress, peer, {}, {}};
  std::vector<std::string> rings =
      rings_of(snapshot, profile, local, identity != nullptr ? *identity : by_address);
  const policy::IsakmpKey* key = find_in_rings(snapshot, rings, local, peer, identity);
  if (key != nullptr || (!profile.empty() && !rings.empty())) return key;
  key = find_in_rings(snapshot, {policy::kDefaultKeyring}, local, peer, identity);
  if (key != nullptr || keyrings == Keyrings::kOfAdmitting) return key;
  for (const auto& [name, candidate] : snapshot.isakmp.profiles) {
    if (!snapshot.terminates(candidate.local, local)) continue;
    rings.insert(rings.end(), candidate.keyrings.begin(), candidate.keyrings.end());
  }
  return find_in_rings(snapshot, rings, local, peer, identity);
}

const policy::RsaPublicKey* find_public_key(const policy::Snapshot& snapshot,
                                            const std::string& profile, const IpAddress& local,
                                            const policy::Identity& identity) {
  std::vector<std::string> rings = rings_of(snapshot, profile, local, identity);
  if (profile.empty() || rings.empty()) rings.emplace_back(policy::kDefaultKeyring);
  for (const std::string& name : rings) {
    const auto ring = snapshot.isakmp.keyrings.find(name);
    if (ring == snapshot.isakmp.keyrings.end()) continue;
    if (!snapshot.terminates(ring->second.local, local)) continue;
    if (!snapshot.meets(ring->second, local)) continue;  // R-VRF-2
    for (const policy::RsaPublicKey& key : ring->second.public_keys) {
      if (!key.der.empty() && belongs_to(key, identity)) return &key;
    }
  }
  return nullptr;
}

bool has_public_keys(const policy::Snapshot& snapshot, const IpAddress& local) {
  return std::ranges::any_of(snapshot.isakmp.keyrings, [&](const auto& item) {
    return !item.second.public_keys.empty() && snapshot.terminates(item.second.local, local) &&
           snapshot.meets(item.second, local);
  });
}

std::string profile_by_identity(const policy::Snapshot& snapshot, const IpAddress& local,
                                const policy::Identity& identity, std::vector<std::string>& steps) {
  std::string best;
  int best_precision = -1;
  for (const auto& [name, profile] : snapshot.isakmp.profiles) {
    if (!profile.complete() || !snapshot.terminates(profile.local, local)) {
      steps.push_back("profile " + name + ": incomplete, or for another local address");
      continue;
    }
    for (const policy::IdentityMatch& m : profile.match_remote) {
      if (!m.matches(identity) || !snapshot.meets(m, local)) continue;
      if (precision(m) <= best_precision) continue;
      best = name;
      best_precision = precision(m);
    }
  }
  steps.push_back(best.empty() ? ": peer matches *none* of the profiles"
                               : ": peer matches " + best + " profile");
  return best;
}

std::string likely_profile(const policy::Snapshot& snapshot, const IpAddress& local,
                           const policy::Identity& identity) {
  std::vector<std::string> steps;
  return profile_by_identity(snapshot, local, identity, steps);
}

}  // namespace spa::ikev1
