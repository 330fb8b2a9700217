// SPDX-License-Identifier: Apache-2.0
// Mobility and multihoming (RFC 4555): the end that began the first IKE SA says which addresses are
// in use, the other end checks that it can be reached there. CHILD SAs follow.
#pragma once

#include <cstdint>
#include <vector>

#include "userspace/ikev2/ike_sa.h"

namespace spa::ikev2 {

// What an IKE SA whose ends both support MOBIKE knows beside its addresses.
struct Mobility {
  std::vector<IpAddress> peer_addresses;  // where the peer can be found as well
  std::vector<IpAddress> tried;           // without an answer, since the last one that came
  std::uint32_t updates = 0;              // so often our view of the addresses has changed
  bool updating = false;                  // a script sees to it
  Bytes seen_as;                          // how the peer hashes our address: changes with a NAT
};

// In IKE_AUTH: that we support it (3.1, 3.2), and where else we are.
void offer_mobility(IkeSa& sa, Payloads& payloads);
void take_mobility(IkeSa& sa, const Payloads& payloads);

// Our end is at `local` from now on, and the peer to be spoken to at `remote`: tells the peer, and
// the CHILD SAs follow when it has agreed. For the end that began the first IKE SA.
void move_ends(IkeSa& sa, const Endpoint& local, const Endpoint& remote);
// The peer does not answer where it was: goes on at another of its addresses (3.10), with what was
// under way (3.11). False when there is none that was not tried: then it is dead (3.12).
[[nodiscard]] bool try_other_address(IkeSa& sa);
// Tells where we are as well (3.6); for the end that does not decide.
ike::Task<> announce_addresses(IkeSa& sa);

// What a request says of addresses: UPDATE_SA_ADDRESSES, ADDITIONAL_*_ADDRESS, COOKIE2. The
// answers go into `response`.
void answer_mobility(IkeSa& sa, const Payloads& request, Payloads& response);
// What a liveness check asks beside, where a NAT may change our address unnoticed (3.8).
[[nodiscard]] Payloads mapping_question(const IkeSa& sa);
// Notes in the answer to a liveness check that a NAT has changed our address, and tells the peer.
void look_for_new_mapping(IkeSa& sa, const Payloads& response);

}  // namespace spa::ikev2
