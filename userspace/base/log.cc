// SPDX-License-Identifier: Apache-2.0
#include "userspace/base/log.h"

namespace spa {

std::string format(const LogRecord& record) {
  std::string line;
  if (!record.mnemonic.empty()) {
    line += '%';
    line += record.facility;
    line += '-';
    line += static_cast<char>('0' + static_cast<int>(record.severity));
    line += '-';
    line += record.mnemonic;
    line += ": ";
  }
  line += record.text;
  return line;
}

void LogSink::debug(const DebugRecord& record) {
  for (DebugLine& line : record.event.lines(DebugForm::kA)) {
    write({Severity::kDebug, record.stream, "", std::move(line.text)});
  }
}

}  // namespace spa
