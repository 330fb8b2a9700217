// SPDX-License-Identifier: Apache-2.0
// Bounds on what a peer may send. A message beyond one of them is refused before anything is
// allocated.
#pragma once

#include <cstddef>

namespace spa::wire {

// A whole IKE message, also after reassembly of fragments (RFC 7383, 2.6): certificate chains fit
// well.
inline constexpr std::size_t kMaxMessageSize = 64 * 1024;
inline constexpr std::size_t kMaxPayloads = 64;
inline constexpr std::size_t kMaxProposals = 64;
inline constexpr std::size_t kMaxTransforms = 128;  // in one proposal
inline constexpr std::size_t kMaxAttributes = 8;    // in one transform
inline constexpr std::size_t kMaxSelectors = 255;   // the count is one octet (RFC 7296 3.13)
inline constexpr std::size_t kMaxSpis = 1024;       // in one Delete payload
inline constexpr std::size_t kMaxConfigAttributes = 64;
inline constexpr std::size_t kMaxSpiSize = 16;    // IKEv1 uses the cookie pair (RFC 2408 3.5)
inline constexpr std::size_t kMinNonceSize = 16;  // RFC 7296 2.10, 3.9
inline constexpr std::size_t kMaxNonceSize = 256;
inline constexpr std::size_t kMaxFragments = 64;  // RFC 7383 2.5 leaves the number open

}  // namespace spa::wire
