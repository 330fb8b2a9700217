// SPDX-License-Identifier: Apache-2.0
// IANA registry "IKEv2 Configuration Payload Attribute Types" as far as it is used, and the formats
// of the attributes that hold addresses (RFC 7296 3.15.1).
#pragma once

#include <optional>
#include <string>

#include "userspace/base/address.h"
#include "userspace/wire/config_payload.h"

namespace spa::wire {

enum class ConfigAttributeType : std::uint16_t {
  kInternalIp4Address = 1,
  kInternalIp4Netmask = 2,
  kInternalIp4Dns = 3,
  kApplicationVersion = 7,
  kInternalIp6Address = 8,
  kInternalIp6Dns = 10,
  kInternalIp4Subnet = 13,
  kSupportedAttributes = 14,
  kInternalIp6Subnet = 15,
};
[[nodiscard]] std::string to_string(ConfigAttributeType type);  // "INTERNAL_IP4_ADDRESS" …

// Without a value: "please". An address as its octets, IPv6 addresses and all subnets with what
// their format adds: a prefix length in one octet, or an IPv4 mask.
[[nodiscard]] ConfigAttribute config_attribute(ConfigAttributeType type, Bytes value = {});
[[nodiscard]] ConfigAttribute address_attribute(const IpAddress& address);
[[nodiscard]] ConfigAttribute dns_attribute(const IpAddress& address);
[[nodiscard]] ConfigAttribute subnet_attribute(const IpPrefix& subnet);

[[nodiscard]] bool is(const ConfigAttribute& attribute, ConfigAttributeType type);
// The address or subnet in an attribute; kInvalid when its length or its mask is wrong, or when
// there is none in it. The prefix length of an IPv6 address is read and not given.
[[nodiscard]] Result<IpAddress> address_in(const ConfigAttribute& attribute);
[[nodiscard]] Result<IpPrefix> subnet_in(const ConfigAttribute& attribute);

}  // namespace spa::wire
