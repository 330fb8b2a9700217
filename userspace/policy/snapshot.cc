// SPDX-License-Identifier: Apache-2.0
#include "userspace/policy/snapshot.h"

#include <strings.h>

namespace spa::policy {

const Trustpoint* Snapshot::trustpoint(std::string_view name) const {
  for (const Trustpoint& candidate : trustpoints) {
    if (candidate.name.size() == name.size() &&
        strncasecmp(candidate.name.data(), name.data(), name.size()) == 0) {
      return &candidate;
    }
  }
  return nullptr;
}

bool Snapshot::terminates(const LocalTermination& at, const IpAddress& local) const {
  if (at.address) return *at.address == local && at.vrf == front_vrf(local);
  if (at.interface.empty()) return true;
  for (const Interface& candidate : interfaces) {
    if (candidate.name != at.interface) continue;
    return !candidate.addresses.empty() && candidate.addresses.front().address == local;
  }
  return false;
}

const std::string& Snapshot::front_vrf(const IpAddress& local) const {
  static const std::string none;
  for (const Interface& interface : interfaces) {
    if (interface.tunnel) continue;
    for (const IpPrefix& prefix : interface.addresses) {
      if (prefix.address == local) return interface.vrf;
    }
  }
  return none;
}

bool Snapshot::meets(const IsakmpKeyring& keyring, const IpAddress& local) const {
  return keyring.vrf == front_vrf(local);
}

bool Snapshot::meets(const IdentityMatch& match, const IpAddress& local) const {
  return match.kind != IdentityMatch::Kind::kAddress || match.vrf == front_vrf(local);
}

bool Snapshot::meets(const Ikev2Profile& profile, const IpAddress& local) const {
  return !profile.match_front_vrf || *profile.match_front_vrf == front_vrf(local);
}

std::string Snapshot::inside_vrf(const std::string& profile, bool ikev2,
                                 const IpAddress& local) const {
  std::string said;
  if (ikev2) {
    const auto found = ikev2_profiles.find(profile);
    if (found != ikev2_profiles.end()) said = found->second.inside_vrf;
  } else {
    const auto found = isakmp.profiles.find(profile);
    if (found != isakmp.profiles.end()) said = found->second.vrf;
  }
  return said.empty() ? front_vrf(local) : said;
}

std::string Snapshot::inside_vrf(const CryptoMap& map, const CryptoMapEntry& entry,
                                 const IpAddress& local) const {
  if (!entry.ikev2_profile.empty()) return inside_vrf(entry.ikev2_profile, true, local);
  return inside_vrf(entry.isakmp_profile.empty() ? map.isakmp_profile : entry.isakmp_profile, false,
                    local);
}

std::vector<IsakmpSuite> Snapshot::isakmp_suites() const {
  std::vector<IsakmpSuite> suites;
  for (const auto& [priority, policy] : isakmp.policies) {
    suites.push_back(policy.suite(legacy_algorithms));
    suites.back().priority = priority;
  }
  suites.push_back(default_isakmp_suite(legacy_algorithms));
  if (!legacy_algorithms) std::erase_if(suites, is_legacy);
  return suites;
}

std::string Snapshot::fqdn() const {
  return domain_name.empty() ? hostname : hostname + "." + domain_name;
}

std::vector<const Ikev2Proposal*> Snapshot::proposals_for(const IpAddress& local) const {
  std::vector<const Ikev2Proposal*> chosen;
  // A policy bound to this address comes before one that fits every address.
  for (const bool bound : {true, false}) {
    for (const auto& [name, policy] : ikev2_policies) {
      if (policy.match_local_address.has_value() != bound) continue;
      if (bound && *policy.match_local_address != local) continue;
      for (const std::string& proposal : policy.proposals) {
        const auto found = ikev2_proposals.find(proposal);
        if (found != ikev2_proposals.end()) chosen.push_back(&found->second);
      }
    }
  }
  if (chosen.empty()) chosen.push_back(&default_ikev2_proposal());
  return chosen;
}

std::vector<IpPrefix> Snapshot::permitted_sources(const std::string& access_list) const {
  std::vector<IpPrefix> sources;
  const auto found = access_lists.find(access_list);
  if (found == access_lists.end()) return sources;
  for (const AclEntry& entry : found->second.entries) {
    if (entry.permit) sources.push_back(entry.source);
  }
  return sources;
}

}  // namespace spa::policy
