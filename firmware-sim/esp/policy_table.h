// SPDX-License-Identifier: Apache-2.0
// The security policy database (RFC 4301 4.4.1) of packet mode: which packets pass, are dropped, or
// need an SA.
//
// A lookup is a tuple space search: policies whose selectors have the same shape (family, prefix
// lengths, masks) share one hash table, and shapes are tried from the best priority on, until none
// can be better than what was found. Before it stands a cache of exact flows, so that neither many
// policies nor many shapes cost a busy flow anything. Belongs to one thread; a lookup allocates
// nothing.
#pragma once

#include <spa/hw.h>

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "firmware-sim/esp/selector.h"

namespace spa::esp {

// One policy, in the host's byte order.
struct Policy {
  Selector selector;
  std::uint32_t index = 0;
  std::uint32_t generation = 0;
  std::uint32_t priority = 0;
  std::uint32_t reqid = 0;
  spa_policy_direction direction = SPA_POLICY_OUT;
  spa_policy_action action = SPA_POLICY_BLOCK;
  bool tunnel = false;
  bool outer_ipv6 = false;
  Address saddr{};  // with PROTECT in a tunnel
  Address daddr{};
};

class PolicyTable {
 public:
  explicit PolicyTable(std::uint32_t entries);

  // SPA_OK, SPA_E_FIELD (index, a field), SPA_E_EXISTS.
  [[nodiscard]] spa_status add(std::uint32_t index, const spa_policy& request);
  // SPA_OK, SPA_E_FIELD, SPA_E_NOT_FOUND, SPA_E_STALE.
  [[nodiscard]] spa_status remove(std::uint32_t index, std::uint32_t generation);
  void flush();

  [[nodiscard]] std::uint32_t entries() const { return static_cast<std::uint32_t>(slots_.size()); }
  [[nodiscard]] std::uint32_t used() const { return used_; }
  [[nodiscard]] bool taken(std::uint32_t index) const { return slots_[index].has_value(); }
  [[nodiscard]] bool empty(spa_policy_direction direction) const {
    return side(direction).shapes.empty();
  }

  // The policy of a flow; null where there is none. Valid until the table changes.
  [[nodiscard]] const Policy* find(spa_policy_direction direction, const Flow& flow);

 private:
  struct Shape {
    std::uint8_t family = 0, protocol_known = 0, saddr_prefix = 0, daddr_prefix = 0;
    std::uint16_t sport_mask = 0, dport_mask = 0;
    bool operator==(const Shape&) const = default;
    [[nodiscard]] Flow key(const Flow& flow) const;
  };
  struct FlowHash {
    std::size_t operator()(const Flow& flow) const;
  };
  // Policies of one shape. Those with the same selector stand in the order in which they win.
  struct Group {
    Shape shape;
    std::uint32_t best = 0;  // the lowest priority in it
    std::uint32_t count = 0;
    std::unordered_map<Flow, std::vector<std::uint32_t>, FlowHash> policies;
  };
  struct Side {
    std::vector<Group> shapes;  // by `best`
  };
  struct Cached {
    Flow flow;
    std::uint64_t epoch = 0;  // 0: never used
    spa_policy_direction direction = SPA_POLICY_OUT;
    std::uint32_t index = 0;  // kNone: no policy
  };
  static constexpr std::size_t kCache = 4096;
  static constexpr std::uint32_t kNone = 0xffffffffu;

  [[nodiscard]] static Shape shape_of(const Selector& selector);
  [[nodiscard]] static Flow key_of(const Selector& selector);
  [[nodiscard]] Side& side(spa_policy_direction direction) {
    return sides_[direction == SPA_POLICY_OUT ? 1 : 0];
  }
  [[nodiscard]] const Side& side(spa_policy_direction direction) const {
    return sides_[direction == SPA_POLICY_OUT ? 1 : 0];
  }
  [[nodiscard]] bool wins(std::uint32_t one, std::uint32_t other) const;
  [[nodiscard]] std::uint32_t search(const Side& side, const Flow& flow) const;
  void order(Side& side);

  std::vector<std::optional<Policy>> slots_;
  std::array<Side, 2> sides_;
  std::vector<Cached> cache_;
  std::uint64_t epoch_ = 1;  // changes with the table: what was cached before counts no more
  std::uint32_t used_ = 0;
};

}  // namespace spa::esp
