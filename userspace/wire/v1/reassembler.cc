// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/reassembler.h"

#include <string>

namespace spa::wire::v1 {
namespace {

tl::unexpected<Error> complaint(Errc code, const FragmentPayload& fragment,
                                std::string_view cause) {
  return fail(code, "fragment " + std::to_string(fragment.number) + " of message " +
                        std::to_string(fragment.id) + ": " + std::string(cause));
}

}  // namespace

void Reassembler::erase(Sets::iterator set) {
  octets_ -= set->octets;
  index_.erase(set->key);
  sets_.erase(set);
}

void Reassembler::expire(SteadyTime now) {
  while (!sets_.empty() && now - sets_.front().started >= limits_.timeout) {
    erase(sets_.begin());
    ++counters_.expired;
  }
}

// The set of a message; a new one when there is none, for which older ones make room: first of the
// same endpoint, so that nobody pays for a flood as long as the total allows it.
Reassembler::Sets::iterator Reassembler::open_set(const Key& key, SteadyTime now) {
  const auto known = index_.find(key);
  if (known != index_.end()) return known->second;

  std::size_t of_source = 0;
  Sets::iterator oldest = sets_.end();
  for (auto it = index_.lower_bound(Key{key.source, 0, 0, 0});
       it != index_.end() && it->first.source == key.source; ++it) {
    if (of_source++ == 0 || it->second->started < oldest->started) oldest = it->second;
  }
  if (of_source >= limits_.sets_per_source) {
    erase(oldest);
    ++counters_.evicted;
  } else if (sets_.size() >= limits_.sets) {
    erase(sets_.begin());
    ++counters_.evicted;
  }
  sets_.push_back(Set{key, now, 0, 0, {}});
  return index_[key] = std::prev(sets_.end());
}

Bytes Reassembler::join(const Set& set) const {
  Bytes message;
  message.reserve(set.octets);
  for (const auto& [number, data] : set.fragments) {
    message.insert(message.end(), data.begin(), data.end());
  }
  return message;
}

Result<std::optional<Bytes>> Reassembler::add(const Endpoint& source, const Header& header,
                                              const FragmentPayload& fragment, SteadyTime now) {
  expire(now);
  const auto refuse = [&](Errc code, std::string_view cause) {
    ++counters_.refused;
    return complaint(code, fragment, cause);
  };
  if (fragment.number == 0 || fragment.data.empty()) {
    return refuse(Errc::kInvalid, "has no number or no data");
  }
  if (fragment.number > limits_.fragments) return refuse(Errc::kExhausted, "too many fragments");
  if (fragment.data.size() > limits_.octets) return refuse(Errc::kExhausted, "too long");

  const Sets::iterator set =
      open_set(Key{source, header.initiator_cookie, header.responder_cookie, fragment.id}, now);
  if (set->fragments.contains(fragment.number)) {
    ++counters_.duplicates;
    return std::nullopt;
  }
  const bool beyond = set->count != 0 && (fragment.last || fragment.number > set->count);
  const bool cut =
      fragment.last && !set->fragments.empty() && set->fragments.rbegin()->first > fragment.number;
  if (beyond || cut) return refuse(Errc::kInvalid, "contradicts the last fragment");
  if (set->octets + fragment.data.size() > kMaxMessageSize) {
    return refuse(Errc::kExhausted, "the message grows too long");
  }
  // Other messages make room, the oldest first; never this one.
  while (octets_ + fragment.data.size() > limits_.octets && sets_.size() > 1) {
    erase(sets_.begin() == set ? std::next(sets_.begin()) : sets_.begin());
    ++counters_.evicted;
  }
  if (octets_ + fragment.data.size() > limits_.octets) {
    return refuse(Errc::kExhausted, "too many octets wait");
  }

  set->fragments.emplace(fragment.number, fragment.data);
  set->octets += fragment.data.size();
  octets_ += fragment.data.size();
  if (fragment.last) set->count = fragment.number;
  if (set->count == 0 || set->fragments.size() != set->count) return std::nullopt;
  Bytes message = join(*set);
  erase(set);
  ++counters_.completed;
  return message;
}

}  // namespace spa::wire::v1
