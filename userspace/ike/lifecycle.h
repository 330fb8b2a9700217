// SPDX-License-Identifier: Apache-2.0
// The life of an IKE SA, and the steps that it may take.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

namespace spa::ike {

enum class Phase : std::uint8_t {
  kInit,         // keys are not agreed on yet
  kAuth,         // protected, the other end is not authenticated
  kEstablished,  // in use
  kRekeyed,      // a successor has taken over; only its deletion is awaited
  kDeleting,     // we asked for its end, or it lingers to repeat its last reply
  kGone,         // off the table; freed as soon as nothing runs
};

inline constexpr std::array<std::pair<Phase, Phase>, 14> kPhaseSteps{{
    {Phase::kInit, Phase::kAuth},
    {Phase::kInit, Phase::kEstablished},  // made by rekeying: the old SA vouches for both ends
    {Phase::kInit, Phase::kDeleting},
    {Phase::kInit, Phase::kGone},
    {Phase::kAuth, Phase::kEstablished},
    {Phase::kAuth, Phase::kDeleting},
    {Phase::kAuth, Phase::kGone},
    {Phase::kEstablished, Phase::kRekeyed},
    {Phase::kEstablished, Phase::kDeleting},
    {Phase::kEstablished, Phase::kGone},
    {Phase::kRekeyed, Phase::kDeleting},
    {Phase::kRekeyed, Phase::kGone},
    {Phase::kDeleting, Phase::kDeleting},
    {Phase::kDeleting, Phase::kGone},
}};

[[nodiscard]] constexpr bool may_step(Phase from, Phase to) {
  for (const auto& step : kPhaseSteps) {
    if (step.first == from && step.second == to) return true;
  }
  return false;
}

}  // namespace spa::ike
