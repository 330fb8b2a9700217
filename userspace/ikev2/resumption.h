// SPDX-License-Identifier: Apache-2.0
// Session resumption (RFC 5723): tickets, the exchange that presents one, and what is checked again
// before a session goes on.
#pragma once

#include <memory>

#include "userspace/ike/task.h"
#include "userspace/ikev2/authentication.h"
#include "userspace/ikev2/ike_sa.h"
#include "userspace/ikev2/shard.h"

namespace spa::ikev2 {

// --- tickets (4.1, 4.2) ---

// Client: asks for a ticket where the configuration wants one.
void request_ticket(const IkeSa& sa, Payloads& request);
// Where a ticket is to go: into a message that is large already, or one about nothing else.
enum class TicketPlace : std::uint8_t { kBesideMore, kAlone };
// Gateway: gives one to who asks, or says that there will be none, or that it has to wait.
void answer_ticket_request(IkeSa& sa, const Payloads& request, TicketPlace place,
                           Payloads& response);
// Client: keeps what it was given, in place of what it had.
void take_ticket(IkeSa& sa, const Payloads& response);
// Client: asks in an exchange of its own, after a rekeying or before the old one's time is over.
ike::Task<> renew_ticket(IkeSa& sa);
// The IKE SA that takes another's place has its ticket too.
void pass_ticket(IkeSa& from, IkeSa& to);

// --- IKE_SESSION_RESUME (4.3) ---

// Client: presents the ticket that it has of this peer, if any. True: the keys are agreed on, and
// IKE_AUTH is to follow; false: nothing is lost, and IKE_SA_INIT comes next.
[[nodiscard]] ike::Task<bool> resume_ike_sa(IkeSa& sa);
// Gateway: the ticket has been opened. IKE_AUTH follows unless the peer may no longer come in.
ike::Task<> respond_session_resume(IkeSa& sa, ClearMessage request);

// --- IKE_AUTH (4.3.3) ---

// AUTH = prf(SK_pi or SK_pr, the octets of RFC 7296 2.15), under the identity of before (5.1).
[[nodiscard]] Result<Proof> resumed_proof(IkeSa& sa);
// The peer knows the keys and is who it was; and it may come in today: profile, certificate and
// revocation are looked at as for a new session.
[[nodiscard]] ike::Task<Result<Verified>> check_resumed(IkeSa& sa, policy::SnapshotPtr snapshot,
                                                        Claim claim);
// The session is up again: its ticket is used, and what the gateway still has of the old one goes
// without a word (4.3.4).
void conclude_resumption(IkeSa& sa, const Resumed& resumed);
// What is left of the authentication's life, in seconds, for a session that is up just now; 0: no
// end.
[[nodiscard]] std::uint32_t authentication_life(const IkeSa& sa, const Resumed* resumed,
                                                const policy::Ikev2Profile& profile);

}  // namespace spa::ikev2
