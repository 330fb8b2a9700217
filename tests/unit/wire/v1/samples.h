// SPDX-License-Identifier: Apache-2.0
// IKEv1 messages with one of everything, for tests that go over all payload types.
#pragma once

#include <vector>

#include "userspace/wire/v1/message.h"
#include "userspace/wire/v1/phase1_transform.h"
#include "userspace/wire/v1/phase2_transform.h"

namespace spa::wire::v1::samples {

inline Bytes filled(std::size_t size, std::uint8_t value) {
  return Bytes(size, value);
}

inline SaPayload phase1_proposals() {
  Phase1Transform aes;
  aes.key_length = 256;
  aes.hash = Phase1Hash::kSha256;
  aes.group = DhId::kModp2048;
  aes.life = {86400, std::nullopt};
  Phase1Transform des;
  des.encryption = Phase1Encryption::kDesCbc;
  des.hash = Phase1Hash::kMd5;
  des.auth = Phase1Auth::kXauthInitPreShared;
  des.group = DhId::kModp768;
  des.life = {3600, 4608000};
  des.unknown = {short_attribute(13, 7)};
  Proposal proposal;
  proposal.transforms = {encode_phase1(1, aes), encode_phase1(2, des)};
  return {SaPayload::kSituationIdentityOnly, {proposal}};
}

// A bundle of AH, ESP and IPComp, and ESP alone as its alternative.
inline SaPayload phase2_proposals() {
  Phase2Transform common;
  common.encapsulation = EncapsulationMode::kTunnel;
  common.life = {3600, 4608000};
  Phase2Transform ah = common;
  ah.id = static_cast<std::uint8_t>(AhTransformId::kSha1);
  ah.auth = AuthAlgorithm::kHmacSha1;
  Phase2Transform esp = common;
  esp.id = static_cast<std::uint8_t>(EspTransformId::kAesCbc);
  esp.key_length = 128;
  esp.auth = AuthAlgorithm::kHmacSha256;
  esp.group = DhId::kModp2048;
  esp.extended_sequence = true;
  Phase2Transform compression = common;
  compression.id = static_cast<std::uint8_t>(IpcompTransformId::kDeflate);
  return {SaPayload::kSituationIdentityOnly,
          {{1, ProtocolId::kAh, spi_octets(0x11111111), {encode_phase2(1, ah)}},
           {1, ProtocolId::kEsp, spi_octets(0x22222222), {encode_phase2(1, esp)}},
           {1, ProtocolId::kIpcomp, cpi_octets(0x3333), {encode_phase2(1, compression)}},
           {2,
            ProtocolId::kEsp,
            spi_octets(0x44444444),
            {encode_phase2(1, esp), encode_phase2(2, common)}}}};
}

// Every payload type but the fragment, which stands alone.
inline std::vector<Payload> every_payload() {
  const auto v4 = IpAddress::v4(0xc0000201);
  const auto v6 = *IpAddress::parse("2001:db8::1");
  return {
      phase1_proposals(),
      phase2_proposals(),
      KePayload{filled(96, 9)},
      id_of(v4),
      id_of(v6),
      id_of(*IpPrefix::parse("10.1.0.0/16"), 6, 443),
      id_of(*IpPrefix::parse("2001:db8::/32")),
      id_of_range(v4, IpAddress::v4(0xc0000210)),
      IdPayload{IdType::kFqdn, 17, 500, to_bytes(as_bytes("r.example"))},
      IdPayload{IdType::kKeyId, 17, 0, to_bytes(as_bytes("group"))},
      CertPayload{CertEncoding::kX509Signature, {0x30, 0x00}},
      CertReqPayload{CertEncoding::kX509Signature, {0x30, 0x00}},
      CertReqPayload{CertEncoding::kX509Signature, {}},
      HashPayload{filled(20, 1)},
      SignaturePayload{filled(128, 2)},
      NoncePayload{filled(8, 3)},
      NoncePayload{filled(256, 3)},
      initial_contact(1, 2),
      dpd_notify(NotifyType::kRUThere, 1, 2, 77),
      NotifyPayload{Doi::kIsakmp, ProtocolId::kNone, {}, NotifyType::kNoProposalChosen, {1, 2}},
      delete_isakmp(1, 2),
      delete_ipsec(ProtocolId::kEsp, {1, 0xffffffff}),
      DeletePayload{Doi::kIpsec, ProtocolId::kIpcomp, {{1, 2}, {3, 4}}},
      vendor_id(Vendor::kDpd),
      VendorIdPayload{{}},
      ConfigPayload{ConfigType::kRequest,
                    0x1234,
                    {config_attribute(ConfigAttributeType::kIp4Address, v4),
                     config_number(ConfigAttributeType::kXauthStatus, 1),
                     config_attribute(ConfigAttributeType::kUnityBanner)}},
      NatDPayload{PayloadType::kNatD, filled(16, 4)},
      NatDPayload{PayloadType::kNatDDrafts00, filled(20, 5)},
      NatDPayload{PayloadType::kNatDDrafts04, filled(20, 6)},
      NatOaPayload{PayloadType::kNatOa, v4},
      NatOaPayload{PayloadType::kNatOaDrafts00, v6},
      NatOaPayload{PayloadType::kNatOaDrafts04, v4},
      OpaquePayload{static_cast<PayloadType>(200), {1}},
      OpaquePayload{static_cast<PayloadType>(201), {}},
  };
}

inline Message message(std::vector<Payload> payloads) {
  Message m;
  m.header.initiator_cookie = 0x1122334455667788;
  m.header.responder_cookie = 0x99aabbccddeeff00;
  m.payloads = std::move(payloads);
  return m;
}

// The message as parse() gives it back: with the two fields that serialize() sets.
inline Message settled(Message m, const Bytes& octets) {
  m.header.length = static_cast<std::uint32_t>(octets.size());
  m.header.next_payload = m.payloads.empty() ? PayloadType::kNone : type_of(m.payloads.front());
  return m;
}

}  // namespace spa::wire::v1::samples
