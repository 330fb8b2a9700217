// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/master_key.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "userspace/base/file.h"
#include "userspace/crypto/type6.h"

namespace spa::config {
namespace {

constexpr std::size_t kMaxFile = 4096;
constexpr std::string_view kHeader = "! spa private configuration: keep it secret\n";
constexpr std::string_view kCurrent = "master-key ";
constexpr std::string_view kSaved = "master-key-of-startup-config ";

void append(SecretBytes& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

// to_hex() would leave a copy of the key in a string that nobody wipes.
void append_line(SecretBytes& out, std::string_view word, const SecretBytes& key) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  append(out, word);
  for (const std::uint8_t octet : key) {
    out.push_back(static_cast<std::uint8_t>(kDigits[octet >> 4]));
    out.push_back(static_cast<std::uint8_t>(kDigits[octet & 15]));
  }
  out.push_back('\n');
}

bool has_good_length(ByteView key) {
  return key.size() >= MasterKey::kShortest && key.size() <= MasterKey::kLongest;
}

std::optional<SecretBytes> key_of(std::string_view hex) {
  Bytes octets = from_hex(hex);
  SecretBytes key = to_secret(octets);
  secure_wipe(octets.data(), octets.size());
  if (!has_good_length(key)) return std::nullopt;
  return key;
}

}  // namespace

std::string private_file(const std::string& startup_file) {
  constexpr std::string_view kName = "startup-config";
  if (!startup_file.ends_with(kName)) return startup_file + ".private";
  return startup_file.substr(0, startup_file.size() - kName.size()) + "private-config";
}

Status MasterKey::load() {
  current_.reset();
  saved_.reset();
  auto file = read_file(path_, kMaxFile);
  if (!file && file.error().code == Errc::kNotFound) return {};
  if (!file) return tl::unexpected(file.error());
  const SecretBytes content = to_secret(*file);
  secure_wipe(file->data(), file->size());
  std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
  std::optional<SecretBytes> current;
  std::optional<SecretBytes> saved;
  bool good = true;
  while (good && !text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '!') continue;
    const bool first = line.starts_with(kCurrent);
    good = first || line.starts_with(kSaved);
    if (!good) break;
    auto& into = first ? current : saved;
    into = key_of(line.substr(first ? kCurrent.size() : kSaved.size()));
    good = into.has_value();
  }
  if (!good)
    return fail(Errc::kInvalid, path_ +
                                    " is damaged: set the master key again with `key config-key "
                                    "password-encryption`, or delete the file");
  current_ = std::move(current);
  saved_ = std::move(saved);
  return {};
}

bool MasterKey::is(ByteView key) const {
  return current_ && constant_time_equal(*current_, key);
}

Status MasterKey::store(const std::optional<SecretBytes>& current,
                        const std::optional<SecretBytes>& saved) const {
  if (path_.empty()) return {};
  if (!current && !saved) {
    if (::unlink(path_.c_str()) == 0 || errno == ENOENT) return {};
    return fail(Errc::kIo, path_ + ": " + std::strerror(errno));
  }
  SecretBytes content;
  append(content, kHeader);
  if (current) append_line(content, kCurrent, *current);
  if (saved) append_line(content, kSaved, *saved);
  return write_file_atomically(path_, content, 0600);
}

Status MasterKey::set(ByteView key) {
  if (!has_good_length(key))
    return fail(Errc::kInvalid, "The master key has " + std::to_string(kShortest) + " to " +
                                    std::to_string(kLongest) + " characters.");
  // What was saved before the last two changes is still encrypted under the first of the keys.
  const auto saved = saved_ ? saved_ : current_;
  std::optional<SecretBytes> current = to_secret(key);
  if (const Status done = store(current, saved); !done) return done;
  current_ = std::move(current);
  saved_ = saved;
  return {};
}

Status MasterKey::remove() {
  if (const Status done = store(std::nullopt, std::nullopt); !done) return done;
  current_.reset();
  saved_.reset();
  return {};
}

Status MasterKey::configuration_saved() {
  if (!saved_) return {};
  if (const Status done = store(current_, std::nullopt); !done) return done;
  saved_.reset();
  return {};
}

Result<std::string> MasterKey::encrypt(ByteView key) const {
  if (!current_) return fail(Errc::kState, "there is no master key");
  return crypto::type6_encrypt(*current_, key);
}

Result<SecretBytes> MasterKey::decrypt(std::string_view word) const {
  if (!current_) return fail(Errc::kState, "there is no master key");
  return crypto::type6_decrypt(*current_, word);
}

Result<SecretBytes> MasterKey::decrypt_saved(std::string_view word) const {
  if (!saved_) return fail(Errc::kState, "there is no older master key");
  return crypto::type6_decrypt(*saved_, word);
}

}  // namespace spa::config
