// SPDX-License-Identifier: Apache-2.0
// The screen in all forms: those of 12.2 and 12.3 and the PIX's are one layout with differences.
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "userspace/config/show/ipsec_sa.h"
#include "userspace/config/show/names.h"
#include "userspace/config/show/text.h"

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

// What ESP adds to a packet at most (RFC 4303 2): DES and MD5 in a tunnel make 56 octets.
unsigned ipsec_overhead(const ike::ChildSaStatus& child) {
  const bool v6 = child.remote.address.is_v6();
  unsigned size = child.udp_encapsulation ? 8 : 0;
  if (child.mode == policy::EncapsulationMode::kTunnel) size += v6 ? 40 : 20;
  if (child.suite.has_esp())
    size +=
        8 + iv_size(child.suite.cipher) + icv_size(child.suite) + block_size(child.suite.cipher);
  constexpr unsigned kAh = 24;  // RFC 4302 2, with 96 bits of ICV
  return size + (child.suite.has_ah() ? kAh : 0);
}

// R-SHOW-8: no blank after a colon, and two before every line but that of the interface.
std::string tightened(const std::string& text) {
  std::string out;
  bool indent = true;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (indent && text[at] == ' ') continue;
    if (indent && text[at] != '\n' && text.compare(at, 10, "interface:") != 0) out += "  ";
    indent = text[at] == '\n';
    if (text[at] == ' ' && (text[at - 1] == ':' || text[at - 1] == ' ')) continue;
    out += text[at];
  }
  return out;
}

class Renderer {
 public:
  Renderer(bool detail, ScreenForm form)
      : detail_(detail),
        pix_(form == ScreenForm::kPix),
        old_(pix_ || is_old(form)),
        ported_(form == ScreenForm::kDb),
        tightened_(form == ScreenForm::kDb) {}

  // The next lines of the screen.
  std::string render(const std::vector<IpsecIdentView>& idents) {
    for (const IpsecIdentView& view : idents) {
      if (interface_ != view.interface) {
        screen_.blank();
        screen_.line("interface: %s", c(view.interface));
        screen_.line("    Crypto map tag: %s, local addr%s %s", c(view.rule.crypto_map),
                     old_ ? "." : "", c(view.local_address.to_string()));
      }
      interface_ = view.interface;
      ident(view);
    }
    return tightened_ ? tightened(screen_.take()) : screen_.take();
  }

 private:
  void ident(const IpsecIdentView& view) {
    const std::string peer = view.peer.to_string();
    screen_.blank();
    if (!old_)
      screen_.line("   protected vrf: %s", view.inside_vrf.empty() ? "(none)" : c(view.inside_vrf));
    screen_.line("   local  ident (addr/mask/prot/port): (%s)",
                 c(ident_text(view.selectors.local)));
    screen_.line("   remote ident (addr/mask/prot/port): (%s)",
                 c(ident_text(view.selectors.remote)));
    if (old_)
      screen_.line("   current_peer: %s%s", c(peer), c(port_of(view)));
    else
      screen_.line("   current_peer %s port %u", c(peer), view.peer_port);
    screen_.line("     PERMIT, flags={origin_is_acl,}");  // R-MAP-27
    counters(view);
    screen_.blank();
    screen_.line("     local crypto endpt.: %s, remote crypto endpt.: %s%s",
                 c(view.local_address.to_string()), c(peer), c(port_of(view)));
    sizes(view);
    const std::uint32_t current = view.sas.empty() ? 0 : view.sas.back().child.spi_out;
    if (old_)
      screen_.line("     current outbound spi: %s", c(hex(current)));
    else
      screen_.line("     current outbound spi: 0x%X(%u)", current, current);
    if (!old_) pfs(view);
    direction(view, true);
    direction(view, false);
  }

  // R-SHOW-8
  [[nodiscard]] std::string port_of(const IpsecIdentView& view) const {
    return ported_ ? ":" + std::to_string(view.peer_port) : std::string();
  }

  // R-PIX-17
  [[nodiscard]] std::string hex(std::uint32_t number) const {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), pix_ ? "%x" : "%X", number);
    return text.data();
  }

  // R-MAP-26
  void counters(const IpsecIdentView& view) {
    const IpsecTotals sum = ipsec_totals(view);
    const auto out = n(sum.out.packets), in = n(sum.in.packets);
    const char* colon = old_ ? "" : ":";
    screen_.line("    #pkts encaps: %llu, #pkts encrypt: %llu, #pkts digest%s %llu", out, out,
                 colon, out);
    screen_.line("    #pkts decaps: %llu, #pkts decrypt: %llu, #pkts verify%s %llu", in, in, colon,
                 in);
    const ports::CompressionCounters& packed = sum.compression;
    screen_.line("    #pkts compressed: %llu, #pkts decompressed: %llu", n(packed.compressed),
                 n(packed.decompressed));
    if (old_) {
      screen_.line(
          "    #pkts not compressed: %llu, #pkts compr. failed: 0, #pkts decompress failed: %llu",
          n(packed.not_compressed), n(packed.decompress_failures));
    } else {
      screen_.line("    #pkts not compressed: %llu, #pkts compr. failed: 0",
                   n(packed.not_compressed));
      screen_.line("    #pkts not decompressed: 0, #pkts decompress failed: %llu",
                   n(packed.decompress_failures));
    }
    const std::uint64_t dropped = view.dropped.value_or(0);
    if (detail_ && !old_) return errors_by_cause(sum, dropped);
    screen_.line("    #send errors %llu, #recv errors %llu", n(sum.out.other_failures + dropped),
                 n(sum.in.auth_failures + sum.in.replay_failures + sum.in.other_failures));
  }

  void errors_by_cause(const IpsecTotals& sum, std::uint64_t dropped) {
    screen_.line("    #pkts no sa (send) %llu, #pkts invalid sa (rcv) 0",
                 n(sum.out.other_failures + dropped));
    screen_.line("    #pkts encaps failed (send) 0, #pkts decaps failed (rcv) %llu",
                 n(sum.in.other_failures));
    screen_.line("    #pkts invalid prot (recv) 0, #pkts verify failed: %llu",
                 n(sum.in.auth_failures));
    screen_.line("    #pkts invalid identity (recv) 0, #pkts invalid len (rcv) 0");
    screen_.line("    #pkts replay rollover (send): 0, #pkts replay rollover (rcv) 0");
    screen_.line("    ##pkts replay failed (rcv): %llu", n(sum.in.replay_failures));
    screen_.line("    #pkts internal err (send): 0, #pkts internal err (recv) 0");
  }

  // R-MAP-28
  void sizes(const IpsecIdentView& view) {
    const auto [known, unknown] = mtus_.try_emplace(view.device, 0);
    if (unknown) known->second = mtu_of(view.device);
    const unsigned mtu = known->second;
    if (pix_) {
      screen_.line("     path mtu %u, ipsec overhead %u, media mtu %u", mtu,
                   view.sas.empty() ? 0 : ipsec_overhead(view.sas.back().child), mtu);
    } else if (old_) {
      screen_.line("     path mtu %u, media mtu %u", mtu, mtu);
    } else {
      const std::string idb = view.device.empty() ? view.interface : view.device;
      screen_.line("     plaintext mtu %u, path mtu %u, ip mtu %u, ip mtu idb %s",
                   view.sas.empty() ? mtu : plaintext_mtu(view.sas.back().child, mtu), mtu, mtu,
                   c(idb));
    }
  }

  void pfs(const IpsecIdentView& view) {
    const wire::DhId group = view.sas.empty() ? wire::DhId::kNone : view.sas.back().child.pfs;
    if (group == wire::DhId::kNone)
      screen_.line("     PFS (Y/N): N, DH group: none");
    else
      screen_.line("     PFS (Y/N): Y, DH group: group%u", static_cast<unsigned>(group));
  }

  // What of an SA pair stands under one protocol's heading.
  struct Part {
    std::uint32_t spi = 0;
    ports::EspSuite suite;  // the algorithms of that protocol alone
  };

  enum class Protocol : std::uint8_t { kEsp, kAh, kPcp };

  [[nodiscard]] static std::optional<Part> part_of(const ike::ChildSaStatus& child, bool inbound,
                                                   Protocol protocol) {
    const std::uint32_t main = inbound ? child.spi_in : child.spi_out;
    Part part{main, child.suite};
    switch (protocol) {
      case Protocol::kEsp:
        part.suite.ah = wire::IntegId::kNone;
        part.suite.compression = wire::IpCompId::kNone;
        return child.suite.has_esp() ? std::optional(part) : std::nullopt;
      case Protocol::kAh:
        part.suite = {};
        part.suite.ah = child.suite.ah;
        if (child.suite.has_esp()) part.spi = inbound ? child.ah_spi_in : child.ah_spi_out;
        return child.suite.has_ah() ? std::optional(part) : std::nullopt;
      case Protocol::kPcp:
        part.suite = {};
        part.suite.compression = child.suite.compression;
        part.spi = inbound ? child.cpi_in : child.cpi_out;
        return child.suite.has_ipcomp() ? std::optional(part) : std::nullopt;
    }
    return std::nullopt;
  }

  void direction(const IpsecIdentView& view, bool inbound) {
    constexpr std::array<std::pair<Protocol, const char*>, 3> kProtocols{
        {{Protocol::kEsp, "esp"}, {Protocol::kAh, "ah"}, {Protocol::kPcp, "pcp"}}};
    for (const auto& [protocol, name] : kProtocols) {
      screen_.blank();
      screen_.line("     %s %s sas:", inbound ? "inbound" : "outbound", name);
      for (const IpsecSaView& sa : view.sas)
        if (const auto part = part_of(sa.child, inbound, protocol))
          spi_block(view, sa, *part, inbound);
    }
  }

  void spi_block(const IpsecIdentView& view, const IpsecSaView& sa, const Part& part,
                 bool inbound) {
    const ike::ChildSaStatus& child = sa.child;
    const std::uint64_t left = sa.state.kilobytes_left(child.lifetime.kilobytes, inbound);
    screen_.line("      spi: 0x%s(%u)", c(hex(part.spi)), part.spi);  // R-MAP-30
    screen_.line("        transform: %s ,", c(transform_names(part.suite)));
    screen_.line("        in use settings =%s{%s%s, }", pix_ || ported_ ? "" : " ",
                 child.mode == policy::EncapsulationMode::kTunnel ? "Tunnel" : "Transport",
                 child.udp_encapsulation && !pix_ ? " UDP-Encaps" : "");
    connection(view, sa, inbound);
    screen_.line("        sa timing: remaining key lifetime (k/sec): (%llu/%u)", n(left),
                 child.remaining_seconds);
    if (part.suite.has_esp()) screen_.line("        IV size: %u bytes", iv_size(part.suite.cipher));
    const char* replay = part.suite.has_ipcomp() ? "N" : "Y";
    if (detail_ && !old_)
      screen_.line("        replay detection support: %s  replay window size: %u", replay,
                   part.suite.has_ipcomp() ? 0 : child.replay_window);
    else
      screen_.line("        replay detection support: %s", replay);
    if (old_) return;
    screen_.line("        Status: ACTIVE(ACTIVE)");
    screen_.line("        Engine: %s", c(place_text(sa.state)));
  }

  // R-MAP-29: inbound even, outbound the next; flows count with them.
  void connection(const IpsecIdentView& view, const IpsecSaView& sa, bool inbound) {
    constexpr std::uint32_t kBeforeFirst = 199;
    const std::uint32_t id = inbound ? sa.child.id : sa.child.id + 1;
    const char* map = c(view.rule.crypto_map);
    if (pix_) return screen_.line("        slot: 0, conn id: %u, crypto map: %s", id, map);
    if (old_)
      return screen_.line("        slot: 0, conn id: %u, flow_id: %u, crypto map: %s", id,
                          id - kBeforeFirst, map);
    const ports::OffloadState place = inbound ? sa.state.offload_in : sa.state.offload_out;
    const std::string engine = place == ports::OffloadState::kCard        ? sa.state.offload_device
                               : place == ports::OffloadState::kInProcess ? "SPA-IPSEC"
                                                                          : "SW";
    screen_.line("        conn id: %u, flow_id: %s:%u, sibling_flags %016X, crypto map: %s", id,
                 c(engine), id, 0x80000040U, map);
  }

  bool detail_;
  bool pix_;
  bool old_;     // no form of the newer trains
  bool ported_;  // peers with their port (R-SHOW-8)
  bool tightened_;
  std::string interface_;  // whose lines these are
  std::map<std::string, unsigned> mtus_;
  Screen screen_;
};

}  // namespace

Pieces ipsec_sa_text(const IpsecIdentsPtr& idents, bool detail, ScreenForm form) {
  const bool none = idents->list().empty() && !is_old(form) && form != ScreenForm::kPix;
  std::vector<Rows> parts(1);
  parts[0] = {.before = none ? "No SAs found\n" : "",
              .count = idents->list().size(),
              .make = [idents, renderer = std::make_shared<Renderer>(detail, form)](
                          std::size_t first, std::size_t end) {
                return renderer->render(idents->views(first, end));
              }};
  return pieces_of(std::move(parts));
}

}  // namespace spa::config
