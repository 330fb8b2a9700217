// SPDX-License-Identifier: Apache-2.0
#include "userspace/policy/tunnel_protection.h"

namespace spa::policy {

std::string protection_name(const Interface& tunnel) {
  return tunnel.name + "-head-0";
}

std::map<std::string, CryptoMap> tunnel_protections(const Snapshot& snapshot) {
  std::map<std::string, CryptoMap> maps;
  for (const Interface& interface : snapshot.interfaces) {
    if (!interface.tunnel) continue;
    const auto profile = snapshot.ipsec_profiles.find(interface.tunnel->protection);
    if (profile == snapshot.ipsec_profiles.end()) continue;
    CryptoMapEntry entry = profile->second;
    entry.sequence = kProtectionSequence;
    if (interface.tunnel->destination && !interface.tunnel->multipoint) {
      entry.peers = {*interface.tunnel->destination};
    }
    const std::string name = protection_name(interface);
    maps[name] = {name, {}, {std::move(entry)}, {}, {}};
  }
  return maps;
}

}  // namespace spa::policy
