// SPDX-License-Identifier: Apache-2.0
// Why a negotiation went the way it did: a short record without secrets, kept after the SA is gone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/clock.h"

namespace spa::ike {

struct DecisionRecord {
  WallTime started{};
  std::uint32_t ike_sa = 0;  // tunnel id, 0 when none was made
  std::string exchange;      // "IKE_SA_INIT" …
  Endpoint remote;
  std::string outcome;             // "chosen …", "NO_PROPOSAL_CHOSEN" …
  std::uint32_t milliseconds = 0;  // from the first message to the outcome
  // Candidates in the order in which they were looked at, each with why it was refused, or that it
  // was taken.
  std::vector<std::string> steps;
};

}  // namespace spa::ike
