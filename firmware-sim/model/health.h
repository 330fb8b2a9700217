// SPDX-License-Identifier: Apache-2.0
// The registers ERROR and ERROR_INFO: the first cause that stopped the card since reset.
#pragma once

#include <spa/hw.h>

#include <cstdint>

namespace spa::card {

class Health {
 public:
  void fail(spa_error error, std::uint32_t info) {
    if (fatal_) return;
    fatal_ = true;
    error_ = error;
    info_ = info;
  }
  // Worth a note, but the card goes on; a fatal cause replaces it.
  void note(spa_error error, std::uint32_t info) {
    if (error_ != SPA_ERROR_NONE) return;
    error_ = error;
    info_ = info;
  }
  void reset() { *this = Health{}; }

  [[nodiscard]] bool fatal() const { return fatal_; }
  [[nodiscard]] std::uint32_t error() const { return error_; }
  [[nodiscard]] std::uint32_t info() const { return info_; }

 private:
  bool fatal_ = false;
  std::uint32_t error_ = SPA_ERROR_NONE;
  std::uint32_t info_ = 0;
};

}  // namespace spa::card
