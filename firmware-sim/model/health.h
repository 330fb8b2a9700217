// SPDX-License-Identifier: Apache-2.0
// How the card is: the registers HEARTBEAT, ERROR and ERROR_INFO, and what has gone wrong since
// power-on.
#pragma once

#include <spa/hw.h>

#include <array>
#include <cstdint>

namespace spa::card {

class Health {
 public:
  struct Record {
    std::uint32_t error = SPA_ERROR_NONE;
    std::uint32_t info = 0;
    std::uint32_t heartbeat = 0;
  };

  void fail(spa_error error, std::uint32_t info) {
    if (fatal_) return;
    fatal_ = true;
    ++failures_;
    error_ = error;
    info_ = info;
    remember();
  }
  // Worth a note, but the card goes on; a fatal cause replaces it.
  void note(spa_error error, std::uint32_t info) {
    if (error_ != SPA_ERROR_NONE) return;
    error_ = error;
    info_ = info;
    remember();
  }
  void event_lost() {
    ++events_lost_;
    note(SPA_ERROR_EVENT_LOST, SPA_QUEUE_EVENT);
  }
  void beat() { ++heartbeat_; }
  // CONTROL.RESET: the card runs again, and its history stays.
  void reset() {
    fatal_ = false;
    error_ = SPA_ERROR_NONE;
    info_ = 0;
    ++resets_;
  }
  void power_on() {
    const std::uint32_t heartbeat = heartbeat_;
    *this = Health{};
    heartbeat_ = heartbeat;
  }

  [[nodiscard]] bool fatal() const { return fatal_; }
  [[nodiscard]] std::uint32_t error() const { return error_; }
  [[nodiscard]] std::uint32_t info() const { return info_; }
  [[nodiscard]] std::uint32_t heartbeat() const { return heartbeat_; }
  [[nodiscard]] std::uint32_t resets() const { return resets_; }
  [[nodiscard]] std::uint32_t failures() const { return failures_; }
  [[nodiscard]] std::uint64_t events_lost() const { return events_lost_; }
  // The latest first.
  [[nodiscard]] const Record& last(std::size_t i) const {
    return last_[(next_ + last_.size() - 1 - i) % last_.size()];
  }

 private:
  void remember() {
    last_[next_] = {error_, info_, heartbeat_};
    next_ = (next_ + 1) % last_.size();
  }

  bool fatal_ = false;
  std::uint32_t error_ = SPA_ERROR_NONE;
  std::uint32_t info_ = 0;
  std::uint32_t heartbeat_ = 0;
  std::uint32_t resets_ = 0;
  std::uint32_t failures_ = 0;
  std::uint64_t events_lost_ = 0;
  std::array<Record, SPA_HEALTH_ERRORS> last_{};
  std::size_t next_ = 0;
};

}  // namespace spa::card
