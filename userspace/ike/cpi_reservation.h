// SPDX-License-Identifier: Apache-2.0
// An inbound CPI of IPComp that goes back to the data plane unless an SA is installed under it.
#pragma once

#include <cstdint>
#include <utility>

#include "userspace/ports/sa_database.h"

namespace spa::ike {

class CpiReservation {
 public:
  CpiReservation() = default;
  CpiReservation(ports::SaDatabase& database, const IpAddress& local, std::uint16_t cpi)
      : database_(&database), local_(local), cpi_(cpi) {}
  CpiReservation(CpiReservation&& other) noexcept
      : database_(std::exchange(other.database_, nullptr)),
        local_(other.local_),
        cpi_(other.cpi_) {}
  CpiReservation& operator=(CpiReservation&& other) noexcept {
    std::swap(database_, other.database_);
    std::swap(local_, other.local_);
    std::swap(cpi_, other.cpi_);
    return *this;
  }
  ~CpiReservation() {
    if (database_ != nullptr) database_->release_cpi(local_, cpi_);
  }
  [[nodiscard]] std::uint16_t cpi() const { return cpi_; }
  void installed() { database_ = nullptr; }

 private:
  ports::SaDatabase* database_ = nullptr;
  IpAddress local_;
  std::uint16_t cpi_ = 0;
};

}  // namespace spa::ike
