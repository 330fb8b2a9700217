// SPDX-License-Identifier: Apache-2.0
// The IKEv2 side of the daemon: every IKE SA of one shard, from configuration and datagrams to SAs
// in the data plane (RFC 7296).
//
// One Manager belongs to one thread; all calls are made there, and the ports call back there. No
// call waits: public-key work, certificate checks and answers from peers are continued later. With
// several shards the caller sends a datagram to the shard named by shard_of(); a first IKE_SA_INIT
// request may go to any shard that depends on the source address only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/base/log.h"
#include "userspace/base/result.h"
#include "userspace/crypto/engine.h"
#include "userspace/ike/counters.h"
#include "userspace/ike/decision.h"
#include "userspace/ike/status.h"
#include "userspace/policy/snapshot.h"
#include "userspace/ports/credentials.h"
#include "userspace/ports/datagrams.h"
#include "userspace/ports/sa_database.h"
#include "userspace/ports/timers.h"

namespace spa::ikev2 {

class Shard;

// None is owned; all outlive the manager.
struct Dependencies {
  ports::Datagrams& datagrams;
  ports::Timers& timers;
  ports::SaDatabase& sa_database;
  ports::Credentials& credentials;
  crypto::PublicKeyEngine& engine;
  LogSink& log;
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
  Duration half_open_life{30000};  // a responder's SA that is not authenticated by then goes away
  std::size_t half_open_max = 4096;
  std::uint32_t cookie_threshold = 128;  // where the configuration names none
  Duration cookie_secret_life{60000};
  Duration acquire_hold_down{5000};  // after a failed negotiation for the same rule
  // A lifetime's part after which rekeying begins, at random between the two.
  unsigned rekey_from_percent = 80;
  unsigned rekey_to_percent = 90;
  std::size_t decisions_kept = 64;
};

// Which of its SPIs a datagram's header calls ours, and so which shard owns it; nothing for a first
// IKE_SA_INIT request or for what is no IKEv2 message.
[[nodiscard]] std::optional<std::uint8_t> shard_of(ByteView message);

// What `clear crypto session` and its relatives aim at; absent members match everything
// (R-DBG-1, 2).
struct SessionFilter {
  std::optional<IpAddress> local;
  std::optional<IpAddress> remote;
  std::optional<std::uint16_t> remote_port;
  std::optional<std::uint32_t> ike_sa;     // tunnel id
  std::optional<std::uint32_t> child_spi;  // either direction: only this CHILD SA is closed
  std::optional<std::string> crypto_map;   // only its CHILD SAs are closed
  bool children_only = false;              // `clear crypto sa`: keep the IKE SA
};

class Manager final : public ports::SaDatabaseListener {
 public:
  explicit Manager(const Dependencies& dependencies, const Options& options = {});
  // Drops everything without a word to the peers; see shutdown().
  ~Manager() override;
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  // Puts a configuration in force. `rules`: every permit line of every bound crypto map, as it was
  // (or will be) given to the data plane; the caller keeps the data plane's rules. CHILD SAs whose
  // rule is gone or differs are closed with a Delete; the others stay, and follow the new
  // configuration at their next rekey.
  void configure(policy::SnapshotPtr snapshot, std::vector<ports::PolicyRule> rules);
  // One sentence for each CHILD SA that configure() with these arguments would close.
  [[nodiscard]] std::vector<std::string> would_close(
      const policy::Snapshot& snapshot, const std::vector<ports::PolicyRule>& rules) const;

  // One IKE message without the non-ESP marker. Anything may be in it.
  void receive(const Endpoint& local, const Endpoint& remote, ByteView message);

  // Brings the tunnel of a rule up. kNotFound: no such rule; kState: the rule does not use IKEv2,
  // its profile is missing or incomplete, or it failed a moment ago. Success when it is up or under
  // way.
  Status initiate(const ports::PolicyId& rule);

  // Closes sessions with Delete notifications (R-DBG-4). How many IKE SAs or, where the filter
  // says so, CHILD SAs.
  std::size_t clear(const SessionFilter& filter);
  // Closes everything with Delete notifications and takes no new work. Calls `done` when the last
  // peer has answered or did not want to.
  void shutdown(std::function<void()> done);

  [[nodiscard]] std::vector<ike::IkeSaStatus> status() const;
  [[nodiscard]] const ike::Counters& counters() const;
  [[nodiscard]] std::size_t half_open() const;
  // The newest last.
  [[nodiscard]] std::vector<ike::DecisionRecord> decisions() const;

  // The serial numbers of live sessions under an issuer (canonical DER), where the trustpoint uses
  // CRLs and the switch was on when the session came up (R-REV-3, 5, 6, 8, 11).
  [[nodiscard]] std::vector<Bytes> held_serials(ByteView issuer_der) const;
  // Closes the sessions of these serials and logs each. How many IKE SAs (R-REV-10, 14, 16, 17).
  std::size_t close_revoked(ByteView issuer_der, const std::vector<Bytes>& serials);

  // From the data plane. The caller decides whether this object or a dispatcher in front of several
  // shards is its listener.
  void on_acquire(const ports::PolicyId& rule,
                  const std::optional<policy::SelectorPair>& packet) override;
  void on_expire(std::uint32_t spi, bool hard) override;
  void on_lost(std::uint32_t spi) override;
  void on_mapping(std::uint32_t spi_in, const Endpoint& remote) override;
  // ESP for an SPI that nobody knows came from `remote` (RFC 7296 1.5): tells an authenticated peer
  // by INVALID_SPI, at a bounded rate. False when there is no IKE SA with that peer.
  bool on_unknown_spi(const IpAddress& remote, std::uint32_t spi);

 private:
  std::unique_ptr<Shard> shard_;
};

}  // namespace spa::ikev2
