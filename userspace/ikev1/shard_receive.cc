// SPDX-License-Identifier: Apache-2.0
// A datagram's way to its ISAKMP SA, and what becomes of one that has none.
#include <algorithm>

#include "userspace/ikev1/admission.h"
#include "userspace/ikev1/authentication.h"
#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/identity.h"
#include "userspace/ikev1/shard.h"
#include "userspace/ikev1/trace/steps.h"
#include "userspace/ikev1/values.h"

namespace spa::ikev1 {

void Shard::receive(const Endpoint& local, const Endpoint& remote, ByteView message) {
  if (!strand.busy()) {
    strand.run([&] { dispatch(local, remote, message); });
    return;
  }
  strand.run([this, local, remote, copy = to_bytes(message)] { dispatch(local, remote, copy); });
}

// The header does not say who began the SA: the cookies do.
IsakmpSa* Shard::owner_of(const v1::Header& header) const {
  IsakmpSa* sa = find(header.initiator_cookie);
  if (sa != nullptr && sa->initiator &&
      (sa->spi_remote == header.responder_cookie || sa->spi_remote == 0)) {
    return sa;
  }
  sa = header.responder_cookie == 0 ? nullptr : find(header.responder_cookie);
  const bool fits = sa != nullptr && !sa->initiator && sa->spi_remote == header.initiator_cookie;
  return fits ? sa : nullptr;
}

void Shard::dispatch(const Endpoint& local, const Endpoint& remote, ByteView message) {
  ++counters.received;
  const Result<v1::Header> header = v1::parse_header(message);
  if (!header) {
    ++counters.malformed;
    log_limited(Severity::kWarning, "CRYPTO", "IKMP_BAD_MESSAGE",
                "IKE message from " + remote.address.to_string() +
                    " failed its sanity check or is malformed: " + header.error().text);
    return;
  }
  if (header->next_payload == v1::PayloadType::kFragment && !header->encrypted()) {
    on_fragment(*header, local, remote, message);
    return;
  }
  const bool phase1 = header->exchange == v1::ExchangeType::kIdentityProtection ||
                      header->exchange == v1::ExchangeType::kAggressive;
  IsakmpSa* sa = owner_of(*header);
  if (sa != nullptr) {
    sa->on_message(*header, message, local, remote);
  } else if (phase1 && header->responder_cookie == 0 && header->message_id == 0 &&
             !header->encrypted()) {
    on_first_message(*header, local, remote, message);
  } else {
    ++counters.unknown_spi;
    log_limited(Severity::kWarning, "CRYPTO", "IKMP_NO_SA",
                "IKE message from " + remote.address.to_string() +
                    " has no SA and is not an initialization offer");
  }
}

void Shard::on_fragment(const v1::Header& header, const Endpoint& local, const Endpoint& remote,
                        ByteView message) {
  // Memory only for peers that are at work with us: a first message is never so long.
  if (owner_of(header) == nullptr) {
    ++counters.unknown_spi;
    return;
  }
  const Result<v1::Message> parsed = v1::parse(message);
  const auto* fragment = parsed ? v1::find<v1::FragmentPayload>(parsed->payloads) : nullptr;
  if (fragment == nullptr) {
    ++counters.malformed;
    return;
  }
  const auto whole = fragments_.add(remote, header, *fragment, now());
  if (!whole) {
    ++counters.malformed;
    return;
  }
  if (!*whole) return;
  const Result<v1::Header> inner = v1::parse_header(**whole);
  if (!inner || inner->next_payload == v1::PayloadType::kFragment) {
    ++counters.malformed;
    return;
  }
  if (IsakmpSa* sa = owner_of(*inner)) sa->on_message(*inner, **whole, local, remote);
}

bool Shard::admitted(const Endpoint& remote) {
  // There is no cookie that a stranger could be asked for: the bounds are all there is.
  const ike::HalfOpen::Limits limits{options.half_open_max, options.half_open_max};
  switch (half_open_.judge(remote.address, true, limits)) {
    case ike::HalfOpen::Verdict::kAccept:
      return true;
    case ike::HalfOpen::Verdict::kRefuseSource:
      ++counters.source_refused;
      return false;
    case ike::HalfOpen::Verdict::kRefuseFull:
    case ike::HalfOpen::Verdict::kAskCookie:
      break;
  }
  ++counters.half_open_refused;
  return false;
}

void Shard::on_first_message(const v1::Header& header, const Endpoint& local,
                             const Endpoint& remote, ByteView message) {
  if (stopping || !snapshot->isakmp.enabled) return;
  const bool aggressive = header.exchange == v1::ExchangeType::kAggressive;
  if (aggressive && !snapshot->isakmp.aggressive_mode) {
    ++counters.unexpected;
    return;
  }
  // The same octets again: a repetition.
  const auto [first, last] = first_messages_.equal_range({header.initiator_cookie, remote});
  for (auto it = first; it != last; ++it) {
    IsakmpSa* known = find(it->second);
    if (known == nullptr || !known->handshake) continue;
    const Bytes& first_message = known->handshake->first_message;
    if (!std::ranges::equal(first_message, message)) continue;
    if (known->phase1().last_received == first_message) known->resend_first_reply();
    return;
  }
  if (!admitted(remote)) return;
  const trace::Teller stranger = trace::teller(*this, remote.address);
  trace::received_first(stranger, *this, local, remote, header.exchange);
  // What aggressive mode names may be hidden; main mode hides nothing yet.
  const v1::Bodies bodies = aggressive ? bodies_of_first(message) : v1::Bodies::kPlain;
  Result<v1::Message> parsed = v1::parse(message, bodies);
  Status good =
      parsed ? admit_first(header.exchange, parsed->payloads) : tl::unexpected(parsed.error());
  if (!good) {
    ++counters.malformed;
    log_limited(Severity::kWarning, "CRYPTO", "IKMP_BAD_MESSAGE",
                "IKE message from " + remote.address.to_string() +
                    " failed its sanity check or is malformed: " + good.error().text);
    return;
  }
  Steps steps;
  // Aggressive mode names the peer at once; main mode has its address alone.
  const auto* id = v1::find<v1::IdPayload>(parsed->payloads);
  Result<policy::Identity> named = fail(Errc::kNotFound, "no identity yet");
  if (id != nullptr) named = from_payload(*id);
  const bool anonymous = !aggressive || bodies != v1::Bodies::kPlain;
  const Suites ours = possible(*this, {}, local.address, remote.address, named ? &*named : nullptr,
                               usable(suites_for(local.address), steps), steps,
                               anonymous ? Keyrings::kEvery : Keyrings::kOfAdmitting);
  Checks checks;
  auto choice = choose(ours, *v1::find<v1::SaPayload>(parsed->payloads), steps,
                       stranger.on(trace::kIsakmp) ? &checks : nullptr);
  const std::string exchange = aggressive ? "Aggressive mode" : "Main mode";
  if (!choice) {
    ++counters.no_proposal;
    trace::refused_offer(stranger, parsed->payloads, checks, local, remote);
    log_limited(Severity::kWarning, "CRYPTO", "IKMP_MODE_FAILURE",
                "Processing of " + exchange + " failed with peer at " + remote.address.to_string() +
                    ": no proposal chosen: " + steps.back());
    record(nullptr, remote, exchange, "NO-PROPOSAL-CHOSEN", std::move(steps));
    if (!stranger_replies_.allow(now())) return;
    v1::Message reply;
    reply.header.initiator_cookie = header.initiator_cookie;
    reply.header.exchange = v1::ExchangeType::kInformational;
    reply.header.message_id = random() | 1;
    v1::NotifyPayload notify;
    notify.type = v1::NotifyType::kNoProposalChosen;
    reply.payloads.emplace_back(std::move(notify));
    if (const Result<Bytes> octets = v1::serialize(reply)) send(local, remote, *octets);
    return;
  }
  // A refused request is not answered: the next one may find room.
  if (!admit_call(ike::CallAdmission::Direction::kIncoming, remote.address, local.address,
                  has_sa_with(remote.address))) {
    return;
  }
  const Result<IsakmpSa*> made = create(false, local, remote);
  if (!made) return;
  IsakmpSa& sa = **made;
  sa.spi_remote = header.initiator_cookie;
  sa.aggressive = aggressive;
  sa.phase1().type = header.exchange;
  sa.phase1().last_received = to_bytes(message);
  sa.handshake->first_message = to_bytes(message);
  sa.handshake->steps = std::move(steps);
  sa.handshake->counted_half_open = true;
  sa.handshake->first_source = remote;
  half_open_.add(remote.address);
  first_messages_.emplace(std::pair{header.initiator_cookie, remote}, sa.spi_local);
  sa.expires = now() + options.half_open_life;
  sa.expiry_cause = "not authenticated in time";
  Incoming in;
  in.header = header;
  in.payloads = std::move(parsed->payloads);
  in.first = header.next_payload;
  in.chain = to_secret(message.subspan(v1::Header::kSize));
  in.octets = to_bytes(message);
  in.at = local;
  in.from = remote;
  trace::made_sa(sa, with_peer(remote.address).size() - 1);
  trace::heard_phase1(sa);
  trace::accepted_offer(sa, in.payloads, checks);
  if (aggressive) {
    sa.spawn(respond_aggressive_mode(sa, std::move(in), std::move(*choice)));
  } else {
    sa.spawn(respond_main_mode(sa, std::move(in), std::move(*choice)));
  }
}

}  // namespace spa::ikev1
