// SPDX-License-Identifier: Apache-2.0
// What `crypto isakmp …` and `crypto keyring` say: policies, keyrings and profiles of IKEv1 (R-POL,
// R-KEY, R-PROF).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/policy/ikev2.h"
#include "userspace/policy/ipsec.h"
#include "userspace/policy/isakmp_client.h"
#include "userspace/wire/transform_id.h"

namespace spa::policy {

enum class IsakmpAuth { kPreShare, kRsaSig, kRsaEncr };

inline constexpr std::uint32_t kDefaultIsakmpPriority = 65535;

// What two ends must have in common for phase 1 (R-POL-11). The hash is named by the PRF that is
// its HMAC.
struct IsakmpSuite {
  Cipher cipher;
  wire::PrfId hash{};
  IsakmpAuth auth = IsakmpAuth::kRsaSig;
  wire::DhId group{};
  std::uint32_t lifetime_seconds = 86400;
  std::uint32_t priority = kDefaultIsakmpPriority;
  bool xauth = false;  // the initiator names a user after phase 1; no policy says so by itself
  friend bool operator==(const IsakmpSuite&, const IsakmpSuite&) = default;
};

// What is tried last, and where a policy says nothing (R-POL-5..10): DES, SHA and group 1 with
// legacy algorithms, else AES-256, SHA-256 and group 14.
[[nodiscard]] const IsakmpSuite& default_isakmp_suite(bool legacy);

// `crypto isakmp policy N`; an absent member is that of the default suite.
struct IsakmpPolicy {
  std::optional<Cipher> cipher;
  std::optional<wire::PrfId> hash;
  std::optional<IsakmpAuth> auth;
  std::optional<wire::DhId> group;
  std::optional<std::uint32_t> lifetime_seconds;
  [[nodiscard]] IsakmpSuite suite(bool legacy) const;
  friend bool operator==(const IsakmpPolicy&, const IsakmpPolicy&) = default;
};

// DES, MD5, groups 1, 2 and 5: negotiated only with `crypto legacy-algorithms`.
[[nodiscard]] bool is_legacy(const IsakmpSuite& suite);

// `local-address`: where an IKE SA must end. Neither: anywhere.
struct LocalTermination {
  std::string interface;  // its primary address (R-KEY-5)
  std::optional<IpAddress> address;
  std::string vrf{};  // that the address is in (R-VRF-1)
  friend bool operator==(const LocalTermination&, const LocalTermination&) = default;
};

// A peer's RSA public key (R-KEY-13), by the name or address that it gives itself; and to call it.
struct RsaPublicKey {
  std::optional<IpAddress> address;
  std::string name;
  Bytes der;  // SubjectPublicKeyInfo; empty: not to encrypt with
  friend bool operator==(const RsaPublicKey&, const RsaPublicKey&) = default;
};

struct IsakmpKeyring {
  std::string name;
  std::string vrf;  // that its peers are met in (R-VRF-2)
  LocalTermination local;
  std::vector<IsakmpKey> keys;
  std::vector<RsaPublicKey> public_keys;
  friend bool operator==(const IsakmpKeyring&, const IsakmpKeyring&) = default;
};
inline constexpr const char* kDefaultKeyring = "default";  // R-KEY-9

struct IsakmpProfile {
  std::string name;
  std::string description;
  std::vector<IdentityMatch> match_remote;  // a group name is a key id
  std::vector<std::string> match_certificate_maps;
  std::vector<std::string> keyrings;
  LocalTermination local;
  std::vector<std::string> trustpoints;
  std::optional<Identity> self_identity;  // kFqdn and kAddress without text: this router's own
  std::optional<DpdSettings> keepalive;
  std::string client_group;  // `client configuration group`
  ClientAccess client;
  std::optional<User> login;  // `client username`: who we are when the peer asks for a user
  bool initiate_aggressive = false;
  std::string vrf;  // of what its tunnels carry; empty: as their outside
  // R-PROF-2: an incomplete profile is never selected.
  [[nodiscard]] bool complete() const {
    return !match_remote.empty() || !match_certificate_maps.empty();
  }
  friend bool operator==(const IsakmpProfile&, const IsakmpProfile&) = default;
};

// R-POL-18
enum class IsakmpIdentity { kAddress, kHostname, kDn };

struct Isakmp {
  bool enabled = true;                    // `crypto isakmp enable`
  bool aggressive_mode = true;            // `crypto isakmp aggressive-mode disable` takes it away
  bool udp_encapsulation = true;          // `crypto ipsec nat-transparency udp-encapsulation`
  bool invalid_spi_recovery = false;      // `crypto isakmp invalid-spi-recovery` (R-SPI-1)
  bool disconnect_revoked_peers = false;  // `crypto isakmp disconnect-revoked-peers` (R-REV-1)
  IsakmpIdentity identity = IsakmpIdentity::kAddress;
  DpdSettings keepalive;                           // `crypto isakmp keepalive`
  std::map<std::uint32_t, IsakmpPolicy> policies;  // by priority, 1 first
  std::map<std::string, IsakmpKeyring> keyrings;
  std::map<std::string, IsakmpProfile> profiles;
  std::map<std::string, ClientGroup> client_groups;
};

}  // namespace spa::policy
