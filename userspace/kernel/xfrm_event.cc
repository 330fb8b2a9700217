// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/xfrm_event.h"

namespace spa::kernel {

namespace {

bool is_ours(std::uint8_t protocol) {
  return protocol == IPPROTO_ESP || protocol == IPPROTO_AH || protocol == IPPROTO_COMP;
}

StateId id_of(const xfrm_address_t& destination, std::uint16_t family, std::uint32_t spi,
              std::uint8_t protocol) {
  return {from_xfrm(destination, family), ntohl(spi), static_cast<XfrmLayer>(protocol)};
}

std::optional<XfrmEvent> read_acquire(const NetlinkView& message) {
  const auto body = message.body<xfrm_user_acquire>();
  const auto how = message.attribute<xfrm_user_tmpl>(sizeof(xfrm_user_acquire), XFRMA_TMPL);
  if (!body || !how || !is_ours(how->id.proto)) return std::nullopt;
  return AcquireEvent{how->reqid, from_xfrm(body->sel)};
}

std::optional<XfrmEvent> read_expire(const NetlinkView& message) {
  const auto body = message.body<xfrm_user_expire>();
  if (!body || !is_ours(body->state.id.proto)) return std::nullopt;
  const xfrm_usersa_info& state = body->state;
  return ExpireEvent{id_of(state.id.daddr, state.family, state.id.spi, state.id.proto),
                     body->hard != 0};
}

std::optional<XfrmEvent> read_deleted(const NetlinkView& message) {
  const auto body = message.body<xfrm_usersa_id>();
  if (!body || !is_ours(body->proto)) return std::nullopt;
  return DeletedEvent{id_of(body->daddr, body->family, body->spi, body->proto)};
}

std::optional<XfrmEvent> read_flushed(const NetlinkView& message) {
  const auto body = message.body<xfrm_usersa_flush>();
  const bool ours = body && (is_ours(body->proto) || body->proto == 0 ||
                             body->proto == 255 /* IPSEC_PROTO_ANY */);
  if (!ours) return std::nullopt;
  return FlushedEvent{};
}

std::optional<XfrmEvent> read_mapping(const NetlinkView& message) {
  const auto body = message.body<xfrm_user_mapping>();
  if (!body || body->id.proto != IPPROTO_ESP) return std::nullopt;
  return MappingEvent{id_of(body->id.daddr, body->id.family, body->id.spi, body->id.proto),
                      {from_xfrm(body->new_saddr, body->id.family), ntohs(body->new_sport)}};
}

}  // namespace

std::optional<XfrmEvent> read_event(const NetlinkView& message) {
  switch (message.type()) {
    case XFRM_MSG_ACQUIRE:
      return read_acquire(message);
    case XFRM_MSG_EXPIRE:
      return read_expire(message);
    case XFRM_MSG_DELSA:
      return read_deleted(message);
    case XFRM_MSG_FLUSHSA:
      return read_flushed(message);
    case XFRM_MSG_MAPPING:
      return read_mapping(message);
    default:
      return std::nullopt;
  }
}

}  // namespace spa::kernel
