// SPDX-License-Identifier: Apache-2.0
// A configuration that was read, as the tests of this directory look at it. Each test appends what
// it finds.
#pragma once

#include <string>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/config/backend.h"
#include "userspace/config/check/finding.h"
#include "userspace/config/check/places.h"
#include "userspace/policy/snapshot.h"

namespace spa::config::check {

struct Subject {
  std::string name;  // of the file
  const Tree& tree;
  policy::Snapshot policy;  // with what is refused for being legacy
  Places places;
  std::vector<CertificateView> certificates;
  WallTime now{};
};

// "crypto map vpn 10"
[[nodiscard]] inline std::string title_of(const std::string& map,
                                          const policy::CryptoMapEntry& entry) {
  return "crypto map " + map + " " + std::to_string(entry.sequence);
}

// Names that do not exist, entries that lack something (R-MAP-16, R-PROF-2).
void find_incomplete(const Subject& subject, Findings& findings);
// What no packet reaches, and what several entries claim (R-MAP-19, R-MAP-20).
void find_unreachable(const Subject& subject, Findings& findings);
// Peers that cannot be authenticated (R-POL-7, R-KEY).
void find_missing_keys(const Subject& subject, Findings& findings);
// Algorithms that are refused, or weak (RFC 8221, RFC 8247).
void find_weak_algorithms(const Subject& subject, Findings& findings);
// SAs that outlive what they hang on.
void find_odd_lifetimes(const Subject& subject, Findings& findings);
// Certificates that are not valid now, or not for long (R-TIME-4).
void find_expired(const Subject& subject, Findings& findings);
// Lines that are kept and change nothing (R-CLI-11).
void find_without_effect(const Subject& subject, Findings& findings);
// Entries of two routers for each other whose access lists are no mirrors.
void find_unmirrored(const Subject& subject, const Subject& peer, Findings& findings);

}  // namespace spa::config::check
