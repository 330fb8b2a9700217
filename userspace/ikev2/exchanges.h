// SPDX-License-Identifier: Apache-2.0
// The exchanges of RFC 7296, one script per exchange and role. Each reads from top to bottom as its
// figure in the RFC; what goes over the wire stands above each step as an arrow.
#pragma once

#include <cstdint>

#include "userspace/ike/task.h"
#include "userspace/ikev2/ike_sa.h"

namespace spa::ikev2 {

// ike_sa_init.cc (1.2); continues with IKE_AUTH.
ike::Task<> initiate_ike_sa(IkeSa& sa, ports::PolicyId rule);
// `chosen` and the request are checked already: nothing that can be refused without an SA is left.
ike::Task<> respond_ike_sa_init(IkeSa& sa, ClearMessage request, wire::Proposal chosen);

// What the other end's first message says beside the key exchange, noted in both roles.
// `hashed_spi_r`: the responder's SPI in its NAT detection.
void take_first_notices(IkeSa& sa, const std::vector<wire::Payload>& payloads,
                        std::uint64_t hashed_spi_r);
// 2.23; an end that may move goes to port 4500 at once (RFC 4555 3.3).
void float_port(IkeSa& sa);

// intermediate.cc (RFC 9242, RFC 9370)
ike::Task<> respond_intermediate(IkeSa& sa, Payloads request);

// ike_auth_initiator.cc, ike_auth_responder.cc (1.2, 2.15)
ike::Task<> authenticate_as_initiator(IkeSa& sa, ports::PolicyId rule);
ike::Task<> respond_ike_auth(IkeSa& sa, Payloads request);

// create_child_sa.cc (1.3.1), rekey_child_sa.cc (1.3.3), rekey_ike_sa.cc (1.3.2)
ike::Task<> create_child_sa(IkeSa& sa, ports::PolicyId rule);
ike::Task<> rekey_child_sa(IkeSa& sa, std::uint32_t spi_in);
ike::Task<> rekey_ike_sa(IkeSa& sa);
// Any CREATE_CHILD_SA request of the peer.
ike::Task<> respond_create_child_sa(IkeSa& sa, Payloads request);
ike::Task<> respond_rekey_ike_sa(IkeSa& sa, Payloads request);

// informational.cc (1.4)
// Tells the peer and ends the SA: its CHILD SAs stop at once. Does nothing to one that is ending.
void delete_ike_sa(IkeSa& sa, const std::string& cause, Payloads reasons = {});
ike::Task<> delete_child_sa(IkeSa& sa, std::uint32_t spi_in);
// Tells the peer to drop its half of a CHILD SA that it believes in and that was never installed
// here.
ike::Task<> withdraw_child(IkeSa& sa, std::uint32_t spi_in);
ike::Task<> check_liveness(IkeSa& sa);
// The peer sends ESP under an SPI that is unknown here (1.5).
ike::Task<> report_unknown_spi(IkeSa& sa, std::uint32_t spi);
ike::Task<> respond_informational(IkeSa& sa, Payloads request);

// reauthentication.cc (2.8.3, RFC 4478)
// The SA was authenticated just now, and this is to be done again before `seconds` are over; 0:
// never.
void begin_authentication_life(IkeSa& sa, std::uint32_t seconds);
// AUTH_LIFETIME in the response of IKE_AUTH, which tells the end that has to do it.
void announce_authentication_life(const IkeSa& sa, std::uint32_t seconds, Payloads& payloads);
void take_authentication_life(IkeSa& sa, const Payloads& payloads);
// Makes a new IKE SA with the same CHILD SAs, which takes the place of `sa` when it is up.
void reauthenticate(IkeSa& sa);
// The new SA: its further CHILD SAs, then the end of the old one.
ike::Task<> conclude_reauthentication(IkeSa& sa);
void reauthentication_failed(IkeSa& sa);

// The SA has failed: its last reply is repeated for a while, then it goes without a word.
void linger(IkeSa& sa, const std::string& cause);

}  // namespace spa::ikev2
