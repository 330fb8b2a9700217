// SPDX-License-Identifier: Apache-2.0
// Sessions that may be resumed, and first requests that want to (RFC 5723 4.3.2).
#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/resumption.h"
#include "userspace/ikev2/shard.h"

namespace spa::ikev2 {

using wire::NotifyType;

namespace {

constexpr std::size_t kMostHeld = 16384;

// Whether a session that was authenticated under one configuration would be under the other.
bool same_ground(const policy::Snapshot& a, const policy::Snapshot& b) {
  return a.resumption_seconds == b.resumption_seconds && a.ikev2_profiles == b.ikev2_profiles &&
         a.ikev2_keyrings == b.ikev2_keyrings && a.ikev2_proposals == b.ikev2_proposals &&
         a.ikev2_policies == b.ikev2_policies && a.legacy_algorithms == b.legacy_algorithms &&
         a.trustpoints == b.trustpoints && a.certificate_maps == b.certificate_maps &&
         a.authorization_policies == b.authorization_policies;
}

}  // namespace

std::uint64_t Shard::hold(const TicketOwner& of, Bytes ticket, SessionState state) {
  if (held_.size() >= kMostHeld && !held_.contains(of)) return 0;
  held_.insert_or_assign(of, HeldTicket{++last_held_, std::move(ticket), std::move(state)});
  return last_held_;
}

// RFC 5723 4.3.1
std::optional<HeldTicket> Shard::take_held(const IpAddress& home, const std::string& profile) {
  auto found = held_.extract(TicketOwner{home, profile});
  if (found.empty() || snapshot->resumption_seconds == 0) return std::nullopt;
  return std::move(found.mapped());
}

void Shard::drop_ticket(IkeSa& sa) {
  tickets.use(std::exchange(sa.ticket_given, {}));
  const auto found = held_.find(TicketOwner{sa.home, sa.profile});
  if (found != held_.end() && found->second.number == sa.ticket_held) held_.erase(found);
  sa.ticket_held = 0;
}

void Shard::forget_tickets(const policy::Snapshot& next) {
  if (same_ground(*snapshot, next)) return;
  tickets.forget();
  held_.clear();
}

void Shard::refuse_ticket(const wire::Header& request, const Endpoint& local,
                          const Endpoint& remote, const std::string& cause) {
  ++counters.tickets_refused;
  record(nullptr, remote, "IKE_SESSION_RESUME", "TICKET_NACK: " + cause, {});
  reply_stateless(request, local, remote, wire::notify(NotifyType::kTicketNack));
}

void Shard::retry_wanted(IkeSa& sa) {
  const std::vector<ports::PolicyId> wanted = std::exchange(sa.wanted, {});
  const unsigned tried = sa.peers_tried;
  for (const ports::PolicyId& id : wanted) {
    strand.run([this, id, tried] { (void)initiate(id, tried); });
  }
}

void Shard::on_resume_request(const wire::Header& header, const Endpoint& local,
                              const Endpoint& remote, ByteView message) {
  if (stopping || header.initiator_spi == 0 || resent(header, remote, message)) return;
  if (!admitted(header, local, remote, message)) return;
  std::optional<wire::Message> parsed = read_first(header, local, remote, message);
  if (!parsed) return;
  const auto* notify = wire::find_notify(parsed->payloads, NotifyType::kTicketOpaque);
  if (notify == nullptr) {
    ++counters.malformed;
    return;
  }
  Result<TicketBox::Opened> opened = tickets.open(now(), notify->data);
  if (snapshot->resumption_seconds == 0) opened = fail(Errc::kState, "resumption is off");
  if (!opened) return refuse_ticket(header, local, remote, opened.error().text);
  IkeSa* sa = open_half(header, local, remote, message, {});
  if (sa == nullptr) return;
  sa->handshake->resumed =
      std::make_shared<const Resumed>(Resumed{std::move(opened->state), opened->number});
  sa->spawn(respond_session_resume(*sa, {std::move(*parsed), {}}));
}

}  // namespace spa::ikev2
