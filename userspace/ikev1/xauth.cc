// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/xauth.h"

#include <algorithm>

namespace spa::ikev1 {
namespace {

namespace v1 = wire::v1;
using Attributes = std::vector<v1::Attribute>;
using Type = v1::ConfigAttributeType;

constexpr auto kGeneric = static_cast<std::uint16_t>(v1::XauthType::kGeneric);

// Absent means generic (6.1).
bool is_generic(const v1::ConfigPayload& config) {
  const v1::Attribute* type = v1::find(config, Type::kXauthType);
  return type == nullptr || v1::number_of(*type) == kGeneric;
}

Result<ByteView> text_of(const v1::ConfigPayload& config, Type type) {
  const v1::Attribute* attribute = v1::find(config, type);
  if (attribute == nullptr || attribute->value.empty() || attribute->value.size() > kMaxXauthText) {
    return fail(Errc::kInvalid, "XAUTH reply: " + v1::to_string(type) + " is missing or too long");
  }
  return ByteView(attribute->value);
}

}  // namespace

Attributes xauth_request() {
  return {v1::config_number(Type::kXauthType, kGeneric), v1::config_attribute(Type::kXauthUserName),
          v1::config_attribute(Type::kXauthUserPassword)};
}

Result<Credentials> read_xauth_reply(const v1::ConfigPayload& reply) {
  if (!is_generic(reply)) return fail(Errc::kInvalid, "XAUTH reply: another type than generic");
  const Result<ByteView> user = text_of(reply, Type::kXauthUserName);
  if (!user) return tl::unexpected(user.error());
  const Result<ByteView> password = text_of(reply, Type::kXauthUserPassword);
  if (!password) return tl::unexpected(password.error());
  return Credentials{std::string(user->begin(), user->end()), to_secret(*password)};
}

bool is_user(const std::map<std::string, policy::User>& users, const Credentials& credentials) {
  const auto found = users.find(credentials.user);
  // Padded to one length, with the size behind: neither it nor the place of a difference may be
  // timed.
  const auto padded = [](ByteView text) {
    SecretBytes out(kMaxXauthText + 2);
    std::ranges::copy(text.first(std::min(text.size(), kMaxXauthText)), out.begin());
    const std::size_t size = std::min<std::size_t>(text.size(), 0xffff);
    out[kMaxXauthText] = static_cast<std::uint8_t>(size >> 8);
    out[kMaxXauthText + 1] = static_cast<std::uint8_t>(size);
    return out;
  };
  const SecretBytes none;
  const SecretBytes& expected = found == users.end() ? none : found->second.password;
  const bool same = constant_time_equal(padded(expected), padded(credentials.password));
  return same && found != users.end() && !expected.empty();
}

Attributes xauth_status(bool good) {
  return {v1::config_number(
      Type::kXauthStatus,
      static_cast<std::uint16_t>(good ? v1::XauthStatus::kOk : v1::XauthStatus::kFail))};
}

Status judge_xauth_request(const v1::ConfigPayload& request) {
  if (!is_generic(request))
    return fail(Errc::kUnsupported, "XAUTH: the peer wants more than a password");
  for (const Type type :
       {Type::kXauthChallenge, Type::kXauthPasscode, Type::kXauthNextPin, Type::kXauthAnswer}) {
    if (v1::find(request, type) != nullptr) {
      return fail(Errc::kUnsupported, "XAUTH: the peer asks for " + v1::to_string(type));
    }
  }
  return {};
}

Attributes xauth_reply(const Credentials& credentials) {
  return {v1::config_number(Type::kXauthType, kGeneric),
          v1::config_attribute(Type::kXauthUserName, as_bytes(credentials.user)),
          v1::config_attribute(Type::kXauthUserPassword, credentials.password)};
}

Result<bool> read_xauth_status(const v1::ConfigPayload& set) {
  const v1::Attribute* status = v1::find(set, Type::kXauthStatus);
  const auto value = status == nullptr ? std::nullopt : v1::number_of(*status);
  if (!value) return fail(Errc::kInvalid, "XAUTH: no status");
  return *value == static_cast<std::uint64_t>(v1::XauthStatus::kOk);
}

bool is_xauth(const v1::ConfigPayload& config) {
  return std::ranges::any_of(config.attributes, [](const v1::Attribute& attribute) {
    return attribute.type >= static_cast<std::uint16_t>(Type::kXauthType) &&
           attribute.type <= static_cast<std::uint16_t>(Type::kXauthAnswer);
  });
}

}  // namespace spa::ikev1
