// SPDX-License-Identifier: Apache-2.0
// What `debug crypto pki transactions` and `debug crypto pki messages` tell of CRLs (R-DBG-29,
// R-DBG-30, R-DBG-33).
#pragma once

#include "userspace/base/log.h"
#include "userspace/pki/trust_store.h"

namespace spa::daemon {

// The CRL of a trustpoint is about to be read; null: there is no such trustpoint.
void debug_crl_poll(LogSink& log, const pki::TrustpointContent* content);
// It was read and is in force, or is not.
void debug_crl_end(LogSink& log, const pki::TrustpointContent* content, bool read);

// Sixteen octets a line in capitals, then an empty line; each with its own time.
[[nodiscard]] DebugLines hex_dump(ByteView octets);

}  // namespace spa::daemon
