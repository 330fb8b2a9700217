// SPDX-License-Identifier: Apache-2.0
// The file that keeps the configuration, and the copy of the last good one beside it (R-CFG-1,
// R-CFG-3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "userspace/base/clock.h"
#include "userspace/base/result.h"

namespace spa::config {

struct StartupText {
  std::string text;
  std::string damage;  // why it is that of the copy: "line 12: …"; empty: it is the file's own
};

class StartupFile {
 public:
  // "DIR/startup-config"; the copy is "DIR/startup-config.good". Opens neither.
  explicit StartupFile(std::string path) : path_(std::move(path)) {}

  // The file; the copy in its place when the file is damaged and there is one. kNotFound: no file
  // (whoever deletes it wants none). kIo: it cannot be read, and neither can a copy.
  [[nodiscard]] Result<StartupText> read() const;
  // When it was written, as the file system has it; nothing without a file.
  [[nodiscard]] std::optional<WallTime> written_at() const;
  // The file as it is.
  [[nodiscard]] Result<std::string> content() const;
  // Replaces the file, then the copy, each as a whole, mode 0600. On an error of the first nothing
  // has changed; one of the second leaves a good file and an older copy, and is not reported.
  Status write(std::string_view text) const;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string copy_path() const { return path_ + ".good"; }

 private:
  std::string path_;
};

// What is wrong with a text that write() may have written; empty: nothing. A file that somebody
// wrote by hand needs no `end`.
[[nodiscard]] std::string damage_of(std::string_view text);

}  // namespace spa::config
