// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "userspace/config/check/subject.h"

namespace spa::config::check {

void find_odd_lifetimes(const Subject& subject, Findings& findings) {
  const policy::Snapshot& policy = subject.policy;
  std::uint32_t isakmp = 0;
  for (const auto& [priority, suite] : policy.isakmp.policies)
    isakmp = std::max(isakmp, suite.lifetime_seconds.value_or(86400));
  if (isakmp == 0) isakmp = 86400;
  for (const auto& [name, map] : policy.crypto_maps)
    for (const auto& entry : map.entries) {
      if (!entry.dynamic_map.empty()) continue;
      const std::uint32_t seconds =
          entry.lifetime.seconds != 0 ? entry.lifetime.seconds : policy.default_lifetime.seconds;
      const auto profile = policy.ikev2_profiles.find(entry.ikev2_profile);
      const bool ikev2 = profile != policy.ikev2_profiles.end();
      const std::uint32_t ike = ikev2 ? profile->second.lifetime_seconds : isakmp;
      if (seconds <= ike) continue;
      const std::string title = title_of(name, entry);
      findings.push_back({Severity::kWarning,
                          subject.places.of(title, "set security-association lifetime seconds"),
                          "lifetime",
                          title + ": its IPsec SAs live for " + std::to_string(seconds) +
                              " seconds, longer than the IKE SA (" + std::to_string(ike) +
                              ") that they are renewed by"});
    }
}

}  // namespace spa::config::check
