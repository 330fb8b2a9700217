// SPDX-License-Identifier: Apache-2.0
// The Configuration payload (RFC 7296 2.19, 3.15), and what is said when it fails (3.15.4).
#include "userspace/ikev2/configuration.h"

#include <algorithm>

#include "userspace/ikev2/shard.h"
#include "userspace/wire/limits.h"

namespace spa::ikev2 {

namespace {

using wire::ConfigAttribute;
using wire::ConfigPayload;
using wire::ConfigType;
using enum wire::ConfigAttributeType;

constexpr std::size_t kMaxKept = 8;  // addresses, name servers and subnets of a peer's reply
constexpr std::size_t kMaxVersion = 128;
constexpr std::string_view kVersion = "spa-iked";

Bytes supported() {
  Bytes value;
  for (const auto type : {kInternalIp4Address, kInternalIp4Netmask, kInternalIp4Dns,
                          kApplicationVersion, kInternalIp6Address, kInternalIp6Dns,
                          kInternalIp4Subnet, kSupportedAttributes, kInternalIp6Subnet}) {
    value.push_back(0);
    value.push_back(static_cast<std::uint8_t>(type));
  }
  return value;
}

// What a peer says of itself goes into logs and screens.
std::string printable(ByteView octets) {
  std::string text;
  for (const std::uint8_t octet : octets.first(std::min(octets.size(), kMaxVersion))) {
    text += octet >= 0x20 && octet < 0x7f ? static_cast<char>(octet) : '.';
  }
  return text;
}

bool asks(const ConfigPayload& request, wire::ConfigAttributeType type) {
  return std::any_of(request.attributes.begin(), request.attributes.end(),
                     [&](const ConfigAttribute& a) { return wire::is(a, type); });
}

const policy::AuthorizationPolicy* policy_of(const IkeSa& sa, const policy::Ikev2Profile& profile) {
  const auto& policies = sa.shard.snapshot->authorization_policies;
  const auto found = policies.find(profile.authorization_policy);
  return found == policies.end() ? nullptr : &found->second;
}

// One address for each family that is asked for and that there is a pool for.
Status lend(IkeSa& sa, const policy::AuthorizationPolicy& policy, const ConfigPayload& request,
            ClientConfiguration& given) {
  Status last;
  for (const auto type : {kInternalIp4Address, kInternalIp6Address}) {
    // Of either family (RFC 7296 3.15.3).
    const std::string& pool = type == kInternalIp4Address ? policy.pool : policy.ipv6_pool;
    const auto asked = std::ranges::find_if(
        request.attributes, [&](const ConfigAttribute& a) { return wire::is(a, type); });
    if (asked == request.attributes.end() || pool.empty()) continue;
    std::optional<IpAddress> wanted;
    if (const auto address = wire::address_in(*asked)) wanted = *address;
    auto lease = sa.shard.ports.address_pools->lend(pool, sa.remote_identity.to_string(), wanted);
    if (!lease) {
      last = tl::unexpected(lease.error());
      continue;
    }
    given.addresses.push_back(lease->address());
    given.leases.push_back(std::move(*lease));
  }
  if (given.addresses.empty() && last) return fail(Errc::kNotFound, "no pool for what it asks");
  return given.addresses.empty() ? last : Status{};
}

ConfigPayload write_reply(const policy::AuthorizationPolicy& policy, const ConfigPayload& request,
                          const ClientConfiguration& given) {
  ConfigPayload reply{ConfigType::kReply, {}};
  const auto family = [&](const IpAddress& a) {
    return std::ranges::any_of(given.addresses,
                               [&](const IpAddress& g) { return g.family() == a.family(); });
  };
  for (const IpAddress& address : given.addresses) {
    reply.attributes.push_back(wire::address_attribute(address));
  }
  if (policy.netmask && family(*policy.netmask)) {
    reply.attributes.push_back(
        wire::config_attribute(kInternalIp4Netmask, to_bytes(policy.netmask->bytes())));
  }
  for (const IpAddress& server : given.dns) {
    if (family(server)) reply.attributes.push_back(wire::dns_attribute(server));
  }
  for (const IpPrefix& subnet : given.subnets) {
    if (reply.attributes.size() + 2 >= wire::kMaxConfigAttributes) break;
    if (family(subnet.address)) reply.attributes.push_back(wire::subnet_attribute(subnet));
  }
  if (asks(request, kApplicationVersion)) {
    reply.attributes.push_back(
        wire::config_attribute(kApplicationVersion, to_bytes(as_bytes(kVersion))));
  }
  return reply;
}

}  // namespace

ClientConfiguration::~ClientConfiguration() {
  if (installed == nullptr) return;
  for (const IpAddress& address : addresses) installed->withdraw(device, address);
}

ConfigPayload configuration_request(const IkeSa& sa, const ports::PolicyRule& rule) {
  const bool v6 = rule.selectors.local.first.is_v6();
  ConfigPayload request{ConfigType::kRequest, {}};
  const IkeSa* old = sa.replaces != 0 ? sa.shard.find(sa.replaces) : nullptr;
  if (old != nullptr && old->configuration && !old->configuration->to_peer) {
    for (const IpAddress& address : old->configuration->addresses) {
      request.attributes.push_back(wire::address_attribute(address));
    }
  }
  if (request.attributes.empty()) {
    request.attributes.push_back(
        wire::config_attribute(v6 ? kInternalIp6Address : kInternalIp4Address));
  }
  request.attributes.push_back(wire::config_attribute(v6 ? kInternalIp6Dns : kInternalIp4Dns));
  request.attributes.push_back(
      wire::config_attribute(v6 ? kInternalIp6Subnet : kInternalIp4Subnet));
  request.attributes.push_back(wire::config_attribute(kApplicationVersion));
  return request;
}

Status take_configuration(IkeSa& sa, const ports::PolicyRule& rule, const Payloads& response) {
  const auto* reply = wire::find<ConfigPayload>(response);
  if (reply == nullptr || reply->type != ConfigType::kReply) {
    return fail(Errc::kInvalid, "peer gives no configuration");
  }
  auto taken = std::make_shared<ClientConfiguration>();
  for (const ConfigAttribute& a : reply->attributes) {
    if (wire::is(a, kInternalIp4Address) || wire::is(a, kInternalIp6Address)) {
      const auto address = wire::address_in(a);
      if (address && !address->is_any() && taken->addresses.size() < kMaxKept) {
        taken->addresses.push_back(*address);
      }
    } else if (wire::is(a, kInternalIp4Dns) || wire::is(a, kInternalIp6Dns)) {
      const auto server = wire::address_in(a);
      if (server && taken->dns.size() < kMaxKept) taken->dns.push_back(*server);
    } else if (wire::is(a, kInternalIp4Subnet) || wire::is(a, kInternalIp6Subnet)) {
      const auto subnet = wire::subnet_in(a);
      if (subnet && taken->subnets.size() < kMaxKept) taken->subnets.push_back(*subnet);
    } else if (wire::is(a, kApplicationVersion)) {
      taken->application = printable(a.value);
    }
  }
  if (taken->addresses.empty()) return fail(Errc::kInvalid, "peer gives no address");
  taken->device = rule.device;
  if (ports::ClientAddresses* host = sa.shard.ports.client_addresses) {
    std::vector<IpAddress> assigned;
    for (const IpAddress& address : taken->addresses) {
      if (Status put = host->assign(rule.device, address); put) {
        assigned.push_back(address);
      } else {
        sa.shard.log(Severity::kError, "IKEV2", "ADDRESS", put.error().text);
      }
    }
    taken->addresses = std::move(assigned);
    taken->installed = host;
  }
  for (const IpAddress& address : taken->addresses) {
    sa.shard.log(Severity::kNotice, "IKEV2", "ADDRESS",
                 "Peer " + sa.remote.to_string() + " has given the address " + address.to_string());
  }
  sa.configuration = std::move(taken);
  return {};
}

tl::expected<std::vector<ConfigPayload>, ConfigurationRefusal> answer_configuration(
    IkeSa& sa, const policy::Ikev2Profile& profile, const Payloads& request) {
  const policy::AuthorizationPolicy* policy = policy_of(sa, profile);
  const auto* asked = wire::find<ConfigPayload>(request);
  if (asked == nullptr || asked->type != ConfigType::kRequest) {
    const bool wanted = policy != nullptr && !(policy->pool.empty() && policy->ipv6_pool.empty());
    if (!wanted) return std::vector<ConfigPayload>{};
    return tl::unexpected(ConfigurationRefusal{
        wire::NotifyType::kFailedCpRequired, "peer asks for no address, and its profile wants it"});
  }
  // A peer that only wants to know who we are.
  if (!asks(*asked, kInternalIp4Address) && !asks(*asked, kInternalIp6Address)) {
    return std::vector<ConfigPayload>{answer_inquiry(*asked)};
  }
  auto given = std::make_shared<ClientConfiguration>();
  given->to_peer = true;
  const Status lent = policy != nullptr ? lend(sa, *policy, *asked, *given)
                                        : fail(Errc::kNotFound, "its profile has no pool");
  if (!lent) {
    ++sa.shard.counters.addresses_refused;
    return tl::unexpected(ConfigurationRefusal{
        wire::NotifyType::kInternalAddressFailure,
        "no address for " + sa.remote_identity.to_string() + ": " + lent.error().text});
  }
  given->dns = policy->dns;
  given->subnets = sa.shard.snapshot->permitted_sources(policy->split_access_list);
  for (const ConfigAttribute& a : asked->attributes) {
    if (wire::is(a, kApplicationVersion)) given->application = printable(a.value);
  }
  ConfigPayload reply = write_reply(*policy, *asked, *given);
  sa.configuration = std::move(given);
  return std::vector<ConfigPayload>{std::move(reply)};
}

ConfigPayload answer_inquiry(const ConfigPayload& request) {
  ConfigPayload reply{request.type == ConfigType::kSet ? ConfigType::kAck : ConfigType::kReply, {}};
  if (request.type != ConfigType::kRequest) return reply;  // nothing is taken: nothing is named
  if (asks(request, kApplicationVersion)) {
    reply.attributes.push_back(
        wire::config_attribute(kApplicationVersion, to_bytes(as_bytes(kVersion))));
  }
  if (asks(request, kSupportedAttributes)) {
    reply.attributes.push_back(wire::config_attribute(kSupportedAttributes, supported()));
  }
  return reply;
}

Selectors within_assigned(const IkeSa& sa, const Selectors& of_peer) {
  if (!sa.configuration || !sa.configuration->to_peer) return of_peer;
  Selectors out;
  for (const IpAddress& address : sa.configuration->addresses) {
    const Selectors part =
        narrow(of_peer, policy::TrafficSelector::of(IpPrefix{address, address.bits()}));
    out.insert(out.end(), part.begin(), part.end());
  }
  return out;
}

}  // namespace spa::ikev2
