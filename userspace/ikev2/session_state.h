// SPDX-License-Identifier: Apache-2.0
// What an IKE SA leaves behind to be resumed from (RFC 5723 5), at either end: kept by the client
// beside its ticket, and sealed in the ticket itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/ikev2/proposal.h"
#include "userspace/wire/id_payload.h"

namespace spa::ikev2 {

struct SessionState {
  IkeSuite suite;
  SecretBytes sk_d;
  wire::IdPayload own_id;  // their `side` says who was the initiator
  wire::IdPayload peer_id;
  std::string profile;
  policy::AuthMethod peer_method = policy::AuthMethod::kPreShare;  // how the peer proved itself
  std::string local_auth;                                          // how we did, as it is printed
  std::vector<Bytes> chain;                                        // the peer's certificates
  std::string ppk_id;
  bool additional_keys = false;
  SteadyTime expires{};
  std::optional<SteadyTime> authentication_ends;  // it is not made longer by resuming (RFC 4478)
};

// Certificates beyond this do not go into a ticket, which is sent in a first message.
inline constexpr std::size_t kMaxTicketChain = 4096;

// kExhausted when something is too long to be carried.
[[nodiscard]] Result<SecretBytes> serialize(const SessionState& state);
// Whole or not at all; nothing in it is believed before its seal is.
[[nodiscard]] Result<SessionState> parse_session_state(ByteView octets);

}  // namespace spa::ikev2
