// SPDX-License-Identifier: Apache-2.0
// Transform sets, crypto maps and the interfaces they are bound to (R-MAP).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "userspace/policy/isakmp_client.h"
#include "userspace/policy/traffic.h"
#include "userspace/wire/transform_id.h"

namespace spa::policy {

enum class EncapsulationMode { kTunnel, kTransport };

// One cipher with its key length in bits, 0 where the algorithm has only one.
struct Cipher {
  wire::EncrId id{};
  std::uint16_t key_bits = 0;
  friend bool operator==(const Cipher&, const Cipher&) = default;
};

// R-MAP-1..5
struct TransformSet {
  std::string name;
  std::optional<Cipher> esp_cipher;
  std::optional<wire::IntegId> esp_integrity;          // absent with a combined-mode cipher
  std::optional<wire::IntegId> ah;                     // outside of ESP, or alone
  wire::IpCompId compression = wire::IpCompId::kNone;  // before the others
  EncapsulationMode mode = EncapsulationMode::kTunnel;
  bool mode_required = false;  // `mode transport require`: no falling back to tunnel mode
  std::vector<std::string>
      words;  // the transforms as they are printed: "esp-aes 256", "esp-sha-hmac"
  friend bool operator==(const TransformSet&, const TransformSet&) = default;
};

// R-MAP-12; 0 = take the global value.
struct SaLifetime {
  std::uint32_t seconds = 0;
  std::uint64_t kilobytes = 0;
  friend bool operator==(const SaLifetime&, const SaLifetime&) = default;
};
inline constexpr SaLifetime kDefaultSaLifetime{3600, 4608000};

// R-MAP-10, 11, 13, 15
struct CryptoMapEntry {
  std::uint32_t sequence = 0;
  std::string access_list;
  std::vector<IpAddress> peers;  // first one first; the rest are backups (R-DPD-16)
  std::vector<std::string> transform_sets;
  std::optional<wire::DhId> pfs;
  // Beside `pfs`, as Ikev2Proposal has them (RFC 9370).
  std::vector<std::vector<wire::DhId>> additional{};
  SaLifetime lifetime;
  std::string ikev2_profile;   // empty: the entry uses IKEv1
  std::string isakmp_profile;  // of IKEv1; empty: that of the map, or none
  std::string description;
  std::string dynamic_map;  // the entry stands for those of this dynamic map, and has nothing else
  bool reverse_route = false;
  bool per_host = false;  // an SA for each pair of hosts (RFC 7296 2.9); IKEv2
  [[nodiscard]] bool complete() const {
    return !access_list.empty() && !peers.empty() && !transform_sets.empty();
  }
  friend bool operator==(const CryptoMapEntry&, const CryptoMapEntry&) = default;
};

struct CryptoMap {
  std::string name;
  std::string local_address_interface;  // `crypto map NAME local-address IF`
  std::vector<CryptoMapEntry> entries;  // ascending sequence
  std::string isakmp_profile;           // `crypto map NAME isakmp-profile PROFILE`
  ClientAccess client;                  // `crypto map NAME client …`
  friend bool operator==(const CryptoMap&, const CryptoMap&) = default;
};

// What `interface TunnelN` says: GRE from `source` to one destination, or to many (R-GRE-5).
struct Tunnel {
  std::string source_interface;  // its address; empty where `source` is given
  std::optional<IpAddress> source;
  std::optional<IpAddress> destination;
  bool multipoint = false;
  std::optional<std::uint32_t> key;
  std::string protection;  // an IPsec profile
  std::string vrf{};       // `tunnel vrf`: where its ends are
  friend bool operator==(const Tunnel&, const Tunnel&) = default;
};

// A router interface and the Linux device it stands for. The device is, in this order: the `device`
// sub-command; a Linux device of the same name; the Linux device that carries the primary address.
// Addresses are not changed on the host: they say which device is meant and which address the
// tunnel ends on. The device of a tunnel interface is made, with its addresses.
struct Interface {
  std::string name;
  std::string device;               // empty unless named
  std::vector<IpPrefix> addresses;  // primary first (R-KEY-5)
  std::string crypto_map;
  std::string vrf;  // `ip vrf forwarding`
  std::string description;
  bool shutdown = false;
  std::uint32_t mtu = 0;         // `ip mtu`; 0: the device's own
  std::optional<Tunnel> tunnel;  // only of an interface that is called so
  friend bool operator==(const Interface&, const Interface&) = default;
};

}  // namespace spa::policy
