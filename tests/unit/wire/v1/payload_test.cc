// SPDX-License-Identifier: Apache-2.0
// What single payloads refuse and mean, beyond the round trips of message_test.cc.
#include <gtest/gtest.h>

#include "tests/unit/wire/v1/samples.h"
#include "userspace/wire/v1/limits.h"

namespace spa::wire::v1 {
namespace {

Result<Payload> parse_body(PayloadType type, const Bytes& body) {
  return parse_payload({type, body, 32});
}

Bytes body_of(const Payload& payload) {
  const PayloadChain chain = *serialize_payloads(std::vector<Payload>{payload});
  return {chain.octets.begin() + 4, chain.octets.end()};
}

// Every body cut at every octet, and every octet damaged: refused with a reason, or a value that
// writes and parses to itself.
TEST(V1Payloads, SurviveCutAndDamagedBodies) {
  for (const Payload& payload : samples::every_payload()) {
    const PayloadType type = type_of(payload);
    const Bytes good = body_of(payload);
    std::vector<Bytes> bodies;
    for (std::size_t size = 0; size < good.size(); ++size) {
      bodies.emplace_back(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    }
    for (std::size_t at = 0; at < std::min<std::size_t>(good.size(), 64); ++at) {
      for (const std::uint8_t value : {0x00, 0x01, 0x04, 0x7f, 0x80, 0xff}) {
        bodies.push_back(good);
        bodies.back()[at] = value;
      }
    }
    for (const Bytes& body : bodies) {
      const Result<Payload> got = parse_body(type, body);
      if (!got) {
        EXPECT_FALSE(got.error().text.empty());
        continue;
      }
      EXPECT_EQ(*parse_body(type, body_of(*got)), *got) << to_string(type);
    }
  }
}

// RFC 2409 5: 8 to 256 octets.
TEST(V1Payloads, NonceSizes) {
  EXPECT_FALSE(parse_body(PayloadType::kNonce, samples::filled(7, 1)));
  EXPECT_TRUE(parse_body(PayloadType::kNonce, samples::filled(8, 1)));
  EXPECT_TRUE(parse_body(PayloadType::kNonce, samples::filled(256, 1)));
  EXPECT_FALSE(parse_body(PayloadType::kNonce, samples::filled(257, 1)));
  EXPECT_TRUE(parse_nonce_body(samples::filled(16, 1)));
  EXPECT_FALSE(parse_nonce_body({}));
}

// RFC 2407 4.6.2, 4.6.2.1: addresses, subnets and ranges.
TEST(V1Id, AddressesOfEveryKind) {
  const auto range = [](const IdPayload& id) {
    const Result<AddressRange> got = address_range(id);
    return got ? got->first.to_string() + "-" + got->last.to_string() : got.error().text;
  };
  EXPECT_EQ(range(id_of(*IpAddress::parse("192.0.2.1"))), "192.0.2.1-192.0.2.1");
  EXPECT_EQ(range(id_of(*IpPrefix::parse("10.1.2.3/16"))), "10.1.0.0-10.1.255.255");
  EXPECT_EQ(range(id_of(*IpPrefix::parse("0.0.0.0/0"))), "0.0.0.0-255.255.255.255");
  EXPECT_EQ(range(id_of(*IpPrefix::parse("2001:db8::/126"))), "2001:db8::-2001:db8::3");
  EXPECT_EQ(range(id_of_range(IpAddress::v4(1), IpAddress::v4(2))), "0.0.0.1-0.0.0.2");
  EXPECT_EQ(range(id_of_range(IpAddress::v4(2), IpAddress::v4(1))),
            "identity: the range ends before it starts");
  EXPECT_EQ(range({IdType::kFqdn, 0, 0, {'a'}}), "identity: type ID_FQDN has no addresses");
  EXPECT_EQ(range({IdType::kIpv4AddrSubnet, 0, 0, {10, 0, 0, 0, 255, 0, 255, 0}}),
            "identity: the subnet mask ff00ff00 has holes");
  EXPECT_EQ(range({IdType::kIpv4AddrSubnet, 0, 0, {10, 0, 0, 0, 0, 255, 0, 0}}),
            "identity: the subnet mask 00ff0000 has holes");
}

// RFC 2409 3.2: IDii_b begins with the type and is what the HASH covers.
TEST(V1Id, BodyIsWhatIsSent) {
  const IdPayload id{IdType::kUserFqdn, 17, 500, to_bytes(as_bytes("a@b"))};
  EXPECT_EQ(to_hex(id_body(id)), "031101f4614062");
  EXPECT_EQ(to_hex(body_of(id)), to_hex(id_body(id)));
  EXPECT_EQ(*parse_id_body(id_body(id)), id);
  EXPECT_FALSE(parse_body(PayloadType::kId, {1, 0, 0, 0, 10, 0, 0}));
}

// R-DPD-18, RFC 3706 5.3: cookies and sequence number; another SA's cookies are refused.
TEST(V1Notify, DeadPeerDetection) {
  const NotifyPayload ping = dpd_notify(NotifyType::kRUThere, 1, 2, 0x01020304);
  EXPECT_EQ(static_cast<unsigned>(ping.type), 36136U);
  EXPECT_EQ(to_hex(ping.spi), "00000000000000010000000000000002");
  EXPECT_EQ(to_hex(ping.data), "01020304");
  EXPECT_EQ(static_cast<unsigned>(dpd_notify(NotifyType::kRUThereAck, 1, 2, 0).type), 36137U);
  EXPECT_EQ(*parse_dpd(ping, 1, 2), 0x01020304U);
  EXPECT_FALSE(parse_dpd(ping, 1, 3));
  NotifyPayload longer = ping;
  longer.data.push_back(0);
  EXPECT_FALSE(parse_dpd(longer, 1, 2));
  longer.data.resize(3);
  EXPECT_FALSE(parse_dpd(longer, 1, 2));
}

// R-SPI-21, RFC 2408 3.14: protocol, four octets of SPI, and the number 11.
TEST(V1Notify, InvalidSpi) {
  NotifyPayload notify;
  notify.protocol = ProtocolId::kEsp;
  notify.type = NotifyType::kInvalidSpi;
  notify.spi = spi_octets(0x12345678);
  EXPECT_EQ(to_hex(body_of(notify)), "000000010304000b12345678");
}

// RFC 2408 3.14.1, RFC 2407 4.6.3
TEST(V1Notify, NamesItsTypes) {
  EXPECT_EQ(to_string(NotifyType::kInvalidPayloadType), "INVALID-PAYLOAD-TYPE");
  EXPECT_EQ(to_string(NotifyType::kNoProposalChosen), "NO-PROPOSAL-CHOSEN");
  EXPECT_EQ(to_string(NotifyType::kInvalidHashInformation), "INVALID-HASH-INFORMATION");
  EXPECT_EQ(to_string(NotifyType::kNotifySaLifetime), "NOTIFY-SA-LIFETIME");
  EXPECT_EQ(to_string(NotifyType::kResponderLifetime), "RESPONDER-LIFETIME");
  EXPECT_EQ(to_string(NotifyType::kRUThereAck), "R-U-THERE-ACK");
  EXPECT_EQ(to_string(static_cast<NotifyType>(9999)), "9999");
  EXPECT_TRUE(is_error(NotifyType::kNoProposalChosen));
  EXPECT_FALSE(is_error(NotifyType::kConnected));
}

TEST(V1Notify, Bounds) {
  EXPECT_FALSE(parse_body(PayloadType::kNotify, {0, 0, 0, 9, 1, 0, 0, 14}));  // DOI
  Bytes long_spi{0, 0, 0, 1, 1, 17, 0, 14};
  long_spi.resize(8 + 17);
  EXPECT_FALSE(parse_body(PayloadType::kNotify, long_spi));
}

// RFC 2408 3.15: which SAs are meant.
TEST(V1Delete, NamesItsSas) {
  EXPECT_TRUE(names(delete_isakmp(1, 2), 1, 2));
  EXPECT_FALSE(names(delete_isakmp(1, 2), 2, 1));
  EXPECT_FALSE(names(delete_ipsec(ProtocolId::kEsp, {1}), 0, 1));
  EXPECT_EQ(spis32(delete_ipsec(ProtocolId::kAh, {7, 0xfffffffe})),
            (std::vector<std::uint32_t>{7, 0xfffffffe}));
  EXPECT_TRUE(spis32(delete_isakmp(1, 2)).empty());
}

TEST(V1Delete, RefusesSizesThatDoNotFit) {
  EXPECT_FALSE(parse_body(PayloadType::kDelete, {0, 0, 0, 1, 3, 8, 0, 0}));
  EXPECT_FALSE(parse_body(PayloadType::kDelete, {0, 0, 0, 1, 3, 4, 0, 0}));      // none
  EXPECT_FALSE(parse_body(PayloadType::kDelete, {0, 0, 0, 1, 3, 4, 255, 255}));  // too many
  EXPECT_FALSE(parse_body(PayloadType::kDelete, {0, 0, 0, 1, 9, 4, 0, 1, 1, 2, 3, 4}));
  EXPECT_FALSE(parse_body(PayloadType::kDelete, {0, 0, 0, 1, 3, 4, 0, 2, 1, 2, 3, 4}));
  EXPECT_TRUE(parse_body(PayloadType::kDelete, {0, 0, 0, 1, 3, 4, 0, 1, 1, 2, 3, 4}));
  Writer out;
  write_body(out, DeletePayload{Doi::kIpsec, ProtocolId::kIpcomp, {{1, 2}, {1, 2, 3, 4}}});
  EXPECT_FALSE(out.ok());
}

// RFC 3947 3.1, RFC 3706 5.1 and the hashes of the drafts' names; none is read beyond its end.
TEST(V1VendorId, KnowsItsPeers) {
  for (const Vendor vendor :
       {Vendor::kNatTRfc3947, Vendor::kNatTDraft00, Vendor::kNatTDraft02,
        Vendor::kNatTDraft02Newline, Vendor::kNatTDraft03, Vendor::kNatTDraft04,
        Vendor::kNatTDraft05, Vendor::kNatTDraft06, Vendor::kNatTDraft07, Vendor::kDpd,
        Vendor::kXauth, Vendor::kUnity, Vendor::kFragmentation}) {
    const Bytes data = vendor_id(vendor).data;
    ASSERT_FALSE(data.empty());
    EXPECT_EQ(vendor_of(data), vendor) << to_string(vendor);
    EXPECT_EQ(vendor_of(ByteView(data).first(data.size() > 16 ? 15 : data.size() - 1)),
              Vendor::kUnknown);
  }
  EXPECT_EQ(vendor_of({}), Vendor::kUnknown);
  EXPECT_EQ(vendor_of(samples::filled(2000, 1)), Vendor::kUnknown);
}

// R-NAT-9, R-DPD-13: the octets that routers send.
TEST(V1VendorId, OctetsOfTheOnesThatRoutersSend) {
  EXPECT_EQ(to_hex(vendor_id(Vendor::kNatTDraft07).data), "439b59f8ba676c4c7737ae22eab8f582");
  EXPECT_EQ(to_hex(vendor_id(Vendor::kNatTDraft03).data), "7d9419a65310ca6f2c179d9215529d56");
  EXPECT_EQ(to_hex(vendor_id(Vendor::kNatTDraft02Newline).data),
            "90cb80913ebb696e086381b5ec427b1f");
  EXPECT_EQ(to_hex(vendor_id(Vendor::kDpd).data), "afcad71368a1f1c96b8696fc77570100");
}

// The two octets at the end of DPD and Unity are a version; fragmentation has capabilities behind.
TEST(V1VendorId, IgnoresVersions) {
  EXPECT_EQ(vendor_of(from_hex("afcad71368a1f1c96b8696fc77570200")), Vendor::kDpd);
  EXPECT_EQ(vendor_of(from_hex("12f5f28c457168a9702d9fe274cc0204")), Vendor::kUnity);
  EXPECT_EQ(vendor_of(from_hex("4048b7d56ebce88525e7de7f00d6c2d3")), Vendor::kFragmentation);
  EXPECT_EQ(vendor_of(from_hex("4048b7d56ebce88525e7de7f00d6c2d380000000")),
            Vendor::kFragmentation);
}

// RFC 3947 3.2, 5.2 and the private numbers of the drafts.
TEST(V1Nat, FlavoursHaveTheirNumbers) {
  EXPECT_EQ(nat_traversal_of(Vendor::kNatTDraft02Newline), NatTraversal::kDrafts00);
  EXPECT_EQ(nat_traversal_of(Vendor::kNatTDraft07), NatTraversal::kDrafts04);
  EXPECT_EQ(nat_traversal_of(Vendor::kNatTRfc3947), NatTraversal::kRfc3947);
  EXPECT_EQ(nat_traversal_of(Vendor::kDpd), NatTraversal::kNone);
  EXPECT_EQ(nat_d_type(NatTraversal::kRfc3947), static_cast<PayloadType>(20));
  EXPECT_EQ(nat_oa_type(NatTraversal::kRfc3947), static_cast<PayloadType>(21));
  EXPECT_EQ(nat_d_type(NatTraversal::kDrafts00), static_cast<PayloadType>(130));
  EXPECT_EQ(nat_oa_type(NatTraversal::kDrafts00), static_cast<PayloadType>(131));
  EXPECT_FALSE(parse_body(PayloadType::kNatOa, {1, 0, 0, 0, 10, 0, 0}));
  EXPECT_FALSE(parse_body(PayloadType::kNatOa, {4, 0, 0, 0, 10, 0, 0, 1}));
  EXPECT_FALSE(parse_body(PayloadType::kNatD, {}));
}

// draft-ietf-ipsec-isakmp-mode-cfg-05 3, draft-beaulieu-ike-xauth-02 6
TEST(V1Config, FindsAttributes) {
  const ConfigPayload config{ConfigType::kReply,
                             7,
                             {config_attribute(ConfigAttributeType::kXauthUserName, as_bytes("u")),
                              config_number(ConfigAttributeType::kXauthStatus,
                                            static_cast<std::uint16_t>(XauthStatus::kOk))}};
  ASSERT_NE(find(config, ConfigAttributeType::kXauthStatus), nullptr);
  EXPECT_EQ(number_of(*find(config, ConfigAttributeType::kXauthStatus)), 1U);
  EXPECT_EQ(find(config, ConfigAttributeType::kIp4Dns), nullptr);
  EXPECT_EQ(to_string(ConfigAttributeType::kUnitySplitInclude), "UNITY_SPLIT_INCLUDE");
  EXPECT_FALSE(parse_body(PayloadType::kAttributes, {0, 0, 0, 1}));
  EXPECT_FALSE(parse_body(PayloadType::kAttributes, {5, 0, 0, 1}));
  EXPECT_TRUE(parse_body(PayloadType::kAttributes, {4, 0, 0, 1}));
}

TEST(V1Config, UnitySubnets) {
  const std::vector<UnitySubnet> subnets{{*IpPrefix::parse("10.1.0.0/16"), 6, 0, 443},
                                         {*IpPrefix::parse("0.0.0.0/0"), 0, 0, 0},
                                         {*IpPrefix::parse("192.0.2.1/32"), 0, 0, 0}};
  const Bytes octets = unity_subnet_octets(subnets);
  EXPECT_EQ(octets.size(), 42U);
  EXPECT_EQ(*parse_unity_subnets(octets), subnets);
  EXPECT_EQ(parse_unity_subnets(from_hex("0a010000ffff0000"))->at(0).prefix.to_string(),
            "10.1.0.0/16");
  EXPECT_FALSE(parse_unity_subnets(from_hex("0a010000ff00ff00000000000000")));
  EXPECT_FALSE(parse_unity_subnets(Bytes(13)));
  EXPECT_FALSE(parse_unity_subnets(Bytes(14 * (kMaxConfigAttributes + 1))));
}

// RFC 2408 3.3: numbers in both forms.
TEST(V1Attribute, Numbers) {
  EXPECT_TRUE(number_attribute(1, 0xffff).short_form);
  EXPECT_FALSE(number_attribute(1, 0x10000).short_form);
  EXPECT_EQ(number_of(number_attribute(1, 0x10000)), 0x10000U);
  EXPECT_EQ(number_of(long_attribute(1, Bytes(8, 0xff))), ~std::uint64_t{0});
  EXPECT_EQ(number_of(long_attribute(1, Bytes(9, 0xff))), std::nullopt);
  EXPECT_EQ(number_of(long_attribute(1, Bytes(30, 0))), 0U);
  EXPECT_EQ(number_of(long_attribute(1, Bytes{})), std::nullopt);
}

// RFC 2408 3.1, 5.2
TEST(V1Header, RefusesWhatIsNotIkev1) {
  const Bytes good = *serialize(samples::message({}));
  const auto with = [&good](std::size_t at, std::uint8_t value) {
    Bytes octets = good;
    octets[at] = value;
    return parse_header(octets);
  };
  ASSERT_TRUE(parse_header(good));
  EXPECT_TRUE(with(17, 0x11));  // a higher minor version
  EXPECT_EQ(with(17, 0x20).error().code, Errc::kUnsupported);
  EXPECT_FALSE(with(19, 0x08));
  EXPECT_FALSE(with(27, 27));
  Bytes no_cookie = good;
  std::fill_n(no_cookie.begin(), 8, 0);
  EXPECT_FALSE(parse_header(no_cookie));
  EXPECT_FALSE(parse_header({}));
}

}  // namespace
}  // namespace spa::wire::v1
