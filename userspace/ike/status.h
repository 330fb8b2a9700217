// SPDX-License-Identifier: Apache-2.0
// What an IKE SA and its CHILD SAs look like from outside: plain values that the show screens are
// made from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/clock.h"
#include "userspace/policy/ikev2.h"
#include "userspace/policy/traffic.h"
#include "userspace/ports/sa_database.h"
#include "userspace/wire/transform_id.h"

namespace spa::ike {

enum class IkeSaState { kInNegotiation, kReady, kRekeying, kDeleting };

struct ChildSaStatus {
  std::uint32_t id =
      0;  // connection id: IPsec SAs count from 200 (R-MAP-29); inbound even, outbound the next
  std::uint32_t spi_in = 0;
  std::uint32_t spi_out = 0;
  std::uint32_t ah_spi_in = 0;  // of the AH around ESP; otherwise 0, and AH alone has spi_in
  std::uint32_t ah_spi_out = 0;
  std::uint16_t cpi_in = 0;  // of IPComp
  std::uint16_t cpi_out = 0;
  ports::PolicyId rule;
  policy::EncapsulationMode mode = policy::EncapsulationMode::kTunnel;
  ports::EspSuite suite;
  bool udp_encapsulation = false;
  wire::DhId pfs = wire::DhId::kNone;
  std::vector<policy::TrafficSelector> selectors_local;
  std::vector<policy::TrafficSelector> selectors_remote;
  policy::SaLifetime lifetime;
  std::uint32_t remaining_seconds = 0;
  std::uint32_t replay_window = 64;
  Endpoint local;
  Endpoint remote;
  std::string device;
};

struct IkeSaStatus {
  std::uint32_t id = 0;  // tunnel id: IKE SAs count from 1
  int version = 2;
  IkeSaState state = IkeSaState::kInNegotiation;
  std::string status_description;  // "Negotiation done", or why not
  std::string isakmp_state;        // IKEv1: "QM_IDLE", "MM_KEY_EXCH" … (R-SHOW-3)
  bool initiator = false;
  Endpoint local;
  Endpoint remote;
  std::uint64_t spi_local = 0;
  std::uint64_t spi_remote = 0;
  std::string profile;
  policy::Identity local_identity;
  policy::Identity remote_identity;
  policy::Cipher cipher;
  wire::IntegId integrity = wire::IntegId::kNone;
  wire::PrfId prf{};
  wire::DhId group{};
  std::string local_auth;  // "PSK", "RSA"
  std::string remote_auth;
  std::string dh_engine;    // who computed the Diffie-Hellman: "OpenSSL", or the card's device
  std::string auth_engine;  // who made our signature; empty with PSK
  std::uint32_t lifetime_seconds = 0;
  std::uint32_t active_seconds = 0;
  std::uint32_t local_request_id = 0;   // next message ID we use
  std::uint32_t remote_request_id = 0;  // next one we expect
  std::uint32_t local_window = 1;
  std::uint32_t remote_window = 1;
  std::uint32_t requests_queued = 0;
  std::uint32_t children_wanted = 0;  // CHILD SAs that this end is negotiating, or about to
  policy::DpdSettings dpd;
  bool local_behind_nat = false;
  bool remote_behind_nat = false;
  bool mobike = false;
  bool resumed = false;            // by a ticket (RFC 5723)
  std::vector<IpPrefix> assigned;  // to this end, or to the peer, by configuration payload
  bool assigned_to_peer = false;
  std::uint32_t reauth_seconds = 0;  // until this end authenticates anew; 0: it does not
  bool disconnect_revoked = false;
  std::string remote_certificate_serial;  // hex; empty without certificates
  std::string remote_certificate_issuer;
  std::vector<ChildSaStatus> children;
};

}  // namespace spa::ike
