// SPDX-License-Identifier: Apache-2.0
// What the tables of the PIX have in common (R-PIX). Each row says what its line means in the
// router's language; a PIX has one mode, so that lines name their block themselves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "userspace/config/grammar/command.h"

namespace spa::config {

using RouterLines = Result<std::vector<RouterLine>>;

// The order of `write terminal`.
enum class PixOrder {
  kNames,
  kPasswords,
  kHost,
  kOwn,  // lines that only this program has
  kFixup,
  kAccessList,
  kTerminal,
  kInterface,
  kMtu,
  kAddress,
  kAudit,
  kNat,
  kRoute,
  kTimeout,
  kServers,
  kSysopt,
  kIpsec,
  kTransformSet,
  kDynamicMap,
  kCryptoMap,
  kCryptoMapInterface,
  kIsakmp,
  kIsakmpPolicy,
  kCa,
  kCaConfigure,
  kAccess,
};
[[nodiscard]] inline int at(PixOrder order) {
  return static_cast<int>(order);
}

// A line of the router, made of the words that are not empty.
[[nodiscard]] std::string joined(std::initializer_list<std::string_view> words);
// "seconds" and the other words behind `first`, as they were typed.
[[nodiscard]] std::string words_behind(const Args& args, std::string_view first);

// Takes away the lines that begin with these words, as `no` of them would.
void remove_pix_lines(Exec& exec, std::string_view beginning);

}  // namespace spa::config
