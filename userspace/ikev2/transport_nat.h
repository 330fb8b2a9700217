// SPDX-License-Identifier: Apache-2.0
// Transport mode through a NAT (RFC 7296 2.23.1): the traffic selectors are the ends of the IKE SA
// as whoever writes them sees those, and are read as the ends that are seen here. The addresses
// before the NAT are not kept: either data plane makes TCP's and UDP's checksums good without them
// (RFC 3948 3.1.2).
#pragma once

#include <optional>

#include "userspace/ikev2/ike_sa.h"
#include "userspace/ikev2/selectors.h"

namespace spa::ikev2 {

// The selectors of both sides, seen from here.
struct Ends {
  Selectors local;
  Selectors remote;
};

[[nodiscard]] bool nat_between(const IkeSa& sa);
// What the peer says in transport mode, with the addresses that a NAT has changed replaced. Nothing
// where a side does not name one address of the IKE SA's family: then transport mode cannot be.
[[nodiscard]] std::optional<Ends> as_seen_here(const IkeSa& sa, Ends told);
// What of the selectors lies between the two ends themselves; nothing when a side is empty.
[[nodiscard]] std::optional<Ends> between_ends(const IkeSa& sa, const Ends& wanted);

}  // namespace spa::ikev2
