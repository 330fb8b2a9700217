// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/mode_config.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace spa::ikev1 {
namespace {

namespace v1 = wire::v1;
using Attributes = std::vector<v1::Attribute>;
using Type = v1::ConfigAttributeType;

constexpr std::array kKinds{Type::kIp4Address,  Type::kIp4Netmask,         Type::kIp4Dns,
                            Type::kIp4Nbns,     Type::kUnityDefaultDomain, Type::kUnitySplitInclude,
                            Type::kUnityBanner, Type::kUnitySavePassword};

void add_addresses(Attributes& to, Type type, const std::vector<IpAddress>& addresses) {
  for (const IpAddress& address : addresses) to.push_back(v1::config_attribute(type, address));
}

void add_text(Attributes& to, Type type, const std::string& text) {
  if (!text.empty()) to.push_back(v1::config_attribute(type, as_bytes(text)));
}

void add_split_include(Attributes& to, const std::vector<IpPrefix>& networks) {
  if (networks.empty()) return;
  std::vector<v1::UnitySubnet> subnets;
  for (const IpPrefix& network : networks) subnets.push_back({network, 0, 0, 0});
  to.push_back(v1::config_attribute(Type::kUnitySplitInclude, v1::unity_subnet_octets(subnets)));
}

void add(Attributes& to, const ClientSettings& settings, Type type) {
  switch (type) {
    case Type::kIp4Address:
      if (settings.address) to.push_back(v1::config_attribute(type, *settings.address));
      break;
    case Type::kIp4Netmask:
      if (settings.netmask) to.push_back(v1::config_attribute(type, *settings.netmask));
      break;
    case Type::kIp4Dns:
      add_addresses(to, type, settings.dns);
      break;
    case Type::kIp4Nbns:
      add_addresses(to, type, settings.wins);
      break;
    case Type::kUnityDefaultDomain:
      add_text(to, type, settings.domain);
      break;
    case Type::kUnitySplitInclude:
      add_split_include(to, settings.split_include);
      break;
    case Type::kUnityBanner:
      add_text(to, type, settings.banner);
      break;
    case Type::kUnitySavePassword:
      if (settings.save_password) to.push_back(v1::config_number(type, 1));
      break;
    default:
      break;
  }
}

tl::unexpected<Error> complaint(Type type, const std::string& cause) {
  return fail(Errc::kInvalid, v1::to_string(type) + ": " + cause);
}

Result<IpAddress> address_in(Type type, const v1::Attribute& attribute) {
  if (attribute.value.size() != 4) {
    return complaint(type, std::to_string(attribute.value.size()) + " octets are no IPv4 address");
  }
  return IpAddress::from_bytes(attribute.value);
}

Status take_server(Type type, const v1::Attribute& attribute, std::vector<IpAddress>& servers) {
  const Result<IpAddress> address = address_in(type, attribute);
  if (!address) return tl::unexpected(address.error());
  if (servers.size() == kMaxServers) return complaint(type, "too many");
  servers.push_back(*address);
  return {};
}

// Servers end a text with a zero or not, as they like.
Status take_text(Type type, const v1::Attribute& attribute, std::string& text) {
  ByteView octets(attribute.value);
  while (!octets.empty() && octets.back() == 0) octets = octets.first(octets.size() - 1);
  if (octets.size() > kMaxText) return complaint(type, "too long");
  const bool printable = std::ranges::all_of(octets, [](std::uint8_t octet) {
    return octet == '\n' || octet == '\r' || octet == '\t' || (octet >= 0x20 && octet != 0x7f);
  });
  if (!printable) return complaint(type, "not printable");
  text.assign(octets.begin(), octets.end());
  return {};
}

Status take_split_include(Type type, const v1::Attribute& attribute,
                          std::vector<IpPrefix>& networks) {
  const auto subnets = v1::parse_unity_subnets(attribute.value);
  if (!subnets) return tl::unexpected(subnets.error());
  for (const v1::UnitySubnet& subnet : *subnets) {
    if (networks.size() == kMaxSplitNetworks) return complaint(type, "too many networks");
    networks.push_back({subnet.prefix.first(), subnet.prefix.length});
  }
  return {};
}

Status take(ClientSettings& settings, Type type, const v1::Attribute& attribute) {
  switch (type) {
    case Type::kIp4Address:
    case Type::kIp4Netmask: {
      const Result<IpAddress> address = address_in(type, attribute);
      if (!address) return tl::unexpected(address.error());
      (type == Type::kIp4Address ? settings.address : settings.netmask) = *address;
      return {};
    }
    case Type::kIp4Dns:
      return take_server(type, attribute, settings.dns);
    case Type::kIp4Nbns:
      return take_server(type, attribute, settings.wins);
    case Type::kUnityDefaultDomain:
      return take_text(type, attribute, settings.domain);
    case Type::kUnityBanner:
      return take_text(type, attribute, settings.banner);
    case Type::kUnitySplitInclude:
      return take_split_include(type, attribute, settings.split_include);
    case Type::kUnitySavePassword:
      settings.save_password = v1::number_of(attribute).value_or(0) != 0;
      return {};
    default:
      return {};
  }
}

}  // namespace

Attributes settings_request() {
  Attributes attributes;
  for (const Type type : kKinds) attributes.push_back(v1::config_attribute(type));
  return attributes;
}

std::optional<IpAddress> wanted_address(const v1::ConfigPayload& request) {
  const v1::Attribute* attribute = v1::find(request, Type::kIp4Address);
  if (attribute == nullptr || attribute->value.size() != 4) return std::nullopt;
  const IpAddress address = IpAddress::from_bytes(attribute->value);
  return address.is_any() ? std::nullopt : std::optional(address);
}

Attributes settings_reply(const ClientSettings& settings, const v1::ConfigPayload& request) {
  Attributes attributes;
  for (const Type type : kKinds) {
    if (v1::find(request, type) != nullptr) add(attributes, settings, type);
  }
  return attributes;
}

Attributes settings_set(const ClientSettings& settings) {
  Attributes attributes;
  for (const Type type : kKinds) add(attributes, settings, type);
  return attributes;
}

Attributes settings_ack(const v1::ConfigPayload& set) {
  Attributes attributes;
  for (const Type type : kKinds) {
    if (v1::find(set, type) != nullptr) attributes.push_back(v1::config_attribute(type));
  }
  return attributes;
}

Result<ClientSettings> read_settings(const v1::ConfigPayload& config) {
  ClientSettings settings;
  for (const v1::Attribute& attribute : config.attributes) {
    // An empty attribute of a reply: the server does not have it.
    if (attribute.value.empty()) continue;
    const Status status = take(settings, static_cast<Type>(attribute.type), attribute);
    if (!status) return tl::unexpected(status.error());
  }
  return settings;
}

}  // namespace spa::ikev1
