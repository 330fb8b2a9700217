// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/check/subject.h"

namespace spa::config::check {
namespace {

class Completeness {
 public:
  Completeness(const Subject& subject, Findings& findings) : s_(subject), out_(findings) {}

  void run() {
    for (const auto& [name, map] : s_.policy.crypto_maps) {
      const std::string& local = map.local_address_interface;
      if (!local.empty() && !has_interface(local))
        add(Severity::kError, s_.places.of("crypto map " + name + " local-address"),
            "crypto map " + name + " ends on interface " + local + ", which is not defined");
      for (const auto& entry : map.entries) look_at(title_of(name, entry), entry, false);
    }
    for (const auto& [name, map] : s_.policy.dynamic_maps)
      for (const auto& entry : map.entries)
        look_at("crypto dynamic-map " + name + " " + std::to_string(entry.sequence), entry, true);
    for (const auto& [name, profile] : s_.policy.ipsec_profiles)
      look_at("crypto ipsec profile " + name, profile, true);
    for (const auto& interface : s_.policy.interfaces) look_at(interface);
    for (const auto& [name, profile] : s_.policy.ikev2_profiles) look_at(profile);
    for (const auto& [name, profile] : s_.policy.isakmp.profiles) look_at(profile);
    for (const auto& [name, policy] : s_.policy.ikev2_policies)
      for (const std::string& proposal : policy.proposals)
        needs(s_.policy.ikev2_proposals, "IKEv2 proposal", proposal, "crypto ikev2 policy " + name,
              "proposal " + proposal);
  }

 private:
  void add(Severity severity, std::size_t line, std::string text) {
    out_.push_back({severity, line, "incomplete", std::move(text)});
  }

  [[nodiscard]] bool has_interface(const std::string& name) const {
    for (const auto& interface : s_.policy.interfaces)
      if (interface.name == name) return true;
    return false;
  }

  template <typename Map>
  void needs(const Map& defined, const std::string& what, const std::string& name,
             const std::string& block, const std::string& setting) {
    if (name.empty() || defined.contains(name)) return;
    add(Severity::kError, s_.places.of(block, setting),
        block + " names " + what + " " + name + ", which is not defined");
  }

  // `open`: without a peer of its own, and without an access list where it wants none.
  void look_at(const std::string& block, const policy::CryptoMapEntry& entry, bool open) {
    if (!entry.dynamic_map.empty())
      return needs(s_.policy.dynamic_maps, "dynamic crypto map", entry.dynamic_map, block, {});
    const auto lacks = [&](const char* what) {
      add(Severity::kError, s_.places.of(block),
          block + " has no '" + what + "' and protects nothing");
    };
    if (!open && entry.peers.empty()) lacks("set peer");
    if (!open && entry.access_list.empty()) lacks("match address");
    if (entry.transform_sets.empty()) lacks("set transform-set");
    for (const std::string& set : entry.transform_sets)
      needs(s_.policy.transform_sets, "transform set", set, block, "set transform-set");
    needs(s_.policy.access_lists, "access list", entry.access_list, block, "match address");
    const auto list = s_.policy.access_lists.find(entry.access_list);
    if (list != s_.policy.access_lists.end() && list->second.entries.empty())
      add(Severity::kError, s_.places.of(block, "match address"),
          "access list " + entry.access_list + " is empty: " + block + " protects nothing");
    needs(s_.policy.ikev2_profiles, "IKEv2 profile", entry.ikev2_profile, block,
          "set ikev2-profile");
    needs(s_.policy.isakmp.profiles, "ISAKMP profile", entry.isakmp_profile, block,
          "set isakmp-profile");
  }

  void look_at(const policy::Interface& interface) {
    const std::string block = "interface " + interface.name;
    needs(s_.policy.crypto_maps, "crypto map", interface.crypto_map, block, "crypto map");
    needs(s_.policy.vrfs, "VRF", interface.vrf, block, "ip vrf forwarding");
    if (!interface.crypto_map.empty() && interface.addresses.empty() && interface.device.empty())
      add(Severity::kWarning, s_.places.of(block),
          block + " has a crypto map and no address: no tunnel ends on it");
    if (interface.tunnel)
      needs(s_.policy.ipsec_profiles, "IPsec profile", interface.tunnel->protection, block,
            "tunnel protection");
  }

  void look_at(const policy::Ikev2Profile& profile) {
    const std::string block = "crypto ikev2 profile " + profile.name;
    if (!profile.complete())
      add(Severity::kError, s_.places.of(block),
          block +
              " is never chosen: it needs a 'match', 'authentication local' and "
              "'authentication remote'");
    needs(s_.policy.ikev2_keyrings, "keyring", profile.keyring, block, "keyring");
    trustpoints(block, profile.trustpoints, "pki trustpoint");
  }

  void look_at(const policy::IsakmpProfile& profile) {
    const std::string block = "crypto isakmp profile " + profile.name;
    if (!profile.complete())
      add(Severity::kError, s_.places.of(block), block + " is never chosen: it needs a 'match'");
    for (const std::string& keyring : profile.keyrings)
      if (keyring != policy::kDefaultKeyring)
        needs(s_.policy.isakmp.keyrings, "keyring", keyring, block, "keyring");
    trustpoints(block, profile.trustpoints, "ca trust-point");
  }

  void trustpoints(const std::string& block, const std::vector<std::string>& names,
                   const std::string& setting) {
    for (const std::string& name : names)
      if (s_.policy.trustpoint(name) == nullptr)
        add(Severity::kError, s_.places.of(block, setting),
            block + " names trustpoint " + name + ", which is not defined");
  }

  const Subject& s_;
  Findings& out_;
};

}  // namespace

void find_incomplete(const Subject& subject, Findings& findings) {
  Completeness(subject, findings).run();
}

}  // namespace spa::config::check
