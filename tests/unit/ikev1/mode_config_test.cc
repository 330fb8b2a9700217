// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/mode_config.h"

#include <gtest/gtest.h>

namespace spa::ikev1 {
namespace {

namespace v1 = wire::v1;
using Type = v1::ConfigAttributeType;

ClientSettings everything() {
  ClientSettings settings;
  settings.address = *IpAddress::parse("10.9.0.5");
  settings.netmask = *IpAddress::parse("255.255.255.0");
  settings.dns = {*IpAddress::parse("10.1.1.53"), *IpAddress::parse("10.1.1.54")};
  settings.wins = {*IpAddress::parse("10.1.1.42")};
  settings.domain = "example.com";
  settings.split_include = {*IpPrefix::parse("10.1.0.0/16"), *IpPrefix::parse("192.168.4.0/24")};
  settings.banner = "Welcome.\nNo trespassing.";
  settings.save_password = true;
  return settings;
}

v1::ConfigPayload config(v1::ConfigType type, std::vector<v1::Attribute> attributes) {
  return {type, 1, std::move(attributes)};
}

Result<ClientSettings> reading(std::vector<v1::Attribute> attributes) {
  return read_settings(config(v1::ConfigType::kReply, std::move(attributes)));
}

// draft-ietf-ipsec-isakmp-mode-cfg-05 3.1: request and reply.
TEST(ModeConfig, ReplyGivesWhatWasAskedFor) {
  const auto request = config(v1::ConfigType::kRequest, settings_request());
  EXPECT_EQ(*reading(settings_reply(everything(), request)), everything());

  const auto modest = config(v1::ConfigType::kRequest, {v1::config_attribute(Type::kIp4Address),
                                                        v1::config_attribute(Type::kIp4Dhcp)});
  const auto got = reading(settings_reply(everything(), modest));
  ClientSettings only_address;
  only_address.address = everything().address;
  EXPECT_EQ(*got, only_address);

  EXPECT_TRUE(settings_reply({}, request).empty());
}

// 3.2: set and acknowledgement.
TEST(ModeConfig, SetGivesEverything) {
  const auto set = config(v1::ConfigType::kSet, settings_set(everything()));
  EXPECT_EQ(*read_settings(set), everything());
  const auto ack = settings_ack(set);
  EXPECT_EQ(ack.size(), 8U);
  for (const v1::Attribute& attribute : ack) EXPECT_TRUE(attribute.value.empty());
}

TEST(ModeConfig, WantedAddress) {
  const auto wanted = [](v1::Attribute attribute) {
    return wanted_address(config(v1::ConfigType::kRequest, {std::move(attribute)}));
  };
  EXPECT_EQ(wanted(v1::config_attribute(Type::kIp4Address, *IpAddress::parse("10.9.0.5"))),
            IpAddress::parse("10.9.0.5").value());
  EXPECT_EQ(wanted(v1::config_attribute(Type::kIp4Address)), std::nullopt);
  EXPECT_EQ(wanted(v1::config_attribute(Type::kIp4Address, Bytes(4, 0))), std::nullopt);
  EXPECT_EQ(wanted(v1::config_attribute(Type::kIp4Address, Bytes(5, 1))), std::nullopt);
}

// What a server sends is shown to people and put into tables: it is bounded.
TEST(ModeConfig, RefusesWhatItCannotUse) {
  EXPECT_FALSE(reading({v1::config_attribute(Type::kIp4Address, Bytes(16, 1))}));
  EXPECT_FALSE(reading({v1::config_attribute(Type::kIp4Dns, Bytes(3, 1))}));
  EXPECT_FALSE(reading(std::vector<v1::Attribute>(
      kMaxServers + 1, v1::config_attribute(Type::kIp4Dns, Bytes(4, 1)))));
  EXPECT_FALSE(reading({v1::config_attribute(Type::kUnityBanner, Bytes(kMaxText + 1, 'a'))}));
  EXPECT_FALSE(reading({v1::config_attribute(Type::kUnityBanner, as_bytes("\x1b[2J"))}));
  EXPECT_FALSE(reading({v1::config_attribute(Type::kUnitySplitInclude, Bytes(13, 1))}));
  const std::vector<v1::UnitySubnet> many(kMaxSplitNetworks + 1,
                                          {*IpPrefix::parse("10.0.0.0/8"), 0, 0, 0});
  EXPECT_FALSE(
      reading({v1::config_attribute(Type::kUnitySplitInclude, v1::unity_subnet_octets(many))}));
  EXPECT_TRUE(reading({v1::config_attribute(static_cast<Type>(20000), Bytes(9, 1))}));
}

// Some servers end their texts with a zero.
TEST(ModeConfig, TextsMayEndWithAZero) {
  EXPECT_EQ(
      reading({v1::config_attribute(Type::kUnityDefaultDomain, Bytes{'a', '.', 'b', 0})})->domain,
      "a.b");
}

}  // namespace
}  // namespace spa::ikev1
