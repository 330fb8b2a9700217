// SPDX-License-Identifier: Apache-2.0
// What the manager of one IKE version offers to those around it: the daemon, or the dispatcher that
// stands in front of the managers of both.
//
// A manager belongs to one thread; all calls are made there, and the ports call back there. No call
// waits: public-key work, certificate checks and answers from peers are continued later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/ike/counters.h"
#include "userspace/ike/decision.h"
#include "userspace/ike/status.h"
#include "userspace/policy/snapshot.h"
#include "userspace/ports/sa_database.h"

namespace spa::ike {

struct ChildSa;

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

  [[nodiscard]] bool only_children() const {
    return child_spi.has_value() || crypto_map.has_value() || children_only;
  }
  [[nodiscard]] bool fits(std::uint32_t id, const Endpoint& local_end,
                          const Endpoint& remote_end) const;
  [[nodiscard]] bool fits(const ChildSa& child) const;
};

class Manager : public ports::SaDatabaseListener {
 public:
  // Puts a configuration in force. `rules`: every permit line of every bound crypto map, as it was
  // (or will be) given to the data plane; the caller keeps the data plane's rules. CHILD SAs whose
  // rule is gone or differs are closed with a Delete; the others stay, and follow the new
  // configuration at their next rekey.
  virtual void configure(policy::SnapshotPtr snapshot, std::vector<ports::PolicyRule> rules) = 0;
  // One sentence for each CHILD SA that configure() with these arguments would close.
  [[nodiscard]] virtual std::vector<std::string> would_close(
      const policy::Snapshot& snapshot, const std::vector<ports::PolicyRule>& rules) const = 0;

  // One IKE message without the non-ESP marker. Anything may be in it.
  virtual void receive(const Endpoint& local, const Endpoint& remote, ByteView message) = 0;

  // Brings the tunnel of a rule up. kNotFound: no such rule; kState: the rule is for the other IKE
  // version, what it needs is missing or incomplete, or it failed a moment ago. Success when it is
  // up or under way.
  virtual Status initiate(const ports::PolicyId& rule) = 0;

  // The addresses of this host that tunnels may end on: MOBIKE tells them to peers (RFC 4555 3.4).
  virtual void set_local_addresses(std::vector<IpAddress>) {}
  // What ended on `from` ends on `to` from now on. To be called before configure() with rules that
  // say so: IKE SAs that MOBIKE can move take their CHILD SAs along. How many.
  virtual std::size_t move_local(const IpAddress& /*from*/, const IpAddress& /*to*/) { return 0; }

  // Closes sessions with Delete notifications (R-DBG-4). How many IKE SAs or, where the filter
  // says so, CHILD SAs.
  virtual std::size_t clear(const SessionFilter& filter) = 0;
  // Closes everything with Delete notifications and takes no new work. Calls `done` when the last
  // peer has answered or did not want to.
  virtual void shutdown(std::function<void()> done) = 0;

  [[nodiscard]] virtual std::vector<IkeSaStatus> status() const = 0;
  // Of these ids, in ascending order; those that have gone away are left out.
  [[nodiscard]] virtual std::vector<IkeSaStatus> status_of(
      const std::vector<std::uint32_t>& ids) const = 0;
  [[nodiscard]] virtual Counters counters() const = 0;
  [[nodiscard]] virtual std::size_t half_open() const = 0;
  // The newest last.
  [[nodiscard]] virtual std::vector<DecisionRecord> decisions() const = 0;

  // The serial numbers of live sessions under an issuer (canonical DER), where the trustpoint uses
  // CRLs and the switch was on when the session came up (R-REV-3, 5, 6, 8, 11).
  [[nodiscard]] virtual std::vector<Bytes> held_serials(ByteView issuer_der) const = 0;
  // Closes the sessions of these serials and logs each. How many IKE SAs (R-REV-10, 14, 16, 17).
  virtual std::size_t close_revoked(ByteView issuer_der, const std::vector<Bytes>& serials) = 0;

  // ESP for an SPI that nobody knows came from `remote`: tells an authenticated peer by
  // INVALID_SPI, at a bounded rate. False when there is no IKE SA with that peer.
  bool on_unknown_spi(const ports::UnknownSpi& unknown) override = 0;
  // `crypto isakmp invalid-spi-recovery`, where no IKE SA with that peer is up: whether there is
  // one to be made, with a configured peer, to tell him (R-SPI-6, R-SPI-11).
  virtual bool recover_unknown_spi(const ports::UnknownSpi& unknown) = 0;
  // Whether one of its CHILD SAs has this SPI, in either direction.
  [[nodiscard]] virtual bool owns(std::uint32_t spi) const = 0;
};

}  // namespace spa::ike
