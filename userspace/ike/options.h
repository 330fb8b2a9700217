// SPDX-License-Identifier: Apache-2.0
// What a manager of either IKE version is made from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "userspace/base/clock.h"
#include "userspace/base/log.h"
#include "userspace/crypto/engine.h"
#include "userspace/ike/address_pool.h"
#include "userspace/ike/call_admission.h"
#include "userspace/ike/connection_ids.h"
#include "userspace/ports/client_addresses.h"
#include "userspace/ports/credentials.h"
#include "userspace/ports/datagrams.h"
#include "userspace/ports/sa_database.h"
#include "userspace/ports/timers.h"

namespace spa::ike {

// None of the references is owned; all outlive the manager.
struct Dependencies {
  ports::Datagrams& datagrams;
  ports::Timers& timers;
  ports::SaDatabase& sa_database;
  ports::Credentials& credentials;
  crypto::PublicKeyEngine& engine;
  LogSink& log;
  // Shared by the managers of both versions; a manager without one counts for itself.
  std::shared_ptr<ConnectionIds> ids = nullptr;
  ports::ClientAddresses* client_addresses = nullptr;  // where addresses from peers go, if anywhere
  // Shared likewise: what is lent with one version is not lent with the other.
  std::shared_ptr<AddressPools> address_pools = std::make_shared<AddressPools>();
  // Likewise: a limit is for the SAs of both.
  std::shared_ptr<CallAdmission> call_admission = std::make_shared<CallAdmission>();
};

// Times and bounds that are no part of the configuration language. The defaults are what the daemon
// runs with.
struct Options {
  std::uint8_t shard = 0;  // top octet of our IKE SPIs
  // Retransmission of a request (RFC 7296 2.4): first wait, factor, number of transmissions in all.
  // Each wait is lengthened by up to a tenth at random.
  Duration retransmit_first{2000};
  double retransmit_factor = 1.8;
  unsigned retransmit_tries = 6;
  unsigned liveness_tries = 5;     // at the profile's retry interval (R-DPD-19)
  Duration half_open_life{30000};  // a responder's SA not authenticated by then goes (RFC 8019 4.1)
  std::size_t half_open_max = 4096;
  std::size_t children_max = 1024;       // under one IKE SA (NO_ADDITIONAL_SAS, RFC 8019 5)
  std::uint32_t cookie_threshold = 128;  // where the configuration names none
  Duration cookie_secret_life{60000};
  Duration acquire_hold_down{5000};  // after a failed negotiation for the same rule
  // A lifetime's part after which rekeying begins, at random between the two.
  unsigned rekey_from_percent = 80;
  unsigned rekey_to_percent = 90;
  std::size_t fragment_octets_max = 8 << 20;  // of incomplete messages (RFC 7383 5, RFC 8019 4.8)
  std::size_t decisions_kept = 64;
  SecretBytes crash_secret;  // RFC 6290: the same after a restart; empty: no tokens are given
};

}  // namespace spa::ike
