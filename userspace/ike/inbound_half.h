// SPDX-License-Identifier: Apache-2.0
// The inbound half of a pair whose other half waits for the peer's word; it goes when that does not
// come.
#pragma once

#include <cstdint>
#include <utility>

#include "userspace/ports/sa_database.h"

namespace spa::ike {

class InboundHalf {
 public:
  InboundHalf() = default;
  InboundHalf(ports::SaDatabase& database, std::uint32_t spi) : database_(&database), spi_(spi) {}
  InboundHalf(InboundHalf&& other) noexcept
      : database_(std::exchange(other.database_, nullptr)), spi_(other.spi_) {}
  InboundHalf& operator=(InboundHalf&& other) noexcept {
    std::swap(database_, other.database_);
    std::swap(spi_, other.spi_);
    return *this;
  }
  ~InboundHalf() {
    if (database_ != nullptr) (void)database_->remove(spi_);
  }
  // The pair is whole: it is no longer ours to take away.
  void completed() { database_ = nullptr; }

 private:
  ports::SaDatabase* database_ = nullptr;
  std::uint32_t spi_ = 0;
};

}  // namespace spa::ike
