// SPDX-License-Identifier: Apache-2.0
// A whole configuration, as it is in force: immutable, shared by reference, replaced as one.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "userspace/policy/call_admission.h"
#include "userspace/policy/client_configuration.h"
#include "userspace/policy/ikev2.h"
#include "userspace/policy/ipsec.h"
#include "userspace/policy/isakmp.h"
#include "userspace/policy/isakmp_client.h"
#include "userspace/policy/time_stamp.h"
#include "userspace/policy/time_zone.h"
#include "userspace/policy/traffic.h"
#include "userspace/policy/trustpoint.h"

namespace spa::policy {

// `ip vrf NAME`: a routing table of its own, a VRF device of Linux.
struct Vrf {
  std::string name;
  std::string route_distinguisher;
  friend bool operator==(const Vrf&, const Vrf&) = default;
};

struct Snapshot {
  std::string hostname = "Router";
  std::string domain_name;
  TimeZone time_zone;
  TimeStamp debug_stamp;  // `service timestamps debug`
  TimeStamp log_stamp;    // `service timestamps log`

  std::map<std::string, Ikev2Proposal> ikev2_proposals;
  std::map<std::string, Ikev2Policy> ikev2_policies;
  std::map<std::string, Ikev2Keyring> ikev2_keyrings;
  std::map<std::string, Ikev2Profile> ikev2_profiles;
  std::uint32_t cookie_challenge =
      0;  // half-open SAs from which on cookies are asked for; 0 = the built-in default
  std::map<std::string, AuthorizationPolicy> authorization_policies;
  std::map<std::string, AddressPool> address_pools;
  std::uint32_t ikev2_window = 5;        // requests of a peer that may be under way at once
  bool mobike = true;                    // RFC 4555
  bool crash_detection = true;           // RFC 6290
  std::uint32_t resumption_seconds = 0;  // life of a ticket (RFC 5723); 0: no resumption
  DpdSettings global_dpd;
  std::uint32_t nat_keepalive_seconds = 20;
  bool legacy_algorithms = false;
  // `crypto ikev2 fragmentation`: IP packets of our IKE messages are not longer, in octets; 0 = we
  // do not fragment (RFC 7383).
  std::uint32_t fragmentation_mtu = 1280;

  CallAdmissionLimits call_admission;
  Isakmp isakmp;
  std::map<std::string, User> users;  // `username`

  std::map<std::string, TransformSet> transform_sets;
  std::map<std::string, AccessList> access_lists;
  std::map<std::string, CryptoMap> crypto_maps;
  std::map<std::string, CryptoMap> dynamic_maps;         // `crypto dynamic-map`
  std::map<std::string, CryptoMapEntry> ipsec_profiles;  // without peers and access lists
  // What tunnel interfaces are protected by, as crypto maps of one entry (tunnel_protection.h).
  std::map<std::string, CryptoMap> protections;
  std::vector<Interface> interfaces;
  std::map<std::string, Vrf> vrfs;
  SaLifetime default_lifetime = kDefaultSaLifetime;
  std::uint32_t replay_window = 64;

  std::vector<Trustpoint> trustpoints;  // in order of definition
  std::vector<CertificateMapEntry> certificate_maps;
  bool disconnect_revoked_peers = false;  // `crypto ikev2 disconnect-revoked-peers` (R-REV-1)

  [[nodiscard]] const Trustpoint* trustpoint(
      std::string_view name) const;  // without regard to case
  // Whether an IKE SA that ends on `local` fits. An interface without address fits nowhere
  // (R-KEY-7); secondary addresses never do (R-KEY-5).
  [[nodiscard]] bool terminates(const LocalTermination& at, const IpAddress& local) const;
  // The VRF that an IKE SA ends in which ends on `local`: that of the interface with this address.
  // Empty: none. Addresses of ours are in one VRF each.
  [[nodiscard]] const std::string& front_vrf(const IpAddress& local) const;
  // Whether a statement about peers that are met in a VRF (empty: in none) fits there.
  [[nodiscard]] bool meets(const IsakmpKeyring& keyring, const IpAddress& local) const;
  [[nodiscard]] bool meets(const IdentityMatch& match, const IpAddress& local) const;
  [[nodiscard]] bool meets(const Ikev2Profile& profile, const IpAddress& local) const;
  // The VRF of what a tunnel carries that ends on `local`: what the profile that it is negotiated
  // with says, one of IKEv1 or of IKEv2, or else that of its outside.
  [[nodiscard]] std::string inside_vrf(const std::string& profile, bool ikev2,
                                       const IpAddress& local) const;
  [[nodiscard]] std::string inside_vrf(const CryptoMap& map, const CryptoMapEntry& entry,
                                       const IpAddress& local) const;
  // The sources that an access list permits, in order: what is behind this router for a client that
  // sends only that into its tunnel. Empty without such a list.
  [[nodiscard]] std::vector<IpPrefix> permitted_sources(const std::string& access_list) const;
  // The suites of IKEv1, first choice first, the default last (R-POL-10). Legacy ones only where
  // they are allowed.
  [[nodiscard]] std::vector<IsakmpSuite> isakmp_suites() const;
  // "router.example.com"
  [[nodiscard]] std::string fqdn() const;
  // The proposals for an IKE SA that ends on `local`: those of the policies that match, else the
  // default.
  [[nodiscard]] std::vector<const Ikev2Proposal*> proposals_for(const IpAddress& local) const;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace spa::policy
