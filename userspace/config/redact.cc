// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/redact.h"

#include <algorithm>
#include <array>

#include "userspace/config/grammar/token.h"
#include "userspace/config/session.h"

namespace spa::config {
namespace {

constexpr std::array<std::string_view, 8> kMarkers{
    "pre-shared-key", "password", "key",       "secret",
    "passwd",         "enroll",   "community", "authentication-key"};

}  // namespace

std::string without_secrets(std::string_view line) {
  const auto words = split_words(line);
  // A server of a PIX has its key behind its address, with no word in front.
  const bool server = !words.empty() && words[0].text == "aaa-server";
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string_view word = words[i].text;
    if (std::find(kMarkers.begin(), kMarkers.end(), word) != kMarkers.end() ||
        (server && word == "host"))
      return std::string(line.substr(0, words[i].column + word.size())) + " <removed>";
  }
  return std::string(line.substr(0, kMaxLineLength));
}

}  // namespace spa::config
