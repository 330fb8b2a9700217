// SPDX-License-Identifier: Apache-2.0
// Quick crash detection (RFC 6290), both sides: we give the peer a token for each IKE SA, and
// believe a peer that shows the one it gave us.
#pragma once

#include "userspace/ikev2/ike_sa.h"

namespace spa::ikev2 {

// Our token for `sa`, whose SPIs are both known by now: in IKE_AUTH (4.2), and when an IKE SA was
// rekeyed (4.3). Nothing where there is no secret.
void offer_crash_token(const IkeSa& sa, Payloads& payloads);
// The same after an IKE SA was rekeyed: in our request the peer's SPI was not known yet.
ike::Task<> send_crash_token(IkeSa& sa);
// The peer's; a later one takes the place of an earlier one (4.4).
void take_crash_token(IkeSa& sa, const Payloads& payloads);
// Whether an unprotected message shows the token of `sa` (4.5): the peer knows nothing of it any
// more.
[[nodiscard]] bool shows_crash_token(const IkeSa& sa, ByteView datagram);

}  // namespace spa::ikev2
