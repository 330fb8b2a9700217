// SPDX-License-Identifier: Apache-2.0
// What concerns CHILD SAs beyond their record: collisions of rekeyings, Deletes that come early.
#pragma once

#include <cstdint>
#include <vector>

#include "userspace/ike/arbiter.h"
#include "userspace/ike/child_sa.h"

namespace spa::ikev2 {

using ChildSa = ike::ChildSa;

// A rekeying of the same SA that we answered while ours was under way (RFC 7296 2.8.1).
struct ChildCollision {
  std::uint32_t old_spi_in = 0;
  ike::ExchangeNonces nonces;
  bool made = true;  // false: additional key exchanges are to follow (RFC 9370 2.2.4)
};

// What the peer deleted before we knew of it. It answered our request for a CHILD SA, the answer is
// still under way, and the Delete for that very SA overtakes it: without a note of it we would set
// up what the peer no longer has.
class EarlyDeletes {
 public:
  // As long as one of these lives, a request for a CHILD SA is under way.
  class Watch {
   public:
    explicit Watch(EarlyDeletes& owner) : owner_(owner) { ++owner_.watches_; }
    ~Watch() {
      if (--owner_.watches_ == 0) owner_.spis_.clear();
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    EarlyDeletes& owner_;
  };
  [[nodiscard]] bool watching() const { return watches_ != 0; }
  // A Delete for an SPI of the peer's that names none of our SAs. The latest few are kept.
  void note(std::uint32_t spi_out);
  // Whether the peer has deleted the SA of its `spi_out` already; forgets it.
  [[nodiscard]] bool take(std::uint32_t spi_out);

 private:
  static constexpr std::size_t kKept = 16;
  unsigned watches_ = 0;
  std::vector<std::uint32_t> spis_;
};

}  // namespace spa::ikev2
