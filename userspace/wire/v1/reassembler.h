// SPDX-License-Identifier: Apache-2.0
// Puts IKEv1 fragments together. Fragments are not authenticated: what can wait is bounded per
// message, per endpoint and in all (limits.h), and the oldest message makes room for a new one, so
// that a flood costs memory of a fixed size and lasts no longer than it is sent.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/base/clock.h"
#include "userspace/wire/v1/fragment_payload.h"
#include "userspace/wire/v1/limits.h"

namespace spa::wire::v1 {

class Reassembler {
 public:
  struct Limits {
    std::size_t fragments = kMaxV1Fragments;
    std::size_t sets_per_source = kMaxFragmentSetsPerSource;
    std::size_t sets = kMaxFragmentSets;
    std::size_t octets = kMaxFragmentOctets;
    Duration timeout = kFragmentTimeout;
  };
  struct Counters {
    std::uint64_t completed = 0;   // messages
    std::uint64_t duplicates = 0;  // fragments
    std::uint64_t refused = 0;     // fragments
    std::uint64_t expired = 0;     // messages that never became whole
    std::uint64_t evicted = 0;     // messages that made room for another
  };

  Reassembler() : Reassembler(Limits{}) {}
  explicit Reassembler(const Limits& limits) : limits_(limits) {}

  // The whole message once its last missing fragment is here, nothing while some are missing or for
  // a duplicate (the first one stays). kInvalid for a fragment that contradicts the ones before,
  // kExhausted beyond a limit; both forget the fragment alone, never the set. The message has not
  // been looked at: its length may still be wrong, and it may not be a fragment itself.
  [[nodiscard]] Result<std::optional<Bytes>> add(const Endpoint& source, const Header& header,
                                                 const FragmentPayload& fragment, SteadyTime now);
  // Forgets the messages that are too old; add() does so too.
  void expire(SteadyTime now);

  [[nodiscard]] std::size_t waiting_sets() const { return sets_.size(); }
  [[nodiscard]] std::size_t waiting_octets() const { return octets_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Key {
    Endpoint source;
    std::uint64_t initiator_cookie = 0;
    std::uint64_t responder_cookie = 0;
    std::uint16_t id = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Set {
    Key key;
    SteadyTime started;
    std::uint8_t count = 0;  // of the whole message; 0 until the last fragment is here
    std::size_t octets = 0;
    std::map<std::uint8_t, Bytes> fragments;
  };
  using Sets = std::list<Set>;  // oldest first

  [[nodiscard]] Sets::iterator open_set(const Key& key, SteadyTime now);
  void erase(Sets::iterator set);
  [[nodiscard]] Bytes join(const Set& set) const;

  Limits limits_;
  Sets sets_;
  std::map<Key, Sets::iterator> index_;
  std::size_t octets_ = 0;
  Counters counters_;
};

}  // namespace spa::wire::v1
