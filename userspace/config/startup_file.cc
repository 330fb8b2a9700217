// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/startup_file.h"

#include <sys/stat.h>

#include <algorithm>

#include "userspace/base/file.h"

namespace spa::config {
namespace {

constexpr std::size_t kMaxStartupFile = 64u << 20;

// What is written begins with one of these and ends with the other.
constexpr std::string_view kHeads[] = {"!\n! Last configuration change at ",
                                       "!\n! NVRAM config last updated at "};
constexpr std::string_view kEnd = "\nend\n";

Result<std::string> text_of(const std::string& path) {
  const auto content = read_file(path, kMaxStartupFile);
  if (!content) return tl::unexpected(content.error());
  return std::string(content->begin(), content->end());
}

std::string line_of(std::string_view text, std::size_t at) {
  return "line " + std::to_string(1 + std::count(text.begin(), text.begin() + at, '\n'));
}

}  // namespace

std::string damage_of(std::string_view text) {
  if (const std::size_t at = text.find('\0'); at != text.npos)
    return line_of(text, at) + ": it is not text";
  const bool ours = std::any_of(std::begin(kHeads), std::end(kHeads), [&](std::string_view head) {
    return text.starts_with(head) || head.starts_with(text);
  });
  if (ours && !text.ends_with(kEnd)) return line_of(text, text.size()) + ": it ends there";
  return {};
}

std::optional<WallTime> StartupFile::written_at() const {
  struct stat status{};
  if (::stat(path_.c_str(), &status) != 0) return std::nullopt;
  return WallTime{Duration{status.st_mtim.tv_sec * 1000LL + status.st_mtim.tv_nsec / 1'000'000}};
}

Result<std::string> StartupFile::content() const {
  return text_of(path_);
}

Result<StartupText> StartupFile::read() const {
  auto text = text_of(path_);
  if (!text && text.error().code == Errc::kNotFound) return tl::unexpected(text.error());
  const std::string damage = text ? damage_of(*text) : text.error().text;
  if (damage.empty()) return StartupText{std::move(*text), {}};
  auto copy = text_of(copy_path());
  if (copy && damage_of(*copy).empty()) return StartupText{std::move(*copy), damage};
  if (!text) return tl::unexpected(text.error());
  return StartupText{std::move(*text), {}};
}

Status StartupFile::write(std::string_view text) const {
  if (const Status done = write_file_atomically(path_, as_bytes(text), 0600); !done) return done;
  static_cast<void>(write_file_atomically(copy_path(), as_bytes(text), 0600));
  return {};
}

}  // namespace spa::config
