// SPDX-License-Identifier: Apache-2.0
// How many SAs may be half open, and whose: decided before anything is allocated for a request
// (RFC 7296 2.6, RFC 8019 4.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "userspace/base/address.h"

namespace spa::ike {

class HalfOpen {
 public:
  struct Limits {
    std::size_t cookie_threshold = 128;  // from so many on, cookies are asked for
    std::size_t maximum = 4096;
  };
  enum class Verdict { kAccept, kAskCookie, kRefuseFull, kRefuseSource };

  // For a request from `source`; `cookie_ok` when it brought a cookie that is right. A source alone
  // may fill what no other wants, but in a table that is half full it gets an eighth at most: many
  // peers behind one NAT get through, a flood from one address does not lock out the others.
  [[nodiscard]] Verdict judge(const IpAddress& source, bool cookie_ok, const Limits& limits) const;

  void add(const IpAddress& source);
  void remove(const IpAddress& source);
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  // An IPv6 peer chooses among 2^64 addresses of its own: counted by /64.
  [[nodiscard]] static IpAddress key(const IpAddress& source);

  std::size_t count_ = 0;
  std::map<IpAddress, std::uint32_t> by_source_;  // bounded by `maximum`
};

}  // namespace spa::ike
