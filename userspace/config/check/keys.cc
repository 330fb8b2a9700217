// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "userspace/config/check/subject.h"

namespace spa::config::check {
namespace {

using policy::AuthMethod;
using policy::CryptoMapEntry;
using policy::IsakmpAuth;

class Keys {
 public:
  Keys(const Subject& subject, Findings& findings) : s_(subject), out_(findings) {}

  void run() {
    for (const auto& [name, map] : s_.policy.crypto_maps)
      for (const CryptoMapEntry& entry : map.entries) {
        const std::string title = title_of(name, entry);
        for (const IpAddress& peer : entry.peers) {
          if (!entry.ikev2_profile.empty())
            look_at_ikev2(title, entry.ikev2_profile, peer);
          else
            look_at_ikev1(title,
                          entry.isakmp_profile.empty() ? map.isakmp_profile : entry.isakmp_profile,
                          peer);
        }
      }
  }

 private:
  void add(const std::string& title, const IpAddress& peer, std::string text) {
    out_.push_back({Severity::kError, s_.places.of(title, "set peer " + peer.to_string()), "key",
                    title + ": " + std::move(text)});
  }

  [[nodiscard]] bool has_shared_key(const std::string& profile, const IpAddress& peer) const {
    std::vector<std::string> names;
    if (const auto found = s_.policy.isakmp.profiles.find(profile);
        found != s_.policy.isakmp.profiles.end())
      names = found->second.keyrings;
    for (const auto& [name, keyring] : s_.policy.isakmp.keyrings) {
      if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
      for (const policy::IsakmpKey& key : keyring.keys)
        if (!key.hostname.empty() || (key.address && key.address->contains(peer))) return true;
    }
    return false;
  }

  [[nodiscard]] bool has_public_key() const {
    return std::any_of(s_.policy.isakmp.keyrings.begin(), s_.policy.isakmp.keyrings.end(),
                       [](const auto& item) { return !item.second.public_keys.empty(); });
  }

  // One policy that the peer can be authenticated with is enough.
  void look_at_ikev1(const std::string& title, const std::string& profile, const IpAddress& peer) {
    bool shared = false, signatures = s_.policy.isakmp.policies.empty();
    for (const auto& [priority, policy] : s_.policy.isakmp.policies) {
      const IsakmpAuth auth = policy.auth.value_or(IsakmpAuth::kRsaSig);
      shared |= auth == IsakmpAuth::kPreShare;
      signatures |= auth == IsakmpAuth::kRsaSig;
      if (auth == IsakmpAuth::kRsaEncr && has_public_key()) return;
    }
    if (shared && has_shared_key(profile, peer)) return;
    if (signatures && !s_.policy.trustpoints.empty()) return;
    const std::string address = peer.to_string();
    if (shared && signatures)
      add(title, peer,
          "there is neither a pre-shared key for peer " + address + " nor a trustpoint");
    else if (shared)
      add(title, peer, "there is no pre-shared key for peer " + address);
    else if (s_.policy.isakmp.policies.empty())
      add(title, peer,
          "without 'crypto isakmp policy' peer " + address +
              " is to show a certificate, and there is no trustpoint");
    else
      add(title, peer, "there is no trustpoint, nor a public key, for peer " + address);
  }

  void look_at_ikev2(const std::string& title, const std::string& name, const IpAddress& peer) {
    const auto found = s_.policy.ikev2_profiles.find(name);
    if (found == s_.policy.ikev2_profiles.end() || !found->second.complete()) return;
    const policy::Ikev2Profile& profile = found->second;
    const bool shares = profile.local_auth == AuthMethod::kPreShare;
    const bool expects_shared = std::find(profile.remote_auth.begin(), profile.remote_auth.end(),
                                          AuthMethod::kPreShare) != profile.remote_auth.end();
    const bool certificates =
        !shares ||
        std::any_of(profile.remote_auth.begin(), profile.remote_auth.end(), policy::is_signature);
    if (certificates && s_.policy.trustpoints.empty())
      add(title, peer, "IKEv2 profile " + name + " wants certificates, and there is no trustpoint");
    if (shares || expects_shared) look_at_keyring(title, profile, peer, shares, expects_shared);
  }

  void look_at_keyring(const std::string& title, const policy::Ikev2Profile& profile,
                       const IpAddress& peer, bool ours, bool theirs) {
    if (profile.keyring.empty())
      return add(title, peer,
                 "IKEv2 profile " + profile.name + " wants pre-shared keys and has no keyring");
    const auto keyring = s_.policy.ikev2_keyrings.find(profile.keyring);
    if (keyring == s_.policy.ikev2_keyrings.end()) return;
    const policy::KeyringPeer* entry = keyring->second.find(peer, nullptr);
    const std::string address = peer.to_string();
    if (entry == nullptr) {
      // Who is told apart by a name is known when they give it.
      for (const policy::KeyringPeer& other : keyring->second.peers)
        if (other.identity || !other.hostname.empty()) return;
      return add(title, peer,
                 "keyring " + profile.keyring + " has no pre-shared key for peer " + address);
    }
    if ((ours && entry->local_key.empty()) || (theirs && entry->remote_key.empty()))
      add(title, peer,
          "peer " + entry->name + " of keyring " + profile.keyring +
              " has no pre-shared key of both sides");
  }

  const Subject& s_;
  Findings& out_;
};

}  // namespace

void find_missing_keys(const Subject& subject, Findings& findings) {
  Keys(subject, findings).run();
}

}  // namespace spa::config::check
