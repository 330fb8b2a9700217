// SPDX-License-Identifier: Apache-2.0
// IKE_FOLLOWUP_KE: the additional key exchanges after a CREATE_CHILD_SA exchange (RFC 9370 2.2.4).
#pragma once

#include <vector>

#include "userspace/ike/task.h"
#include "userspace/ikev2/child_negotiation.h"
#include "userspace/ikev2/follow_ups.h"

namespace spa::ikev2 {

// Initiator, after `response` to its CREATE_CHILD_SA request: one exchange for each method. Gives
// SK(1) | ... | SK(n). The refusal is kTemporaryFailure when it may be tried again soon.
[[nodiscard]] ike::Task<Negotiated<SecretBytes>> follow_up(IkeSa& sa, Followed of,
                                                           std::vector<wire::DhId> methods,
                                                           Payloads response);

// What completes the peer's exchange.
struct FollowUpEnd {
  SecretBytes secrets;  // SK(1) | ... | SK(n)
  Payloads response;    // to the last request, to be sent when the SA is there
};
// Responder: sends `response` to the CREATE_CHILD_SA request and answers what follows, up to the
// last request, whose answer is the caller's. An error means that nothing is left to be answered.
[[nodiscard]] ike::Task<Result<FollowUpEnd>> answer_follow_ups(IkeSa& sa, Followed of,
                                                               std::vector<wire::DhId> methods,
                                                               Payloads response);
// An IKE_FOLLOWUP_KE request of the peer: to whoever waits for it, else STATE_NOT_FOUND.
void take_follow_up(IkeSa& sa, const Payloads& request);

// Our rekeying and the peer's have crossed before anything was made of either: whether ours goes on
// (2.2.4). The other end's is forgotten then.
[[nodiscard]] bool goes_on(IkeSa& sa, const Followed& of, const ike::ExchangeNonces& ours,
                           const ike::ExchangeNonces* theirs);

}  // namespace spa::ikev2
