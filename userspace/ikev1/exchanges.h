// SPDX-License-Identifier: Apache-2.0
// The exchanges of RFC 2409 (7.1 and 7.2 show them whole), one script per exchange and role. Each
// reads from top to bottom as its figure in the RFC; what goes over the wire stands above each step
// as an arrow.
#pragma once

#include <cstdint>

#include "userspace/ike/task.h"
#include "userspace/ikev1/isakmp_sa.h"

namespace spa::ikev1 {

// main_mode_initiator.cc, main_mode_responder.cc (5.1, 5.2, 5.4); the initiator goes on with the
// quick modes that are wanted.
ike::Task<> initiate_main_mode(IsakmpSa& sa);
// `first`: the first message, admitted, of which `choice` was taken.
ike::Task<> respond_main_mode(IsakmpSa& sa, Incoming first, Choice choice);

// aggressive_mode_initiator.cc, aggressive_mode_responder.cc
ike::Task<> initiate_aggressive_mode(IsakmpSa& sa);
ike::Task<> respond_aggressive_mode(IsakmpSa& sa, Incoming first, Choice choice);

// quick_mode_initiator.cc, quick_mode_responder.cc (5.5). `replaces`: the inbound SPI of the pair
// that is rekeyed, or 0.
ike::Task<> initiate_quick_mode(IsakmpSa& sa, ports::PolicyId rule, std::uint32_t replaces);
ike::Task<> respond_quick_mode(IsakmpSa& sa, Exchange& exchange, Incoming first);

// informational.cc (5.7). None of them waits: nobody answers an informational message.
// Tells the peer and ends the SA with everything under it.
void delete_isakmp_sa(IsakmpSa& sa, const std::string& cause);
// Tells the peer and ends the SA; what was made under it lives on, under a successor if there is
// one.
void expire(IsakmpSa& sa, const std::string& cause);
void delete_child(IsakmpSa& sa, std::uint32_t spi_in);
// R-U-THERE, or the end of a peer that does not answer any more (RFC 3706 5).
void ask_whether_alive(IsakmpSa& sa);
// INVALID-SPI, inside the ISAKMP SA (RFC 2408 3.14.1, RFC 2407 4.6.3).
void report_unknown_spi(IsakmpSa& sa, const ports::UnknownSpi& unknown);
void take_informational(IsakmpSa& sa, const Incoming& message);
// INITIAL-CONTACT: of what we have with this very identity, only this SA is alive (RFC
// 2407 4.6.3.3).
void drop_older(IsakmpSa& sa);
// Older SAs with this very identity hand over what was made under them; those that we replaced end.
void succeed_older(IsakmpSa& sa);
// An unprotected message may be anybody's: it is counted and logged, no more (RFC 2408 5.14).
void take_hint(IsakmpSa& sa, const v1::Header& header, ByteView datagram);

}  // namespace spa::ikev1
