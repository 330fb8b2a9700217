// SPDX-License-Identifier: Apache-2.0
// VRFs: the Linux devices that they are, and where the rules of a crypto map apply whose tunnels
// end in one, or carry what is in one (R-VRF-8).
#include <algorithm>
#include <set>

#include "userspace/daemon/rules.h"

namespace spa::daemon {

namespace {

constexpr std::uint32_t kFirstTable = 43500;  // of VRF devices that we make
constexpr std::uint32_t kFirstIfId = 53000;   // above what people choose by hand

std::string device_of(std::uint32_t if_id) {
  return "vipsec" + std::to_string(if_id - kFirstIfId);
}

}  // namespace

void RuleBuilder::add_vrfs(const policy::Snapshot& snapshot, const Resolver& resolve, Rules& out) {
  if (!no_tunnels_.empty()) return;
  std::set<std::uint32_t> taken;
  for (const auto& [name, vrf] : snapshot.vrfs) {
    const auto there = tables_of_host_ ? tables_of_host_(name) : std::nullopt;
    if (there) tables_[name] = *there;
    if (tables_.contains(name)) taken.insert(tables_[name]);
  }
  for (const auto& [name, vrf] : snapshot.vrfs) {
    std::uint32_t& table = tables_[name];
    for (std::uint32_t next = kFirstTable; table == 0; ++next) {
      if (taken.insert(next).second) table = next;
    }
    kernel::DeviceSpec device;
    device.name = name;
    device.kind = kernel::VrfTable{table};
    out.devices.push_back(std::move(device));
  }
  for (const policy::Interface& interface : snapshot.interfaces) {
    if (interface.tunnel || interface.vrf.empty() || !snapshot.vrfs.contains(interface.vrf)) {
      continue;
    }
    for (const IpPrefix& prefix : interface.addresses) {
      if (snapshot.front_vrf(prefix.address) == interface.vrf) {
        out.front_vrfs[prefix.address] = interface.vrf;
      }
    }
    if (const auto where = resolve(interface)) out.members[where->device] = interface.vrf;
  }
}

bool RuleBuilder::vrf_is_there(const policy::Snapshot& snapshot, const std::string& vrf,
                               const std::string& place, Rules& out) const {
  if (vrf.empty()) return true;
  if (!no_tunnels_.empty()) {
    out.warnings.push_back(place + ": VRFs need the kernel data plane");
    return false;
  }
  if (snapshot.vrfs.contains(vrf)) return true;
  out.warnings.push_back(place + ": VRF " + vrf + " is not defined");
  return false;
}

bool RuleBuilder::set_scope(const policy::Snapshot& snapshot, const policy::CryptoMap& map,
                            const policy::CryptoMapEntry& entry, ports::PolicyRule& rule,
                            const std::string& place, Rules& out) {
  const std::string front = snapshot.front_vrf(rule.local);
  const std::string inside = snapshot.inside_vrf(map, entry, rule.local);
  if (!vrf_is_there(snapshot, front, place, out) || !vrf_is_there(snapshot, inside, place, out)) {
    return false;
  }
  if (front.empty() && inside.empty()) return true;
  // The route to what is protected would take the tunnel itself with it.
  const policy::TrafficSelector& remote = rule.selectors.remote;
  const bool takes_peer = rule.remote.empty()
                              ? remote.covering_prefix().length == 0
                              : remote.first <= rule.remote && rule.remote <= remote.last;
  if (front == inside && takes_peer && !rule.clear) {
    const std::string peer = rule.remote.empty() ? "its peers" : "peer " + rule.remote.to_string();
    out.warnings.push_back(place + ": in VRF " + front + " it would protect the way to " + peer +
                           " too; give the inside a VRF of its own, or name its networks");
    return false;
  }
  const auto [number, fresh] =
      if_ids_.try_emplace({front, inside}, kFirstIfId + static_cast<std::uint32_t>(if_ids_.size()));
  rule.scope.if_id = number->second;
  rule.scope.device = device_of(number->second);
  rule.scope.table = inside.empty() ? 0 : tables_.at(inside);
  const bool known = std::any_of(out.devices.begin(), out.devices.end(), [&](const auto& device) {
    return device.name == rule.scope.device;
  });
  if (known) return true;
  kernel::DeviceSpec device;
  device.name = rule.scope.device;
  device.kind = kernel::XfrmInterface{number->second, 0};
  device.link = front;
  device.master = inside;
  out.devices.push_back(std::move(device));
  return true;
}

}  // namespace spa::daemon
