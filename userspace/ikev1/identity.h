// SPDX-License-Identifier: Apache-2.0
// Identities between wire and policy (RFC 2407 4.6.2).
#pragma once

#include "userspace/base/result.h"
#include "userspace/policy/ikev2.h"
#include "userspace/wire/v1/id_payload.h"

namespace spa::ikev1 {

// kInvalid for an identity that has no wire form (none, or a DN without its DER).
[[nodiscard]] Result<wire::v1::IdPayload> to_payload(const policy::Identity& identity);
// kUnsupported for a type that names no peer (subnets, ranges).
[[nodiscard]] Result<policy::Identity> from_payload(const wire::v1::IdPayload& payload);

}  // namespace spa::ikev1
