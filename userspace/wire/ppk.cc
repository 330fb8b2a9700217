// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/ppk.h"

#include <algorithm>

namespace spa::wire {
namespace {

constexpr std::uint8_t kPpkIdFixed = 2;
constexpr std::size_t kAuthHeader = 4;  // method and reserved octets

}  // namespace

NotifyPayload ppk_identity(const std::string& id) {
  Bytes data;
  if (!id.empty()) {
    data.push_back(kPpkIdFixed);
    data.insert(data.end(), id.begin(), id.end());
  }
  return notify(NotifyType::kPpkIdentity, std::move(data));
}

Result<std::string> parse_ppk_identity(const NotifyPayload& notify) {
  Reader reader(notify.data, "PPK_IDENTITY", 0);
  const std::uint8_t type = reader.u8();
  if (reader.ok() && type != kPpkIdFixed) {
    reader.refuse("a PPK identity of type " + std::to_string(type), Errc::kUnsupported);
  }
  const ByteView id = reader.rest();
  if (reader.ok() && id.empty()) reader.refuse("an empty PPK identity");
  return reader.finish(std::string(id.begin(), id.end()));
}

Result<NotifyPayload> no_ppk_auth(const AuthPayload& auth) {
  Writer out;
  write_body(out, auth);
  Result<Bytes> body = out.take();
  if (!body) return tl::unexpected<Error>(std::move(body.error()));
  return notify(NotifyType::kNoPpkAuth, to_bytes(ByteView(*body).subspan(kAuthHeader)));
}

Result<AuthPayload> parse_no_ppk_auth(const NotifyPayload& notify, AuthMethod method) {
  Bytes body(kAuthHeader, 0);
  body[0] = static_cast<std::uint8_t>(method);
  body.insert(body.end(), notify.data.begin(), notify.data.end());
  Reader reader(body, "NO_PPK_AUTH", 0);
  return parse_auth(reader);
}

}  // namespace spa::wire
