// SPDX-License-Identifier: Apache-2.0
// Rekeying a CHILD SA (RFC 7296 1.3.3, 2.8), also when both ends do it at once (2.8.1).
#include <algorithm>

#include "userspace/ikev2/child_exchange.h"
#include "userspace/ikev2/exchanges.h"

namespace spa::ikev2 {

namespace {

using wire::NotifyType;

std::optional<ChildCollision> take_collision(IkeSa& sa, std::uint32_t old_spi) {
  const auto found = std::find_if(sa.collisions.begin(), sa.collisions.end(),
                                  [&](const ChildCollision& c) { return c.old_spi_in == old_spi; });
  if (found == sa.collisions.end()) return std::nullopt;
  ChildCollision collision = std::move(*found);
  sa.collisions.erase(found);
  return collision;
}

// The peer did not want to: now, or at all.
void keep_old(IkeSa& sa, std::uint32_t spi_in, const Refusal& refusal) {
  Shard& shard = sa.shard;
  ChildSa* old = sa.child(spi_in);
  const std::optional<ChildCollision> collision = take_collision(sa, spi_in);
  if (old == nullptr) return;
  if (collision && collision->made) {  // the peer's own rekeying replaces it
    old->state = ChildSa::State::kReplaced;
    return;
  }
  if (refusal.notify.type == NotifyType::kChildSaNotFound) {
    shard.remove_child(sa, spi_in);  // the peer has deleted it already (2.25.1)
    return;
  }
  old->state = ChildSa::State::kInstalled;
  const bool later = refusal.notify.type == NotifyType::kTemporaryFailure;
  const Duration wait = (later ? kRetryLater : 6 * kRetryLater) + Duration(shard.random() % 1000);
  old->rekey_at = shard.now() + wait;
  if (later) return;
  if (refusal.notify.type == NotifyType::kNoAdditionalSas) {
    reauthenticate(sa);  // a peer that makes no SAs below another (4)
    return;
  }
  shard.log(Severity::kError, "IKEV2", "REKEY_FAILED",
            "CHILD SA " + std::to_string(old->id) + " with " + sa.remote.to_string() +
                " not rekeyed: " + refusal.text);
}

}  // namespace

ike::Task<> rekey_child_sa(IkeSa& sa, std::uint32_t spi_in) {
  Shard& shard = sa.shard;
  ChildSa* old = sa.child(spi_in);
  if (old == nullptr || old->state != ChildSa::State::kInstalled || !sa.usable()) co_return;
  // The peer may be about to complete its own rekeying.
  if (sa.handing_over() || sa.follow_ups.awaits({false, spi_in})) {
    old->rekey_at = shard.now() + kRetryLater;
    co_return;
  }
  old->state = ChildSa::State::kRekeying;
  ChildSa copy = *old;
  const Negotiated<ExchangedChild> made = co_await request_child(sa, copy.rule, copy);
  if (!sa.usable()) co_return;
  if (!made) co_return keep_old(sa, spi_in, made.error());

  const std::optional<ChildCollision> collision = take_collision(sa, spi_in);
  if (collision) {
    ++shard.counters.collisions;
    if (ike::arbitrate(made->nonces, collision->nonces) == ike::RekeyWinner::kTheirs) {
      // Ours is the redundant one, and ours to close; the peer closes the old one.
      old = sa.child(spi_in);
      if (old != nullptr) {
        old->state = collision->made ? ChildSa::State::kReplaced : ChildSa::State::kInstalled;
        if (!collision->made) old->rekey_at = shard.now() + FollowUps::kPatience;
      }
      co_await delete_child_sa(sa, made->spi_in);
      co_return;
    }
  }
  ++shard.counters.child_sas_rekeyed;
  old = sa.child(spi_in);
  if (old != nullptr) old->state = ChildSa::State::kInstalled;
  // HDR, SK {D}  -->
  //                              <--  HDR, SK {D}
  co_await delete_child_sa(sa, spi_in);
}

}  // namespace spa::ikev2
