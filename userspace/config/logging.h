// SPDX-License-Identifier: Apache-2.0
// What `logging …` says: which messages go where (R-DBG-34).
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "userspace/base/log.h"

namespace spa::config {

class Tree;

struct LoggingSettings {
  // The least serious severity that gets there; nothing: none do.
  std::optional<Severity> buffered = Severity::kDebug;
  std::optional<Severity> console = Severity::kDebug;  // standard error of a daemon in front
  std::optional<Severity> monitor = Severity::kDebug;  // whoever typed `terminal monitor`
  std::optional<Severity> trap = Severity::kInfo;      // the host's syslog
  std::size_t buffer_octets = 0;                       // of the ring; 0: it is bounded by its lines
  friend bool operator==(const LoggingSettings&, const LoggingSettings&) = default;
};

[[nodiscard]] LoggingSettings logging_of(const Tree& tree);

// "debugging", "informational" …
[[nodiscard]] const char* severity_word(Severity severity);

[[nodiscard]] std::string logging_text(const LoggingSettings& settings);

}  // namespace spa::config
