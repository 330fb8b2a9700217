// SPDX-License-Identifier: Apache-2.0
// Two routers with an established tunnel, the right one the responder, and a stranger who sends it
// datagrams.
#pragma once

#include <optional>

#include "tests/exchange/router.h"

namespace spa::fuzz {

struct Tunnel {
  // `version`: of IKE. Aborts when the tunnel does not come up.
  explicit Tunnel(int version);

  exchange::FakeTimers timers;
  exchange::FakeNetwork network{timers};
  exchange::FakePki pki;
  exchange::Router left;
  exchange::Router right;
};

// The IKE SA that is in use; a predecessor may be there for a moment.
[[nodiscard]] std::optional<ike::IkeSaStatus> established(const exchange::Router& router);

// Hands the responder any number of { two octets of length, so many octets }, as from the other
// end; where the first octet of a datagram is 0xff the SPIs of the established SA are put in, so
// that its way leads further in. Then lets what is half open go.
void send_as_stranger(Tunnel& tunnel, ByteView input);

}  // namespace spa::fuzz
