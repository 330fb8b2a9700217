// SPDX-License-Identifier: Apache-2.0
// INFORMATIONAL (RFC 7296 1.4): deletion (1.4.1), liveness (2.4) and notices.
#include <algorithm>

#include "userspace/ike/awaitables.h"
#include "userspace/ikev2/child_terms.h"
#include "userspace/ikev2/configuration.h"
#include "userspace/ikev2/crash_detection.h"
#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/mobike.h"
#include "userspace/ikev2/resumption.h"
#include "userspace/ikev2/shard.h"

namespace spa::ikev2 {

namespace {

using ike::Phase;
using wire::ExchangeType;
using wire::NotifyType;

constexpr Duration kLinger{30000};  // as long as a peer may go on asking
constexpr unsigned kDeleteTries = 4;
constexpr Duration kLookAgain{500};

Payloads deletion_of_child(wire::ProtocolId protocol, std::uint32_t spi_in) {
  Payloads payloads;
  payloads.emplace_back(wire::DeletePayload{protocol, {spi_in}});
  return payloads;
}

void remove_children(IkeSa& sa) {
  while (!sa.children.empty()) sa.shard.remove_child(sa, sa.children.back()->spi_in);
}

ike::Task<> announce_deletion(IkeSa& sa, std::string cause, Payloads payloads) {
  ike::RetransmitPolicy policy = sa.shard.retransmission();
  policy.tries = std::min(policy.tries, kDeleteTries);
  // HDR, SK {[N,] D}  -->
  //                              <--  HDR, SK {}
  (void)co_await sa.request(ExchangeType::kInformational, std::move(payloads), policy);
  sa.shard.retire(sa, cause);
}

}  // namespace

void delete_ike_sa(IkeSa& sa, const std::string& cause, Payloads reasons) {
  Shard& shard = sa.shard;
  if (sa.phase() == Phase::kDeleting || sa.phase() == Phase::kGone) return;
  // It is ended, it does not fail: nobody else is asked instead.
  for (const ports::PolicyId& id : sa.wanted) shard.failed(id, shard.options.acquire_hold_down);
  sa.wanted.clear();
  if (sa.phase() == Phase::kInit) {
    shard.retire(sa, cause);
    return;
  }
  shard.drop_ticket(sa);
  shard.left_half_open(sa);
  sa.step(Phase::kDeleting);
  sa.description = cause;
  sa.drop_requests();
  remove_children(sa);
  sa.expires = shard.now() + kLinger;
  sa.expiry_cause = cause;
  reasons.emplace_back(wire::DeletePayload{wire::ProtocolId::kIke, {}});
  sa.spawn(announce_deletion(sa, cause, std::move(reasons)));
}

void linger(IkeSa& sa, const std::string& cause) {
  Shard& shard = sa.shard;
  if (sa.phase() == Phase::kGone) return;
  if (!cause.empty()) {
    const bool was_up = sa.phase() == Phase::kEstablished;
    shard.log(was_up ? Severity::kNotice : Severity::kError, "IKEV2",
              was_up ? "SA_DOWN" : "NEG_ABORT",
              (was_up ? "SA DOWN: peer " : "Negotiation aborted due to ERROR: peer ") +
                  sa.remote.to_string() + " tunnel-id " + std::to_string(sa.id) + ": " + cause);
  }
  // One that was never authenticated counts as half open until it is gone: failed attempts are
  // bounded like unfinished ones.
  sa.step(Phase::kDeleting);
  sa.description = cause;
  sa.drop_requests();
  remove_children(sa);
  sa.wanted.clear();
  sa.expires = shard.now() + kLinger;
  sa.expiry_cause.clear();
  shard.touch(sa);
}

ike::Task<> delete_child_sa(IkeSa& sa, std::uint32_t spi_in) {
  ChildSa* child = sa.child(spi_in);
  if (child == nullptr || child->state == ChildSa::State::kDeleting) co_return;
  if (!sa.usable()) {
    sa.shard.remove_child(sa, spi_in);
    co_return;
  }
  child->state = ChildSa::State::kDeleting;
  child->rekey_at.reset();
  child->expires = SteadyTime::max();
  const wire::ProtocolId protocol = protocol_of(*child);
  // Once the IKE SA is rekeyed the peer looks for it under the new one, where move_children() sees
  // to its deletion.
  while (sa.handing_over()) co_await pause(sa.shard, kLookAgain);
  if (!sa.usable() || sa.child(spi_in) == nullptr) co_return;
  // HDR, SK {D}  -->
  //                              <--  HDR, SK {D}
  (void)co_await sa.request(ExchangeType::kInformational, deletion_of_child(protocol, spi_in));
  sa.shard.remove_child(sa, spi_in);
}

ike::Task<> withdraw_child(IkeSa& sa, std::uint32_t spi_in) {
  if (!sa.usable()) co_return;
  // It was offered under one SPI for either protocol; a Delete for what is not there does nothing.
  Payloads payloads = deletion_of_child(wire::ProtocolId::kEsp, spi_in);
  payloads.emplace_back(wire::DeletePayload{wire::ProtocolId::kAh, {spi_in}});
  // HDR, SK {D}  -->
  //                              <--  HDR, SK {[D]}
  (void)co_await sa.request(ExchangeType::kInformational, std::move(payloads));
}

ike::Task<> check_liveness(IkeSa& sa) {
  sa.liveness_running = true;
  ++sa.shard.counters.liveness_checks;
  const policy::DpdSettings& settings = sa.liveness.settings();
  ike::RetransmitPolicy policy = sa.shard.retransmission();
  if (settings.interval_seconds != 0) {
    policy = {Duration(settings.retry_seconds * 1000LL), 1.0, sa.shard.options.liveness_tries};
  }
  // HDR, SK {[N(NAT_DETECTION_*)]}  -->
  //                              <--  HDR, SK {[N(NAT_DETECTION_*)]}
  const Payloads response =
      co_await sa.request(ExchangeType::kInformational, mapping_question(sa), policy);
  sa.liveness_running = false;
  look_for_new_mapping(sa, response);
}

ike::Task<> report_unknown_spi(IkeSa& sa, std::uint32_t spi) {
  Payloads payloads;
  payloads.emplace_back(wire::notify(NotifyType::kInvalidSpi, wire::spi_octets(spi)));
  // HDR, SK {N(INVALID_SPI)}  -->
  //                              <--  HDR, SK {}
  (void)co_await sa.request(ExchangeType::kInformational, std::move(payloads));
}

namespace {

// The IKE SA that has the CHILD SA now: while the peer waits for our answer to its rekeying it may
// still delete under the old SA what has moved to the new one.
IkeSa& holder_of(IkeSa& sa, std::uint32_t spi_out) {
  if (sa.child_by_outbound(spi_out) != nullptr || sa.successor == 0) return sa;
  IkeSa* heir = sa.shard.find(sa.successor);
  return heir != nullptr && heir->usable() ? holder_of(*heir, spi_out) : sa;
}

// The peer no longer receives on these of its SPIs: our outbound ones. Answers with the SPIs of the
// other direction, except where our own Delete is under way (1.4.1).
void delete_children(IkeSa& sa, const wire::DeletePayload& deleted, Payloads& response) {
  wire::DeletePayload answer{deleted.protocol, {}};
  for (const std::uint32_t spi_out : deleted.spis) {
    IkeSa& holder = holder_of(sa, spi_out);
    const ChildSa* child = sa.shard.child_of_peer(holder, spi_out);
    if (child == nullptr || protocol_of(*child) != deleted.protocol) {
      sa.early_deletes.note(spi_out);
      continue;
    }
    const std::uint32_t spi_in = child->spi_in;
    if (child->state != ChildSa::State::kDeleting) answer.spis.push_back(spi_in);
    sa.shard.debug(sa, "CHILD SA 0x" + to_hex(wire::spi_octets(spi_in)) + " deleted by peer");
    sa.shard.remove_child(holder, spi_in);
  }
  if (!answer.spis.empty()) response.emplace_back(std::move(answer));
}

void take_notice(IkeSa& sa, const wire::NotifyPayload& notify) {
  if (notify.type == NotifyType::kInvalidSpi && notify.data.size() == 4) {
    // Inside the IKE SA it is the peer itself who says so: our half is of no use.
    const wire::Proposal spi{1, wire::ProtocolId::kEsp, notify.data, {}};
    const ChildSa* child = sa.child_by_outbound(wire::spi32(spi));
    if (child != nullptr) sa.spawn(delete_child_sa(sa, child->spi_in));
  } else if (wire::is_error(notify.type)) {
    sa.shard.log(Severity::kNotice, "IKEV2", "PEER_NOTIFY",
                 "Peer " + sa.remote.to_string() + " reports " + wire::to_string(notify.type));
  }
}

}  // namespace

ike::Task<> respond_informational(IkeSa& sa, Payloads request) {
  sa.take_window(request);
  Payloads response;
  bool end = false;
  // HDR, SK {[N,] [D,] [CP,] ...}  -->
  for (const wire::Payload& payload : request) {
    if (const auto* deleted = std::get_if<wire::DeletePayload>(&payload)) {
      if (deleted->protocol == wire::ProtocolId::kIke) {
        end = true;
      } else {
        delete_children(sa, *deleted, response);
      }
    } else if (const auto* notify = std::get_if<wire::NotifyPayload>(&payload)) {
      take_notice(sa, *notify);
    } else if (const auto* asked = std::get_if<wire::ConfigPayload>(&payload)) {
      response.emplace_back(answer_inquiry(*asked));
    }
  }
  answer_mobility(sa, request, response);
  take_crash_token(sa, request);
  take_authentication_life(sa, request);
  answer_ticket_request(sa, request, TicketPlace::kAlone, response);
  //                              <--  HDR, SK {[D]}
  sa.reply(std::move(response));
  if (!end) co_return;
  sa.shard.drop_ticket(sa);
  // The SA that replaces this one takes over what is left (2.8.2).
  if (sa.peer_rekey) {
    if (IkeSa* heir = sa.shard.find(sa.peer_rekey->spi)) sa.shard.move_children(sa, *heir);
  }
  const bool replaced = sa.phase() == Phase::kRekeyed || (sa.peer_rekey && sa.peer_rekey->spi != 0);
  linger(sa, replaced || sa.phase() == Phase::kDeleting ? "" : "deleted by peer");
}

}  // namespace spa::ikev2
