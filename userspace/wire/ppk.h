// SPDX-License-Identifier: Apache-2.0
// Post-quantum pre-shared keys: the notifications of RFC 8784 5.
#pragma once

#include <string>

#include "userspace/wire/auth_payload.h"
#include "userspace/wire/notify_payload.h"

namespace spa::wire {

// PPK_IDENTITY: a PPK_ID_FIXED with these octets (RFC 8784 5.1). With nothing in it, as a responder
// sends it, it says that the key is in use.
[[nodiscard]] NotifyPayload ppk_identity(const std::string& id);
// The identity in a request. kUnsupported for PPK_ID_OPAQUE and types to come, kInvalid when it is
// empty.
[[nodiscard]] Result<std::string> parse_ppk_identity(const NotifyPayload& notify);
// NO_PPK_AUTH: the Authentication Data of an AUTH payload, which for a digital signature begins
// with the AlgorithmIdentifier (RFC 7427 3).
[[nodiscard]] Result<NotifyPayload> no_ppk_auth(const AuthPayload& auth);
// The AUTH payload that it stands for, whose method is that of the AUTH payload beside it.
[[nodiscard]] Result<AuthPayload> parse_no_ppk_auth(const NotifyPayload& notify, AuthMethod method);

}  // namespace spa::wire
