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

}  // namespace spa::policy
