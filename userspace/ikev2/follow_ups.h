// SPDX-License-Identifier: Apache-2.0
// Which CREATE_CHILD_SA exchanges of an IKE SA are not complete yet, because additional key
// exchanges follow them (RFC 9370 2.2.4): those of the peer, whose next message is awaited, and our
// own.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/ike/shard.h"
#include "userspace/ike/task.h"
#include "userspace/wire/message.h"

namespace spa::ikev2 {

// What such an exchange makes: a successor of the IKE SA, of the CHILD SA whose inbound SPI is
// `child`, or (0) a CHILD SA that was not there before.
struct Followed {
  bool ike = false;
  std::uint32_t child = 0;
  [[nodiscard]] bool replaces() const { return ike || child != 0; }
  friend bool operator==(const Followed&, const Followed&) = default;
};

class FollowUps {
 public:
  using Payloads = std::vector<wire::Payload>;
  static constexpr std::size_t kMostAwaited = 16;
  // The peer may have forgotten that it began (2.2.4).
  static constexpr Duration kPatience{20000};

  // Waits for the next message of one of the peer's exchanges, as long as it lives.
  class Awaited {
   public:
    Awaited(ike::Shard& shard, FollowUps& owner, const Followed& of);
    ~Awaited();
    Awaited(const Awaited&) = delete;
    Awaited& operator=(const Awaited&) = delete;
    // What ADDITIONAL_KEY_EXCHANGE says, in our message and in the peer's next one.
    [[nodiscard]] Bytes link() const;
    // The payloads of that message; nothing when it does not come, or is not wanted any more.
    [[nodiscard]] ike::Later<std::optional<Payloads>>& message() { return message_; }

   private:
    ike::Shard& shard_;
    FollowUps& owner_;
    std::uint32_t link_;
    ike::Later<std::optional<Payloads>> message_;
    ports::Timers::Id timer_;
  };
  // As long as it lives, an exchange of ours is being completed.
  class Running {
   public:
    Running(FollowUps& owner, const Followed& of) : owner_(owner), of_(of) {
      owner_.running_.push_back(of_);
    }
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    FollowUps& owner_;
    Followed of_;
  };

  // Hands a request of the peer to whoever waits for it; false when nobody does.
  [[nodiscard]] bool take(const Payloads& request);
  // The peer will not complete its exchange, or has begun anew.
  void cancel(const Followed& of);
  [[nodiscard]] bool awaits(const Followed& of) const;
  [[nodiscard]] bool awaits_any() const { return !awaited_.empty(); }
  [[nodiscard]] bool full() const { return awaited_.size() >= kMostAwaited; }
  [[nodiscard]] bool runs(const Followed& of) const;

  unsigned lost = 0;  // how often in a row the peer did not know what we were about

 private:
  struct Entry {
    std::uint32_t link = 0;
    Followed of;
    std::function<void(std::optional<Payloads>)> resolve;
  };
  std::vector<Entry> awaited_;
  std::vector<Followed> running_;
  std::uint32_t last_link_ = 0;
};

}  // namespace spa::ikev2
