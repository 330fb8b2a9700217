// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/ipsec_sa.h"

#include <algorithm>
#include <numeric>
#include <utility>

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

// Packets that GRE is carried in (R-GRE-4).
policy::SelectorPair gre_between(const IpAddress& source, const IpAddress& peer) {
  constexpr std::uint8_t kGre = 47;
  return {policy::TrafficSelector::of({source, source.bits()}, kGre),
          policy::TrafficSelector::of({peer, peer.bits()}, kGre)};
}

}  // namespace

// Puts the list together; what all SAs say is forgotten afterwards.
struct IpsecIdents::Listing {
  IpsecIdents& idents;
  const policy::Snapshot& policy;
  const std::vector<ike::IkeSaStatus>& sas;
  struct Owned {
    const ike::IkeSaStatus& sa;
    const ike::ChildSaStatus& child;
  };
  // Thousands of entries ask for their SAs.
  std::map<ports::PolicyId, std::vector<Owned>> children_of{};

  void collect() {
    for (const ike::IkeSaStatus& sa : sas)
      for (const ike::ChildSaStatus& child : sa.children)
        children_of[child.rule].push_back({sa, child});
    for (const auto& interface : policy.interfaces) {
      const auto map = policy.crypto_maps.find(interface.crypto_map);
      if (interface.crypto_map.empty() || map == policy.crypto_maps.end()) continue;
      for (const auto& entry : map->second.entries) {
        if (!entry.dynamic_map.empty()) add_dynamic(interface, map->second, entry);
        const auto list = policy.access_lists.find(entry.access_list);
        if (!entry.complete() || list == policy.access_lists.end()) continue;
        for (std::size_t i = 0; i < list->second.entries.size(); ++i)
          if (list->second.entries[i].permit)
            add(interface, map->second, entry, static_cast<std::uint32_t>(i + 1));
      }
    }
    for (const auto& interface : policy.interfaces) {
      const auto map = policy.protections.find(policy::protection_name(interface));
      if (interface.tunnel && map != policy.protections.end()) add_tunnel(interface, map->second);
    }
  }

  // R-VRF-9
  void set_vrfs(Ident& ident, const IpAddress& local) const {
    ident.front_vrf = &*idents.vrfs_.insert(policy.front_vrf(local)).first;
    ident.inside_vrf =
        &*idents.vrfs_.insert(policy.inside_vrf(*ident.map, *ident.entry, local)).first;
  }

  // What peers were granted under a dynamic crypto map (R-MAP-22): only what there is now.
  void add_dynamic(const policy::Interface& interface, const policy::CryptoMap& map,
                   const policy::CryptoMapEntry& entry) {
    for (const ike::IkeSaStatus& sa : sas) {
      for (const ike::ChildSaStatus& child : sa.children) {
        const ports::PolicyId& rule = child.rule;
        if (rule.crypto_map != map.name || rule.sequence != entry.sequence || rule.dynamic == 0)
          continue;
        Ident ident{&interface, &map, &entry, 0, child.id, child.remote.address};
        ident.owners = {sa.id};
        set_vrfs(ident, child.local.address);
        idents.list_.push_back(std::move(ident));
      }
    }
  }

  // The GRE of a tunnel interface (R-GRE-4).
  void add_tunnel(const policy::Interface& interface, const policy::CryptoMap& map) {
    const policy::CryptoMapEntry& entry = map.entries.front();
    if (interface.tunnel->multipoint) return add_dynamic(interface, map, entry);
    if (!entry.peers.empty()) add(interface, map, entry, 1);
  }

  void add(const policy::Interface& interface, const policy::CryptoMap& map,
           const policy::CryptoMapEntry& entry, std::uint32_t line) {
    Ident ident{&interface, &map, &entry, line, 0, entry.peers.front()};
    IpAddress local;
    if (!interface.tunnel) local = primary_address(policy, map, interface, ident.peer);
    const auto found = children_of.find({map.name, entry.sequence, line});
    if (found != children_of.end()) {
      for (const auto& [sa, child] : found->second) {
        ident.peer = child.remote.address;
        local = child.local.address;
        if (ident.owners.empty() || ident.owners.back() != sa.id) ident.owners.push_back(sa.id);
      }
    }
    if (!interface.tunnel) set_vrfs(ident, local);
    idents.list_.push_back(std::move(ident));
  }
};

IpsecIdents::IpsecIdents(policy::SnapshotPtr policy, Backend& backend)
    : policy_(std::move(policy)), backend_(backend) {
  const std::vector<ike::IkeSaStatus> sas = backend.ike_sas();
  Listing{*this, *policy_, sas}.collect();
}

void IpsecIdents::keep(const std::function<bool(const Ident&)>& wanted) {
  std::erase_if(list_, [&](const Ident& ident) { return !wanted(ident); });
}

IpAddress IpsecIdents::tunnel_source(const Ident& ident) const {
  const policy::Tunnel& tunnel = *ident.interface->tunnel;
  for (const auto& other : policy_->interfaces)
    if (other.name == tunnel.source_interface)
      return primary_address(*policy_, *ident.map, other, ident.peer);
  return tunnel.source.value_or(IpAddress{});
}

// The end points of an SA are those that its line has now.
void IpsecIdents::look_at(IpsecIdentView& view, const ike::IkeSaStatus& sa,
                          const ike::ChildSaStatus& child) const {
  view.local_address = child.local.address;
  view.peer = child.remote.address;
  view.peer_port = child.remote.port != 0 ? child.remote.port : sa.remote.port;
  view.sas.push_back({child, backend_.sa_state(child.spi_in).value_or(SaState{})});
}

std::optional<IpsecIdentView> IpsecIdents::view(const Ident& ident, const SasById& sas) const {
  IpsecIdentView view;
  view.interface = ident.interface->name;
  view.device = backend_.device_of(*ident.interface);
  view.rule = {ident.map->name, ident.entry->sequence, ident.line};
  view.peer = ident.peer;
  view.replay_window = policy_->replay_window;
  if (ident.front_vrf != nullptr) view.front_vrf = *ident.front_vrf;
  if (ident.inside_vrf != nullptr) view.inside_vrf = *ident.inside_vrf;
  IpAddress source;
  if (ident.interface->tunnel) {
    source = tunnel_source(ident);
    view.selectors = gre_between(source, ident.peer);
  } else if (ident.line != 0) {
    view.local_address = primary_address(*policy_, *ident.map, *ident.interface, ident.peer);
    view.selectors =
        policy_->access_lists.at(ident.entry->access_list).entries[ident.line - 1].selectors();
  }
  view.dropped = backend_.dropped_without_sa(view.rule);
  const bool dynamic = ident.line == 0;
  for (const std::uint32_t owner : ident.owners) {
    const auto sa = sas.find(owner);
    if (sa == sas.end()) continue;
    for (const ike::ChildSaStatus& child : sa->second.children) {
      if (dynamic ? child.id != ident.child : child.rule != view.rule) continue;
      look_at(view, sa->second, child);
      const bool one = child.selectors_local.size() == 1 && child.selectors_remote.size() == 1;
      const bool some = !child.selectors_local.empty() && !child.selectors_remote.empty();
      if (dynamic ? some : one)
        view.selectors = {child.selectors_local[0], child.selectors_remote[0]};
    }
  }
  if (dynamic && view.sas.empty()) return std::nullopt;
  if (dynamic) view.rule = view.sas.back().child.rule;
  std::sort(view.sas.begin(), view.sas.end(),
            [](const IpsecSaView& a, const IpsecSaView& b) { return a.child.id < b.child.id; });
  if (ident.interface->tunnel && view.local_address.empty()) view.local_address = source;
  return view;
}

std::vector<IpsecIdentView> IpsecIdents::views(const std::vector<std::size_t>& places) const {
  std::vector<std::uint32_t> ids;
  for (const std::size_t place : places)
    ids.insert(ids.end(), list_[place].owners.begin(), list_[place].owners.end());
  SasById sas;
  if (!ids.empty())
    for (ike::IkeSaStatus& sa : backend_.ike_sas_of(ids)) sas.emplace(sa.id, std::move(sa));
  std::vector<IpsecIdentView> out;
  for (const std::size_t place : places)
    if (auto made = view(list_[place], sas)) out.push_back(std::move(*made));
  return out;
}

std::vector<IpsecIdentView> IpsecIdents::views(std::size_t first, std::size_t end) const {
  std::vector<std::size_t> places(end - first);
  std::iota(places.begin(), places.end(), first);
  return views(places);
}

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
  // The caller keeps the policy for as long as this takes.
  const IpsecIdents idents(policy::SnapshotPtr(policy::SnapshotPtr(), &policy), backend);
  return idents.views(0, idents.list().size());
}

}  // namespace spa::config
