// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/commands/algorithms.h"
#include "userspace/config/check/subject.h"

namespace spa::config::check {
namespace {

// What is negotiated without being asked twice, and should not be chosen any more.
bool is_weak(const policy::Cipher& cipher) {
  return is_legacy(cipher) || cipher.id == wire::EncrId::k3Des;
}
bool is_weak(wire::IntegId id) {
  return is_legacy(id) || id == wire::IntegId::kHmacSha1_96;
}
bool is_weak(wire::PrfId id) {
  return is_legacy(id) || id == wire::PrfId::kHmacSha1;
}
bool is_weak(wire::DhId id) {
  return is_legacy(id) || id == wire::DhId::kModp2048Sub224 || id == wire::DhId::kModp2048Sub256;
}

class Algorithms {
 public:
  Algorithms(const Subject& subject, Findings& findings) : s_(subject), out_(findings) {}

  void run() {
    for (const auto& [priority, policy] : s_.policy.isakmp.policies) {
      const std::string block = "crypto isakmp policy " + std::to_string(priority);
      if (policy.cipher) look_at(*policy.cipher, block, "encr", "encryption");
      if (policy.hash) look_at(*policy.hash, block, "hash", "hash");
      if (policy.group) look_at(*policy.group, block, "group", "group");
    }
    for (const auto& [name, proposal] : s_.policy.ikev2_proposals) {
      const std::string block = "crypto ikev2 proposal " + name;
      for (const auto& cipher : proposal.ciphers)
        look_at(cipher, block, "encryption", "encryption");
      for (const auto id : proposal.integrity) look_at(id, block, "integrity", "integrity");
      for (const auto id : proposal.prfs) look_at(id, block, "prf", "PRF");
      for (const auto id : proposal.groups) look_at(id, block, "group", "group");
    }
    for (const auto& [name, set] : s_.policy.transform_sets) {
      const std::string block = "crypto ipsec transform-set " + name;
      if (set.esp_cipher) look_at(*set.esp_cipher, block, "", "encryption");
      if (set.esp_integrity) look_at(*set.esp_integrity, block, "", "authentication");
      if (set.ah) look_at(*set.ah, block, "", "authentication");
    }
    for (const auto& [name, map] : s_.policy.crypto_maps)
      for (const auto& entry : map.entries)
        if (entry.pfs) look_at(*entry.pfs, title_of(name, entry), "set pfs", "PFS group");
  }

 private:
  template <typename Algorithm>
  void look_at(const Algorithm& algorithm, const std::string& block, const std::string& setting,
               const std::string& what) {
    if (!is_weak(algorithm)) return;
    const bool refused = is_legacy(algorithm) && !s_.policy.legacy_algorithms;
    out_.push_back({refused ? Severity::kError : Severity::kWarning, s_.places.of(block, setting),
                    "algorithm",
                    block + ": weak " + what +
                        (refused ? ", which is not negotiated without 'crypto legacy-algorithms'"
                                 : "; choose AES, SHA-2 and group 14 or above 18")});
  }

  const Subject& s_;
  Findings& out_;
};

}  // namespace

void find_weak_algorithms(const Subject& subject, Findings& findings) {
  Algorithms(subject, findings).run();
}

}  // namespace spa::config::check
