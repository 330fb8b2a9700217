// SPDX-License-Identifier: Apache-2.0
// An inbound SPI that goes back to the data plane unless an SA is installed under it.
#pragma once

#include <cstdint>
#include <utility>

#include "userspace/ports/sa_database.h"

namespace spa::ike {

class SpiReservation {
 public:
  SpiReservation() = default;
  SpiReservation(ports::SaDatabase& database, const IpAddress& local, std::uint32_t spi)
      : database_(&database), local_(local), spi_(spi) {}
  SpiReservation(SpiReservation&& other) noexcept
      : database_(std::exchange(other.database_, nullptr)),
        local_(other.local_),
        spi_(other.spi_) {}
  SpiReservation& operator=(SpiReservation&& other) noexcept {
    std::swap(database_, other.database_);
    std::swap(local_, other.local_);
    std::swap(spi_, other.spi_);
    return *this;
  }
  ~SpiReservation() {
    if (database_ != nullptr) database_->release_spi(local_, spi_);
  }
  [[nodiscard]] std::uint32_t spi() const { return spi_; }
  void installed() { database_ = nullptr; }

 private:
  ports::SaDatabase* database_ = nullptr;
  IpAddress local_;
  std::uint32_t spi_ = 0;
};

}  // namespace spa::ike
