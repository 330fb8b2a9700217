// SPDX-License-Identifier: Apache-2.0
// Where peers are: several in a list, of which one answers (R-MAP-11, R-DPD-16), or one that moves
// (RFC 4555); and where we are ourselves.
#include <algorithm>

#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/mobike.h"
#include "userspace/ikev2/shard.h"

namespace spa::ikev2 {

ike::PeerRotation& Shard::rotation(const ports::PolicyId& id) {
  return rotations_[{id.crypto_map, id.sequence}];
}

bool Shard::has_backup(const ports::PolicyId& id) const {
  const policy::CryptoMapEntry* e = entry(id);
  return e != nullptr && e->peers.size() > 1;
}

std::vector<IkeSa*> Shard::with_home(const IpAddress& home) const {
  std::vector<IkeSa*> list = with_peer(home);
  std::erase_if(list, [&](const IkeSa* sa) { return sa->home != home; });
  for (const std::uint64_t spi : roaming_) {
    IkeSa* sa = find(spi);
    if (sa != nullptr && sa->home == home) list.push_back(sa);
  }
  return list;
}

void Shard::moved(IkeSa& sa, const IpAddress& old_remote) {
  // Begun from where the configuration knows nobody, it is now where it knows a peer.
  const bool stranger = rules.towards(sa.home).empty();
  if (stranger && !rules.towards(sa.remote.address).empty()) sa.home = sa.remote.address;
  if (sa.remote.address == sa.home) {
    roaming_.erase(sa.spi_local);
  } else {
    roaming_.insert(sa.spi_local);
  }
  if (old_remote == sa.remote.address) return;
  by_peer_.remove(old_remote, sa.spi_local);
  by_peer_.add(sa.remote.address, sa.spi_local);
}

void Shard::peer_works(const IkeSa& sa) {
  for (auto& [where, peers] : rotations_) peers.alive(sa.home);
}

void Shard::abandon_wanted(IkeSa& sa) {
  const std::vector<ports::PolicyId> wanted = std::exchange(sa.wanted, {});
  if (sa.replaces != 0) {
    reauthentication_failed(sa);  // what is wanted is there, under the old SA
    return;
  }
  const bool attempt = sa.initiator && sa.handshake != nullptr;
  for (const ports::PolicyId& id : wanted) {
    const policy::CryptoMapEntry* e = entry(id);
    if (!attempt || e == nullptr || sa.peers_tried + 1 >= e->peers.size() || stopping) {
      failed(id, options.acquire_hold_down);
      if (attempt && has_backup(id)) rotation(id).dead(e->peers, sa.home, now());
      continue;
    }
    rotation(id).dead(e->peers, sa.home, now());
    ++counters.peers_switched;
    strand.run([this, id, tried = sa.peers_tried + 1] { (void)initiate(id, tried); });
  }
}

void Shard::give_up(IkeSa& sa, const std::string& cause) {
  std::vector<ports::PolicyId> through;
  for (const auto& c : sa.children) {
    if (std::find(through.begin(), through.end(), c->rule) == through.end() &&
        has_backup(c->rule)) {
      through.push_back(c->rule);
    }
  }
  const IpAddress peer = sa.home;
  retire(sa, cause);
  for (const ports::PolicyId& id : through) {
    const policy::CryptoMapEntry* e = entry(id);
    rotation(id).dead(e->peers, peer, now());
    ++counters.peers_switched;
    strand.run([this, id] { (void)initiate(id); });
  }
}

void Shard::peer_restarted(IkeSa& sa) {
  std::vector<ports::PolicyId> through;
  for (const auto& c : sa.children) {
    const bool listed = std::find(through.begin(), through.end(), c->rule) != through.end();
    if (sa.original_initiator && !listed) through.push_back(c->rule);
  }
  retire(sa, "peer has restarted");
  for (const ports::PolicyId& id : through) strand.run([this, id] { (void)initiate(id); });
}

void Shard::set_local_addresses(std::vector<IpAddress> addresses) {
  if (addresses == local_addresses) return;
  local_addresses = std::move(addresses);
  for (IkeSa* sa : all()) {
    if (sa->usable() && sa->mobility) sa->spawn(announce_addresses(*sa));
  }
}

std::size_t Shard::move_local(const IpAddress& from, const IpAddress& to) {
  std::size_t count = 0;
  for (IkeSa* sa : all()) {
    if (!sa->usable() || !sa->mobility || sa->local.address != from) continue;
    ++count;
    if (sa->original_initiator) {
      move_ends(*sa, {to, sa->local.port}, sa->remote);
    } else {
      // The other end decides; it hears from us where we are (RFC 4555 3.4).
      sa->local.address = to;
      sa->spawn(announce_addresses(*sa));
    }
  }
  return count;
}

}  // namespace spa::ikev2
