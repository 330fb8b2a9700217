// SPDX-License-Identifier: Apache-2.0
// What attributes say: phase 1 (RFC 2409 appendix A), phase 2 (RFC 2407 4.5), lifetimes.
#include <gtest/gtest.h>

#include "userspace/wire/v1/phase1_transform.h"
#include "userspace/wire/v1/phase2_transform.h"

namespace spa::wire::v1 {
namespace {

Transform phase1(std::vector<Attribute> more = {}) {
  Transform transform{1,
                      1,
                      {short_attribute(1, 7), short_attribute(2, 2), short_attribute(3, 1),
                       short_attribute(4, 14)}};
  transform.attributes.insert(transform.attributes.end(), more.begin(), more.end());
  return transform;
}

Transform phase2(std::vector<Attribute> attributes) {
  return {1, 12, std::move(attributes)};
}

// RFC 2409 appendix A
TEST(V1Phase1Transform, RoundTrip) {
  Phase1Transform full;
  full.encryption = Phase1Encryption::kAesCbc;
  full.key_length = 192;
  full.hash = Phase1Hash::kSha384;
  full.auth = Phase1Auth::kXauthRespRsa;
  full.group = DhId::kCurve25519;
  full.life = {86400, 100000};
  full.unknown = {long_attribute(6, Bytes{1, 2, 3})};
  const Transform transform = encode_phase1(7, full);
  EXPECT_EQ(transform.number, 7);
  EXPECT_EQ(*decode_phase1(transform), full);
}

// RFC 2409 4, RFC 2407 4.4.2: cipher, hash, authentication and group, under KEY_IKE.
TEST(V1Phase1Transform, NeedsItsFourAttributes) {
  ASSERT_TRUE(decode_phase1(phase1()));
  for (std::size_t missing = 0; missing < 4; ++missing) {
    Transform transform = phase1();
    transform.attributes.erase(transform.attributes.begin() + static_cast<std::ptrdiff_t>(missing));
    EXPECT_FALSE(decode_phase1(transform)) << missing;
    transform = phase1({phase1().attributes[missing]});
    EXPECT_FALSE(decode_phase1(transform)) << "twice: " << missing;
  }
  Transform other = phase1();
  other.id = 2;
  EXPECT_FALSE(decode_phase1(other));
  EXPECT_FALSE(decode_phase1(phase1({short_attribute(14, 0)})));
  EXPECT_FALSE(decode_phase1(phase1({short_attribute(14, 128), short_attribute(14, 256)})));
  EXPECT_FALSE(decode_phase1(phase1({long_attribute(14, Bytes{1, 0, 0})})));
}

// RFC 2409 appendix A: a basic attribute may come in the long form from sloppy peers; its value
// counts. A private group makes a transform that nobody chooses.
TEST(V1Phase1Transform, KeepsWhatItDoesNotKnow) {
  const auto got =
      decode_phase1(phase1({long_attribute(14, Bytes{0, 128}), long_attribute(6, Bytes{5})}));
  ASSERT_TRUE(got) << got.error().text;
  EXPECT_EQ(got->key_length, 128);
  ASSERT_EQ(got->unknown.size(), 1U);
  EXPECT_EQ(got->unknown[0].type, 6);
}

// draft-beaulieu-ike-xauth-02 7.2
TEST(V1Phase1Transform, XauthMethods) {
  EXPECT_EQ(base_method(Phase1Auth::kXauthInitPreShared), Phase1Auth::kPreSharedKey);
  EXPECT_EQ(base_method(Phase1Auth::kXauthRespRsaEncryption), Phase1Auth::kRsaEncryption);
  EXPECT_EQ(base_method(Phase1Auth::kRsaSignature), Phase1Auth::kRsaSignature);
  EXPECT_EQ(xauth_side(Phase1Auth::kXauthInitRsa), XauthSide::kInitiator);
  EXPECT_EQ(xauth_side(Phase1Auth::kXauthRespDss), XauthSide::kResponder);
  EXPECT_EQ(xauth_side(Phase1Auth::kPreSharedKey), XauthSide::kNobody);
  EXPECT_EQ(with_xauth(Phase1Auth::kPreSharedKey, XauthSide::kInitiator),
            Phase1Auth::kXauthInitPreShared);
  EXPECT_EQ(with_xauth(Phase1Auth::kRsaSignature, XauthSide::kNobody), Phase1Auth::kRsaSignature);
  for (const Phase1Auth auth :
       {Phase1Auth::kPreSharedKey, Phase1Auth::kDssSignature, Phase1Auth::kRsaSignature,
        Phase1Auth::kRsaEncryption, Phase1Auth::kRsaEncryptionRevised}) {
    for (const XauthSide side : {XauthSide::kInitiator, XauthSide::kResponder}) {
      EXPECT_EQ(base_method(with_xauth(auth, side)), auth);
      EXPECT_EQ(xauth_side(with_xauth(auth, side)), side);
    }
  }
}

// RFC 2407 4.5, 4.5.1, RFC 4304
TEST(V1Phase2Transform, RoundTrip) {
  Phase2Transform full;
  full.id = static_cast<std::uint8_t>(EspTransformId::kAesCbc);
  full.encapsulation = EncapsulationMode::kUdpTunnelDraft;
  full.auth = AuthAlgorithm::kHmacSha512;
  full.key_length = 256;
  full.group = DhId::kEcp384;
  full.extended_sequence = true;
  full.life = {120, 2560};
  full.unknown = {short_attribute(10, 1)};
  EXPECT_EQ(*decode_phase2(encode_phase2(3, full)), full);
  EXPECT_EQ(*decode_phase2(encode_phase2(3, {})), Phase2Transform{});
}

TEST(V1Phase2Transform, RefusesContradictions) {
  EXPECT_TRUE(decode_phase2(phase2({})));
  EXPECT_FALSE(decode_phase2(phase2({short_attribute(4, 1), short_attribute(4, 2)})));
  EXPECT_FALSE(decode_phase2(phase2({short_attribute(5, 1), short_attribute(5, 1)})));
  EXPECT_FALSE(decode_phase2(phase2({short_attribute(3, 0)})));
  EXPECT_FALSE(decode_phase2(phase2({long_attribute(6, Bytes{})})));
  EXPECT_FALSE(decode_phase2(phase2({long_attribute(6, Bytes{0, 1, 0, 0})})));
}

// RFC 4304: the attribute has one value; another one is not ours to guess, but kept apart, so that
// the transform can be passed over.
TEST(V1Phase2Transform, UnknownSequenceSizeCannotBeChosen) {
  const auto got = decode_phase2(phase2({short_attribute(11, 2)}));
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->extended_sequence);
  EXPECT_EQ(got->unknown.size(), 1U);
}

// RFC 3947 5.1 and its drafts
TEST(V1Phase2Transform, EncapsulationModes) {
  EXPECT_TRUE(is_tunnel(EncapsulationMode::kTunnel));
  EXPECT_TRUE(is_tunnel(EncapsulationMode::kUdpTunnel));
  EXPECT_TRUE(is_tunnel(EncapsulationMode::kUdpTunnelDraft));
  EXPECT_FALSE(is_tunnel(EncapsulationMode::kUdpTransportDraft));
  EXPECT_TRUE(is_udp(EncapsulationMode::kUdpTransport));
  EXPECT_TRUE(is_udp(EncapsulationMode::kUdpTransportDraft));
  EXPECT_FALSE(is_udp(EncapsulationMode::kTransport));
  EXPECT_FALSE(is_udp(static_cast<EncapsulationMode>(5)));
  EXPECT_FALSE(is_known(static_cast<EncapsulationMode>(61445)));
}

// RFC 2407 4.5.2: duration follows type; one lifetime of each kind.
TEST(V1Lifetime, PairsTypeAndDuration) {
  const auto life = [](std::vector<Attribute> attributes) {
    return decode_phase2(phase2(std::move(attributes)));
  };
  const Attribute seconds = short_attribute(1, 1);
  const Attribute kilobytes = short_attribute(1, 2);
  const Attribute hour = short_attribute(2, 3600);
  EXPECT_EQ(life({seconds, hour})->life, (Lifetimes{3600, std::nullopt}));
  EXPECT_EQ(life({kilobytes, number_attribute(2, 4608000), seconds, hour})->life,
            (Lifetimes{3600, 4608000}));
  EXPECT_FALSE(life({hour}));
  EXPECT_FALSE(life({seconds}));
  EXPECT_FALSE(life({seconds, kilobytes, hour}));
  EXPECT_FALSE(life({seconds, hour, hour}));
  EXPECT_FALSE(life({seconds, hour, seconds, hour}));
  EXPECT_FALSE(life({short_attribute(1, 3), hour}));
  EXPECT_FALSE(life({seconds, short_attribute(2, 0)}));
  EXPECT_FALSE(life({seconds, long_attribute(2, Bytes{})}));
}

// A duration of 64 bits and more is cut, not taken modulo 2^32.
TEST(V1Lifetime, CutsWhatIsTooLong) {
  const auto of = [](Bytes value) {
    return decode_phase2(phase2({short_attribute(1, 1), long_attribute(2, value)}));
  };
  EXPECT_EQ(of(Bytes(8, 0xff))->life.seconds, 0xffffffffU);
  EXPECT_EQ(of(Bytes(20, 0x01))->life.seconds, 0xffffffffU);
  EXPECT_EQ(of({0, 0, 0, 0, 0, 0, 14, 16})->life.seconds, 3600U);
}

// R-POL-22: a day of phase 1 in four octets. R-MAP-32: an hour and 4,608,000 kB of phase 2, the
// mode, and the authenticator.
TEST(V1Lifetime, AsRoutersEncodeIt) {
  const auto octets = [](const Transform& transform) {
    Writer out;
    write_attributes(out, transform.attributes, 16);
    return to_hex(out.take().value_or(Bytes{}));
  };
  Phase1Transform day;
  day.life = {86400, std::nullopt};
  EXPECT_NE(octets(encode_phase1(1, day)).find("800b0001000c000400015180"), std::string::npos);
  Phase2Transform hour;
  hour.encapsulation = EncapsulationMode::kTunnel;
  hour.auth = AuthAlgorithm::kHmacMd5;
  hour.life = {3600, 4608000};
  const std::string text = octets(encode_phase2(1, hour));
  for (const char* part : {"8004"
                           "0001",
                           "8001"
                           "0001"
                           "8002"
                           "0e10",
                           "8001"
                           "0002"
                           "00020004"
                           "00465000",
                           "8005"
                           "0001"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
}

// RFC 2407 4.6.3.1
TEST(V1Lifetime, ResponderLifetime) {
  for (const Phase phase : {Phase::kOne, Phase::kTwo}) {
    for (const Lifetimes& life :
         {Lifetimes{3600, 4608000}, Lifetimes{std::nullopt, 5}, Lifetimes{}}) {
      EXPECT_EQ(*parse_lifetimes(lifetime_octets(life, phase), phase), life);
    }
  }
  EXPECT_FALSE(parse_lifetimes(lifetime_octets({3600, {}}, Phase::kOne), Phase::kTwo));
  EXPECT_FALSE(parse_lifetimes(Bytes{0x80}, Phase::kTwo));
}

}  // namespace
}  // namespace spa::wire::v1
