// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/workload.h"

#include <algorithm>
#include <numeric>
#include <random>

namespace spa::bench {
namespace {

constexpr std::size_t kCacheLine = 64;

}  // namespace

Keys keys_of(std::uint32_t index) {
  std::mt19937 random(index);
  Keys keys;
  for (std::uint8_t& octet : keys.key) octet = static_cast<std::uint8_t>(random());
  for (std::uint8_t& octet : keys.salt) octet = static_cast<std::uint8_t>(random());
  for (std::uint8_t& octet : keys.auth_key) octet = static_cast<std::uint8_t>(random());
  return keys;
}

Workload::Workload(const Suite& suite, std::uint32_t sas, std::size_t payload) : order_(sas) {
  std::iota(order_.begin(), order_.end(), 0u);
  std::shuffle(order_.begin(), order_.end(), std::mt19937(4303));
  const std::size_t text = (payload + 2 + suite.block - 1) / suite.block * suite.block;
  const std::size_t length = 8u + suite.iv + text + suite.icv;
  const std::size_t stride = (kHeadroom + length + kTailroom) / kCacheLine * kCacheLine;
  memory_.resize(kBurst * stride + kCacheLine);
  for (std::size_t i = 0; i < kBurst; ++i)
    burst_.push_back({memory_.data() + i * stride + kHeadroom, text, length, 0, 0});
}

std::span<Packet> Workload::next(std::uint64_t& sequence) {
  for (Packet& packet : burst_) {
    packet.sa = order_[at_];
    packet.sequence = ++sequence;
    if (++at_ == order_.size()) at_ = 0;
  }
  return burst_;
}

}  // namespace spa::bench
