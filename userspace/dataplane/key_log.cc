// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/key_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace spa::dataplane {

namespace {

const char* cipher_name(wire::EncrId cipher) {
  switch (cipher) {
    case wire::EncrId::kAesGcm8:
      return "AES-GCM with 8 octet ICV [RFC4106]";
    case wire::EncrId::kAesGcm12:
      return "AES-GCM with 12 octet ICV [RFC4106]";
    case wire::EncrId::kAesGcm16:
      return "AES-GCM with 16 octet ICV [RFC4106]";
    case wire::EncrId::kAesCbc:
      return "AES-CBC [RFC3602]";
    default:
      return "NULL";
  }
}

const char* integrity_name(wire::IntegId integrity) {
  switch (integrity) {
    case wire::IntegId::kHmacSha1_96:
      return "HMAC-SHA-1-96 [RFC2404]";
    case wire::IntegId::kHmacSha256_128:
      return "HMAC-SHA-256-128 [RFC4868]";
    default:
      return "NULL";
  }
}

std::string line(const ports::SaPair& pair, const Endpoint& from, const Endpoint& to,
                 std::uint32_t spi, const ports::EspKeys& keys) {
  char number[16];
  std::snprintf(number, sizeof number, "0x%08x", spi);
  const auto quoted = [](const std::string& text) { return "\"" + text + "\""; };
  const auto key = [&](ByteView octets) {
    return quoted(octets.empty() ? "" : "0x" + to_hex(octets));
  };
  return quoted(from.address.is_v6() ? "IPv6" : "IPv4") + "," + quoted(from.address.to_string()) +
         "," + quoted(to.address.to_string()) + "," + quoted(number) + "," +
         quoted(cipher_name(pair.suite.cipher)) + "," + key(keys.cipher) + "," +
         quoted(integrity_name(pair.suite.integrity)) + "," + key(keys.integrity) + "\n";
}

}  // namespace

void log_keys_for_tests(const ports::SaPair& pair) {
  const char* path = std::getenv("SPA_DEBUG_ESP_KEYS");
  if (path == nullptr || geteuid() != 0) return;
  const int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return;
  std::string text = line(pair, pair.remote, pair.local, pair.spi_in, pair.keys_in) +
                     line(pair, pair.local, pair.remote, pair.spi_out, pair.keys_out);
  if (fchmod(file, 0600) == 0) {
    // A test that finds no keys fails by itself.
    [[maybe_unused]] const ssize_t put = write(file, text.data(), text.size());
  }
  secure_wipe(text.data(), text.size());
  close(file);
}

}  // namespace spa::dataplane
