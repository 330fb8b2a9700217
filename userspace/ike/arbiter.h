// SPDX-License-Identifier: Apache-2.0
// Who wins when both ends rekey the same SA at the same time (RFC 7296 2.8.1, 2.8.2).
#pragma once

#include "userspace/base/bytes.h"

namespace spa::ike {

// The nonces of one CREATE_CHILD_SA exchange.
struct ExchangeNonces {
  Bytes initiator;
  Bytes responder;
};

enum class RekeyWinner { kOurs, kTheirs };

// The SA made by the exchange that holds the lowest of the four nonces, compared octet by octet, is
// redundant: the end that created it closes it. The other end's exchange wins.
[[nodiscard]] RekeyWinner arbitrate(const ExchangeNonces& ours, const ExchangeNonces& theirs);

}  // namespace spa::ike
