// SPDX-License-Identifier: Apache-2.0
// The public-key queues: takes commands, has the pool compute them, posts completions as they
// finish.
//
// A key whose maker is gone before it was made (the owner released, the queue stopped, the output
// unreachable) is destroyed, so that no handle is lost in the key store.
#pragma once

#include <spa/hw.h>

#include <cstdint>
#include <span>
#include <unordered_map>

#include "firmware-sim/model/core.h"
#include "firmware-sim/model/fault.h"
#include "firmware-sim/model/pk_pool.h"
#include "firmware-sim/model/queue.h"

namespace spa::card {

class Pk {
 public:
  static constexpr std::size_t kMostInFlight = 256;

  // `queues`: the public-key queues that are present.
  Pk(Core& core, std::span<Queue> queues);
  // Takes commands and posts what has finished.
  void poll();
  // Destroys all keys of `owner`, those still in the making too.
  void release_owner(std::uint32_t owner);
  // Forgets all operations; the caller wipes the key store.
  void reset();
  [[nodiscard]] int wake_fd() const { return pool_.wake_fd(); }

 private:
  struct InFlight {
    Queue* queue = nullptr;
    std::uint32_t epoch = 0;
    std::uint64_t tag = 0;
    std::uint64_t out_addr = 0;
    std::uint32_t owner = 0;
    bool orphan = false;  // its owner was released
  };
  void take(Queue& queue);
  void start(Queue& queue, const spa_pk_cmd& command);
  void finish(PkResult result);
  [[nodiscard]] std::size_t in_flight(const Queue& queue) const;
  void complete(Queue& queue, std::uint64_t tag, spa_status status, std::uint32_t key,
                std::uint32_t length);

  Core& core_;
  std::span<Queue> queues_;
  FaultInjector faults_;
  PkPool pool_;
  std::uint64_t next_id_ = 0;
  std::unordered_map<std::uint64_t, InFlight> running_;
  std::unordered_map<std::uint64_t, std::uint32_t>
      forgotten_;  // id -> owner, of operations before a reset
};

}  // namespace spa::card
