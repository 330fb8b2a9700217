// SPDX-License-Identifier: Apache-2.0
// The CREATE_CHILD_SA exchange for a CHILD SA, which a new one and a rekeyed one have in common
// (RFC 7296 1.3.1, 1.3.3).
#pragma once

#include <optional>

#include "userspace/ike/task.h"
#include "userspace/ikev2/child_negotiation.h"

namespace spa::ikev2 {

struct ExchangedChild {
  std::uint32_t spi_in = 0;
  ike::ExchangeNonces nonces;
};

// Our request, with the retry for another group. `replaces`: a copy of the CHILD SA to rekey. The
// SA may have stopped being usable when this returns.
[[nodiscard]] ike::Task<Negotiated<ExchangedChild>> request_child(IkeSa& sa, ports::PolicyId rule,
                                                                  std::optional<ChildSa> replaces);

// How often and how soon a rekeying that the peer could not do now is tried again.
inline constexpr Duration kRetryLater{5000};
// A new group that INVALID_KE_PAYLOAD asks for, if it was offered and is another one.
[[nodiscard]] Result<wire::DhId> retry_group(const wire::NotifyPayload& notify,
                                             const Proposals& offered, wire::DhId tried);
inline constexpr unsigned kMaxGroupRetries = 3;
inline constexpr std::size_t kChildNonceSize = 32;

}  // namespace spa::ikev2
