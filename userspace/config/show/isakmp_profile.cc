// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/isakmp_profile.h"

#include "userspace/config/show/json.h"
#include "userspace/config/show/names.h"
#include "userspace/config/show/text.h"

namespace spa::config {
namespace {

using policy::IdentityMatch;

std::string match_text(const IdentityMatch& match) {
  switch (match.kind) {
    case IdentityMatch::Kind::kAny:
      return "any";
    case IdentityMatch::Kind::kAddress:
      return "ip-address " + match.address.address.to_string() + " " + mask_text(match.address) +
             (match.vrf.empty() ? "" : " " + match.vrf);
    case IdentityMatch::Kind::kFqdn:
      return "FQDN " + match.text;
    case IdentityMatch::Kind::kFqdnDomain:
      return "FQDN-Domain " + match.text;
    case IdentityMatch::Kind::kEmail:
      return "User-FQDN " + match.text;
    case IdentityMatch::Kind::kEmailDomain:
      return "User-FQDN-Domain " + match.text;
    case IdentityMatch::Kind::kKeyId:
      return "group " + match.text;
  }
  return match.text;
}

// What the profile presents itself as; where it says nothing, what the router does.
std::string presented(const policy::Snapshot& policy, const policy::IsakmpProfile& profile) {
  using Kind = policy::Identity::Kind;
  if (profile.self_identity) {
    const policy::Identity& own = *profile.self_identity;
    const std::string text = own.text.empty() ? "" : " " + own.text;
    if (own.kind == Kind::kFqdn) return "fqdn" + text;
    if (own.kind == Kind::kEmail) return "user-fqdn" + text;
    if (own.kind == Kind::kDn) return "dn";
    return "ip-address";
  }
  switch (policy.isakmp.identity) {
    case policy::IsakmpIdentity::kHostname:
      return "fqdn";
    case policy::IsakmpIdentity::kDn:
      return "dn";
    case policy::IsakmpIdentity::kAddress:
      break;
  }
  return "ip-address";
}

std::string listed(const std::vector<std::string>& names, const char* otherwise) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : " ") + name;
  return out.empty() ? otherwise : out;
}

// "FastEthernet0 (192.0.2.1 (global))"; empty without `local-address`. One that is not there yet
// has no address, and the profile is not used (R-KEY-7).
std::string binding(const policy::Snapshot& policy, const policy::LocalTermination& local) {
  if (local.interface.empty() && !local.address) return {};
  for (const policy::Interface& interface : policy.interfaces) {
    for (const IpPrefix& address : interface.addresses) {
      const bool fits =
          local.address ? address.address == *local.address : interface.name == local.interface;
      if (!fits) continue;
      return interface.name + " (" + address.address.to_string() + " (" +
             (interface.vrf.empty() ? "global" : interface.vrf) + "))";
    }
  }
  if (!local.address) return local.interface + " (no address)";
  return local.address->to_string() + " (" + (local.vrf.empty() ? "global" : local.vrf) + ")";
}

void profile_text(Screen& screen, const policy::Snapshot& policy,
                  const policy::IsakmpProfile& profile) {
  screen.line("ISAKMP PROFILE %s", c(profile.name));
  screen.line("   Identities matched are:");
  for (const IdentityMatch& match : profile.match_remote)
    screen.line("    %s", c(match_text(match)));
  screen.line("   Certificate maps matched are:");
  for (const std::string& map : profile.match_certificate_maps) screen.line("    %s", c(map));
  screen.line("   Identity presented is: %s", c(presented(policy, profile)));
  screen.line("   keyring(s): %s", c(listed(profile.keyrings, "<none>")));
  screen.line("   trustpoint(s): %s", c(listed(profile.trustpoints, "<all>")));
  if (!profile.client_group.empty()) screen.line("   group: %s", c(profile.client_group));
  if (const std::string bound = binding(policy, profile.local); !bound.empty())
    screen.line("   Interface binding: %s", c(bound));
  screen.blank();
}

json::array list_json(const std::vector<std::string>& names) {
  json::array out;
  for (const std::string& name : names) out.emplace_back(name);
  return out;
}

}  // namespace

std::string isakmp_profile_text(const policy::Snapshot& policy, const std::string& only) {
  Screen screen;
  for (const auto& [name, profile] : policy.isakmp.profiles)
    if (only.empty() || only == name) profile_text(screen, policy, profile);
  return screen.take();
}

std::string isakmp_profile_json(const policy::Snapshot& policy, const std::string& only) {
  json::array list;
  for (const auto& [name, profile] : policy.isakmp.profiles) {
    if (!only.empty() && only != name) continue;
    json::array identities;
    for (const IdentityMatch& match : profile.match_remote)
      identities.emplace_back(match_text(match));
    list.push_back(json::object{{"name", name},
                                {"description", profile.description},
                                {"complete", profile.complete()},
                                {"identities", std::move(identities)},
                                {"certificate_maps", list_json(profile.match_certificate_maps)},
                                {"identity_presented", presented(policy, profile)},
                                {"keyrings", list_json(profile.keyrings)},
                                {"trustpoints", list_json(profile.trustpoints)},
                                {"group", profile.client_group},
                                {"interface_binding", binding(policy, profile.local)},
                                {"initiate_aggressive", profile.initiate_aggressive},
                                {"vrf", profile.vrf}});
  }
  return json::serialize(json::object{{"isakmp_profiles", std::move(list)}});
}

}  // namespace spa::config
