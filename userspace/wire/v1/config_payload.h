// SPDX-License-Identifier: Apache-2.0
// Attributes payload of the transaction exchange: mode config (draft-ietf-ipsec-isakmp-mode-cfg-05
// 3), XAUTH (draft-beaulieu-ike-xauth-02 6), and the attributes of Cisco Unity.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/v1/attribute.h"
#include "userspace/wire/v1/registry.h"
#include "userspace/wire/writer.h"

namespace spa::wire::v1 {

enum class ConfigAttributeType : std::uint16_t {
  kIp4Address = 1,
  kIp4Netmask = 2,
  kIp4Dns = 3,
  kIp4Nbns = 4,
  kAddressExpiry = 5,  // seconds
  kIp4Dhcp = 6,
  kApplicationVersion = 7,
  kIp6Address = 8,
  kIp6Netmask = 9,
  kIp6Dns = 10,
  kIp6Nbns = 11,
  kIp6Dhcp = 12,
  kIp4Subnet = 13,
  kSupportedAttributes = 14,
  kIp6Subnet = 15,
  kXauthType = 16520,
  kXauthUserName = 16521,
  kXauthUserPassword = 16522,
  kXauthPasscode = 16523,
  kXauthMessage = 16524,
  kXauthChallenge = 16525,
  kXauthDomain = 16526,
  kXauthStatus = 16527,
  kXauthNextPin = 16528,
  kXauthAnswer = 16529,
  kUnityBanner = 28672,
  kUnitySavePassword = 28673,
  kUnityDefaultDomain = 28674,
  kUnitySplitDns = 28675,
  kUnitySplitInclude = 28676,
  kUnityNatTPort = 28677,
  kUnityLocalLan = 28678,
  kUnityPfs = 28679,
  kUnityFirewallType = 28680,
  kUnityBackupServers = 28681,
  kUnityDdnsHostname = 28682,
};
[[nodiscard]] std::string to_string(ConfigAttributeType type);  // "INTERNAL_IP4_ADDRESS" …

enum class XauthType : std::uint16_t { kGeneric = 0, kRadiusChap = 1, kOtp = 2, kSKey = 3 };
enum class XauthStatus : std::uint16_t { kFail = 0, kOk = 1 };

struct ConfigPayload {
  ConfigType type = ConfigType::kRequest;
  std::uint16_t identifier = 0;  // a reply and an acknowledgement repeat it
  std::vector<Attribute> attributes;
  friend bool operator==(const ConfigPayload&, const ConfigPayload&) = default;
};

[[nodiscard]] Result<ConfigPayload> parse_config(Reader& body);
void write_body(Writer& out, const ConfigPayload& config);

// Every value may hold a password: the caller's copies belong into SecretBytes.
[[nodiscard]] Attribute config_attribute(ConfigAttributeType type, ByteView value = {});
[[nodiscard]] Attribute config_attribute(ConfigAttributeType type, const IpAddress& value);
[[nodiscard]] Attribute config_number(ConfigAttributeType type, std::uint16_t value);  // TV
// The first attribute of a type, or null.
[[nodiscard]] const Attribute* find(const ConfigPayload& config, ConfigAttributeType type);

// One subnet of UNITY_SPLIT_INCLUDE or UNITY_LOCAL_LAN: 14 octets each, several in one attribute.
struct UnitySubnet {
  IpPrefix prefix;  // IPv4
  std::uint16_t protocol = 0;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  friend bool operator==(const UnitySubnet&, const UnitySubnet&) = default;
};
// kUnsupported for a mask with holes. A value of 8 octets is a single address and mask.
[[nodiscard]] Result<std::vector<UnitySubnet>> parse_unity_subnets(ByteView value);
[[nodiscard]] Bytes unity_subnet_octets(const std::vector<UnitySubnet>& subnets);

}  // namespace spa::wire::v1
