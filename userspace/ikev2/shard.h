// SPDX-License-Identifier: Apache-2.0
// Everything that the IKE SAs of one thread share: ports, tables, limits, configuration, logs.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "userspace/ike/cookie.h"
#include "userspace/ike/half_open.h"
#include "userspace/ike/peer_index.h"
#include "userspace/ike/peer_rotation.h"
#include "userspace/ike/sa_table.h"
#include "userspace/ike/shard.h"
#include "userspace/ikev2/ike_sa.h"
#include "userspace/ikev2/manager.h"

namespace spa::ikev2 {

// A ticket that a peer has given us, and the session that it stands for (RFC 5723).
struct HeldTicket {
  std::uint64_t number = 0;
  Bytes ticket;
  SessionState state;
};

class Shard final : public ike::Shard {
 public:
  static constexpr bool kIsIkev2 = true;
  Shard(const Dependencies& dependencies, const Options& options);
  ~Shard();

  ike::FragmentBudget fragment_budget;     // of every IKE SA's incomplete messages (RFC 7383)
  std::vector<IpAddress> local_addresses;  // where peers may find us (RFC 4555)

  // --- datagrams (shard_receive.cc) ---
  void receive(const Endpoint& local, const Endpoint& remote, ByteView message);

  // --- the table ---
  // A new SA, not yet doing anything. kCrypto without randomness for its SPI.
  [[nodiscard]] Result<IkeSa*> create(bool initiator, const Endpoint& local,
                                      const Endpoint& remote);
  [[nodiscard]] IkeSa* find(std::uint64_t spi_local) const { return table_.find(spi_local); }
  [[nodiscard]] std::vector<IkeSa*> all() const { return table_.all(); }
  [[nodiscard]] std::vector<IkeSa*> with_peer(const IpAddress& remote) const;
  // Those with a CHILD SA of this SPI: who receives by it, then who sends by it.
  [[nodiscard]] std::vector<IkeSa*> with_child(std::uint32_t spi) const;
  // Whether anything is up with that peer: what it asks for then is no new call (R-CAC-8).
  [[nodiscard]] bool has_sa_with(const IpAddress& remote) const;
  // The IKE SAs with the peer that the configuration knows by this address, wherever it is now.
  [[nodiscard]] std::vector<IkeSa*> with_home(const IpAddress& home) const;
  void moved(IkeSa& sa, const IpAddress& old_remote);
  // Ends an SA at once: its CHILD SAs leave the data plane, it leaves the table. It is freed when
  // nothing runs; whoever calls this returns soon and touches it no more.
  void retire(IkeSa& sa, const std::string& cause);
  // The same for an SA whose peer does not answer or has restarted: what went through it is tried
  // with the next peer of the list, where there are several (R-DPD-16).
  void give_up(IkeSa& sa, const std::string& cause);
  // The peer knows nothing of an SA any more: so do we, and whoever began it begins anew.
  void peer_restarted(IkeSa& sa);
  // To be looked at when nothing runs: finished scripts, timer.
  void touch(const IkeSa& sa) { touched_.insert(sa.spi_local); }
  void left_half_open(IkeSa& sa);
  [[nodiscard]] std::size_t half_open() const { return half_open_.count(); }

  // --- CHILD SAs ---
  void remove_child(IkeSa& sa, std::uint32_t spi_in);
  void move_children(IkeSa& from, IkeSa& to);
  // The CHILD SA under which `sa`'s peer receives on `spi_out`, or null. The peer may know before
  // us that `sa` replaces another IKE SA: then the CHILD SAs come over now (RFC 7296 2.8.2).
  [[nodiscard]] ChildSa* child_of_peer(IkeSa& sa, std::uint32_t spi_out);

  // --- configuration ---
  void configure(policy::SnapshotPtr next, std::vector<ports::PolicyRule> list);
  [[nodiscard]] std::vector<std::string> would_close(
      const std::vector<ports::PolicyRule>& list) const;
  // What we propose and accept for IKE SAs that end on this address of ours.
  [[nodiscard]] Proposals ike_proposals(const IpAddress& local, Steps& steps) const;
  [[nodiscard]] const policy::Ikev2Profile* profile(const std::string& name) const;

  // --- tickets (shard_tickets.cc) ---
  TicketBox tickets;                                      // those that we give
  using TicketOwner = std::pair<IpAddress, std::string>;  // the peer's home, our profile
  // Keeps a ticket in place of an older one, and numbers it; 0 when there are too many.
  std::uint64_t hold(const TicketOwner& of, Bytes ticket, SessionState state);
  // A ticket is presented once.
  [[nodiscard]] std::optional<HeldTicket> take_held(const IpAddress& home,
                                                    const std::string& profile);
  // The session ends by the will of either end: nobody resumes it.
  void drop_ticket(IkeSa& sa);
  void refuse_ticket(const wire::Header& request, const Endpoint& local, const Endpoint& remote,
                     const std::string& cause);
  // An attempt to resume a session has failed late: what waits for it is begun from the start.
  void retry_wanted(IkeSa& sa);

  // --- sessions (shard_sessions.cc) ---
  // `tried`: so many peers of the list have failed in this attempt.
  Status initiate(const ports::PolicyId& id, unsigned tried = 0);
  // The rules that waited for an SA that failed: through the next peer, or not for a while.
  void abandon_wanted(IkeSa& sa);
  void peer_works(const IkeSa& sa);
  void set_local_addresses(std::vector<IpAddress> addresses);
  std::size_t move_local(const IpAddress& from, const IpAddress& to);
  std::size_t clear(const SessionFilter& filter);
  void shutdown(std::function<void()> done);
  std::size_t close_revoked(ByteView issuer_der, const std::vector<Bytes>& serials);
  void on_expire(std::uint32_t spi, bool hard);
  void on_mapping(std::uint32_t spi_in, const Endpoint& remote);
  bool on_unknown_spi(const ports::UnknownSpi& unknown);
  // Begins an IKE SA with the peer of this rule, to tell him of it.
  Status begin_recovery(const ports::PolicyRule& rule, const ports::UnknownSpi& unknown);

  // --- logs ---
  void debug(const IkeSa& sa, const std::string& text);
  void record(const IkeSa* sa, const Endpoint& remote, std::string exchange, std::string outcome,
              Steps steps);

 private:
  void idle();
  void dispatch(const Endpoint& local, const Endpoint& remote, ByteView message);
  void on_initial_request(const wire::Header& header, const Endpoint& local, const Endpoint& remote,
                          ByteView message);
  void on_resume_request(const wire::Header& header, const Endpoint& local, const Endpoint& remote,
                         ByteView message);
  // The same octets again (2.1): answered as before. True when they are.
  [[nodiscard]] bool resent(const wire::Header& header, const Endpoint& remote, ByteView message);
  // The payloads of a first request that may be admitted; nothing otherwise, and it is dealt with.
  [[nodiscard]] std::optional<wire::Message> read_first(const wire::Header& header,
                                                        const Endpoint& local,
                                                        const Endpoint& remote, ByteView message);
  // The half-open SA of a first request; null where call admission refuses it or without
  // randomness.
  [[nodiscard]] IkeSa* open_half(const wire::Header& header, const Endpoint& local,
                                 const Endpoint& remote, ByteView message, Steps steps);
  void forget_tickets(const policy::Snapshot& next);
  // The decision before anything is allocated: true when the request may make an SA.
  [[nodiscard]] bool admitted(const wire::Header& header, const Endpoint& local,
                              const Endpoint& remote, ByteView message);
  void reply_stateless(const wire::Header& request, const Endpoint& local, const Endpoint& remote,
                       wire::NotifyPayload notify);
  void reply_stateless(const wire::Header& request, const Endpoint& local, const Endpoint& remote,
                       std::vector<wire::Payload> payloads);
  void on_unknown_sa(const wire::Header& header, const Endpoint& local, const Endpoint& remote,
                     ByteView message);
  [[nodiscard]] bool take_spi_hint(const wire::Header& header, const Endpoint& remote,
                                   ByteView message);
  [[nodiscard]] ike::HalfOpen::Limits limits() const;

  ike::SaTable<IkeSa> table_;
  ike::PeerIndex by_peer_;
  // Half-open SAs by initiator SPI and source, to recognise retransmitted first requests.
  std::multimap<std::pair<std::uint64_t, Endpoint>, std::uint64_t> first_requests_;
  ike::HalfOpen half_open_;
  ike::CookieJar cookies_;
  ike::RateLimit stranger_replies_{10, 20};
  ike::RateLimit spi_hints_{10, 20};
  [[nodiscard]] ike::PeerRotation& rotation(const ports::PolicyId& id);
  [[nodiscard]] bool has_backup(const ports::PolicyId& id) const;

  std::map<std::pair<std::string, std::uint32_t>, ike::PeerRotation> rotations_;
  std::map<TicketOwner, HeldTicket> held_;
  std::uint64_t last_held_ = 0;
  std::set<std::uint64_t> roaming_;  // SAs whose peer is not at home
  std::set<std::uint64_t> touched_;
  std::vector<std::unique_ptr<IkeSa>> retired_;
  std::function<void()> on_stopped_;
};

}  // namespace spa::ikev2
