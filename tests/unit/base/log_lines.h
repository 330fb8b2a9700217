// SPDX-License-Identifier: Apache-2.0
// The lines that were written to a log, as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "userspace/base/log.h"

namespace spa {

class LogLines final : public LogSink {
 public:
  void write(const LogRecord& record) override { lines.push_back(format(record)); }
  [[nodiscard]] bool debugging(std::string_view) const override { return false; }
  std::vector<std::string> lines;
};

}  // namespace spa
