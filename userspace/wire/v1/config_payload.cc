// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/config_payload.h"

#include <bit>

#include "userspace/wire/names.h"
#include "userspace/wire/v1/limits.h"

namespace spa::wire::v1 {
namespace {

constexpr Name<ConfigAttributeType> kTypes[] = {
    {ConfigAttributeType::kIp4Address, "INTERNAL_IP4_ADDRESS"},
    {ConfigAttributeType::kIp4Netmask, "INTERNAL_IP4_NETMASK"},
    {ConfigAttributeType::kIp4Dns, "INTERNAL_IP4_DNS"},
    {ConfigAttributeType::kIp4Nbns, "INTERNAL_IP4_NBNS"},
    {ConfigAttributeType::kAddressExpiry, "INTERNAL_ADDRESS_EXPIRY"},
    {ConfigAttributeType::kIp4Dhcp, "INTERNAL_IP4_DHCP"},
    {ConfigAttributeType::kApplicationVersion, "APPLICATION_VERSION"},
    {ConfigAttributeType::kIp6Address, "INTERNAL_IP6_ADDRESS"},
    {ConfigAttributeType::kIp6Netmask, "INTERNAL_IP6_NETMASK"},
    {ConfigAttributeType::kIp6Dns, "INTERNAL_IP6_DNS"},
    {ConfigAttributeType::kIp6Nbns, "INTERNAL_IP6_NBNS"},
    {ConfigAttributeType::kIp6Dhcp, "INTERNAL_IP6_DHCP"},
    {ConfigAttributeType::kIp4Subnet, "INTERNAL_IP4_SUBNET"},
    {ConfigAttributeType::kSupportedAttributes, "SUPPORTED_ATTRIBUTES"},
    {ConfigAttributeType::kIp6Subnet, "INTERNAL_IP6_SUBNET"},
    {ConfigAttributeType::kXauthType, "XAUTH_TYPE"},
    {ConfigAttributeType::kXauthUserName, "XAUTH_USER_NAME"},
    {ConfigAttributeType::kXauthUserPassword, "XAUTH_USER_PASSWORD"},
    {ConfigAttributeType::kXauthPasscode, "XAUTH_PASSCODE"},
    {ConfigAttributeType::kXauthMessage, "XAUTH_MESSAGE"},
    {ConfigAttributeType::kXauthChallenge, "XAUTH_CHALLENGE"},
    {ConfigAttributeType::kXauthDomain, "XAUTH_DOMAIN"},
    {ConfigAttributeType::kXauthStatus, "XAUTH_STATUS"},
    {ConfigAttributeType::kXauthNextPin, "XAUTH_NEXT_PIN"},
    {ConfigAttributeType::kXauthAnswer, "XAUTH_ANSWER"},
    {ConfigAttributeType::kUnityBanner, "UNITY_BANNER"},
    {ConfigAttributeType::kUnitySavePassword, "UNITY_SAVE_PASSWD"},
    {ConfigAttributeType::kUnityDefaultDomain, "UNITY_DEF_DOMAIN"},
    {ConfigAttributeType::kUnitySplitDns, "UNITY_SPLITDNS_NAME"},
    {ConfigAttributeType::kUnitySplitInclude, "UNITY_SPLIT_INCLUDE"},
    {ConfigAttributeType::kUnityNatTPort, "UNITY_NATT_PORT"},
    {ConfigAttributeType::kUnityLocalLan, "UNITY_LOCAL_LAN"},
    {ConfigAttributeType::kUnityPfs, "UNITY_PFS"},
    {ConfigAttributeType::kUnityFirewallType, "UNITY_FW_TYPE"},
    {ConfigAttributeType::kUnityBackupServers, "UNITY_BACKUP_SERVERS"},
    {ConfigAttributeType::kUnityDdnsHostname, "UNITY_DDNS_HOSTNAME"},
};

constexpr std::size_t kUnitySubnetSize = 14;
constexpr std::size_t kBareSubnetSize = 8;

}  // namespace

std::string to_string(ConfigAttributeType type) {
  return name_in(kTypes, type);
}

Result<ConfigPayload> parse_config(Reader& body) {
  ConfigPayload config;
  config.type = static_cast<ConfigType>(body.u8());
  body.skip(1);
  config.identifier = body.u16();
  if (body.ok() && (config.type < ConfigType::kRequest || config.type > ConfigType::kAck)) {
    body.refuse("type " + to_string(config.type));
  }
  config.attributes = read_attributes(body, kMaxConfigAttributes);
  return body.finish(std::move(config));
}

void write_body(Writer& out, const ConfigPayload& config) {
  if (config.type < ConfigType::kRequest || config.type > ConfigType::kAck) {
    out.refuse("an attributes payload of type " + to_string(config.type));
  }
  out.u8(static_cast<std::uint8_t>(config.type));
  out.u8(0);
  out.u16(config.identifier);
  write_attributes(out, config.attributes, kMaxConfigAttributes);
}

Attribute config_attribute(ConfigAttributeType type, ByteView value) {
  return long_attribute(static_cast<std::uint16_t>(type), value);
}

Attribute config_attribute(ConfigAttributeType type, const IpAddress& value) {
  return config_attribute(type, value.bytes());
}

Attribute config_number(ConfigAttributeType type, std::uint16_t value) {
  return short_attribute(static_cast<std::uint16_t>(type), value);
}

const Attribute* find(const ConfigPayload& config, ConfigAttributeType type) {
  for (const Attribute& attribute : config.attributes) {
    if (attribute.type == static_cast<std::uint16_t>(type)) return &attribute;
  }
  return nullptr;
}

Result<std::vector<UnitySubnet>> parse_unity_subnets(ByteView value) {
  Reader reader(value, "Unity subnet list");
  std::vector<UnitySubnet> subnets;
  if (value.size() > kUnitySubnetSize * kMaxConfigAttributes) {
    reader.refuse("more than " + std::to_string(kMaxConfigAttributes) + " subnets",
                  Errc::kExhausted);
  }
  while (reader.remaining() > 0) {
    UnitySubnet subnet;
    const IpAddress address = IpAddress::from_bytes(reader.bytes(4));
    const std::uint32_t mask = reader.u32();
    const auto length = static_cast<unsigned>(std::countl_one(mask));
    if (reader.ok() && length < 32 && mask << length != 0) {
      reader.refuse("a mask with holes", Errc::kUnsupported);
    }
    subnet.prefix = {address, length};
    if (value.size() != kBareSubnetSize) {
      subnet.protocol = reader.u16();
      subnet.source_port = reader.u16();
      subnet.destination_port = reader.u16();
    }
    subnets.push_back(subnet);
  }
  return reader.finish(std::move(subnets));
}

Bytes unity_subnet_octets(const std::vector<UnitySubnet>& subnets) {
  Writer out;
  for (const UnitySubnet& subnet : subnets) {
    out.bytes(subnet.prefix.first().bytes());
    const unsigned length = subnet.prefix.length;
    out.u32(length == 0 ? 0 : 0xffffffffU << (32 - length));
    out.u16(subnet.protocol);
    out.u16(subnet.source_port);
    out.u16(subnet.destination_port);
  }
  return out.take().value_or(Bytes{});
}

}  // namespace spa::wire::v1
