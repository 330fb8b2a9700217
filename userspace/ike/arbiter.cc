// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/arbiter.h"

#include <algorithm>

namespace spa::ike {

RekeyWinner arbitrate(const ExchangeNonces& ours, const ExchangeNonces& theirs) {
  const Bytes& our_lowest = std::min(ours.initiator, ours.responder);
  const Bytes& their_lowest = std::min(theirs.initiator, theirs.responder);
  return our_lowest < their_lowest ? RekeyWinner::kTheirs : RekeyWinner::kOurs;
}

}  // namespace spa::ike
