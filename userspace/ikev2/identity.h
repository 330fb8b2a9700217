// SPDX-License-Identifier: Apache-2.0
// Identities between wire and policy (RFC 7296 3.5), and whether a certificate speaks for one (RFC
// 4945 3.1).
#pragma once

#include "userspace/base/result.h"
#include "userspace/policy/ikev2.h"
#include "userspace/ports/credentials.h"
#include "userspace/wire/id_payload.h"

namespace spa::ikev2 {

// kInvalid for an identity that has no wire form (none, or a DN without its DER).
[[nodiscard]] Result<wire::IdPayload> to_payload(const policy::Identity& identity, wire::Side side);
// kUnsupported for a type that policy knows nothing about.
[[nodiscard]] Result<policy::Identity> from_payload(const wire::IdPayload& payload);
// The identity stands in a subjectAltName of the certificate, or is its subject DN.
[[nodiscard]] bool speaks_for(const ports::PeerCertificate& certificate,
                              const policy::Identity& identity);

}  // namespace spa::ikev2
