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
  if (at.address) return *at.address == local;
  if (at.interface.empty()) return true;
  for (const Interface& candidate : interfaces) {
    if (candidate.name != at.interface) continue;
    return !candidate.addresses.empty() && candidate.addresses.front().address == local;
  }
  return false;
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
