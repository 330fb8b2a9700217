// SPDX-License-Identifier: Apache-2.0
// The transaction exchange (draft-ietf-ipsec-isakmp-mode-cfg-05 4): XAUTH asks for the user behind
// a peer, mode config gives a peer its settings. Both stand between phase 1 and phase 2.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "userspace/ike/address_pool.h"
#include "userspace/ike/task.h"
#include "userspace/ikev1/exchange.h"
#include "userspace/ikev1/mode_config.h"
#include "userspace/policy/snapshot.h"
#include "userspace/ports/client_addresses.h"

namespace spa::ikev1 {

class IsakmpSa;
class Shard;

// An address that a peer lends us: on a device of this host while this lives.
class HostAddress {
 public:
  static Result<HostAddress> put(ports::ClientAddresses& host, const std::string& device,
                                 const IpAddress& address);
  HostAddress(HostAddress&& other) noexcept;
  HostAddress& operator=(HostAddress&& other) noexcept;
  ~HostAddress();

 private:
  HostAddress(ports::ClientAddresses& host, std::string device, const IpAddress& address)
      : host_(&host), device_(std::move(device)), address_(address) {}
  ports::ClientAddresses* host_;
  std::string device_;
  IpAddress address_;
};

// What an ISAKMP SA remembers of a user or of settings, in either role.
struct Client {
  bool user_pending = false;      // no phase 2 until the user has proved himself
  bool settings_pending = false;  // nor until we have been given our settings
  bool initial_contact = false;   // said in phase 1, acted upon when the user has proved himself
  std::string user;               // who did
  std::string group;              // of the peer; empty: none
  std::optional<ike::AddressPools::Lease> lease;  // what the peer was given
  ClientSettings settings;                        // what we were given
  std::optional<HostAddress> on_host;             // its address
  [[nodiscard]] bool pending() const { return user_pending || settings_pending; }
};

// --- before phase 1 ends ---

// What is configured for peers that end on `local`: by their profile, else by the crypto map of the
// interface. Null: nothing.
[[nodiscard]] const policy::ClientAccess* client_access(const policy::Snapshot& snapshot,
                                                        const std::string& profile,
                                                        const IpAddress& local);
// Whether a peer is asked for a user: it is configured, and the peer's key does not say that it has
// none (`no-xauth`). `identity`: null while it is not known.
[[nodiscard]] bool asks_for_user(const policy::Snapshot& snapshot, const std::string& profile,
                                 const IpAddress& local, const IpAddress& peer,
                                 const policy::Identity* identity);
// The suites that a responder takes when users are asked for: each with XAUTH too.
[[nodiscard]] std::vector<policy::IsakmpSuite> with_users(
    const std::vector<policy::IsakmpSuite>& suites);

// --- after phase 1 (client.cc) ---

// Phase 1 is done: whether a user is to be asked for, and by whom. Starts asking where that is us.
void meet_client(IsakmpSa& sa);
// The peer is who it says, its user included: what becomes of older SAs with it.
void settle_older(IsakmpSa& sa);
// XAUTH, the end that asks.
ike::Task<> ask_for_user(IsakmpSa& sa);
// Mode config, the end that is given.
ike::Task<> ask_for_settings(IsakmpSa& sa);
// Mode config, the end that gives, unasked.
ike::Task<> send_settings(IsakmpSa& sa);
// Whether a transaction that the peer begins is to be answered now. Who has not proved himself is
// told nothing; when he has, his request comes again.
[[nodiscard]] bool hears_transaction(const IsakmpSa& sa, const Incoming& message);
// A message that the peer began a transaction with, which is genuine. Answers it.
void take_transaction(IsakmpSa& sa, Exchange& exchange, const Incoming& message);

// Whether two SAs are with the same peer: one identity and one user or, where many peers share an
// identity and have no users, one address.
[[nodiscard]] bool same_peer(const IsakmpSa& a, const IsakmpSa& b);
// Whether the peer is a client of ours, with a user or an address that was lent: it begins phase 1,
// we never do.
[[nodiscard]] bool is_served(const IsakmpSa& sa);
// The new SA with a client, or with its server, keeps the address of the old one.
void inherit_address(IsakmpSa& from, IsakmpSa& to);
// What of a rule's packets are this client's, and ours when we are one: the address that was lent
// in place of the networks around it.
[[nodiscard]] policy::SelectorPair for_client(const IsakmpSa& sa, policy::SelectorPair selectors);
// kDenied: a client asks for packets of another address than the one that was lent to it.
[[nodiscard]] Status judge_client(const IsakmpSa& sa, const policy::TrafficSelector& theirs);

}  // namespace spa::ikev1
