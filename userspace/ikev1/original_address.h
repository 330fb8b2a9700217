// SPDX-License-Identifier: Apache-2.0
// Transport mode behind a NAT (RFC 3947 5.2): both ends tell each other which addresses they see,
// and the identities of quick mode, which are about those, are read as the addresses here.
#pragma once

#include "userspace/ikev1/isakmp_sa.h"
#include "userspace/policy/traffic.h"

namespace spa::ikev1 {

// NAT-OAi and NAT-OAr, of the ends of the exchange that `we_begin`; nothing where no NAT was found.
void add_original_addresses(const IsakmpSa& sa, bool we_begin, Payloads& to);

// Whether the first transform offered is for transport mode.
[[nodiscard]] bool offers_transport(const v1::SaPayload& offered);

// The selectors of the peer's message in transport mode, from our side: where they are one end's
// address as the peer sees it, they are its address as we see it. `we_began`: the exchange.
// `message`: for NAT-OA payloads; without them identities of one address are taken for the ends,
// which they can only be (RFC 3947 5.2 lets an end leave them out of a tunnel's quick mode alone).
[[nodiscard]] policy::SelectorPair as_seen_here(const IsakmpSa& sa, const Payloads& message,
                                                bool we_began, policy::SelectorPair told);

}  // namespace spa::ikev1
