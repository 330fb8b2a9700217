// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/xfrm_messages.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "userspace/kernel/selector_blocks.h"
#include "userspace/kernel/xfrm_algorithms.h"

// After the C library's headers; brings UDP_ENCAP_ESPINUDP.
#include <linux/udp.h>

namespace spa::kernel {

namespace {

constexpr std::uint32_t kFirstSpi = 0x100;  // RFC 4303 2.1
constexpr std::uint32_t kLastCpi = 61439;   // RFC 3173 3.3; the first is as of an SPI
constexpr std::uint32_t kSmallWindow = 32;  // what fits the old form of the window
constexpr std::uint32_t kPriorityBase = 1000;
constexpr std::uint32_t kEntrySpan = 1U << 12;  // priorities of the lines of one entry

std::uint16_t family_of(const IpAddress& address) {
  return address.is_v6() ? AF_INET6 : AF_INET;
}

std::uint8_t mode_of(policy::EncapsulationMode mode) {
  return mode == policy::EncapsulationMode::kTunnel ? XFRM_MODE_TUNNEL : XFRM_MODE_TRANSPORT;
}

// A block of ports that a mask can say: aligned, its length a power of two.
bool put_port(const policy::TrafficSelector& selector, std::uint16_t& port, std::uint16_t& mask) {
  const auto differing = static_cast<std::uint16_t>(selector.port_first ^ selector.port_last);
  const bool block = (differing & (differing + 1u)) == 0 &&
                     (selector.port_first & differing) == 0 &&
                     (selector.port_last & differing) == differing;
  if (!block) return false;
  port = htons(selector.port_first);
  mask = htons(static_cast<std::uint16_t>(~differing));
  return true;
}

xfrm_lifetime_cfg unlimited() {
  xfrm_lifetime_cfg limits{};
  limits.soft_byte_limit = limits.hard_byte_limit = XFRM_INF;
  limits.soft_packet_limit = limits.hard_packet_limit = XFRM_INF;
  return limits;
}

xfrm_lifetime_cfg lifetime_of(const LifetimeLimits& limits) {
  xfrm_lifetime_cfg out = unlimited();
  if (limits.hard_bytes != 0) {
    out.soft_byte_limit = limits.soft_bytes;
    out.hard_byte_limit = limits.hard_bytes;
  }
  out.soft_add_expires_seconds = limits.soft_seconds;
  out.hard_add_expires_seconds = limits.hard_seconds;
  return out;
}

// What the state itself checks (RFC 4301 5.2). The kernel's states have room for one selector; with
// several, the policies alone decide.
xfrm_selector selector_of(const ports::SaPair& pair, bool out) {
  xfrm_selector any{};
  const bool inner = !pair.selectors_local.empty();
  any.family = family_of(inner ? pair.selectors_local.front().first : pair.local.address);
  if (pair.selectors_local.size() != 1 || pair.selectors_remote.size() != 1) return any;
  const auto& local = pair.selectors_local.front();
  const auto& remote = pair.selectors_remote.front();
  return (out ? to_xfrm(local, remote) : to_xfrm(remote, local)).value_or(any);
}

// Sets the window in `info`, or gives the attribute that holds it where it does not fit there.
std::optional<Bytes> put_replay(xfrm_usersa_info& info, const ports::SaPair& pair, bool out) {
  const bool esn = pair.suite.esn;
  if (esn) info.flags |= XFRM_STATE_ESN;
  // The kernel wants a window with ESN in both directions.
  const std::uint32_t window = std::min<std::uint32_t>(
      std::max(pair.replay_window, esn ? kSmallWindow : 0u), XFRMA_REPLAY_ESN_MAX);
  if (!esn && (out || window <= kSmallWindow)) {
    info.replay_window = out ? 0 : static_cast<std::uint8_t>(window);
    return std::nullopt;
  }
  xfrm_replay_state_esn state{};
  state.replay_window = window;
  state.bmp_len = (window + 31) / 32;
  Bytes attribute(sizeof state + state.bmp_len * sizeof(std::uint32_t));
  std::memcpy(attribute.data(), &state, sizeof state);
  return attribute;
}

void add_encapsulation(NetlinkMessage& message, const Endpoint& from, const Endpoint& to) {
  xfrm_encap_tmpl encap{};
  encap.encap_type = UDP_ENCAP_ESPINUDP;
  encap.encap_sport = htons(from.port);
  encap.encap_dport = htons(to.port);
  message.attribute(XFRMA_ENCAP, encap);
}

}  // namespace

xfrm_address_t to_xfrm(const IpAddress& address) {
  xfrm_address_t out{};
  const ByteView octets = address.bytes();
  if (!octets.empty()) std::memcpy(&out, octets.data(), octets.size());
  return out;
}

IpAddress from_xfrm(const xfrm_address_t& address, std::uint16_t family) {
  std::uint8_t octets[sizeof address];
  std::memcpy(octets, &address, sizeof address);
  if (family == AF_INET) return IpAddress::from_bytes(ByteView(octets, 4));
  return family == AF_INET6 ? IpAddress::from_bytes(octets) : IpAddress{};
}

Result<xfrm_selector> to_xfrm(const policy::TrafficSelector& from,
                              const policy::TrafficSelector& to) {
  xfrm_selector out{};
  if (from.first.family() != to.first.family()) {
    return fail(Errc::kInvalid, "the two sides of a selector are of different families");
  }
  if (!from.is_exact_prefix() || !to.is_exact_prefix()) {
    return fail(Errc::kUnsupported, "the kernel's selectors have prefixes only, not " +
                                        from.to_string() + " to " + to.to_string());
  }
  if (!put_port(from, out.sport, out.sport_mask) || !put_port(to, out.dport, out.dport_mask)) {
    return fail(Errc::kUnsupported, "the kernel's selectors have blocks of ports, not " +
                                        from.to_string() + " to " + to.to_string());
  }
  out.family = family_of(from.first);
  out.saddr = to_xfrm(from.first);
  out.daddr = to_xfrm(to.first);
  out.prefixlen_s = static_cast<std::uint8_t>(from.covering_prefix().length);
  out.prefixlen_d = static_cast<std::uint8_t>(to.covering_prefix().length);
  out.proto = from.protocol;
  return out;
}

policy::SelectorPair from_xfrm(const xfrm_selector& selector) {
  const auto side = [&](const xfrm_address_t& address, unsigned length, std::uint16_t port,
                        std::uint16_t mask) {
    const IpAddress read = from_xfrm(address, selector.family);
    auto made = policy::TrafficSelector::of({read, std::min(length, read.bits())}, selector.proto);
    if (mask == 0xffff) made.port_first = made.port_last = ntohs(port);
    return made;
  };
  return {side(selector.saddr, selector.prefixlen_s, selector.sport, selector.sport_mask),
          side(selector.daddr, selector.prefixlen_d, selector.dport, selector.dport_mask)};
}

std::vector<XfrmLayer> layers_of(const ports::Layers& layers) {
  std::vector<XfrmLayer> list;
  if (layers.ipcomp) list.push_back(XfrmLayer::kIpComp);
  if (layers.esp) list.push_back(XfrmLayer::kEsp);
  if (layers.ah) list.push_back(XfrmLayer::kAh);
  return list;
}

namespace {

XfrmLayer main_layer(const ports::SaPair& pair) {
  return pair.suite.has_esp() ? XfrmLayer::kEsp : XfrmLayer::kAh;
}

}  // namespace

StateId state_id(const ports::SaPair& pair, XfrmDirection direction, XfrmLayer layer) {
  const bool out = direction == XfrmDirection::kOut;
  std::uint32_t spi = out ? pair.spi_out : pair.spi_in;
  if (layer == XfrmLayer::kIpComp) {
    spi = out ? pair.cpi_out : pair.cpi_in;
  } else if (layer != main_layer(pair)) {
    spi = out ? pair.ah_spi_out : pair.ah_spi_in;
  }
  return {out ? pair.remote.address : pair.local.address, spi, layer};
}

StateId state_id(const ports::SaPair& pair, XfrmDirection direction) {
  return state_id(pair, direction, main_layer(pair));
}

Result<NetlinkMessage> state_message(std::uint16_t type, const ports::SaPair& pair,
                                     XfrmDirection direction, XfrmLayer layer,
                                     const LifetimeLimits& limits, int offload_device) {
  const bool out = direction == XfrmDirection::kOut;
  const Endpoint& from = out ? pair.local : pair.remote;
  const Endpoint& to = out ? pair.remote : pair.local;
  if (from.address.empty() || from.address.family() != to.address.family()) {
    return fail(Errc::kInvalid, "the ends of the SA are of different families");
  }
  const bool main = layer == main_layer(pair);
  const bool innermost = layer == layers_of(pair.suite.layers()).front();
  xfrm_usersa_info info{};
  info.id.daddr = to_xfrm(to.address);
  info.id.spi = htonl(state_id(pair, direction, layer).spi);
  info.id.proto = static_cast<std::uint8_t>(layer);
  info.saddr = to_xfrm(from.address);
  info.lft = main ? lifetime_of(limits) : unlimited();
  info.reqid = pair.reqid;
  info.family = family_of(to.address);
  if (innermost) {
    info.sel = selector_of(pair, out);
    info.mode = mode_of(pair.mode);
  } else {
    // It carries whatever the state within it makes.
    info.flags |= XFRM_STATE_AF_UNSPEC;
    info.mode = XFRM_MODE_TRANSPORT;
  }
  // AH ends on 32 bits in IPv4, on 64 in IPv6 (RFC 4302 3.3.3.2.1); unasked, the kernel pads to 64
  // in both, and no other implementation would take the ICV.
  if (layer == XfrmLayer::kAh && !from.address.is_v6()) info.flags |= XFRM_STATE_ALIGN4;
  std::optional<Bytes> replay;
  if (layer != XfrmLayer::kIpComp) replay = put_replay(info, pair, out);
  NetlinkMessage message(type, type == XFRM_MSG_NEWSA ? NLM_F_CREATE | NLM_F_EXCL : 0);
  message.body(info);
  const ports::EspKeys& keys = out ? pair.keys_out : pair.keys_in;
  const Status done = layer == XfrmLayer::kEsp  ? add_algorithms(message, pair.suite, keys)
                      : layer == XfrmLayer::kAh ? add_ah_algorithm(message, pair.suite.ah, keys.ah)
                                                : add_compression(message, pair.suite.compression);
  if (!done) return tl::unexpected(done.error());
  if (replay) message.attribute(XFRMA_REPLAY_ESN_VAL, ByteView(*replay));
  if (pair.udp_encapsulation && layer == XfrmLayer::kEsp) add_encapsulation(message, from, to);
  if (pair.if_id != 0) message.attribute(XFRMA_IF_ID, pair.if_id);
  if (offload_device != 0 && main) {
    xfrm_user_offload offload{};
    offload.ifindex = offload_device;
    offload.flags = out ? 0 : XFRM_OFFLOAD_INBOUND;
    message.attribute(XFRMA_OFFLOAD_DEV, offload);
  }
  return message;
}

Result<NetlinkMessage> state_message(std::uint16_t type, const ports::SaPair& pair,
                                     XfrmDirection direction, const LifetimeLimits& limits,
                                     int offload_device) {
  return state_message(type, pair, direction, main_layer(pair), limits, offload_device);
}

NetlinkMessage state_query(std::uint16_t type, const StateId& id) {
  xfrm_usersa_id body{};
  body.daddr = to_xfrm(id.destination);
  body.spi = htonl(id.spi);
  body.family = family_of(id.destination);
  body.proto = static_cast<std::uint8_t>(id.layer);
  NetlinkMessage message(type, 0);
  message.body(body);
  return message;
}

NetlinkMessage allocate_spi_message(const IpAddress& local, const IpAddress& remote,
                                    XfrmLayer layer) {
  xfrm_userspi_info body{};
  body.info.id.daddr = to_xfrm(local);
  body.info.id.proto = static_cast<std::uint8_t>(layer);
  body.info.saddr = to_xfrm(remote);
  body.info.family = family_of(local);
  body.info.mode = XFRM_MODE_TUNNEL;
  body.min = kFirstSpi;
  body.max = layer == XfrmLayer::kIpComp ? kLastCpi : 0xffffffff;
  NetlinkMessage message(XFRM_MSG_ALLOCSPI, 0);
  message.body(body);
  return message;
}

namespace {

std::uint8_t kernel_direction(XfrmDirection direction) {
  switch (direction) {
    case XfrmDirection::kIn:
      return XFRM_POLICY_IN;
    case XfrmDirection::kOut:
      return XFRM_POLICY_OUT;
    case XfrmDirection::kForward:
      return XFRM_POLICY_FWD;
  }
  return XFRM_POLICY_IN;
}

// What a policy asks of a packet: the headers of `layers`, the innermost in the rule's mode.
std::vector<xfrm_user_tmpl> templates_of(const ports::PolicyRule& rule, bool out) {
  std::vector<xfrm_user_tmpl> list;
  for (const XfrmLayer layer : layers_of(rule.layers)) {
    xfrm_user_tmpl how{};
    how.id.daddr = to_xfrm(out ? rule.remote : rule.local);
    how.id.proto = static_cast<std::uint8_t>(layer);
    how.saddr = to_xfrm(out ? rule.local : rule.remote);
    how.family = family_of(rule.local);
    how.reqid = rule.reqid;
    how.mode = list.empty() ? mode_of(rule.mode) : std::uint8_t{XFRM_MODE_TRANSPORT};
    how.share = XFRM_SHARE_ANY;
    // What would not shrink comes without the header (RFC 3173 2.2).
    how.optional = layer == XfrmLayer::kIpComp && !out ? 1 : 0;
    how.aalgos = how.ealgos = how.calgos = 0xffffffff;
    list.push_back(how);
  }
  return list;
}

}  // namespace

Result<std::vector<xfrm_selector>> policy_selectors(const ports::PolicyRule& rule,
                                                    XfrmDirection direction) {
  std::vector<xfrm_selector> list;
  const auto locals = cut_into_blocks(rule.selectors.local, kMostSelectors);
  const auto remotes = cut_into_blocks(rule.selectors.remote, kMostSelectors);
  if (locals.empty() || remotes.empty() || locals.size() * remotes.size() > kMostSelectors) {
    return fail(Errc::kUnsupported,
                "the kernel has prefixes and blocks of ports, and would need more than " +
                    std::to_string(kMostSelectors) + " of them for " +
                    rule.selectors.local.to_string() + " to " + rule.selectors.remote.to_string());
  }
  for (const auto& local : locals) {
    for (const auto& remote : remotes) {
      const auto selector =
          direction == XfrmDirection::kOut ? to_xfrm(local, remote) : to_xfrm(remote, local);
      if (!selector) return tl::unexpected(selector.error());
      list.push_back(*selector);
    }
  }
  return list;
}

NetlinkMessage policy_message(std::uint16_t type, const ports::PolicyRule& rule,
                              XfrmDirection direction, const xfrm_selector& selector) {
  xfrm_userpolicy_info info{};
  info.sel = selector;
  info.lft = unlimited();
  // The numbers of entries end at 65,535.
  info.priority = kPriorityBase + rule.id.sequence * kEntrySpan +
                  (rule.discard ? kEntrySpan : std::min(rule.id.line, kEntrySpan - 1));
  info.dir = kernel_direction(direction);
  info.action = rule.discard ? XFRM_POLICY_BLOCK : XFRM_POLICY_ALLOW;
  info.share = XFRM_SHARE_ANY;
  NetlinkMessage message(type, 0);
  message.body(info);
  if (rule.scope.if_id != 0) message.attribute(XFRMA_IF_ID, rule.scope.if_id);
  if (!rule.protects()) return message;
  const auto how = templates_of(rule, direction == XfrmDirection::kOut);
  message.attribute(XFRMA_TMPL, ByteView(reinterpret_cast<const std::uint8_t*>(how.data()),
                                         how.size() * sizeof how.front()));
  return message;
}

NetlinkMessage delete_policy_message(XfrmDirection direction, const xfrm_selector& selector,
                                     std::uint32_t if_id) {
  xfrm_userpolicy_id body{};
  body.sel = selector;
  body.dir = kernel_direction(direction);
  NetlinkMessage message(XFRM_MSG_DELPOLICY, 0);
  message.body(body);
  if (if_id != 0) message.attribute(XFRMA_IF_ID, if_id);
  return message;
}

std::optional<NetlinkMessage> moved_state_message(const NetlinkView& reply, const Endpoint& from,
                                                  const Endpoint& to) {
  auto info = reply.body<xfrm_usersa_info>();
  if (!info) return std::nullopt;
  info->id.daddr = to_xfrm(to.address);
  info->saddr = to_xfrm(from.address);
  NetlinkMessage message(XFRM_MSG_NEWSA, NLM_F_CREATE | NLM_F_EXCL);
  message.body(*info);
  for (const std::uint16_t type :
       {XFRMA_ALG_AEAD, XFRMA_ALG_CRYPT, XFRMA_ALG_AUTH_TRUNC, XFRMA_ALG_COMP, XFRMA_REPLAY_ESN_VAL,
        XFRMA_REPLAY_VAL, XFRMA_OFFLOAD_DEV, XFRMA_IF_ID}) {
    if (const auto value = reply.attribute(sizeof *info, type)) message.attribute(type, *value);
  }
  if (reply.attribute(sizeof *info, XFRMA_ENCAP)) add_encapsulation(message, from, to);
  return message;
}

}  // namespace spa::kernel
