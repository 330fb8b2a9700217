// SPDX-License-Identifier: Apache-2.0
// What a peer may say beside what an exchange is about: vendor IDs, its addresses, its tokens, its
// wishes (RFC 7296 3.12, 3.15, RFC 4555, RFC 6290).
#include "tests/exchange/bad_input.h"
#include "userspace/wire/config_attributes.h"

namespace spa::exchange {
namespace {

using wire::ConfigAttributeType;
using wire::ExchangeType;
using wire::NotifyType;

class Notices : public BadInput {
 protected:
  // IKE_AUTH with something more in it; the payloads of the answer.
  Payloads authenticate(const wire::Payload& more) {
    EXPECT_TRUE(bare_->init());
    Payloads payloads = bare_->auth_request();
    payloads.push_back(more);
    return only(bare_->send(bare_->seal(ExchangeType::kIkeAuth, payloads)));
  }
  Payloads inform(const Payloads& payloads) {
    return only(bare_->send(bare_->seal(ExchangeType::kInformational, payloads)));
  }
  // In clear, as by a router that has forgotten everything.
  void show_token(const Bytes& token) {
    wire::Message message;
    message.header.initiator_spi = bare_->spi_i;
    message.header.responder_spi = bare_->spi_r;
    message.header.exchange = ExchangeType::kInformational;
    message.header.flags = wire::Header::kFlagInitiator | wire::Header::kFlagResponse;
    message.header.message_id = 7;
    message.payloads.emplace_back(wire::notify(NotifyType::kInvalidIkeSpi));
    message.payloads.emplace_back(wire::notify(NotifyType::kQuickCrashDetection, token));
    bare_->send_clear(message);
  }

 private:
  static Payloads only(const std::vector<wire::Message>& answers) {
    EXPECT_FALSE(answers.empty());
    return answers.empty() ? Payloads{} : answers[0].payloads;
  }
};

// RFC 7296 3.12: who does not know a vendor ID goes on as without it.
TEST_F(Notices, UnknownVendorIdsChangeNothing) {
  const Payloads answer = authenticate(wire::VendorIdPayload{Bytes(16, 0x5A)});
  EXPECT_NE(wire::find<wire::AuthPayload>(answer), nullptr);
  EXPECT_NE(wire::find<wire::SaPayload>(answer), nullptr);
}

// RFC 4555 3.2, 3.9, 4.1: a peer that allows no NAT, and was not seen where it said that it is.
TEST_F(Notices, UnexpectedNat) {
  const Payloads answer = authenticate(wire::notify(NotifyType::kMobikeSupported));
  ASSERT_NE(wire::find_notify(answer, NotifyType::kMobikeSupported), nullptr);
  Bytes ends;
  for (const IpAddress& address : {kBare, right.address}) {
    ends.insert(ends.end(), address.bytes().begin(), address.bytes().end());
  }
  for (const int octet : {500 >> 8, 500 & 0xFF, 500 >> 8, 500 & 0xFF}) {
    ends.push_back(static_cast<std::uint8_t>(octet));
  }
  Bytes elsewhere = ends;
  elsewhere[0] ^= 1;
  const auto update = [&](const Bytes& where) {
    return inform({wire::notify(NotifyType::kUpdateSaAddresses),
                   wire::notify(NotifyType::kNoNatsAllowed, where)});
  };
  EXPECT_NE(wire::find_notify(update(elsewhere), NotifyType::kUnexpectedNatDetected), nullptr);
  EXPECT_EQ(wire::find_notify(update(ends), NotifyType::kUnexpectedNatDetected), nullptr);
}

// RFC 6290 4.4: a later token takes the place of an earlier one.
TEST_F(Notices, ATokenIsReplaced) {
  ASSERT_TRUE(bare_->establish());
  const Bytes first(32, 1), second(32, 2);
  (void)inform({wire::notify(NotifyType::kQuickCrashDetection, first)});
  (void)inform({wire::notify(NotifyType::kQuickCrashDetection, second)});
  show_token(first);
  EXPECT_EQ(counters().crashes_detected, 0U);
  show_token(second);
  EXPECT_EQ(counters().crashes_detected, 1U);
}

// RFC 7296 3.15.2, 3.15.3: addresses of both families, with a prefix length in IPv6, and the
// networks that are behind this router.
TEST_F(Notices, AddressesAndNetworksOfBothFamilies) {
  const auto range = [](const char* address) {
    return policy::AddressRange{*IpAddress::parse(address), *IpAddress::parse(address)};
  };
  right.config.address_pools["FOUR"] = {"FOUR", {range("192.168.7.10")}};
  right.config.address_pools["SIX"] = {"SIX", {range("2001:db8:7::10")}};
  policy::AccessList split;
  split.name = "SPLIT";
  for (const char* network : {"1.1.1.0/24", "2001:db8:1::/48"}) {
    split.entries.emplace_back().source = *IpPrefix::parse(network);
  }
  right.config.access_lists["SPLIT"] = split;
  policy::AuthorizationPolicy given;
  given.name = "CLIENTS";
  given.pool = "FOUR";
  given.ipv6_pool = "SIX";
  given.split_access_list = "SPLIT";
  right.config.authorization_policies["CLIENTS"] = given;
  right.profile().authorization_policy = "CLIENTS";
  right.start();

  wire::ConfigPayload wishes;
  for (const ConfigAttributeType type :
       {ConfigAttributeType::kInternalIp4Address, ConfigAttributeType::kInternalIp6Address,
        ConfigAttributeType::kInternalIp4Subnet, ConfigAttributeType::kInternalIp6Subnet}) {
    wishes.attributes.push_back(wire::config_attribute(type));
  }
  const Payloads answer = authenticate(wishes);
  const auto* reply = wire::find<wire::ConfigPayload>(answer);
  ASSERT_NE(reply, nullptr);
  std::vector<std::string> said;
  for (const wire::ConfigAttribute& a : reply->attributes) {
    const auto address = wire::address_in(a);
    const auto subnet = wire::subnet_in(a);
    if (wire::is(a, ConfigAttributeType::kInternalIp6Address)) EXPECT_EQ(a.value.size(), 17U);
    if (address) said.push_back(address->to_string());
    if (subnet) said.push_back(subnet->to_string());
  }
  for (const char* expected : {"192.168.7.10", "2001:db8:7::10", "1.1.1.0/24", "2001:db8:1::/48"}) {
    EXPECT_EQ(std::count(said.begin(), said.end(), expected), 1) << expected;
  }
}

}  // namespace
}  // namespace spa::exchange
