// SPDX-License-Identifier: Apache-2.0
// The contents of XAUTH's four messages (draft-beaulieu-ike-xauth-02 4): who asks for a user's name
// and password, who gives them, and the verdict.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/policy/isakmp_client.h"
#include "userspace/wire/v1/config_payload.h"

namespace spa::ikev1 {

inline constexpr std::size_t kMaxXauthText = 256;  // octets of a name or a password

struct Credentials {
  std::string user;
  SecretBytes password;
  friend bool operator==(const Credentials&, const Credentials&) = default;
};

// --- the end that asks ---
[[nodiscard]] std::vector<wire::v1::Attribute> xauth_request();
// kInvalid when name or password is missing, empty or too long, or another kind of authentication
// is spoken of.
[[nodiscard]] Result<Credentials> read_xauth_reply(const wire::v1::ConfigPayload& reply);
// Whether the user is known and the password his. An unknown user takes as long as a wrong
// password.
[[nodiscard]] bool is_user(const std::map<std::string, policy::User>& users,
                           const Credentials& credentials);
[[nodiscard]] std::vector<wire::v1::Attribute> xauth_status(bool good);

// --- the end that is asked ---
// A request that credentials can be given to. kUnsupported for a challenge, one-time passwords and
// what else cannot be answered with a name and a password.
[[nodiscard]] Status judge_xauth_request(const wire::v1::ConfigPayload& request);
[[nodiscard]] std::vector<wire::v1::Attribute> xauth_reply(const Credentials& credentials);
// The verdict in a set message; kInvalid when it holds none.
[[nodiscard]] Result<bool> read_xauth_status(const wire::v1::ConfigPayload& set);

// Whether the message is XAUTH's, not mode config's.
[[nodiscard]] bool is_xauth(const wire::v1::ConfigPayload& config);

}  // namespace spa::ikev1
