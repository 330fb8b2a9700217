// SPDX-License-Identifier: Apache-2.0
// Fragments of messages, put together again (RFC 7383 2.6). Whoever calls has authenticated each
// fragment before it comes here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/wire/registry.h"

namespace spa::ike {

// Octets that the fragments of all IKE SAs of a shard may take up together.
class FragmentBudget {
 public:
  explicit FragmentBudget(std::size_t limit) : limit_(limit) {}
  FragmentBudget(const FragmentBudget&) = delete;
  FragmentBudget& operator=(const FragmentBudget&) = delete;
  [[nodiscard]] bool take(std::size_t octets) {
    if (octets > limit_ - used_) return false;
    used_ += octets;
    return true;
  }
  void give_back(std::size_t octets) { used_ -= octets; }
  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  std::size_t limit_;
  std::size_t used_ = 0;
};

// What an SKF payload says of itself.
struct FragmentNumbers {
  std::uint32_t message_id = 0;
  std::uint16_t number = 0;  // from 1
  std::uint16_t total = 0;
};

// A message whose fragments are all there.
struct Reassembled {
  wire::PayloadType first = wire::PayloadType::kNone;
  Bytes chain;
};

// One direction of one IKE SA. Bounded: kMaxFragments and kMaxMessageSize (wire/limits.h) for a
// message, kMessages messages, and the budget of the shard.
class Reassembly {
 public:
  static constexpr std::size_t kMessages = 4;

  explicit Reassembly(FragmentBudget& budget) : budget_(budget) {}
  ~Reassembly();
  Reassembly(const Reassembly&) = delete;
  Reassembly& operator=(const Reassembly&) = delete;

  // Whether a fragment is worth being decrypted: it is not here yet, and not of a smaller total
  // than those that are, which are of a later attempt with smaller datagrams (2.5.2).
  [[nodiscard]] bool wants(const FragmentNumbers& fragment) const;

  enum class Outcome { kIncomplete, kComplete, kIgnored, kTooMuch };
  // `first`: the Next Payload field, which counts in the first fragment only. A larger total than
  // before begins the message anew. kTooMuch: a bound is met, and the whole message is dropped.
  [[nodiscard]] Outcome add(const FragmentNumbers& fragment, wire::PayloadType first,
                            ByteView plaintext);
  // The message that add() completed; forgets it.
  [[nodiscard]] Reassembled take(std::uint32_t message_id);
  // Messages before this one are not wanted any more.
  void forget_before(std::uint32_t message_id);
  [[nodiscard]] std::size_t messages() const { return partial_.size(); }

 private:
  struct Partial {
    wire::PayloadType first = wire::PayloadType::kNone;
    std::vector<std::optional<Bytes>> parts;  // by number - 1
    std::size_t present = 0;
    std::size_t octets = 0;
  };
  using Table = std::map<std::uint32_t, Partial>;
  void drop(Table::iterator at);

  FragmentBudget& budget_;
  Table partial_;
};

}  // namespace spa::ike
