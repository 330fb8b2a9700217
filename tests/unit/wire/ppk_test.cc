// SPDX-License-Identifier: Apache-2.0
// RFC 8784 5.1
#include "userspace/wire/ppk.h"

#include <gtest/gtest.h>

namespace spa::wire {
namespace {

TEST(PpkIdentity, GoesThere) {
  const NotifyPayload notify = ppk_identity("lab");
  EXPECT_EQ(notify.data, (Bytes{2, 'l', 'a', 'b'}));  // PPK_ID_FIXED
  EXPECT_EQ(*parse_ppk_identity(notify), "lab");
  EXPECT_TRUE(ppk_identity({}).data.empty());
}

TEST(PpkIdentity, RefusesWhatNamesNoKey) {
  for (const Bytes& data : {Bytes{}, Bytes{2}, Bytes{0, 'x'}, Bytes{255, 'x'}}) {
    EXPECT_FALSE(parse_ppk_identity(notify(NotifyType::kPpkIdentity, data)));
  }
  EXPECT_EQ(parse_ppk_identity(notify(NotifyType::kPpkIdentity, {1, 'x'})).error().code,
            Errc::kUnsupported);  // PPK_ID_OPAQUE
}

TEST(NoPpkAuth, IsTheAuthenticationData) {
  const AuthPayload mac{AuthMethod::kSharedKeyMic, {}, {1, 2, 3}};
  EXPECT_EQ(no_ppk_auth(mac)->data, (Bytes{1, 2, 3}));
  const AuthPayload signature{AuthMethod::kDigitalSignature, {0x30, 0}, {9, 8}};
  EXPECT_EQ(no_ppk_auth(signature)->data, (Bytes{2, 0x30, 0, 9, 8}));
  for (const AuthPayload& auth : {mac, signature}) {
    const Result<AuthPayload> back = parse_no_ppk_auth(*no_ppk_auth(auth), auth.method);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, auth);
  }
}

TEST(NoPpkAuth, RefusesCuts) {
  EXPECT_FALSE(parse_no_ppk_auth(notify(NotifyType::kNoPpkAuth), AuthMethod::kSharedKeyMic));
  for (const Bytes& data : {Bytes{}, Bytes{5, 1}, Bytes{0, 1}, Bytes{1, 0x30}}) {
    EXPECT_FALSE(
        parse_no_ppk_auth(notify(NotifyType::kNoPpkAuth, data), AuthMethod::kDigitalSignature));
  }
}

}  // namespace
}  // namespace spa::wire
