// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/follow_ups.h"

#include <algorithm>

#include "userspace/wire/sa_payload.h"

namespace spa::ikev2 {

FollowUps::Awaited::Awaited(ike::Shard& shard, FollowUps& owner, const Followed& of)
    : shard_(shard), owner_(owner), link_(++owner.last_link_), message_(shard.strand), timer_(0) {
  const auto resolve = message_.resolver();
  owner_.awaited_.push_back({link_, of, resolve});
  timer_ = shard_.ports.timers.after(kPatience, [resolve] { resolve(std::nullopt); });
}

FollowUps::Awaited::~Awaited() {
  shard_.ports.timers.cancel(timer_);
  std::erase_if(owner_.awaited_, [this](const Entry& e) { return e.link == link_; });
}

Bytes FollowUps::Awaited::link() const {
  return wire::spi_octets(link_);
}

FollowUps::Running::~Running() {
  owner_.running_.erase(std::find(owner_.running_.begin(), owner_.running_.end(), of_));
}

bool FollowUps::take(const Payloads& request) {
  const auto* notify = wire::find_notify(request, wire::NotifyType::kAdditionalKeyExchange);
  if (notify == nullptr) return false;
  const auto found = std::find_if(awaited_.begin(), awaited_.end(), [&](const Entry& e) {
    return e.resolve && wire::spi_octets(e.link) == notify->data;
  });
  if (found == awaited_.end()) return false;
  std::exchange(found->resolve, nullptr)(request);
  return true;
}

void FollowUps::cancel(const Followed& of) {
  for (Entry& e : awaited_) {
    if (e.of == of && e.resolve) std::exchange(e.resolve, nullptr)(std::nullopt);
  }
}

bool FollowUps::awaits(const Followed& of) const {
  return std::any_of(awaited_.begin(), awaited_.end(), [&](const Entry& e) { return e.of == of; });
}

bool FollowUps::runs(const Followed& of) const {
  return std::find(running_.begin(), running_.end(), of) != running_.end();
}

}  // namespace spa::ikev2
