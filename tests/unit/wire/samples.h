// SPDX-License-Identifier: Apache-2.0
// Messages with one of everything, for tests that go over all payload types.
#pragma once

#include <vector>

#include "userspace/wire/message.h"

namespace spa::wire::samples {

inline Bytes filled(std::size_t size, std::uint8_t value) {
  return Bytes(size, value);
}

inline SaPayload ike_proposals() {
  Proposal aead;
  aead.number = 1;
  aead.transforms = {encr(EncrId::kAesGcm16, 256), prf(PrfId::kHmacSha384), dh(DhId::kEcp384)};
  Proposal cbc;
  cbc.number = 2;
  cbc.spi = spi_octets(std::uint64_t{0x0102030405060708});
  cbc.transforms = {encr(EncrId::kAesCbc, 128),      encr(EncrId::k3Des), prf(PrfId::kHmacSha256),
                    integ(IntegId::kHmacSha256_128), dh(DhId::kModp2048), esn(EsnId::kNoEsn)};
  cbc.transforms[0].unknown_attributes = {{20, true, {1, 2}}, {21, false, {1, 2, 3}}};
  return {{aead, cbc}};
}

inline SaPayload esp_proposals() {
  Proposal esp;
  esp.protocol = ProtocolId::kEsp;
  esp.spi = spi_octets(std::uint32_t{0xc0ffee01});
  esp.transforms = {encr(EncrId::kAesGcm16, 128), esn(EsnId::kEsn), esn(EsnId::kNoEsn)};
  Proposal ah;
  ah.number = 2;
  ah.protocol = ProtocolId::kAh;
  ah.spi = spi_octets(std::uint32_t{0xc0ffee02});
  ah.transforms = {integ(IntegId::kHmacSha1_96), esn(EsnId::kNoEsn)};
  return {{esp, ah}};
}

inline TsPayload selectors(Side side) {
  TrafficSelector v4;
  v4.start_address = IpAddress::v4(0x01010100);
  v4.end_address = IpAddress::v4(0x010101ff);
  TrafficSelector v6;
  v6.type = TsType::kIpv6AddrRange;
  v6.ip_protocol = 6;
  v6.start_port = v6.end_port = 443;
  v6.start_address = *IpAddress::parse("2001:db8::");
  v6.end_address = *IpAddress::parse("2001:db8::ffff");
  TrafficSelector foreign;
  foreign.type = static_cast<TsType>(10);
  foreign.unknown = {1, 2, 3};
  return {side, {v4, v6, foreign}};
}

// Every payload type but SK and SKF, which end a message.
inline std::vector<Payload> every_payload() {
  return {
      ike_proposals(),
      esp_proposals(),
      KePayload{DhId::kCurve25519, filled(32, 9)},
      IdPayload{Side::kInitiator, IdType::kIpv4Addr, {}, {192, 0, 2, 1}},
      IdPayload{Side::kResponder, IdType::kFqdn, {1, 2, 3}, to_bytes(as_bytes("r.example"))},
      CertPayload{CertEncoding::kX509Signature, {0x30, 0x00}},
      CertReqPayload{CertEncoding::kX509Signature, filled(40, 5)},
      AuthPayload{AuthMethod::kSharedKeyMic, {}, filled(32, 7)},
      AuthPayload{AuthMethod::kDigitalSignature, {0x30, 0x00}, filled(64, 8)},
      NoncePayload{filled(16, 3)},
      notify(NotifyType::kCookie, filled(20, 4)),
      rekey_sa(ProtocolId::kEsp, 0x11223344),
      DeletePayload{ProtocolId::kIke, {}},
      DeletePayload{ProtocolId::kEsp, {1, 0xffffffff}},
      VendorIdPayload{to_bytes(as_bytes("vendor"))},
      selectors(Side::kInitiator),
      selectors(Side::kResponder),
      ConfigPayload{ConfigType::kReply, {{1, {10, 0, 0, 1}}, {3, {}}}},
      EapPayload{{1, 2, 0, 4}},
      UnknownPayload{static_cast<PayloadType>(200), true, {1}},
      UnknownPayload{static_cast<PayloadType>(201), false, {}},
  };
}

inline Message message(std::vector<Payload> payloads) {
  Message m;
  m.header.initiator_spi = 0x1122334455667788;
  m.header.exchange = ExchangeType::kIkeAuth;
  m.header.flags = Header::kFlagInitiator;
  m.header.message_id = 1;
  m.payloads = std::move(payloads);
  return m;
}

// The message as parse() gives it back: with the two fields that serialize() sets.
inline Message settled(Message m, const Bytes& octets) {
  m.header.length = static_cast<std::uint32_t>(octets.size());
  m.header.next_payload = m.payloads.empty() ? PayloadType::kNone : type_of(m.payloads.front());
  return m;
}

}  // namespace spa::wire::samples
