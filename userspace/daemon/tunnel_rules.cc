// SPDX-License-Identifier: Apache-2.0
// Tunnel interfaces: the device of each, and the rules for the GRE between its ends (R-GRE).
#include <netinet/in.h>

#include <algorithm>

#include "userspace/daemon/rules.h"
#include "userspace/policy/tunnel_protection.h"

namespace spa::daemon {

namespace {

policy::TrafficSelector gre_of(const IpAddress& end) {
  return policy::TrafficSelector::of({end, end.bits()}, IPPROTO_GRE);
}

policy::TrafficSelector gre_of_anybody(const IpAddress& like) {
  const Bytes zero(like.bits() / 8);
  return policy::TrafficSelector::of({IpAddress::from_bytes(zero), 0}, IPPROTO_GRE);
}

// What the tunnel sends; in multipoint GRE to anybody (R-GRE-4).
policy::SelectorPair gre_between(const policy::Tunnel& tunnel, const IpAddress& source) {
  return {gre_of(source), tunnel.multipoint ? gre_of_anybody(source) : gre_of(*tunnel.destination)};
}

// Whether a line of a crypto map, or another tunnel between the same ends, protects it already.
bool is_protected(const Rules& rules, const policy::SelectorPair& gre) {
  return std::any_of(rules.rules.begin(), rules.rules.end(), [&](const ports::PolicyRule& rule) {
    return rule.protects() && !rule.is_template() && rule.selectors.local.contains(gre.local) &&
           rule.selectors.remote.contains(gre.remote);
  });
}

// There is one rule for the same packets.
bool is_shared(const Rules& rules, const policy::SelectorPair& gre) {
  return std::any_of(rules.rules.begin(), rules.rules.end(), [&](const ports::PolicyRule& rule) {
    return rule.protects() && rule.selectors == gre;
  });
}

std::string device_name(const policy::Interface& interface) {
  if (!interface.device.empty()) return interface.device;
  std::string name = interface.name;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

Result<ResolvedAddress> source_of(const policy::Snapshot& snapshot, const policy::Tunnel& tunnel,
                                  const Resolver& resolve) {
  if (tunnel.source) {
    policy::Interface where;
    where.name = tunnel.source->to_string();
    where.addresses = {{*tunnel.source, tunnel.source->bits()}};
    return resolve(where);
  }
  if (tunnel.source_interface.empty()) return fail(Errc::kNotFound, "it has no tunnel source");
  const policy::Interface* named = find_interface(snapshot, tunnel.source_interface);
  if (named == nullptr) {
    return fail(Errc::kNotFound, "there is no interface " + tunnel.source_interface);
  }
  return resolve(*named);
}

}  // namespace

// Made only when what it sends is protected: it never speaks in clear.
void RuleBuilder::add_tunnel(const policy::Snapshot& snapshot, const policy::Interface& interface,
                             const Resolver& resolve, Rules& out) {
  const policy::Tunnel& tunnel = *interface.tunnel;
  const std::string where = "interface " + interface.name + ": ";
  const auto warn = [&](const std::string& why) { out.warnings.push_back(where + why); };
  if (!no_tunnels_.empty()) return warn(no_tunnels_);
  const auto source = source_of(snapshot, tunnel, resolve);
  if (!source) return warn(source.error().text);
  if (!tunnel.multipoint) {
    if (!tunnel.destination) return warn("it has no tunnel destination");
    if (tunnel.destination->family() != source->address.family()) {
      return warn("source and destination are of different families");
    }
  }
  for (const std::string& vrf : {interface.vrf, tunnel.vrf}) {
    if (!vrf_is_there(snapshot, vrf, "interface " + interface.name, out)) return;
  }
  if (snapshot.front_vrf(source->address) != tunnel.vrf) {
    return warn("its source is not in " + (tunnel.vrf.empty()
                                               ? "the global table; name its VRF with tunnel vrf"
                                               : "VRF " + tunnel.vrf));
  }
  const policy::SelectorPair gre = gre_between(tunnel, source->address);
  const auto profile = snapshot.protections.find(policy::protection_name(interface));
  if (profile == snapshot.protections.end()) {
    if (!tunnel.protection.empty()) {
      return warn("IPsec profile " + tunnel.protection + " is not defined");
    }
    if (!is_protected(out, gre)) {
      return warn("nothing protects it; it needs tunnel protection, or a crypto map for GRE");
    }
  } else if (profile->second.entries.front().transform_sets.empty()) {
    return warn("IPsec profile " + tunnel.protection +
                " is incomplete (it needs a transform set) and not used");
  } else if (!is_shared(out, gre)) {
    protect_tunnel(snapshot, interface, *source, out);
  }
  kernel::DeviceSpec device;
  device.name = device_name(interface);
  device.kind = kernel::GreTunnel{
      source->address, tunnel.multipoint ? IpAddress{} : *tunnel.destination, tunnel.key};
  device.link = tunnel.vrf;
  device.master = interface.vrf;
  device.mtu = interface.mtu;
  device.addresses = interface.addresses;
  out.devices.push_back(std::move(device));
}

void RuleBuilder::protect_tunnel(const policy::Snapshot& snapshot,
                                 const policy::Interface& interface, const ResolvedAddress& source,
                                 Rules& out) {
  const policy::Tunnel& tunnel = *interface.tunnel;
  const std::string name = policy::protection_name(interface);
  const policy::CryptoMapEntry& entry = snapshot.protections.at(name).entries.front();
  ports::PolicyRule rule;
  rule.id = {name, policy::kProtectionSequence, 1};
  rule.selectors = gre_between(tunnel, source.address);
  rule.device = source.device;
  rule.local = source.address;
  set_protection(snapshot, entry, rule);
  if (!tunnel.multipoint) {
    rule.remote = *tunnel.destination;
    rule.reqid = reqid_of(rule.id);
    out.rules.push_back(std::move(rule));
    return;
  }
  rule.id.dynamic = 1;
  if (rule.mode == policy::EncapsulationMode::kTunnel) {
    // R-GRE-3
    out.warnings.push_back("interface " + interface.name +
                           ": multipoint GRE passes a NAT in transport mode only; give the "
                           "transform set `mode transport`");
  }
  ports::PolicyRule rest;  // R-GRE-6: of those who have no SA
  rest.id = {name, policy::kProtectionSequence, 2};
  rest.selectors = rule.selectors;
  rest.device = rule.device;
  rest.discard = true;
  out.rules.push_back(std::move(rule));
  out.rules.push_back(std::move(rest));
}

}  // namespace spa::daemon
