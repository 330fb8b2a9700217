// SPDX-License-Identifier: Apache-2.0
// Where IKE listens: without and with the non-ESP marker (RFC 7296 2.23, RFC 3947 4).
#pragma once

#include <cstdint>

namespace spa::ike {

inline constexpr std::uint16_t kIkePort = 500;
inline constexpr std::uint16_t kNatPort = 4500;

}  // namespace spa::ike
