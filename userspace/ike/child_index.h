// SPDX-License-Identifier: Apache-2.0
// Which IKE SA has the CHILD SA of an SPI: the data plane speaks of SPIs alone, and of each CHILD
// SA several times in its life.
#pragma once

#include <cstdint>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "userspace/ike/child_sa.h"

namespace spa::ike {

class ChildIndex {
 public:
  // `owner`: our SPI of the IKE SA.
  void add(const ChildSa& child, std::uint64_t owner) {
    inbound_[child.spi_in] = owner;
    outbound_.emplace(child.spi_out, owner);
  }
  void remove(const ChildSa& child, std::uint64_t owner) {
    const auto in = inbound_.find(child.spi_in);
    if (in != inbound_.end() && in->second == owner) inbound_.erase(in);
    const auto out = outbound_.find({child.spi_out, owner});
    if (out != outbound_.end()) outbound_.erase(out);
  }
  // Who receives by this SPI, then who sends by it.
  [[nodiscard]] std::vector<std::uint64_t> owners(std::uint32_t spi) const {
    std::vector<std::uint64_t> list;
    const auto in = inbound_.find(spi);
    if (in != inbound_.end()) list.push_back(in->second);
    for (auto out = outbound_.lower_bound({spi, 0}); out != outbound_.end() && out->first == spi;
         ++out) {
      list.push_back(out->second);
    }
    return list;
  }

 private:
  std::unordered_map<std::uint32_t, std::uint64_t> inbound_;
  // Peers choose these, and may choose the same.
  std::multiset<std::pair<std::uint32_t, std::uint64_t>> outbound_;
};

}  // namespace spa::ike
