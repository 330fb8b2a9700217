// SPDX-License-Identifier: Apache-2.0
// Identities between wire and policy (RFC 7296 3.5).
#pragma once

#include "userspace/base/result.h"
#include "userspace/policy/ikev2.h"
#include "userspace/wire/id_payload.h"

namespace spa::ikev2 {

// kInvalid for an identity that has no wire form (none, or a DN without its DER).
[[nodiscard]] Result<wire::IdPayload> to_payload(const policy::Identity& identity, wire::Side side);
// kUnsupported for a type that policy knows nothing about.
[[nodiscard]] Result<policy::Identity> from_payload(const wire::IdPayload& payload);

}  // namespace spa::ikev2
