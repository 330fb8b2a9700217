// SPDX-License-Identifier: Apache-2.0
// What `crypto ikev2 …` says: proposals, policies, keyrings and profiles.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/policy/ipsec.h"
#include "userspace/wire/transform_id.h"

namespace spa::policy {

// RFC 7296 3.3: each list in order of preference. PRFs follow the integrity algorithms unless
// given.
struct Ikev2Proposal {
  std::string name;
  std::vector<Cipher> ciphers;
  std::vector<wire::IntegId> integrity;
  std::vector<wire::PrfId> prfs;
  std::vector<wire::DhId> groups;
  // RFC 9370: the methods of each additional key exchange, the first one first; kNone among them
  // lets a peer do without.
  std::vector<std::vector<wire::DhId>> additional{};
  friend bool operator==(const Ikev2Proposal&, const Ikev2Proposal&) = default;
};

// Used where no policy fits: AEAD first, SHA-2, groups 19, 31, 14.
[[nodiscard]] const Ikev2Proposal& default_ikev2_proposal();

struct Ikev2Policy {
  std::string name;
  std::optional<IpAddress> match_local_address;
  std::vector<std::string> proposals;  // names, in order
  friend bool operator==(const Ikev2Policy&, const Ikev2Policy&) = default;
};

// RFC 7296 3.5
struct Identity {
  enum class Kind { kNone, kAddress, kFqdn, kEmail, kDn, kKeyId };
  Kind kind = Kind::kNone;
  IpAddress address;
  std::string text;  // FQDN, e-mail, key id; for a DN the RFC 4514 string
  Bytes der;         // a DN as received or sent
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const Identity&, const Identity&) = default;
};

// A post-quantum pre-shared key (RFC 8784 5.2): `ppk manual id …`.
struct Ppk {
  std::string id;
  SecretBytes key;
  bool required = false;  // no IKE SA without it
  friend bool operator==(const Ppk&, const Ppk&) = default;
};

struct KeyringPeer {
  std::string name;
  std::string description;
  std::optional<IpPrefix> address;
  std::string hostname;
  std::optional<Identity> identity;
  SecretBytes local_key;   // what we prove ourselves with
  SecretBytes remote_key;  // what the peer proves itself with
  std::optional<Ppk> ppk;
  friend bool operator==(const KeyringPeer&, const KeyringPeer&) = default;
};

struct Ikev2Keyring {
  std::string name;
  std::vector<KeyringPeer> peers;
  // By identity first, then longest address prefix (R-KEY-11). Null when nothing fits.
  [[nodiscard]] const KeyringPeer* find(const IpAddress& peer, const Identity* identity) const;
  friend bool operator==(const Ikev2Keyring&, const Ikev2Keyring&) = default;
};

// `match identity remote …`
struct IdentityMatch {
  enum class Kind { kAny, kAddress, kFqdn, kFqdnDomain, kEmail, kEmailDomain, kKeyId };
  Kind kind = Kind::kAny;
  IpPrefix address;
  std::string text;
  std::string vrf{};  // that a peer of this address is met in (R-VRF-2)
  [[nodiscard]] bool matches(const Identity& identity) const;  // names without regard to case
  friend bool operator==(const IdentityMatch&, const IdentityMatch&) = default;
};

enum class AuthMethod { kPreShare, kRsaSig, kEcdsaSig, kEddsaSig };
// Whether a certificate is behind the method.
[[nodiscard]] constexpr bool is_signature(AuthMethod method) {
  return method != AuthMethod::kPreShare;
}

struct DpdSettings {
  std::uint32_t interval_seconds = 0;  // 0 = off
  std::uint32_t retry_seconds = 2;
  bool periodic = false;
  friend bool operator==(const DpdSettings&, const DpdSettings&) = default;
};

struct Ikev2Profile {
  std::string name;
  std::vector<IdentityMatch> match_remote;
  std::vector<std::string> match_certificate_maps;
  std::optional<IpAddress> match_local_address;
  std::optional<Identity> local_identity;  // absent: the local address, or the DN with certificates
  std::optional<AuthMethod> local_auth;
  std::vector<AuthMethod> remote_auth;
  std::string keyring;
  std::string ppk_keyring;               // `keyring ppk NAME`; empty: no PPK
  bool rsa_pss = false;                  // `authentication local rsa-sig pss`
  std::vector<std::string> trustpoints;  // `pki trustpoint NAME [sign | verify]`
  std::uint32_t lifetime_seconds = 86400;
  DpdSettings dpd;
  std::uint32_t nat_keepalive_seconds = 0;
  std::uint32_t reauthenticate_seconds = 0;    // 0: never (RFC 7296 2.8.3, RFC 4478)
  bool childless = false;                      // as initiator, where the peer can (RFC 6023)
  bool request_configuration = false;          // as initiator: asks for an address (RFC 7296 3.15)
  std::optional<std::string> match_front_vrf;  // `match fvrf`; absent: any
  std::string inside_vrf;            // `ivrf`: of what its tunnels carry; empty: as outside
  std::string authorization_policy;  // what peers are given; empty: nothing
  // R-PROF-2: an incomplete profile is never selected.
  [[nodiscard]] bool complete() const {
    return (!match_remote.empty() || !match_certificate_maps.empty()) && local_auth &&
           !remote_auth.empty();
  }
  friend bool operator==(const Ikev2Profile&, const Ikev2Profile&) = default;
};

}  // namespace spa::policy
