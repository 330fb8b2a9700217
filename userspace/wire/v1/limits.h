// SPDX-License-Identifier: Apache-2.0
// Bounds on what an IKEv1 peer may send, beside those that both versions share
// (userspace/wire/limits.h). A message beyond one of them is refused.
#pragma once

#include <chrono>
#include <cstddef>

#include "userspace/wire/limits.h"

namespace spa::wire::v1 {

inline constexpr std::size_t kMaxDataAttributes = 32;  // in one transform or notification
inline constexpr std::size_t kMaxConfigAttributes = 128;
inline constexpr std::size_t kMinNonceSize = 8;    // RFC 2409 5
inline constexpr std::size_t kMaxNonceSize = 256;  // RFC 2409 5
inline constexpr std::size_t kCookiePairSize = 16;

// Fragments that wait for the rest of their message (reassembler.h). They are unauthenticated, so
// every dimension has an end.
inline constexpr std::size_t kMaxV1Fragments = 64;                  // in one message
inline constexpr std::size_t kMaxFragmentSetsPerSource = 4;         // messages of one endpoint
inline constexpr std::size_t kMaxFragmentSets = 1024;               // messages of all endpoints
inline constexpr std::size_t kMaxFragmentOctets = 4 * 1024 * 1024;  // of all endpoints together
inline constexpr std::chrono::seconds kFragmentTimeout{30};         // from a set's first fragment

}  // namespace spa::wire::v1
