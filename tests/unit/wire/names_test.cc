// SPDX-License-Identifier: Apache-2.0
// The names of the IANA "IKEv2 Parameters" registries.
#include <gtest/gtest.h>

#include "userspace/wire/notify_type.h"
#include "userspace/wire/registry.h"
#include "userspace/wire/transform_id.h"

namespace spa::wire {
namespace {

TEST(Names, Registries) {
  EXPECT_EQ(to_string(PayloadType::kEncryptedFragment), "SKF");
  EXPECT_EQ(to_string(static_cast<PayloadType>(200)), "200");
  EXPECT_EQ(to_string(ExchangeType::kCreateChildSa), "CREATE_CHILD_SA");
  EXPECT_EQ(to_string(ProtocolId::kEsp), "ESP");
  EXPECT_EQ(to_string(IdType::kDerAsn1Dn), "ID_DER_ASN1_DN");
  EXPECT_EQ(to_string(CertEncoding::kX509Signature), "X.509 Certificate - Signature");
  EXPECT_EQ(to_string(AuthMethod::kDigitalSignature), "Digital Signature");
  EXPECT_EQ(to_string(TsType::kIpv6AddrRange), "TS_IPV6_ADDR_RANGE");
  EXPECT_EQ(to_string(ConfigType::kReply), "CFG_REPLY");
  EXPECT_EQ(to_string(SignatureHash::kSha384), "SHA2-384");
}

TEST(Names, Transforms) {
  EXPECT_EQ(to_string(TransformType::kDh), "D-H");
  EXPECT_EQ(transform_name(TransformType::kEncr, 12), "ENCR_AES_CBC");
  EXPECT_EQ(transform_name(TransformType::kPrf, 5), "PRF_HMAC_SHA2_256");
  EXPECT_EQ(transform_name(TransformType::kInteg, 12), "AUTH_HMAC_SHA2_256_128");
  EXPECT_EQ(transform_name(TransformType::kDh, 14), "2048-bit MODP Group");
  EXPECT_EQ(transform_name(TransformType::kEsn, 1), "Extended Sequence Numbers");
  EXPECT_EQ(transform_name(static_cast<TransformType>(9), 7), "7");
  EXPECT_TRUE(is_aead(EncrId::kChaCha20Poly1305));
  EXPECT_FALSE(is_aead(EncrId::kAesCbc));
  EXPECT_TRUE(needs_key_length(EncrId::kAesCbc));
  EXPECT_FALSE(needs_key_length(EncrId::kChaCha20Poly1305));  // RFC 7634 2
}

TEST(Names, Notifications) {
  EXPECT_EQ(to_string(NotifyType::kNoProposalChosen), "NO_PROPOSAL_CHOSEN");
  EXPECT_EQ(to_string(NotifyType::kFragmentationSupported), "IKEV2_FRAGMENTATION_SUPPORTED");
  EXPECT_EQ(to_string(static_cast<NotifyType>(40960)), "40960");
  EXPECT_TRUE(is_error(NotifyType::kChildSaNotFound));
  EXPECT_TRUE(is_error(static_cast<NotifyType>(16383)));
  EXPECT_FALSE(is_error(NotifyType::kInitialContact));
}

}  // namespace
}  // namespace spa::wire
