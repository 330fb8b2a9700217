// SPDX-License-Identifier: Apache-2.0
// Giving and taking tickets (RFC 5723 4.1, 4.2, 6.2, 7).
#include <algorithm>

#include "userspace/ikev2/identity.h"
#include "userspace/ikev2/resumption.h"
#include "userspace/wire/notice.h"

namespace spa::ikev2 {

namespace {

using wire::NotifyType;

constexpr std::size_t kMaxTicket = 8192;  // it is to fit into a first message
constexpr Duration kAskAgain{60000};      // after TICKET_ACK

// How long a ticket of this session is good for: not longer than its authentication (6.2).
Duration ticket_life(const IkeSa& sa) {
  Duration life(sa.shard.snapshot->resumption_seconds * 1000LL);
  life = std::min({life, TicketBox::kLongestLife, Duration(sa.lifetime_seconds * 1000LL)});
  for (const auto& end : {sa.authentication_ends, sa.reauth_at}) {
    if (end) life = std::min(life, std::chrono::duration_cast<Duration>(*end - sa.shard.now()));
  }
  return life;
}

Result<SessionState> session_of(const IkeSa& sa, Duration life) {
  const wire::Side ours = sa.original_initiator ? wire::Side::kInitiator : wire::Side::kResponder;
  const wire::Side theirs = sa.original_initiator ? wire::Side::kResponder : wire::Side::kInitiator;
  Result<wire::IdPayload> own = to_payload(sa.local_identity, ours);
  Result<wire::IdPayload> peer = to_payload(sa.remote_identity, theirs);
  if (!own) return tl::unexpected(own.error());
  if (!peer) return tl::unexpected(peer.error());
  SessionState state;
  state.suite = sa.suite;
  state.sk_d = sa.sk_d;
  state.own_id = std::move(*own);
  state.peer_id = std::move(*peer);
  state.profile = sa.profile;
  state.peer_method = sa.resumable->method;
  state.local_auth = sa.local_auth;
  state.chain = sa.resumable->chain;
  state.ppk_id = sa.ppk_id;
  state.additional_keys = sa.additional_keys;
  state.expires = sa.shard.now() + life;
  state.authentication_ends = sa.original_initiator ? sa.reauth_at : sa.authentication_ends;
  return state;
}

bool may_resume(const IkeSa& sa) {
  return sa.shard.snapshot->resumption_seconds != 0 && sa.resumable && sa.usable();
}

Result<TicketBox::Issued> make_ticket(const IkeSa& sa, Duration life) {
  if (!may_resume(sa) || sa.original_initiator) {
    return fail(Errc::kState, "no tickets for this session");
  }
  if (life < Duration(1000)) return fail(Errc::kState, "the session is about to end");
  const Result<SessionState> state = session_of(sa, life);
  if (!state) return tl::unexpected(state.error());
  return sa.shard.tickets.seal(sa.shard.now(), *state);
}

}  // namespace

void request_ticket(const IkeSa& sa, Payloads& request) {
  if (sa.shard.snapshot->resumption_seconds == 0) return;
  request.emplace_back(wire::notify(NotifyType::kTicketRequest));
}

void answer_ticket_request(IkeSa& sa, const Payloads& request, TicketPlace place,
                           Payloads& response) {
  if (wire::find_notify(request, NotifyType::kTicketRequest) == nullptr) return;
  const Duration life = ticket_life(sa);
  Result<TicketBox::Issued> ticket = make_ticket(sa, life);
  if (!ticket) {
    sa.shard.debug(sa, "no ticket: " + ticket.error().text);
    response.emplace_back(wire::notify(NotifyType::kTicketNack));
    return;
  }
  const auto seconds = static_cast<std::uint32_t>(life.count() / 1000);
  response.emplace_back(wire::ticket_notice({seconds, std::move(ticket->ticket)}));
  // A message that IP would have to cut is more likely to be lost: the peer may ask again, in an
  // exchange that is about nothing else (4.2).
  if (place == TicketPlace::kBesideMore && !sa.fits_in_packets(response)) {
    sa.shard.tickets.use(ticket->number);
    response.back() = wire::notify(NotifyType::kTicketAck);
    return;
  }
  sa.shard.tickets.use(std::exchange(sa.ticket_given, ticket->number));
}

void take_ticket(IkeSa& sa, const Payloads& response) {
  if (!may_resume(sa) || !sa.original_initiator) return;
  if (wire::find_notify(response, NotifyType::kTicketAck) != nullptr) {
    sa.ticket_at = sa.shard.now() + kAskAgain;
  }
  const auto* notify = wire::find_notify(response, NotifyType::kTicketLtOpaque);
  if (notify == nullptr) return;
  Result<wire::TicketNotice> ticket = wire::parse_ticket_notice(*notify);
  if (!ticket || ticket->ticket.empty() || ticket->ticket.size() > kMaxTicket) return;
  const Duration life = std::min(ticket_life(sa), Duration(ticket->lifetime_seconds * 1000LL));
  if (life < Duration(1000)) return;
  Result<SessionState> state = session_of(sa, life);
  if (!state) return;
  sa.ticket_held =
      sa.shard.hold({sa.home, sa.profile}, std::move(ticket->ticket), std::move(*state));
  sa.ticket_at = sa.shard.now() + life * 9 / 10;
  sa.shard.debug(
      sa, "ticket to resume the session by, for " + std::to_string(life.count() / 1000) + " s");
}

ike::Task<> renew_ticket(IkeSa& sa) {
  if (!may_resume(sa) || !sa.original_initiator) co_return;
  Payloads request;
  request_ticket(sa, request);
  // HDR, SK {N(TICKET_REQUEST)}  -->
  //                              <--  HDR, SK {N(TICKET_LT_OPAQUE)}
  const Payloads response =
      co_await sa.request(wire::ExchangeType::kInformational, std::move(request));
  take_ticket(sa, response);
}

void pass_ticket(IkeSa& from, IkeSa& to) {
  to.ticket_given = std::exchange(from.ticket_given, {});
  to.ticket_held = std::exchange(from.ticket_held, 0);
  // The one that there is rests on keys that are to be forgotten.
  if (to.ticket_held != 0) to.ticket_at = to.shard.now();
  from.ticket_at.reset();
}

}  // namespace spa::ikev2
