// SPDX-License-Identifier: Apache-2.0
// The numbers by which operators name SAs (R-MAP-29): IKE SAs of both versions count from 1; an
// IPsec SA pair has two numbers from 200 on, of which the even one is inbound.
#pragma once

#include <cstdint>

namespace spa::ike {

class ConnectionIds {
 public:
  [[nodiscard]] std::uint32_t next_ike() { return ike_++; }
  [[nodiscard]] std::uint32_t next_child() {
    child_ += 2;
    return child_ - 2;
  }

  // Of the rules that dynamic crypto maps make.
  [[nodiscard]] std::uint32_t next_own_rule() { return own_rule_++ % (1U << 24); }

 private:
  std::uint32_t own_rule_ = 0;
  std::uint32_t ike_ = 1;
  std::uint32_t child_ = 200;
};

}  // namespace spa::ike
