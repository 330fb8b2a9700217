// SPDX-License-Identifier: Apache-2.0
// Payloads other than SA: octets as the RFC draws them, and what is refused.
#include <gtest/gtest.h>

#include "tests/unit/wire/samples.h"
#include "userspace/wire/limits.h"

namespace spa::wire {
namespace {

Result<Payload> parsed(PayloadType type, const char* hex) {
  const Bytes body = from_hex(hex);
  return parse_payload({type, false, PayloadType::kNone, body, 32});
}

std::string complaint(PayloadType type, const char* hex) {
  const Result<Payload> payload = parsed(type, hex);
  return payload ? std::string() : payload.error().text;
}

template <typename T>
T value(PayloadType type, const char* hex) {
  const Result<Payload> payload = parsed(type, hex);
  EXPECT_TRUE(payload) << payload.error().text;
  return std::get<T>(*payload);
}

template <typename T>
bool writes(const T& payload) {
  Writer out;
  write_body(out, payload);
  return out.take().has_value();
}

// RFC 7296 3.4
TEST(KePayload, Octets) {
  EXPECT_EQ(value<KePayload>(PayloadType::kKe, "001f 0000 0a0b"),
            (KePayload{DhId::kCurve25519, {0x0a, 0x0b}}));
  EXPECT_EQ(complaint(PayloadType::kKe, "001f 0000"),
            "KE payload at offset 36: no key exchange data");
  EXPECT_FALSE(writes(KePayload{}));
}

// RFC 7296 3.5; AUTH covers the reserved octets as sent (2.15).
TEST(IdPayload, Octets) {
  const auto id = value<IdPayload>(PayloadType::kIdr, "02 010203 612e62");
  EXPECT_EQ(id, (IdPayload{Side::kResponder, IdType::kFqdn, {1, 2, 3}, {'a', '.', 'b'}}));
  EXPECT_EQ(to_hex(rest_of_id_payload(id)), "02010203612e62");
  EXPECT_EQ(complaint(PayloadType::kIdi, "01 000000 c0000201 00"),
            "IDi payload at offset 41: an identity of type ID_IPV4_ADDR with 5 octets");
  EXPECT_EQ(complaint(PayloadType::kIdr, "05 000000 c0000201"),
            "IDr payload at offset 40: an identity of type ID_IPV6_ADDR with 4 octets");
  EXPECT_NE(complaint(PayloadType::kIdr, "0d 000000 00"), "");  // RFC 7619 2.2
  EXPECT_FALSE(writes(IdPayload{Side::kInitiator, IdType::kIpv4Addr, {}, {1}}));
}

// RFC 7296 3.6, 3.7
TEST(CertPayload, Octets) {
  EXPECT_EQ(value<CertPayload>(PayloadType::kCert, "04 3000"),
            (CertPayload{CertEncoding::kX509Signature, {0x30, 0}}));
  EXPECT_EQ(complaint(PayloadType::kCert, "04"), "CERT payload at offset 33: no certificate data");
  const auto request = value<CertReqPayload>(
      PayloadType::kCertReq,
      "04 0101010101010101010101010101010101010101 0202020202020202020202020202020202020202");
  ASSERT_EQ(request.hash_count(), 2u);
  EXPECT_EQ(request.hash(1)[0], 2);
  EXPECT_EQ(value<CertReqPayload>(PayloadType::kCertReq, "04").hash_count(), 0u);
  EXPECT_EQ(complaint(PayloadType::kCertReq, "04 01"),
            "CERTREQ payload at offset 34: 1 octets are no list of SHA-1 hashes");
  EXPECT_EQ(value<CertReqPayload>(PayloadType::kCertReq, "07 01").authorities, (Bytes{1}));
  EXPECT_FALSE(writes(CertReqPayload{CertEncoding::kX509Signature, {1}}));
  EXPECT_FALSE(writes(CertPayload{}));
}

// RFC 7296 3.8, RFC 7427 3
TEST(AuthPayload, Octets) {
  EXPECT_EQ(value<AuthPayload>(PayloadType::kAuth, "02 000000 aabb"),
            (AuthPayload{AuthMethod::kSharedKeyMic, {}, {0xaa, 0xbb}}));
  EXPECT_EQ(value<AuthPayload>(PayloadType::kAuth, "0e 000000 02 3000 cc"),
            (AuthPayload{AuthMethod::kDigitalSignature, {0x30, 0}, {0xcc}}));
  EXPECT_EQ(complaint(PayloadType::kAuth, "0e 000000 05 3000 cc"),
            "AUTH payload at offset 37: needs 5 octets, 3 are left");
  EXPECT_EQ(complaint(PayloadType::kAuth, "0e 000000 00 cc"),
            "AUTH payload at offset 37: no AlgorithmIdentifier");
  EXPECT_EQ(complaint(PayloadType::kAuth, "01 000000"),
            "AUTH payload at offset 36: no authentication data");
  EXPECT_FALSE(writes(AuthPayload{AuthMethod::kRsaSignature, {0x30}, {1}}));
  EXPECT_FALSE(writes(AuthPayload{AuthMethod::kDigitalSignature, {}, {1}}));
  EXPECT_FALSE(writes(AuthPayload{AuthMethod::kDigitalSignature, Bytes(256, 1), {1}}));
}

// RFC 7296 3.9: 16 to 256 octets.
TEST(NoncePayload, Sizes) {
  for (const std::size_t size : {0u, 15u, 257u}) {
    EXPECT_FALSE(writes(NoncePayload{Bytes(size, 1)}));
    const Bytes body(size, 1);
    EXPECT_FALSE(parse_payload({PayloadType::kNonce, false, PayloadType::kNone, body, 32}));
  }
  for (const std::size_t size : {16u, 256u}) EXPECT_TRUE(writes(NoncePayload{Bytes(size, 1)}));
}

// RFC 7296 3.10
TEST(NotifyPayload, Octets) {
  EXPECT_EQ(value<NotifyPayload>(PayloadType::kNotify, "00 00 4006 aabb"),
            notify(NotifyType::kCookie, {0xaa, 0xbb}));
  EXPECT_EQ(value<NotifyPayload>(PayloadType::kNotify, "03 04 4009 11223344"),
            rekey_sa(ProtocolId::kEsp, 0x11223344));
  EXPECT_EQ(complaint(PayloadType::kNotify, "03 04 4009 112233"),
            "Notify payload at offset 36: needs 4 octets, 3 are left");
  EXPECT_EQ(complaint(PayloadType::kNotify, "03 11 4009 112233"),
            "Notify payload at offset 36: an SPI of 17 octets");
}

TEST(NotifyPayload, StructuredData) {
  EXPECT_EQ(invalid_ke(DhId::kEcp256).data, (Bytes{0, 19}));
  EXPECT_EQ(*parse_invalid_ke(invalid_ke(DhId::kEcp256)), DhId::kEcp256);
  EXPECT_FALSE(parse_invalid_ke(notify(NotifyType::kInvalidKePayload, {0})));
  EXPECT_FALSE(parse_invalid_ke(notify(NotifyType::kInvalidKePayload, {0, 1, 2})));
  EXPECT_EQ(unsupported_critical(static_cast<PayloadType>(200)).data, (Bytes{200}));
  // RFC 7427 4, 7
  const std::vector<SignatureHash> hashes = {SignatureHash::kSha256, SignatureHash::kSha512,
                                             static_cast<SignatureHash>(99)};
  const NotifyPayload list = signature_hash_algorithms(hashes);
  EXPECT_EQ(to_hex(list.data), "000200040063");
  EXPECT_EQ(*parse_signature_hash_algorithms(list), hashes);
  EXPECT_FALSE(
      parse_signature_hash_algorithms(notify(NotifyType::kSignatureHashAlgorithms, {0, 1, 2})));
}

// RFC 7296 3.11
TEST(DeletePayload, Octets) {
  EXPECT_EQ(value<DeletePayload>(PayloadType::kDelete, "01 00 0000"), DeletePayload{});
  EXPECT_EQ(value<DeletePayload>(PayloadType::kDelete, "03 04 0002 00000001 ffffffff"),
            (DeletePayload{ProtocolId::kEsp, {1, 0xffffffff}}));
  EXPECT_EQ(complaint(PayloadType::kDelete, "01 08 0001 0102030405060708"),
            "Delete payload at offset 36: 1 SPIs of 8 octets for IKE");
  EXPECT_EQ(complaint(PayloadType::kDelete, "03 00 0000"),
            "Delete payload at offset 36: 0 SPIs of 0 octets for ESP");
  EXPECT_EQ(complaint(PayloadType::kDelete, "04 04 0000"),
            "Delete payload at offset 36: protocol 4");
  EXPECT_EQ(complaint(PayloadType::kDelete, "03 04 0002 00000001"),
            "Delete payload at offset 40: needs 2 octets, 0 are left");
  EXPECT_EQ(complaint(PayloadType::kDelete, "03 04 ffff"),
            "Delete payload at offset 36: more than 1024 SPIs");
  EXPECT_FALSE(writes(DeletePayload{ProtocolId::kIke, {1}}));
  EXPECT_FALSE(writes(DeletePayload{ProtocolId::kNone, {}}));
}

// RFC 7296 3.13
TEST(TsPayload, Octets) {
  const auto ts =
      value<TsPayload>(PayloadType::kTsi, "01 000000 07 11 0010 0035 0035 01010100 010101ff");
  ASSERT_EQ(ts.selectors.size(), 1u);
  EXPECT_EQ(ts.side, Side::kInitiator);
  EXPECT_EQ(ts.selectors[0].ip_protocol, 17);
  EXPECT_EQ(ts.selectors[0].start_port, 53);
  EXPECT_EQ(ts.selectors[0].start_address.to_string(), "1.1.1.0");
  EXPECT_EQ(ts.selectors[0].end_address.to_string(), "1.1.1.255");
  EXPECT_EQ(complaint(PayloadType::kTsr, "00 000000"),
            "TSr payload at offset 36: no traffic selector");
  EXPECT_EQ(complaint(PayloadType::kTsr, "01 000000 07 00 0028"),
            "TSr payload at offset 40: a selector of type TS_IPV4_ADDR_RANGE and length 40");
  EXPECT_EQ(complaint(PayloadType::kTsr, "02 000000 07 00 0010 0000 ffff 01010100 010101ff"),
            "TSr payload at offset 52: needs 1 octets, 0 are left");
  EXPECT_EQ(complaint(PayloadType::kTsr, "01 000000 07 00 0010 0000 ffff 010101ff 01010100"),
            "traffic selector at offset 52: the range 1.1.1.255 - 1.1.1.0 is empty");
  EXPECT_NE(complaint(PayloadType::kTsr, "01 000000 0a 00 0003"), "");
}

TEST(TsPayload, WriterRefusesWhatCannotBeRead) {
  EXPECT_FALSE(writes(TsPayload{}));
  TsPayload ts = samples::selectors(Side::kInitiator);
  EXPECT_TRUE(writes(ts));
  ts.selectors[0].type = TsType::kIpv6AddrRange;
  EXPECT_FALSE(writes(ts));
  ts = samples::selectors(Side::kInitiator);
  std::swap(ts.selectors[0].start_address, ts.selectors[0].end_address);
  EXPECT_FALSE(writes(ts));
  ts = samples::selectors(Side::kInitiator);
  ts.selectors[2].start_port = 1;
  EXPECT_FALSE(writes(ts));
  ts.selectors.assign(kMaxSelectors + 1, samples::selectors(Side::kInitiator).selectors[0]);
  EXPECT_FALSE(writes(ts));
}

// RFC 7296 3.15; the reserved bit is ignored.
TEST(ConfigPayload, Octets) {
  EXPECT_EQ(value<ConfigPayload>(PayloadType::kConfig, "01 000000 8001 0000 0003 0004 0a000001"),
            (ConfigPayload{ConfigType::kRequest, {{1, {}}, {3, {10, 0, 0, 1}}}}));
  EXPECT_EQ(complaint(PayloadType::kConfig, "01 000000 0001 0005 00"),
            "CP payload at offset 40: needs 5 octets, 1 are left");
  EXPECT_FALSE(writes(ConfigPayload{ConfigType::kRequest, {{0x8001, {}}}}));
  EXPECT_FALSE(writes(ConfigPayload{ConfigType::kRequest, {{1, Bytes(0x10000, 1)}}}));
  EXPECT_FALSE(writes(
      ConfigPayload{ConfigType::kRequest, std::vector<ConfigAttribute>(kMaxConfigAttributes + 1)}));
  Bytes body = from_hex("01 000000");
  for (std::size_t i = 0; i <= kMaxConfigAttributes; ++i) body.insert(body.end(), {0, 1, 0, 0});
  const Result<Payload> many =
      parse_payload({PayloadType::kConfig, false, PayloadType::kNone, body, 32});
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, Errc::kExhausted);
}

// RFC 7296 2.5: the critical bit says what to do with an unknown payload.
TEST(UnknownPayload, KeepsTypeAndCriticalBit) {
  const Bytes body = {1, 2};
  const Result<Payload> payload =
      parse_payload({static_cast<PayloadType>(99), true, PayloadType::kNone, body, 32});
  ASSERT_TRUE(payload);
  EXPECT_EQ(std::get<UnknownPayload>(*payload),
            (UnknownPayload{static_cast<PayloadType>(99), true, {1, 2}}));
}

}  // namespace
}  // namespace spa::wire
