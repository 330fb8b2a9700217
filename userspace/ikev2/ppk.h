// SPDX-License-Identifier: Apache-2.0
// Mixing post-quantum pre-shared keys into an IKE SA (RFC 8784).
#pragma once

#include <optional>

#include "userspace/ikev2/authentication.h"
#include "userspace/ikev2/ike_sa.h"

namespace spa::ikev2 {

// The key that an initiator uses under a profile with this peer; null when there is none.
[[nodiscard]] const policy::Ppk* ppk_towards(const policy::Snapshot& snapshot,
                                             const policy::Ikev2Profile& profile,
                                             const IpAddress& peer);
// Whether a responder says USE_PPK: some profile that may be chosen for this local address has
// keys.
[[nodiscard]] bool answers_use_ppk(const policy::Snapshot& snapshot, const IpAddress& local);

// Replaces SK_d, SK_pi and SK_pr; those without the key are kept in the handshake.
[[nodiscard]] Status mix_ppk(IkeSa& sa, const policy::Ppk& ppk);

// Responder: decides by what the request says and by the profile. Mixes the key, or has `claim`
// judged by NO_PPK_AUTH, or says why the peer is refused (RFC 8784 3, the table).
[[nodiscard]] Status settle_ppk(IkeSa& sa, const policy::Snapshot& snapshot,
                                const policy::Ikev2Profile& profile, Claim& claim);
// Initiator: the response says by PPK_IDENTITY whether the key is in use; otherwise goes back to
// the keys without it, unless it is required (RFC 8784 4).
[[nodiscard]] Status take_ppk_answer(IkeSa& sa, const policy::Ppk* ppk, const Payloads& response);

}  // namespace spa::ikev2
