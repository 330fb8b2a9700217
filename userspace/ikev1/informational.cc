// SPDX-License-Identifier: Apache-2.0
// Informational exchanges (RFC 2409 5.7, RFC 2408 4.8): Deletes, notifications, dead peer detection
// (RFC 3706 5.2). Nobody answers them, so none of this waits.
#include <algorithm>

#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/shard.h"
#include "userspace/ikev1/trace/steps.h"

namespace spa::ikev1 {

namespace {

using ike::Phase;
using v1::NotifyType;

Payloads one(v1::Payload payload) {
  Payloads payloads;
  payloads.push_back(std::move(payload));
  return payloads;
}

// D payloads for some pairs: one for each protocol (RFC 2408 3.15). A CPI goes with its ESP or AH.
Payloads deletion(const std::vector<const ChildSa*>& children) {
  std::vector<std::uint32_t> esp;
  std::vector<std::uint32_t> ah;
  for (const ChildSa* c : children) {
    (c->suite.has_esp() ? esp : ah).push_back(c->spi_in);
    if (c->ah_spi_in != 0) ah.push_back(c->ah_spi_in);
  }
  Payloads payloads;
  if (!esp.empty()) payloads.emplace_back(v1::delete_ipsec(v1::ProtocolId::kEsp, esp));
  if (!ah.empty()) payloads.emplace_back(v1::delete_ipsec(v1::ProtocolId::kAh, ah));
  return payloads;
}

void announce_end(IsakmpSa& sa) {
  // HDR*, HASH(1), D  -->
  sa.inform(one(v1::delete_isakmp(sa.cookie_i(), sa.cookie_r())));
}

// Phase 1 is over; what was made under it goes on under a successor, or is held until it expires.
void end_phase1(IsakmpSa& sa, const std::string& cause) {
  Shard& shard = sa.shard;
  IsakmpSa* heir = shard.successor_of(sa);
  if (heir != nullptr) {
    shard.move_children(sa, *heir);
    for (const ports::PolicyId& id : sa.wanted) {
      if (heir->wants(id)) continue;
      heir->wanted.push_back(id);
      heir->spawn(initiate_quick_mode(*heir, id, 0));
    }
    sa.wanted.clear();
  }
  if (sa.children.empty()) {
    shard.retire(sa, heir != nullptr ? "" : cause);
    return;
  }
  sa.step(Phase::kRekeyed);
  sa.description = cause;
  sa.expires.reset();
  sa.drop_exchanges();
  for (const ports::PolicyId& id : sa.wanted) shard.failed(id, shard.options.acquire_hold_down);
  sa.wanted.clear();
  shard.touch(sa);
}

}  // namespace

void delete_isakmp_sa(IsakmpSa& sa, const std::string& cause) {
  if (sa.phase() == Phase::kGone) return;
  if (sa.usable()) {
    std::vector<const ChildSa*> all;
    for (const auto& c : sa.children) all.push_back(c.get());
    // HDR*, HASH(1), D  -->
    if (!all.empty()) sa.inform(deletion(all));
    announce_end(sa);
  }
  sa.shard.retire(sa, cause);
}

void expire(IsakmpSa& sa, const std::string& cause) {
  if (!sa.usable()) return;
  announce_end(sa);
  end_phase1(sa, cause);
}

void delete_child(IsakmpSa& sa, std::uint32_t spi_in) {
  const ChildSa* child = sa.child(spi_in);
  if (child == nullptr) return;
  IsakmpSa* voice = sa.usable() ? &sa : sa.shard.successor_of(sa);
  // HDR*, HASH(1), D  -->
  if (voice != nullptr) voice->inform(deletion({child}));
  sa.shard.remove_child(sa, spi_in);
}

void ask_whether_alive(IsakmpSa& sa) {
  Shard& shard = sa.shard;
  const policy::DpdSettings& settings = sa.liveness.settings();
  if (sa.dpd.asked >= shard.options.liveness_tries) {
    ++shard.counters.peers_dead;
    trace::say(sa, "peer " + sa.remote.address.to_string() + " not responding!", trace::kInNewer);
    trace::stay(sa, "FROM_TIMER", "IKE_TIMER_PEERS_ALIVE");
    shard.retire(sa, "peer is not responding");  // RFC 3706 5.5, R-DPD-16, R-DPD-19
    return;
  }
  // RFC 3706 6.2
  if (sa.dpd.next_sequence == 0) sa.dpd.next_sequence = shard.random() & 0x7FFF'FFFF;
  ++shard.counters.liveness_checks;
  // The first says only that nothing was heard; the others that an answer is missing.
  if (sa.dpd.asked != 0) {
    trace::tell(sa, [&] {
      return trace::Said{trace::print("DPD incrementing error counter (%u/%u)", sa.dpd.asked,
                                      shard.options.liveness_tries),
                         trace::kInNewer, trace::Style::kColon};
    });
  }
  trace::stay(sa, "FROM_TIMER", sa.dpd.asked == 0 ? "IKE_TIMER_IM_ALIVE" : "IKE_TIMER_PEERS_ALIVE");
  ++sa.dpd.asked;
  sa.dpd.due = shard.now() + Duration(std::max(1U, settings.retry_seconds) * 1000LL);
  // HDR*, HASH(1), N(R-U-THERE)  -->
  //                            <--  HDR*, HASH(1), N(R-U-THERE-ACK)
  sa.inform(one(
      v1::dpd_notify(NotifyType::kRUThere, sa.cookie_i(), sa.cookie_r(), sa.dpd.next_sequence++)));
  shard.touch(sa);
}

namespace {

void take_delete(IsakmpSa& sa, const v1::DeletePayload& deleted, std::uint32_t node) {
  Shard& shard = sa.shard;
  if (deleted.protocol == v1::ProtocolId::kIsakmp) {
    if (!v1::names(deleted, sa.cookie_i(), sa.cookie_r()) || !sa.usable()) return;
    // Who wants the pairs gone names them first. A peer that renewed its phase 1 names only the old
    // one, and that may come before we know of the new one (RFC 2408 5.15: one SA per Delete).
    end_phase1(sa, "deleted by peer");
    return;
  }
  // RFC 2408 5.15: the peer no longer receives on these of its SPIs: our outbound ones. Our own
  // half goes too, and the peer knows that it does.
  for (const std::uint32_t spi_out : v1::spis32(deleted)) {
    for (IsakmpSa* owner : shard.with_peer(sa.remote.address)) {
      if (owner != &sa && !same_peer(*owner, sa)) continue;
      const ChildSa* child = owner->child_by_outbound(deleted.protocol, spi_out);
      if (child == nullptr) continue;
      trace::tell(sa, [&] {
        return trace::Said{"deleting spi " + std::to_string(spi_out) +
                               " message ID = " + trace::message_id(node, DebugForm::kA),
                           trace::kInRouter, trace::Style::kPlain};
      });
      shard.remove_child(*owner, child->spi_in);
      break;
    }
  }
}

// RFC 3706 5.4, 6.1: the sequence numbers of a peer only grow.
void take_dpd(IsakmpSa& sa, const v1::NotifyPayload& notify) {
  const auto sequence = v1::parse_dpd(notify, sa.cookie_i(), sa.cookie_r());
  if (!sequence) return;
  trace::heard_dpd(sa, notify.type, *sequence);
  if (notify.type == NotifyType::kRUThere) {
    if (sa.dpd.peer_sequence && *sequence <= *sa.dpd.peer_sequence) {
      ++sa.shard.counters.out_of_window;
      return;
    }
    sa.dpd.peer_sequence = *sequence;
    //                            <--  HDR*, HASH(1), N(R-U-THERE)
    // HDR*, HASH(1), N(R-U-THERE-ACK)  -->
    sa.inform(
        one(v1::dpd_notify(NotifyType::kRUThereAck, sa.cookie_i(), sa.cookie_r(), *sequence)));
    return;
  }
  const std::uint32_t first = sa.dpd.next_sequence - sa.dpd.asked;
  if (sa.dpd.asked == 0 || *sequence - first >= sa.dpd.asked) {
    ++sa.shard.counters.out_of_window;
    return;
  }
  sa.dpd.asked = 0;
  sa.dpd.due.reset();
}

void take_notify(IsakmpSa& sa, const v1::NotifyPayload& notify) {
  switch (notify.type) {
    case NotifyType::kRUThere:
    case NotifyType::kRUThereAck:
      return take_dpd(sa, notify);
    case NotifyType::kInitialContact:
      return drop_older(sa);
    case NotifyType::kInvalidSpi: {
      // Inside the ISAKMP SA it is the peer itself who says so: our half is of no use.
      const bool ah = notify.protocol == v1::ProtocolId::kAh;
      const v1::Proposal spi{1,
                             ah ? v1::ProtocolId::kAh : v1::ProtocolId::kEsp,
                             notify.spi.empty() ? notify.data : notify.spi,
                             {}};
      const ChildSa* child = sa.child_by_outbound(spi.protocol, v1::spi32(spi));
      if (child != nullptr) delete_child(sa, child->spi_in);
      return;
    }
    default:
      break;
  }
  if (!v1::is_error(notify.type)) return;
  sa.shard.log(Severity::kNotice, "CRYPTO", "IKMP_PEER_NOTIFY",
               "Peer " + sa.remote.to_string() + " reports " + v1::to_string(notify.type));
  const bool of_ipsec = notify.spi.size() == 4;
  const v1::Proposal spi{1, v1::ProtocolId::kEsp, notify.spi, {}};
  sa.quick_mode_refused(notify.type, of_ipsec ? v1::spi32(spi) : 0);
}

}  // namespace

void report_unknown_spi(IsakmpSa& sa, const ports::UnknownSpi& unknown) {
  v1::NotifyPayload notify;
  notify.protocol = unknown.ah ? v1::ProtocolId::kAh : v1::ProtocolId::kEsp;
  notify.type = NotifyType::kInvalidSpi;
  notify.spi = v1::spi_octets(unknown.spi);
  //                                  <-- or -->   HDR*, HASH(1), N(INVALID-SPI)
  sa.inform(one(std::move(notify)));
}

void take_informational(IsakmpSa& sa, const Incoming& message) {
  const std::uint32_t node = message.header.message_id;
  for (const v1::Payload& payload : message.payloads) {
    if (sa.phase() == Phase::kGone) return;
    if (const auto* deleted = std::get_if<v1::DeletePayload>(&payload)) {
      trace::processing(sa, "DELETE", node);
      take_delete(sa, *deleted, node);
    } else if (const auto* notify = std::get_if<v1::NotifyPayload>(&payload)) {
      trace::notification(sa, *notify, node);
      take_notify(sa, *notify);
    }
  }
  if (sa.phase() == Phase::kGone) return;
  trace::deleting_node(sa, node, "Informational (in) state 1", "informational (in) state 1");
  trace::stay(sa, "FROM_PEER", "IKE_INFO_NOTIFY");
}

// By identity, not by address: behind a NAT others have the same one (RFC 3947 6).
void drop_older(IsakmpSa& sa) {
  Shard& shard = sa.shard;
  for (IsakmpSa* other : shard.all()) {
    // What came up while this one was being made is the peer's doing too: both began at once.
    const bool older = other->handshake == nullptr && other->established < sa.created;
    if (other == &sa || !older) continue;
    if (!same_peer(*other, sa)) continue;
    shard.retire(*other, "peer made initial contact anew");
  }
}

namespace {

// Not at once: HASH(3) of a quick mode may be on its way, and whoever sent it has the pair already.
void replace(IsakmpSa& old, const IsakmpSa& fresh) {
  constexpr Duration kOnItsWay(10 * 1000);
  old.replaced = true;
  old.rekey_at.reset();
  old.expires = std::min(old.expires.value_or(SteadyTime::max()), old.shard.now() + kOnItsWay);
  old.expiry_cause = "replaced by ISAKMP SA " + std::to_string(fresh.id);
  old.shard.touch(old);
}

}  // namespace

void succeed_older(IsakmpSa& sa) {
  Shard& shard = sa.shard;
  for (IsakmpSa* other : shard.with_peer(sa.remote.address)) {
    const bool holds = other->usable() || other->phase() == Phase::kRekeyed;
    if (other == &sa || !holds || !same_peer(*other, sa)) continue;
    // Both began at once: neither end may take the other's for the old one.
    if (other->established >= sa.created) continue;
    shard.move_children(*other, sa);
    inherit_address(*other, sa);
    if (other->phase() == Phase::kRekeyed) {
      shard.retire(*other, "");
    } else if (sa.initiator && !other->replaced) {
      ++shard.counters.ike_sas_rekeyed;
      replace(*other, sa);
    }
  }
}

// RFC 2408 5.14: an error that nobody has authenticated is written down, and changes nothing.
void take_hint(IsakmpSa& sa, const v1::Header& header, ByteView datagram) {
  Shard& shard = sa.shard;
  ++shard.counters.hints_ignored;
  if (header.exchange != v1::ExchangeType::kInformational || header.encrypted()) return;
  const Result<v1::Message> message = v1::parse(datagram);
  const auto* notify = message ? v1::find<v1::NotifyPayload>(message->payloads) : nullptr;
  if (notify == nullptr || !v1::is_error(notify->type)) return;
  if (sa.handshake) sa.handshake->steps.push_back("somebody says " + v1::to_string(notify->type));
  shard.log_limited(Severity::kInfo, "CRYPTO", "IKMP_UNAUTHENTICATED_NOTIFY",
                    "Unprotected " + v1::to_string(notify->type) + " from " +
                        sa.remote.address.to_string() + " is not acted upon");
}

}  // namespace spa::ikev1
