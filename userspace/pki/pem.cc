// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/pem.h"

#include <openssl/evp.h>

#include <algorithm>
#include <ctime>

#include "userspace/base/file.h"

namespace spa::pki {

namespace {

constexpr std::size_t kMaxKeyFile = 65536;
constexpr std::size_t kLine = 64;

// Base64 in lines of 64 between BEGIN and END; into any octet container, so that keys stay in wiped
// memory.
template <typename Container>
void append_pem(Container& out, std::string_view label, ByteView der) {
  const auto append = [&](std::string_view text) {
    const ByteView bytes = as_bytes(text);
    out.insert(out.end(), bytes.begin(), bytes.end());
  };
  Container base64;
  base64.resize(4 * ((der.size() + 2) / 3) + 1);
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()), der.data(),
                                   static_cast<int>(der.size()));
  append("-----BEGIN ");
  append(label);
  append("-----\n");
  for (std::size_t at = 0; at < static_cast<std::size_t>(size); at += kLine) {
    const std::size_t count = std::min(kLine, static_cast<std::size_t>(size) - at);
    const auto begin = base64.begin() + static_cast<std::ptrdiff_t>(at);
    out.insert(out.end(), begin, begin + static_cast<std::ptrdiff_t>(count));
    append("\n");
  }
  append("-----END ");
  append(label);
  append("-----\n");
}

}  // namespace

std::string to_pem(const std::vector<Certificate>& certificates) {
  std::string text;
  for (const Certificate& certificate : certificates)
    append_pem(text, "CERTIFICATE", certificate.der());
  return text;
}

Result<SecretBytes> to_pem(const crypto::PrivateKey& key) {
  const auto der = key.to_der();
  if (!der) return tl::unexpected(der.error());
  SecretBytes text;
  append_pem(text, "PRIVATE KEY", *der);
  return text;
}

Result<std::vector<Certificate>> read_certificates(const std::string& path, std::size_t limit) {
  const auto content = read_file(path, limit);
  if (!content && content.error().code == Errc::kNotFound) return std::vector<Certificate>{};
  if (!content) return tl::unexpected(content.error());
  if (content->empty()) return std::vector<Certificate>{};
  auto list =
      Certificate::from_pem({reinterpret_cast<const char*>(content->data()), content->size()});
  if (!list) return fail(list.error().code, path + ": " + list.error().text);
  return list;
}

Result<std::optional<crypto::PrivateKey>> read_private_key(const std::string& path) {
  auto content = read_file(path, kMaxKeyFile);
  if (!content && content.error().code == Errc::kNotFound)
    return std::optional<crypto::PrivateKey>{};
  if (!content) return tl::unexpected(content.error());
  auto key = crypto::PrivateKey::from_pem(
      {reinterpret_cast<const char*>(content->data()), content->size()});
  secure_wipe(content->data(), content->size());
  if (!key) return fail(key.error().code, path + ": " + key.error().text);
  return std::optional<crypto::PrivateKey>(std::move(*key));
}

std::string to_text(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm broken{};
  gmtime_r(&seconds, &broken);
  char text[64];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &broken);
  return text;
}

}  // namespace spa::pki
