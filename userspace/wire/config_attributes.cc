// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/config_attributes.h"

#include <bit>

namespace spa::wire {

namespace {

using enum ConfigAttributeType;

Bytes mask_of(unsigned length) {
  const std::uint32_t mask = length == 0 ? 0 : ~std::uint32_t{0} << (32 - length);
  return to_bytes(IpAddress::v4(mask).bytes());
}

Bytes with_length(const IpAddress& address, unsigned length) {
  Bytes value = to_bytes(address.bytes());
  value.push_back(static_cast<std::uint8_t>(length));
  return value;
}

}  // namespace

std::string to_string(ConfigAttributeType type) {
  switch (type) {
    case kInternalIp4Address:
      return "INTERNAL_IP4_ADDRESS";
    case kInternalIp4Netmask:
      return "INTERNAL_IP4_NETMASK";
    case kInternalIp4Dns:
      return "INTERNAL_IP4_DNS";
    case kApplicationVersion:
      return "APPLICATION_VERSION";
    case kInternalIp6Address:
      return "INTERNAL_IP6_ADDRESS";
    case kInternalIp6Dns:
      return "INTERNAL_IP6_DNS";
    case kInternalIp4Subnet:
      return "INTERNAL_IP4_SUBNET";
    case kSupportedAttributes:
      return "SUPPORTED_ATTRIBUTES";
    case kInternalIp6Subnet:
      return "INTERNAL_IP6_SUBNET";
  }
  return std::to_string(static_cast<unsigned>(type));
}

ConfigAttribute config_attribute(ConfigAttributeType type, Bytes value) {
  return {static_cast<std::uint16_t>(type), std::move(value)};
}

ConfigAttribute address_attribute(const IpAddress& address) {
  if (address.is_v6()) return config_attribute(kInternalIp6Address, with_length(address, 128));
  return config_attribute(kInternalIp4Address, to_bytes(address.bytes()));
}

ConfigAttribute dns_attribute(const IpAddress& address) {
  return config_attribute(address.is_v6() ? kInternalIp6Dns : kInternalIp4Dns,
                          to_bytes(address.bytes()));
}

ConfigAttribute subnet_attribute(const IpPrefix& subnet) {
  if (subnet.address.is_v6()) {
    return config_attribute(kInternalIp6Subnet, with_length(subnet.first(), subnet.length));
  }
  Bytes value = to_bytes(subnet.first().bytes());
  const Bytes mask = mask_of(subnet.length);
  value.insert(value.end(), mask.begin(), mask.end());
  return config_attribute(kInternalIp4Subnet, std::move(value));
}

bool is(const ConfigAttribute& attribute, ConfigAttributeType type) {
  return attribute.type == static_cast<std::uint16_t>(type);
}

Result<IpAddress> address_in(const ConfigAttribute& attribute) {
  Reader reader(attribute.value, "configuration attribute");
  const bool v6 = is(attribute, kInternalIp6Address) || is(attribute, kInternalIp6Dns);
  const IpAddress address = IpAddress::from_bytes(reader.bytes(v6 ? 16 : 4));
  if (is(attribute, kInternalIp6Address) && reader.u8() > 128) reader.refuse("a long prefix");
  return reader.finish(address);
}

Result<IpPrefix> subnet_in(const ConfigAttribute& attribute) {
  Reader reader(attribute.value, "configuration attribute");
  if (is(attribute, kInternalIp6Subnet)) {
    const IpAddress address = IpAddress::from_bytes(reader.bytes(16));
    const unsigned length = reader.u8();
    if (length > 128) reader.refuse("a long prefix");
    return reader.finish(IpPrefix{address, length});
  }
  const IpAddress address = IpAddress::from_bytes(reader.bytes(4));
  const std::uint32_t mask = reader.u32();
  const auto length = static_cast<unsigned>(std::countl_one(mask));
  if (std::popcount(mask) != static_cast<int>(length)) reader.refuse("a mask with holes");
  return reader.finish(IpPrefix{address, length});
}

}  // namespace spa::wire
