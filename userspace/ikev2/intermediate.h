// SPDX-License-Identifier: Apache-2.0
// Additional key exchanges of an IKE SA that is being made (RFC 9242, RFC 9370).
#pragma once

#include "userspace/ike/task.h"
#include "userspace/ikev2/ike_sa.h"

namespace spa::ikev2 {

// A message of IKE_INTERMEDIATE (RFC 9242 3.2, 3.3) goes out or has come in, in either direction:
// `chain` are its payloads in the clear. Keeps what AUTH will cover of it, under the keys that
// protect it.
[[nodiscard]] Status note_intermediate(IkeSa& sa, const wire::Header& header,
                                       wire::PayloadType first, ByteView chain);
// IntAuth_iN | IntAuth_rN | IKE_AUTH_MID, which both ends' AUTH covers; empty without such an
// exchange.
[[nodiscard]] Bytes int_auth(const Handshake& handshake);

// Initiator: all additional key exchanges that were agreed on, one after the other. An error ends
// the IKE SA that was to be (RFC 9242 3.4).
[[nodiscard]] ike::Task<Status> exchange_additional_keys(IkeSa& sa);

}  // namespace spa::ikev2
