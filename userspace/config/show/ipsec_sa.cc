// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/ipsec_sa.h"

#include <algorithm>
#include <map>

#include "userspace/base/file.h"
#include "userspace/config/show/names.h"
#include "userspace/config/show/text.h"
#include "userspace/policy/tunnel_protection.h"

namespace spa::config {
namespace {

// What of a packet of this size is left for the inner one (RFC 4303 2).
unsigned plaintext_mtu(const ike::ChildSaStatus& child, unsigned mtu) {
  const unsigned outer = (child.remote.address.is_v6() ? 40 : 20) +
                         (child.udp_encapsulation ? 8 : 0) + 8 + iv_size(child.suite.cipher) +
                         icv_size(child.suite);
  const unsigned block = block_size(child.suite.cipher);
  if (mtu <= outer + block) return 0;
  const unsigned inner = (mtu - outer) / block * block - 2;
  if (child.mode == policy::EncapsulationMode::kTunnel) return inner;
  return inner + (child.remote.address.is_v6() ? 40 : 20);
}

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
        view.sas.push_back({child, backend_.sa_state(child.spi_in).value_or(ports::SaPairState{})});
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
        view.sas.push_back({child, backend_.sa_state(child.spi_in).value_or(ports::SaPairState{})});
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

// R-MAP-26
void counters(Screen& screen, const IpsecIdentView& ident, bool detail) {
  const IpsecTotals sum = ipsec_totals(ident);
  const auto out = n(sum.out.packets), in = n(sum.in.packets);
  screen.line("    #pkts encaps: %llu, #pkts encrypt: %llu, #pkts digest: %llu", out, out, out);
  screen.line("    #pkts decaps: %llu, #pkts decrypt: %llu, #pkts verify: %llu", in, in, in);
  const ports::CompressionCounters& packed = sum.compression;
  screen.line("    #pkts compressed: %llu, #pkts decompressed: %llu", n(packed.compressed),
              n(packed.decompressed));
  screen.line("    #pkts not compressed: %llu, #pkts compr. failed: 0", n(packed.not_compressed));
  screen.line("    #pkts not decompressed: 0, #pkts decompress failed: %llu",
              n(packed.decompress_failures));
  const auto errors = n(sum.in.auth_failures + sum.in.replay_failures + sum.in.other_failures);
  if (!detail) {
    screen.line("    #send errors %llu, #recv errors %llu", n(sum.out.other_failures), errors);
    return;
  }
  screen.line("    #pkts no sa (send) %llu, #pkts invalid sa (rcv) 0", n(sum.out.other_failures));
  screen.line("    #pkts encaps failed (send) 0, #pkts decaps failed (rcv) %llu",
              n(sum.in.other_failures));
  screen.line("    #pkts invalid prot (recv) 0, #pkts verify failed: %llu",
              n(sum.in.auth_failures));
  screen.line("    #pkts invalid identity (recv) 0, #pkts invalid len (rcv) 0");
  screen.line("    #pkts replay rollover (send): 0, #pkts replay rollover (rcv) 0");
  screen.line("    ##pkts replay failed (rcv): %llu", n(sum.in.replay_failures));
  screen.line("    #pkts internal err (send): 0, #pkts internal err (recv) 0");
}

void spi_block(Screen& screen, const IpsecIdentView& ident, const IpsecSaView& sa, bool inbound,
               bool detail) {
  const ike::ChildSaStatus& child = sa.child;
  const std::uint32_t spi = inbound ? child.spi_in : child.spi_out;
  const auto used = (inbound ? sa.state.in.bytes : sa.state.out.bytes) / 1024;
  const auto left = child.lifetime.kilobytes > used ? child.lifetime.kilobytes - used : 0;
  const bool tunnel = child.mode == policy::EncapsulationMode::kTunnel;
  screen.line("      spi: 0x%X(%u)", spi, spi);  // R-MAP-30
  screen.line("        transform: %s ,", c(transform_names(child.suite)));
  screen.line("        in use settings = {%s%s, }", tunnel ? "Tunnel" : "Transport",
              child.udp_encapsulation ? " UDP-Encaps" : "");
  const ports::OffloadState place = inbound ? sa.state.offload_in : sa.state.offload_out;
  const std::string engine = place == ports::OffloadState::kCard        ? sa.state.offload_device
                             : place == ports::OffloadState::kInProcess ? "SPA-IPSEC"
                                                                        : "SW";
  // R-MAP-29: inbound even, outbound the next.
  const std::uint32_t id = inbound ? child.id : child.id + 1;
  screen.line("        conn id: %u, flow_id: %s:%u, sibling_flags %016X, crypto map: %s", id,
              c(engine), id, 0x80000040U, c(ident.rule.crypto_map));
  screen.line("        sa timing: remaining key lifetime (k/sec): (%llu/%u)", n(left),
              child.remaining_seconds);
  screen.line("        IV size: %u bytes", iv_size(child.suite.cipher));
  if (detail)
    screen.line("        replay detection support: Y  replay window size: %u", child.replay_window);
  else
    screen.line("        replay detection support: Y");
  screen.line("        Status: ACTIVE(ACTIVE)");
  screen.line("        Engine: %s", c(place_text(sa.state)));
}

void direction(Screen& screen, const IpsecIdentView& ident, bool inbound, bool detail) {
  const char* word = inbound ? "inbound" : "outbound";
  screen.blank();
  screen.line("     %s esp sas:", word);
  for (const IpsecSaView& sa : ident.sas)
    if (sa.child.suite.has_esp()) spi_block(screen, ident, sa, inbound, detail);
  screen.blank();
  screen.line("     %s ah sas:", word);
  for (const IpsecSaView& sa : ident.sas)
    if (sa.child.suite.has_ah()) spi_block(screen, ident, sa, inbound, detail);
  screen.blank();
  screen.line("     %s pcp sas:", word);
}

void block(Screen& screen, const IpsecIdentView& ident, bool detail) {
  screen.blank();
  screen.line("   protected vrf: %s", ident.inside_vrf.empty() ? "(none)" : c(ident.inside_vrf));
  screen.line("   local  ident (addr/mask/prot/port): (%s)", c(ident_text(ident.selectors.local)));
  screen.line("   remote ident (addr/mask/prot/port): (%s)", c(ident_text(ident.selectors.remote)));
  screen.line("   current_peer %s port %u", c(ident.peer.to_string()), ident.peer_port);
  screen.line("     PERMIT, flags={origin_is_acl,}");  // R-MAP-27
  counters(screen, ident, detail);
  screen.blank();
  screen.line("     local crypto endpt.: %s, remote crypto endpt.: %s",
              c(ident.local_address.to_string()), c(ident.peer.to_string()));
  const std::string idb = ident.device.empty() ? ident.interface : ident.device;
  const unsigned mtu = mtu_of(ident.device);
  screen.line("     plaintext mtu %u, path mtu %u, ip mtu %u, ip mtu idb %s",
              ident.sas.empty() ? mtu : plaintext_mtu(ident.sas.back().child, mtu), mtu, mtu,
              c(idb));
  const std::uint32_t current = ident.sas.empty() ? 0 : ident.sas.back().child.spi_out;
  screen.line("     current outbound spi: 0x%X(%u)", current, current);
  const wire::DhId pfs = ident.sas.empty() ? wire::DhId::kNone : ident.sas.back().child.pfs;
  if (pfs == wire::DhId::kNone)
    screen.line("     PFS (Y/N): N, DH group: none");
  else
    screen.line("     PFS (Y/N): Y, DH group: group%u", static_cast<unsigned>(pfs));
  direction(screen, ident, true, detail);
  direction(screen, ident, false, detail);
}

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

std::string ipsec_sa_text(const std::vector<IpsecIdentView>& idents, bool detail) {
  Screen screen;
  const IpsecIdentView* last = nullptr;
  for (const IpsecIdentView& ident : idents) {
    if (last == nullptr || last->interface != ident.interface) {
      screen.blank();
      screen.line("interface: %s", c(ident.interface));
      screen.line("    Crypto map tag: %s, local addr %s", c(ident.rule.crypto_map),
                  c(ident.local_address.to_string()));
    }
    last = &ident;
    block(screen, ident, detail);
  }
  if (idents.empty()) screen.line("No SAs found");
  return screen.take();
}

}  // namespace spa::config
