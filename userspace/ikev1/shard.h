// SPDX-License-Identifier: Apache-2.0
// Everything that the ISAKMP SAs of one thread share beyond what ike::Shard has: their table, the
// first messages under way, fragments.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "userspace/ike/half_open.h"
#include "userspace/ike/peer_index.h"
#include "userspace/ike/sa_table.h"
#include "userspace/ike/shard.h"
#include "userspace/ikev1/isakmp_sa.h"
#include "userspace/ikev1/manager.h"
#include "userspace/ikev1/seen_certificates.h"
#include "userspace/wire/v1/reassembler.h"

namespace spa::ikev1 {

class Shard final : public ike::Shard {
 public:
  static constexpr bool kIsIkev2 = false;
  Shard(const Dependencies& dependencies, const Options& options);
  ~Shard();

  // --- datagrams (shard_receive.cc) ---
  void receive(const Endpoint& local, const Endpoint& remote, ByteView message);
  [[nodiscard]] std::uint16_t next_fragment_id() { return ++fragment_id_; }

  SeenCertificates seen_certificates;

  // --- the table ---
  // A new SA with a random cookie (RFC 2408 2.5.3). kCrypto when there is none to be had.
  [[nodiscard]] Result<IsakmpSa*> create(bool initiator, const Endpoint& local,
                                         const Endpoint& remote);
  [[nodiscard]] IsakmpSa* find(std::uint64_t cookie) const { return table_.find(cookie); }
  [[nodiscard]] std::vector<IsakmpSa*> all() const { return table_.all(); }
  [[nodiscard]] std::vector<IsakmpSa*> with_peer(const IpAddress& remote) const;
  // Those with an IPsec SA of this SPI: who receives by it, then who sends by it.
  [[nodiscard]] std::vector<IsakmpSa*> with_child(std::uint32_t spi) const;
  // Whether anything is up with that peer: what it asks for then is no new call (R-CAC-8).
  [[nodiscard]] bool has_sa_with(const IpAddress& remote) const;
  void moved(IsakmpSa& sa, const IpAddress& old_remote);
  // Ends an SA at once: its IPsec SAs leave the data plane, it leaves the table. It is freed when
  // nothing runs; whoever calls this returns soon and touches it no more.
  void retire(IsakmpSa& sa, const std::string& cause);
  // To be looked at when nothing runs: finished scripts, timer.
  void touch(const IsakmpSa& sa) { touched_.insert(sa.spi_local); }
  void left_half_open(IsakmpSa& sa);
  [[nodiscard]] std::size_t half_open() const { return half_open_.count(); }

  // --- IPsec SAs ---
  void remove_child(IsakmpSa& sa, std::uint32_t spi_in);
  // What was made under `from` is `to`'s from now on: phase-2 SAs outlive phase 1 (RFC 2408 2.4).
  void move_children(IsakmpSa& from, IsakmpSa& to);
  // The SA with the same peer that took over, or null.
  [[nodiscard]] IsakmpSa* successor_of(const IsakmpSa& sa) const;
  // Whether another phase 1 with this one's peer takes care of what comes after both.
  [[nodiscard]] bool outlived(const IsakmpSa& sa) const;
  // The rule of a pair with its peer, or null if there is none worth a new phase 1.
  [[nodiscard]] const ports::PolicyRule* rule_in_use(const IsakmpSa& sa);
  void rekey_child(IsakmpSa& sa, std::uint32_t spi_in);
  // Null once it is no longer configured.
  [[nodiscard]] const ports::PolicyRule* rule_of(const ChildSa& child);
  void rekey_isakmp_sa(IsakmpSa& sa);

  // --- configuration ---
  void configure(policy::SnapshotPtr next, std::vector<ports::PolicyRule> list);
  [[nodiscard]] std::vector<std::string> would_close(
      const std::vector<ports::PolicyRule>& list) const;
  // The suites that a responder takes at an address: with XAUTH too where users are asked for.
  [[nodiscard]] Suites suites_for(const IpAddress& local) const;
  // What an initiator offers under a profile: with XAUTH too where it has a user to name.
  [[nodiscard]] Suites suites_of(const std::string& profile) const;
  [[nodiscard]] const policy::IsakmpProfile* profile(const std::string& name) const;
  // The profile that an entry negotiates with; empty: none (R-PROF-17).
  [[nodiscard]] std::string profile_of(const ports::PolicyId& id) const;

  // --- sessions (shard_sessions.cc) ---
  Status initiate(const ports::PolicyId& id);
  std::size_t clear(const ike::SessionFilter& filter);
  void shutdown(std::function<void()> done);
  std::size_t close_revoked(ByteView issuer_der, const std::vector<Bytes>& serials);
  void on_expire(std::uint32_t spi, bool hard);
  void on_mapping(std::uint32_t spi_in, const Endpoint& remote);
  bool on_unknown_spi(const ports::UnknownSpi& unknown);
  // Begins an IKE SA with the peer of this rule, to tell him of it.
  Status begin_recovery(const ports::PolicyRule& rule, const ports::UnknownSpi& unknown);

  // --- logs ---
  void debug(const IsakmpSa& sa, const std::string& text);
  void record(const IsakmpSa* sa, const Endpoint& remote, std::string exchange, std::string outcome,
              Steps steps);

 private:
  void idle();
  void dispatch(const Endpoint& local, const Endpoint& remote, ByteView message);
  void on_fragment(const v1::Header& header, const Endpoint& local, const Endpoint& remote,
                   ByteView message);
  [[nodiscard]] IsakmpSa* owner_of(const v1::Header& header) const;
  void on_first_message(const v1::Header& header, const Endpoint& local, const Endpoint& remote,
                        ByteView message);
  [[nodiscard]] bool admitted(const Endpoint& remote);
  // A new ISAKMP SA for `rule`, which begins phase 1.
  Result<IsakmpSa*> begin(const ports::PolicyRule& rule,
                          const std::vector<ports::PolicyId>& wanted);

  ike::SaTable<IsakmpSa> table_;
  ike::PeerIndex by_peer_;
  // Half-open SAs by initiator cookie and source, to recognise retransmitted first messages.
  std::multimap<std::pair<std::uint64_t, Endpoint>, std::uint64_t> first_messages_;
  ike::HalfOpen half_open_;
  ike::RateLimit spi_hints_{10, 20};
  ike::RateLimit stranger_replies_{10, 20};
  v1::Reassembler fragments_;
  std::uint16_t fragment_id_ = 0;
  std::set<std::uint64_t> touched_;
  std::vector<std::unique_ptr<IsakmpSa>> retired_;
  std::function<void()> on_stopped_;
};

}  // namespace spa::ikev1
