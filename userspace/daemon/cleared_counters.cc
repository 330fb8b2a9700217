// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/cleared_counters.h"

#include <array>

namespace spa::daemon {

namespace {

using Compression = ports::CompressionCounters;
using Counters = ports::SaCounters;

constexpr std::array kCounters{&Counters::packets, &Counters::bytes, &Counters::auth_failures,
                               &Counters::replay_failures, &Counters::other_failures};
constexpr std::array kCompression{&Compression::compressed, &Compression::not_compressed,
                                  &Compression::decompressed, &Compression::decompress_failures};

bool went_back(const Counters& now, const Counters& before) {
  for (const auto member : kCounters) {
    if (now.*member < before.*member) return true;
  }
  return false;
}

void take_away(Counters& now, const Counters& before) {
  for (const auto member : kCounters) now.*member -= before.*member;
}

}  // namespace

config::SaState ClearedCounters::since(std::uint32_t spi_in, ports::SaPairState state) const {
  config::SaState result(std::move(state));
  const auto found = before_.find(spi_in);
  if (found == before_.end()) return result;
  const ports::SaPairState& before = found->second;
  if (went_back(result.in, before.in) || went_back(result.out, before.out)) return result;
  take_away(result.in, before.in);
  take_away(result.out, before.out);
  for (const auto member : kCompression) {
    auto& now = result.compression.*member;
    now -= std::min(now, before.compression.*member);
  }
  result.cleared_bytes_in = before.in.bytes;
  result.cleared_bytes_out = before.out.bytes;
  return result;
}

std::uint64_t ClearedCounters::since(const ports::PolicyId& rule, std::uint64_t dropped) const {
  const auto found = dropped_.find(rule);
  return found == dropped_.end() || found->second > dropped ? dropped : dropped - found->second;
}

}  // namespace spa::daemon
