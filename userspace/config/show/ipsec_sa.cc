// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/ipsec_sa.h"

#include <algorithm>
#include <map>

#include "userspace/base/file.h"
#include "userspace/policy/tunnel_protection.h"

namespace spa::config {
namespace {

IpAddress primary_address(const policy::Snapshot& policy, const policy::CryptoMap& map,
                          const policy::Interface& bound, const IpAddress& peer) {
  const policy::Interface* source = &bound;
  for (const auto& interface : policy.interfaces)
    if (!map.local_address_interface.empty() && interface.name == map.local_address_interface)
      source = &interface;
  for (const IpPrefix& address : source->addresses)
    if (address.address.family() == peer.family()) return address.address;
  return {};
}

class Collector {
 public:
  Collector(const policy::Snapshot& policy, Backend& backend)
      : policy_(policy), backend_(backend), sas_(backend.ike_sas()) {
    for (const ike::IkeSaStatus& sa : sas_)
      for (const ike::ChildSaStatus& child : sa.children)
        children_of_[child.rule].push_back({sa, child});
  }

  std::vector<IpsecIdentView> collect() {
    for (const auto& interface : policy_.interfaces) {
      const auto map = policy_.crypto_maps.find(interface.crypto_map);
      if (interface.crypto_map.empty() || map == policy_.crypto_maps.end()) continue;
      for (const auto& entry : map->second.entries) {
        if (!entry.dynamic_map.empty()) add_dynamic(interface, map->second, entry);
        const auto list = policy_.access_lists.find(entry.access_list);
        if (!entry.complete() || list == policy_.access_lists.end()) continue;
        for (std::size_t i = 0; i < list->second.entries.size(); ++i)
          if (list->second.entries[i].permit)
            add(interface, map->second, entry, list->second.entries[i].selectors(),
                static_cast<std::uint32_t>(i + 1));
      }
    }
    for (const auto& interface : policy_.interfaces) {
      const auto map = policy_.protections.find(policy::protection_name(interface));
      if (interface.tunnel && map != policy_.protections.end()) add_tunnel(interface, map->second);
    }
    return std::move(out_);
  }

 private:
  // R-VRF-9
  void set_vrfs(IpsecIdentView& view, const policy::CryptoMap& map,
                const policy::CryptoMapEntry& entry) const {
    view.front_vrf = policy_.front_vrf(view.local_address);
    view.inside_vrf = policy_.inside_vrf(map, entry, view.local_address);
  }

  // What peers were granted under a dynamic crypto map (R-MAP-22): only what there is now.
  void add_dynamic(const policy::Interface& interface, const policy::CryptoMap& map,
                   const policy::CryptoMapEntry& entry) {
    for (const ike::IkeSaStatus& sa : sas_) {
      for (const ike::ChildSaStatus& child : sa.children) {
        const ports::PolicyId& rule = child.rule;
        if (rule.crypto_map != map.name || rule.sequence != entry.sequence || rule.dynamic == 0)
          continue;
        IpsecIdentView view;
        view.interface = interface.name;
        view.device = backend_.device_of(interface);
        view.rule = rule;
        view.replay_window = policy_.replay_window;
        view.local_address = child.local.address;
        view.peer = child.remote.address;
        view.peer_port = child.remote.port != 0 ? child.remote.port : sa.remote.port;
        if (!child.selectors_local.empty() && !child.selectors_remote.empty())
          view.selectors = {child.selectors_local[0], child.selectors_remote[0]};
        view.sas.push_back({child, backend_.sa_state(child.spi_in).value_or(SaState{})});
        set_vrfs(view, map, entry);
        out_.push_back(std::move(view));
      }
    }
  }

  // The GRE of a tunnel interface (R-GRE-4).
  void add_tunnel(const policy::Interface& interface, const policy::CryptoMap& map) {
    const policy::CryptoMapEntry& entry = map.entries.front();
    const policy::Tunnel& tunnel = *interface.tunnel;
    if (tunnel.multipoint) return add_dynamic(interface, map, entry);
    if (entry.peers.empty()) return;
    constexpr std::uint8_t kGre = 47;
    const IpAddress& peer = entry.peers.front();
    IpAddress source = tunnel.source.value_or(IpAddress{});
    for (const auto& other : policy_.interfaces)
      if (other.name == tunnel.source_interface)
        source = primary_address(policy_, map, other, peer);
    add(interface, map, entry,
        {policy::TrafficSelector::of({source, source.bits()}, kGre),
         policy::TrafficSelector::of({peer, peer.bits()}, kGre)},
        1);
    if (out_.back().local_address.empty()) out_.back().local_address = source;
  }

  void add(const policy::Interface& interface, const policy::CryptoMap& map,
           const policy::CryptoMapEntry& entry, const policy::SelectorPair& selectors,
           std::uint32_t number) {
    IpsecIdentView view;
    view.interface = interface.name;
    view.device = backend_.device_of(interface);
    view.rule = {map.name, entry.sequence, number};
    view.peer = entry.peers.front();
    if (!interface.tunnel) view.local_address = primary_address(policy_, map, interface, view.peer);
    view.selectors = selectors;
    view.replay_window = policy_.replay_window;
    if (const auto found = children_of_.find(view.rule); found != children_of_.end()) {
      for (const auto& [sa, child] : found->second) {
        view.local_address = child.local.address;
        view.peer = child.remote.address;
        view.peer_port = child.remote.port != 0 ? child.remote.port : sa.remote.port;
        if (child.selectors_local.size() == 1 && child.selectors_remote.size() == 1)
          view.selectors = {child.selectors_local[0], child.selectors_remote[0]};
        view.sas.push_back({child, backend_.sa_state(child.spi_in).value_or(SaState{})});
      }
    }
    std::sort(view.sas.begin(), view.sas.end(),
              [](const IpsecSaView& a, const IpsecSaView& b) { return a.child.id < b.child.id; });
    if (!interface.tunnel) set_vrfs(view, map, entry);
    out_.push_back(std::move(view));
  }

  const policy::Snapshot& policy_;
  Backend& backend_;
  std::vector<ike::IkeSaStatus> sas_;
  struct Owned {
    const ike::IkeSaStatus& sa;
    const ike::ChildSaStatus& child;
  };
  // Thousands of entries ask for their SAs.
  std::map<ports::PolicyId, std::vector<Owned>> children_of_;
  std::vector<IpsecIdentView> out_;
};

}  // namespace

unsigned mtu_of(const std::string& device) {
  constexpr unsigned kEthernet = 1500;
  if (device.empty() || device.find('/') != std::string::npos) return kEthernet;
  const auto text = read_file("/sys/class/net/" + device + "/mtu", 4096);
  unsigned mtu = 0;
  if (text)
    for (const std::uint8_t digit : *text)
      if (digit >= '0' && digit <= '9' && mtu < 1'000'000) mtu = mtu * 10 + (digit - '0');
  return mtu == 0 ? kEthernet : mtu;
}

IpsecTotals ipsec_totals(const IpsecIdentView& ident) {
  IpsecTotals sum;
  const auto add = [](ports::SaCounters& to, const ports::SaCounters& from) {
    to.packets += from.packets;
    to.bytes += from.bytes;
    to.auth_failures += from.auth_failures;
    to.replay_failures += from.replay_failures;
    to.other_failures += from.other_failures;
  };
  for (const IpsecSaView& sa : ident.sas) {
    add(sum.in, sa.state.in);
    add(sum.out, sa.state.out);
    sum.compression.compressed += sa.state.compression.compressed;
    sum.compression.not_compressed += sa.state.compression.not_compressed;
    sum.compression.decompressed += sa.state.compression.decompressed;
    sum.compression.decompress_failures += sa.state.compression.decompress_failures;
  }
  return sum;
}

std::vector<IpsecIdentView> ipsec_view(const policy::Snapshot& policy, Backend& backend) {
  return Collector(policy, backend).collect();
}

}  // namespace spa::config
