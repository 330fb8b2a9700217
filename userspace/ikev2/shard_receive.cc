// SPDX-License-Identifier: Apache-2.0
// A datagram's way to its IKE SA, and what is said to those who have none (RFC 7296 1.2, 1.5, 2.6,
// 2.21.1, 2.21.4).
#include <algorithm>

#include "userspace/crypto/dh.h"
#include "userspace/ike/crash_token.h"
#include "userspace/ikev2/admission.h"
#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/nat.h"
#include "userspace/ikev2/shard.h"

namespace spa::ikev2 {

using wire::ExchangeType;
using wire::NotifyType;

void Shard::receive(const Endpoint& local, const Endpoint& remote, ByteView message) {
  if (!strand.busy()) {
    strand.run([&] { dispatch(local, remote, message); });
    return;
  }
  strand.run([this, local, remote, copy = to_bytes(message)] { dispatch(local, remote, copy); });
}

void Shard::dispatch(const Endpoint& local, const Endpoint& remote, ByteView message) {
  ++counters.received;
  const Result<wire::Header> header = wire::parse_header(message);
  if (!header) {
    ++counters.malformed;
    log_limited(Severity::kWarning, "CRYPTO", "IKMP_BAD_MESSAGE",
                "IKE message from " + remote.address.to_string() +
                    " failed its sanity check or is malformed: " + header.error().text);
    return;
  }
  if (header->major_version != 2) {
    ++counters.wrong_version;
    const bool ask = header->major_version > 2 && !header->is_response();
    if (ask && stranger_replies_.allow(now())) {
      reply_stateless(*header, local, remote, wire::notify(NotifyType::kInvalidMajorVersion));
    }
    return;
  }
  // The flag says whether the sender is the one who began the IKE SA (3.1).
  const std::uint64_t ours =
      header->from_initiator() ? header->responder_spi : header->initiator_spi;
  const bool first =
      !header->is_response() && ours == 0 && header->from_initiator() && header->message_id == 0;
  if (first && header->exchange == ExchangeType::kIkeSaInit) {
    on_initial_request(*header, local, remote, message);
    return;
  }
  if (first && header->exchange == ExchangeType::kIkeSessionResume) {
    on_resume_request(*header, local, remote, message);
    return;
  }
  IkeSa* sa = ours == 0 ? nullptr : find(ours);
  if (sa == nullptr) {
    on_unknown_sa(*header, local, remote, message);
    return;
  }
  sa->on_message(*header, message, local, remote);
}

// Somebody at a peer's address says in the clear that it does not know an ESP SPI (1.5): reason
// enough to ask the peer that receives on it, and no more.
bool Shard::take_spi_hint(const wire::Header& header, const Endpoint& remote, ByteView message) {
  if (header.exchange != ExchangeType::kInformational || header.is_response()) return false;
  wire::PayloadCursor cursor(header.next_payload, message.subspan(wire::Header::kSize));
  wire::PayloadView first;
  if (!cursor.advance(first) || first.type != wire::PayloadType::kNotify) return false;
  const Result<wire::Payload> payload = wire::parse_payload(first);
  const auto* notify = payload ? std::get_if<wire::NotifyPayload>(&*payload) : nullptr;
  if (notify == nullptr || notify->type != NotifyType::kInvalidSpi) return false;
  ++counters.hints_ignored;
  if (notify->data.size() != 4) return true;
  const std::uint32_t spi = wire::spi32({1, wire::ProtocolId::kEsp, notify->data, {}});
  for (IkeSa* sa : with_peer(remote.address)) {
    if (sa->child_by_outbound(spi) != nullptr) sa->doubt();
  }
  return true;
}

void Shard::on_unknown_sa(const wire::Header& header, const Endpoint& local, const Endpoint& remote,
                          ByteView message) {
  if (take_spi_hint(header, remote, message)) return;
  ++counters.unknown_spi;
  log_limited(Severity::kWarning, "CRYPTO", "IKMP_NO_SA",
              "IKE message from " + remote.address.to_string() +
                  " has no SA and is not an initialization offer");
  if (header.exchange == ExchangeType::kIkeSaInit) return;
  if (header.is_response()) {
    // Possibly INVALID_IKE_SPI about an SA of ours: the header is a stranger's, so it is no more
    // than a reason to ask (2.21.4).
    ++counters.hints_ignored;
    return;
  }
  if (!stranger_replies_.allow(now())) return;
  std::vector<wire::Payload> payloads;
  payloads.emplace_back(wire::notify(NotifyType::kInvalidIkeSpi));
  // The token proves that we do not know this SA. Never while one of its SPIs is in use here: the
  // header is a stranger's, and the flag in it says which SPI we looked for (RFC 6290 4.1).
  const bool secret = !options.crash_secret.empty() && snapshot->crash_detection;
  if (secret && find(header.initiator_spi) == nullptr && find(header.responder_spi) == nullptr) {
    Result<Bytes> token =
        ike::crash_token(options.crash_secret, header.initiator_spi, header.responder_spi);
    if (token) {
      ++counters.crash_tokens_sent;
      payloads.emplace_back(wire::notify(NotifyType::kQuickCrashDetection, std::move(*token)));
    }
  }
  reply_stateless(header, local, remote, std::move(payloads));
}

void Shard::reply_stateless(const wire::Header& request, const Endpoint& local,
                            const Endpoint& remote, wire::NotifyPayload notify) {
  std::vector<wire::Payload> payloads;
  payloads.emplace_back(std::move(notify));
  reply_stateless(request, local, remote, std::move(payloads));
}

void Shard::reply_stateless(const wire::Header& request, const Endpoint& local,
                            const Endpoint& remote, std::vector<wire::Payload> payloads) {
  wire::Message reply;
  reply.payloads = std::move(payloads);
  reply.header.initiator_spi = request.initiator_spi;
  reply.header.responder_spi = request.responder_spi;
  reply.header.exchange = request.exchange;
  reply.header.message_id = request.message_id;
  reply.header.flags = static_cast<std::uint8_t>(
      wire::Header::kFlagResponse | (request.from_initiator() ? 0 : wire::Header::kFlagInitiator));
  const Result<Bytes> octets = wire::serialize(reply);
  if (octets) send(local, remote, *octets);
}

ike::HalfOpen::Limits Shard::limits() const {
  const std::uint32_t configured = snapshot->cookie_challenge;
  return {configured != 0 ? configured : options.cookie_threshold, options.half_open_max};
}

bool Shard::admitted(const wire::Header& header, const Endpoint& local, const Endpoint& remote,
                     ByteView message) {
  // Only views so far: neither nonce nor cookie is copied.
  wire::PayloadCursor cursor(header.next_payload, message.subspan(wire::Header::kSize));
  wire::PayloadView payload;
  ByteView nonce, cookie;
  while (cursor.advance(payload)) {
    if (payload.type == wire::PayloadType::kNonce) nonce = payload.body;
    if (payload.type != wire::PayloadType::kNotify || payload.body.size() < 4) continue;
    const auto type = static_cast<NotifyType>(payload.body[2] << 8 | payload.body[3]);
    if (type == NotifyType::kCookie && payload.body[1] == 0) cookie = payload.body.subspan(4);
  }
  if (!cursor.status() || nonce.empty()) {
    ++counters.malformed;
    return false;
  }
  bool cookie_ok = false;
  if (!cookie.empty()) {
    cookie_ok = cookies_.check(now(), cookie, nonce, remote.address, header.initiator_spi);
    if (!cookie_ok) ++counters.cookies_wrong;
  }
  switch (half_open_.judge(remote.address, cookie_ok, limits())) {
    case ike::HalfOpen::Verdict::kAccept:
      return true;
    case ike::HalfOpen::Verdict::kRefuseFull:
      ++counters.half_open_refused;
      return false;
    case ike::HalfOpen::Verdict::kRefuseSource:
      ++counters.source_refused;
      return false;
    case ike::HalfOpen::Verdict::kAskCookie:
      break;
  }
  Result<Bytes> fresh = cookies_.make(now(), nonce, remote.address, header.initiator_spi);
  if (!fresh) return false;
  ++counters.cookies_sent;
  reply_stateless(header, local, remote, wire::notify(NotifyType::kCookie, std::move(*fresh)));
  return false;
}

bool Shard::resent(const wire::Header& header, const Endpoint& remote, ByteView message) {
  const auto [first, last] = first_requests_.equal_range({header.initiator_spi, remote});
  for (auto it = first; it != last; ++it) {
    IkeSa* known = find(it->second);
    if (known == nullptr || !known->handshake) continue;
    if (std::ranges::equal(known->handshake->peer_message, message)) {
      known->resend_initial_reply();
      return true;
    }
  }
  return false;
}

std::optional<wire::Message> Shard::read_first(const wire::Header& header, const Endpoint& local,
                                               const Endpoint& remote, ByteView message) {
  Result<wire::Message> parsed = wire::parse(message);
  Status good =
      parsed ? admit(header.exchange, false, parsed->payloads) : tl::unexpected(parsed.error());
  if (!good) {
    ++counters.malformed;
    log_limited(Severity::kWarning, "CRYPTO", "IKMP_BAD_MESSAGE",
                "IKE message from " + remote.address.to_string() +
                    " failed its sanity check or is malformed: " + good.error().text);
    return std::nullopt;
  }
  if (const auto type = critical_unknown(parsed->payloads)) {
    ++counters.critical_unknown;
    reply_stateless(header, local, remote, wire::unsupported_critical(*type));
    return std::nullopt;
  }
  return std::move(*parsed);
}

IkeSa* Shard::open_half(const wire::Header& header, const Endpoint& local, const Endpoint& remote,
                        ByteView message, Steps steps) {
  // A refused request is not answered: the next one may find room.
  if (!admit_call(ike::CallAdmission::Direction::kIncoming, remote.address, local.address,
                  has_sa_with(remote.address))) {
    return nullptr;
  }
  const Result<IkeSa*> made = create(false, local, remote);
  if (!made) return nullptr;
  IkeSa& sa = **made;
  sa.spi_remote = header.initiator_spi;
  sa.handshake->peer_message = to_bytes(message);
  sa.handshake->steps = std::move(steps);
  sa.handshake->counted_half_open = true;
  sa.handshake->first_source = remote;
  half_open_.add(remote.address);
  first_requests_.emplace(std::pair{header.initiator_spi, remote}, sa.spi_local);
  sa.expires = now() + options.half_open_life;
  sa.expiry_cause = "not authenticated in time";
  return &sa;
}

void Shard::on_initial_request(const wire::Header& header, const Endpoint& local,
                               const Endpoint& remote, ByteView message) {
  if (stopping || header.initiator_spi == 0 || resent(header, remote, message)) return;
  if (!admitted(header, local, remote, message)) return;
  std::optional<wire::Message> parsed = read_first(header, local, remote, message);
  if (!parsed) return;
  Steps steps;
  const wire::KePayload& ke = *wire::find<wire::KePayload>(parsed->payloads);
  Proposals ours = ike_proposals(local.address, steps);
  add_short_icvs(ours);
  const bool intermediate =
      wire::find_notify(parsed->payloads, NotifyType::kIntermediateExchangeSupported) != nullptr;
  if (!intermediate) drop_additional(ours, true);  // RFC 9370 2.2.2
  std::optional<wire::Proposal> chosen =
      choose(ours, *wire::find<wire::SaPayload>(parsed->payloads), ke.group, steps);
  if (!chosen) {
    ++counters.no_proposal;
    log_limited(Severity::kError, "IKEV2", "NEG_ABORT",
                "Negotiation with " + remote.to_string() +
                    " aborted due to ERROR: no proposal chosen: " + steps.back());
    record(nullptr, remote, "IKE_SA_INIT", "NO_PROPOSAL_CHOSEN", std::move(steps));
    reply_stateless(header, local, remote, wire::notify(NotifyType::kNoProposalChosen));
    return;
  }
  chosen->spi.clear();
  const wire::DhId group = group_of(*chosen);
  const auto algorithm = crypto::dh_from_id(static_cast<std::uint16_t>(group));
  if (ke.group != group || !algorithm) {
    ++counters.invalid_ke;
    steps.push_back("KE is of " + wire::to_string(ke.group) + ", " + wire::to_string(group) +
                    " is wanted");
    record(nullptr, remote, "IKE_SA_INIT", "INVALID_KE_PAYLOAD", std::move(steps));
    reply_stateless(header, local, remote, wire::invalid_ke(group));
    return;
  }
  if (ke.data.size() != crypto::public_size(*algorithm)) {
    ++counters.malformed;
    return;
  }
  IkeSa* sa = open_half(header, local, remote, message, std::move(steps));
  if (sa == nullptr) return;
  sa->spawn(respond_ike_sa_init(*sa, {std::move(*parsed), {}}, std::move(*chosen)));
}

}  // namespace spa::ikev2
