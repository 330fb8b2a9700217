// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/tree.h"

namespace spa::config {
namespace {

class Missing {
 public:
  template <typename Map>
  void check(const std::string& user, const Map& map, const char* kind, const std::string& name) {
    if (name.empty() || map.contains(name)) return;
    add(user, kind, name);
  }
  void add(const std::string& user, const char* kind, const std::string& name) {
    warnings_.push_back("% Warning: " + user + ": " + kind + " " + name + " is not defined");
  }
  [[nodiscard]] std::vector<std::string> take() { return std::move(warnings_); }

 private:
  std::vector<std::string> warnings_;
};

}  // namespace

std::vector<std::string> missing_references(const policy::Snapshot& snapshot) {
  Missing missing;
  for (const auto& [name, policy] : snapshot.ikev2_policies)
    for (const std::string& proposal : policy.proposals)
      missing.check("IKEv2 policy " + name, snapshot.ikev2_proposals, "proposal", proposal);
  for (const auto& [name, profile] : snapshot.ikev2_profiles) {
    missing.check("IKEv2 profile " + name, snapshot.ikev2_keyrings, "keyring", profile.keyring);
    for (const std::string& trustpoint : profile.trustpoints)
      if (snapshot.trustpoint(trustpoint) == nullptr)
        missing.add("IKEv2 profile " + name, "trustpoint", trustpoint);
  }
  for (const auto& [name, profile] : snapshot.isakmp.profiles) {
    for (const std::string& keyring : profile.keyrings)
      missing.check("ISAKMP profile " + name, snapshot.isakmp.keyrings, "keyring", keyring);
    for (const std::string& trustpoint : profile.trustpoints)
      if (snapshot.trustpoint(trustpoint) == nullptr)
        missing.add("ISAKMP profile " + name, "trustpoint", trustpoint);
  }
  for (const auto& [name, group] : snapshot.isakmp.client_groups) {
    missing.check("client group " + name, snapshot.access_lists, "access list", group.access_list);
    missing.check("client group " + name, snapshot.address_pools, "address pool", group.pool);
  }
  for (const bool dynamic : {false, true})
    for (const auto& [name, map] : dynamic ? snapshot.dynamic_maps : snapshot.crypto_maps) {
      for (const auto& entry : map.entries) {
        const std::string user = (dynamic ? "crypto dynamic-map " : "crypto map ") + name + " " +
                                 std::to_string(entry.sequence);
        missing.check(user, snapshot.dynamic_maps, "dynamic crypto map", entry.dynamic_map);
        missing.check(user, snapshot.access_lists, "access list", entry.access_list);
        missing.check(user, snapshot.ikev2_profiles, "IKEv2 profile", entry.ikev2_profile);
        missing.check(user, snapshot.isakmp.profiles, "ISAKMP profile", entry.isakmp_profile);
        for (const std::string& set : entry.transform_sets)
          missing.check(user, snapshot.transform_sets, "transform set", set);
      }
    }
  for (const auto& [name, profile] : snapshot.ipsec_profiles) {
    const std::string user = "IPsec profile " + name;
    missing.check(user, snapshot.ikev2_profiles, "IKEv2 profile", profile.ikev2_profile);
    missing.check(user, snapshot.isakmp.profiles, "ISAKMP profile", profile.isakmp_profile);
    for (const std::string& set : profile.transform_sets)
      missing.check(user, snapshot.transform_sets, "transform set", set);
  }
  for (const auto& [name, profile] : snapshot.ikev2_profiles) {
    missing.check("IKEv2 profile " + name, snapshot.vrfs, "VRF", profile.inside_vrf);
    missing.check("IKEv2 profile " + name, snapshot.vrfs, "VRF",
                  profile.match_front_vrf.value_or(std::string()));
  }
  for (const auto& [name, profile] : snapshot.isakmp.profiles)
    missing.check("ISAKMP profile " + name, snapshot.vrfs, "VRF", profile.vrf);
  for (const auto& [name, keyring] : snapshot.isakmp.keyrings)
    missing.check("keyring " + name, snapshot.vrfs, "VRF", keyring.vrf);
  for (const auto& interface : snapshot.interfaces) {
    const std::string user = "interface " + interface.name;
    missing.check(user, snapshot.vrfs, "VRF", interface.vrf);
    if (interface.tunnel) missing.check(user, snapshot.vrfs, "VRF", interface.tunnel->vrf);
    missing.check(user, snapshot.crypto_maps, "crypto map", interface.crypto_map);
    if (interface.tunnel)
      missing.check(user, snapshot.ipsec_profiles, "IPsec profile", interface.tunnel->protection);
  }
  return missing.take();
}

}  // namespace spa::config
