// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/key_store.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "userspace/base/file.h"
#include "userspace/pki/file_name.h"
#include "userspace/pki/pem.h"

namespace spa::pki {
namespace {

constexpr std::size_t kMaxFile = 65536;
constexpr std::string_view kSuffix = ".pem";
constexpr std::string_view kFirstLine = "-----BEGIN ";

std::string_view word_of(KeyUsage usage) {
  switch (usage) {
    case KeyUsage::kGeneral:
      return "general";
    case KeyUsage::kSignature:
      return "signature";
    case KeyUsage::kEncryption:
      return "encryption";
  }
  return "general";
}

// What stands above the key in its file.
struct Header {
  std::string label;
  std::optional<KeyUsage> usage;
  bool exportable = false;
  WallTime generated{};
};

bool take_field(Header& header, std::string_view name, std::string_view value) {
  if (name == "label") {
    header.label = value;
    return !value.empty();
  }
  if (name == "usage") {
    for (const KeyUsage usage : {KeyUsage::kGeneral, KeyUsage::kSignature, KeyUsage::kEncryption})
      if (value == word_of(usage)) header.usage = usage;
    return header.usage.has_value();
  }
  if (name == "exportable") {
    header.exportable = value == "yes";
    return value == "yes" || value == "no";
  }
  if (name != "generated") return false;
  std::int64_t seconds = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
  constexpr std::int64_t kMost = 1LL << 40;  // far from where milliseconds overflow
  if (read.ec != std::errc{} || read.ptr != value.data() + value.size() || seconds > kMost ||
      seconds < -kMost)
    return false;
  header.generated = WallTime(std::chrono::seconds(seconds));
  return true;
}

// "NAME: VALUE" lines up to the PEM text, which is left.
std::optional<Header> take_header(std::string_view& text) {
  Header header;
  while (!text.starts_with(kFirstLine)) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const std::size_t colon = line.find(": ");
    if (colon == line.npos || !take_field(header, line.substr(0, colon), line.substr(colon + 2)))
      return std::nullopt;
  }
  if (header.label.empty() || !header.usage) return std::nullopt;
  return header;
}

Result<KeyPair> read_pair(const std::string& path) {
  auto content = read_file(path, kMaxFile);
  if (!content) return tl::unexpected(content.error());
  auto pair = parse_key_pair({reinterpret_cast<const char*>(content->data()), content->size()});
  secure_wipe(content->data(), content->size());
  if (!pair) return fail(pair.error().code, path + ": " + pair.error().text);
  pair->written = true;
  return pair;
}

Status write_pair(const std::string& path, const KeyPair& pair) {
  const auto content = print_key_pair(pair);
  if (!content) return tl::unexpected(content.error());
  return write_file_atomically(path, *content, 0600);
}

Status remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return fail(Errc::kIo, path + ": cannot be removed: " + std::strerror(errno));
}

// Of a directory that need not be there.
std::set<std::string> key_files(const std::string& directory) {
  std::set<std::string> files;
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error))
    if (at->path().extension() == kSuffix) files.insert(at->path().string());
  return files;
}

}  // namespace

Result<KeyPair> parse_key_pair(std::string_view content) {
  const auto header = take_header(content);
  if (!header) return fail(Errc::kInvalid, "this is no key file");
  auto key = crypto::PrivateKey::from_pem(content);
  if (!key) return tl::unexpected(key.error());
  if (key->type() != crypto::KeyType::kRsa) return fail(Errc::kInvalid, "the key is no RSA key");
  return KeyPair{header->label,     *header->usage,  header->exportable,
                 header->generated, std::move(*key), false};
}

Result<SecretBytes> print_key_pair(const KeyPair& pair) {
  const auto pem = to_pem(pair.key);
  if (!pem) return tl::unexpected(pem.error());
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(pair.generated.time_since_epoch());
  const std::string head = "label: " + pair.label + "\nusage: " + std::string(word_of(pair.usage)) +
                           "\nexportable: " + (pair.exportable ? "yes" : "no") +
                           "\ngenerated: " + std::to_string(seconds.count()) + "\n";
  SecretBytes content = to_secret(as_bytes(head));
  content.insert(content.end(), pem->begin(), pem->end());
  return content;
}

std::string KeyStore::path_of(const KeyPair& pair) const {
  return directory_ + "/" + file_name(folded(pair.label)) + "." + std::string(word_of(pair.usage)) +
         std::string(kSuffix);
}

Status KeyStore::load() {
  if (directory_.empty()) return {};
  std::string problems;
  for (const std::string& path : key_files(directory_)) {
    auto pair = read_pair(path);
    if (!pair) {
      problems += (problems.empty() ? "" : "; ") + pair.error().text;
      continue;
    }
    pairs_.push_back(std::move(*pair));
    files_.insert(path);
  }
  std::sort(pairs_.begin(), pairs_.end(), [](const KeyPair& a, const KeyPair& b) {
    return std::tie(a.generated, a.label, a.usage) < std::tie(b.generated, b.label, b.usage);
  });
  if (!problems.empty()) return fail(Errc::kIo, problems);
  return {};
}

const KeyPair* KeyStore::find(std::string_view label, KeyUsage usage) const {
  const std::string wanted = folded(label);
  for (const KeyPair& pair : pairs_)
    if (folded(pair.label) == wanted && (pair.usage == usage || pair.usage == KeyUsage::kGeneral))
      return &pair;
  return nullptr;
}

const KeyPair* KeyStore::find(const crypto::PublicKey& key) const {
  for (const KeyPair& pair : pairs_)
    if (pair.key.matches(key)) return &pair;
  return nullptr;
}

bool KeyStore::has(std::string_view label) const {
  const std::string wanted = folded(label);
  return std::any_of(pairs_.begin(), pairs_.end(),
                     [&](const KeyPair& pair) { return folded(pair.label) == wanted; });
}

void KeyStore::replace(std::string_view label, std::vector<KeyPair> pairs) {
  const std::string wanted = folded(label);
  std::erase_if(pairs_, [&](const KeyPair& pair) { return folded(pair.label) == wanted; });
  for (KeyPair& pair : pairs) pairs_.push_back(std::move(pair));
}

Status KeyStore::remove(std::string_view label) {
  const std::string wanted = folded(label);
  std::erase_if(
      pairs_, [&](const KeyPair& pair) { return wanted.empty() || folded(pair.label) == wanted; });
  if (directory_.empty()) return {};
  const std::string beginning = directory_ + "/" + file_name(wanted) + ".";
  Status done;
  for (const std::string& path : key_files(directory_)) {
    if (!wanted.empty() && !path.starts_with(beginning)) continue;
    files_.erase(path);
    if (Status removed = remove_file(path); !removed && done) done = removed;
  }
  return done;
}

Status KeyStore::write() {
  if (directory_.empty() || (pairs_.empty() && files_.empty())) return {};
  if (Status made = make_directories(directory_, 0700); !made) return made;
  Status done;
  std::set<std::string> stale = std::exchange(files_, {});
  for (KeyPair& pair : pairs_) {
    const std::string path = path_of(pair);
    stale.erase(path);
    files_.insert(path);
    if (pair.written) continue;
    const Status written = write_pair(path, pair);
    pair.written = written.has_value();
    if (!written && done) done = written;
  }
  for (const std::string& path : stale)
    if (Status removed = remove_file(path); !removed && done) done = removed;
  return done;
}

}  // namespace spa::pki
