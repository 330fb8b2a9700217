// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/child_sa.h"

#include <algorithm>

#include "userspace/ike/shard.h"

namespace spa::ike {

std::unique_ptr<ChildSa> describe(Shard& shard, const ports::SaPair& pair, wire::DhId pfs) {
  auto c = std::make_unique<ChildSa>();
  c->id = shard.ids->next_child();
  c->spi_in = pair.spi_in;
  c->spi_out = pair.spi_out;
  c->ah_spi_in = pair.ah_spi_in;
  c->ah_spi_out = pair.ah_spi_out;
  c->cpi_in = pair.cpi_in;
  c->cpi_out = pair.cpi_out;
  c->rule = pair.rule;
  c->reqid = pair.reqid;
  c->mode = pair.mode;
  c->suite = pair.suite;
  c->pfs = pfs;
  c->local = pair.selectors_local;
  c->remote = pair.selectors_remote;
  c->lifetime = pair.lifetime;
  c->replay_window = pair.replay_window;
  c->device = pair.device;
  c->own_rule = pair.own_rule;
  c->installed = shard.now();
  const Duration life(pair.lifetime.seconds * 1000LL);
  c->expires = c->installed + life;
  c->rekey_at = c->installed + shard.rekey_after(life);
  return c;
}

ChildSaStatus status_of(const ChildSa& c, SteadyTime now) {
  ChildSaStatus s;
  s.id = c.id;
  s.spi_in = c.spi_in;
  s.spi_out = c.spi_out;
  s.ah_spi_in = c.ah_spi_in;
  s.ah_spi_out = c.ah_spi_out;
  s.cpi_in = c.cpi_in;
  s.cpi_out = c.cpi_out;
  s.rule = c.rule;
  s.mode = c.mode;
  s.suite = c.suite;
  s.pfs = c.pfs;
  s.selectors_local = c.local;
  s.selectors_remote = c.remote;
  s.lifetime = c.lifetime;
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(c.expires - now);
  s.remaining_seconds = static_cast<std::uint32_t>(std::max<std::int64_t>(0, left.count()));
  s.replay_window = c.replay_window;
  s.device = c.device;
  return s;
}

policy::SaLifetime lifetime_of(const policy::Snapshot& snapshot,
                               const policy::CryptoMapEntry* entry) {
  policy::SaLifetime lifetime = entry != nullptr ? entry->lifetime : policy::SaLifetime{};
  if (lifetime.seconds == 0) lifetime.seconds = snapshot.default_lifetime.seconds;
  if (lifetime.kilobytes == 0) lifetime.kilobytes = snapshot.default_lifetime.kilobytes;
  return lifetime;
}

}  // namespace spa::ike
