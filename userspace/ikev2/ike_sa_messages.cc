// SPDX-License-Identifier: Apache-2.0
// How messages of an IKE SA come and go: protection, windows, admission (RFC 7296 2.1
// to 2.5, 2.21).
#include <algorithm>

#include "userspace/ikev2/admission.h"
#include "userspace/ikev2/crash_detection.h"
#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/followup_ke.h"
#include "userspace/ikev2/ike_sa.h"
#include "userspace/ikev2/intermediate.h"
#include "userspace/ikev2/mobike.h"
#include "userspace/ikev2/shard.h"
#include "userspace/wire/notice.h"

namespace spa::ikev2 {

using ike::Phase;
using wire::ExchangeType;

namespace {
constexpr Duration kHintPause{60000};
constexpr std::uint32_t kMaxWindow = 20;
}  // namespace

wire::Header IkeSa::header(ExchangeType exchange, bool response, std::uint32_t message_id) const {
  wire::Header h;
  h.initiator_spi = spi_i();
  h.responder_spi = spi_r();
  h.exchange = exchange;
  h.flags = static_cast<std::uint8_t>((initiator ? wire::Header::kFlagInitiator : 0) |
                                      (response ? wire::Header::kFlagResponse : 0));
  h.message_id = message_id;
  return h;
}

void IkeSa::send(ByteView message) {
  shard.send(local, remote, message);
}

void IkeSa::send(std::span<const Bytes> datagrams) {
  for (const Bytes& datagram : datagrams) send(ByteView(datagram));
}

// --- our requests ---

ike::Later<Payloads> IkeSa::request(ExchangeType exchange, Payloads payloads) {
  return request(exchange, std::move(payloads), shard.retransmission());
}

ike::Later<Payloads> IkeSa::request(ExchangeType exchange, Payloads payloads,
                                    const ike::RetransmitPolicy& policy) {
  ike::Later<Payloads> answer(shard.strand);
  pending_.push_back({exchange, std::move(payloads), policy, answer.resolver()});
  pump();
  return answer;
}

void IkeSa::pump() {
  shard.touch(*this);
  while (!pending_.empty() && requests_.has_room() && seal_ && phase_ != Phase::kGone) {
    Pending next = std::move(pending_.front());
    pending_.pop_front();
    const std::uint32_t message_id = requests_.next_id();
    Result<ike::Flight> message = seal(header(next.exchange, false, message_id), next.payloads);
    if (!message) {
      shard.retire(*this, "cannot write a request: " + message.error().text);
      return;
    }
    send(message->datagrams);
    requests_.sent(std::move(*message), next.policy, shard.now(), shard.random());
    in_flight_.push_back({message_id, next.exchange, std::move(next.resolve)});
  }
}

void IkeSa::drop_requests() {
  pending_.clear();
  for (InFlight& f : in_flight_) f.resolve = nullptr;
}

void IkeSa::send_initial(ExchangeType exchange, Bytes message) {
  initial_exchange_ = exchange;
  requests_.restart();
  send(ByteView(message));
  requests_.sent(std::move(message), shard.retransmission(), shard.now(), shard.random());
  shard.touch(*this);
}

ike::Later<ClearMessage> IkeSa::initial_answer() {
  ike::Later<ClearMessage> answer(shard.strand);
  on_initial_ = answer.resolver();
  return answer;
}

ike::Later<std::optional<ClearMessage>> IkeSa::initial_answer_within(Duration wait) {
  ike::Later<std::optional<ClearMessage>> answer(shard.strand);
  on_initial_ = [resolve = answer.resolver()](ClearMessage message) {
    resolve(std::move(message));
  };
  (void)shard.ports.timers.after(wait, [resolve = answer.resolver()] { resolve(std::nullopt); });
  return answer;
}

// --- our replies ---

void IkeSa::reply(wire::NotifyPayload notify) {
  Payloads payloads;
  payloads.emplace_back(std::move(notify));
  reply(std::move(payloads));
}

void IkeSa::reply(Payloads payloads) {
  if (phase_ == Phase::kGone || !replies_.in_progress()) return;
  Result<ike::Flight> message = seal(header(answering_, true, replies_.expected_id()), payloads);
  if (!message) {
    shard.retire(*this, "cannot write a reply: " + message.error().text);
    return;
  }
  // RFC 7296 2.11
  for (const Bytes& datagram : message->datagrams) shard.send(asked_at, asked_from, datagram);
  replies_.replied(std::move(*message));
  if (early_.empty()) return;
  shard.strand.run([owner = &shard, spi = spi_local] {
    if (IkeSa* sa = owner->find(spi)) sa->next_early();
  });
}

void IkeSa::reply_initial(Bytes message) {
  replies_.begin();
  send(ByteView(message));
  replies_.replied(std::move(message));
}

void IkeSa::hurry() {
  requests_.hurry(shard.now());
  shard.touch(*this);
}

void IkeSa::resend_initial_reply() {
  const std::span<const Bytes> cached = replies_.cached(0);
  if (cached.empty()) return;  // still at work on it, or far beyond
  ++shard.counters.replies_resent;
  send(cached);
}

// --- what comes in ---

void IkeSa::on_message(const wire::Header& h, ByteView datagram, const Endpoint& at,
                       const Endpoint& from) {
  if (h.exchange == ExchangeType::kIkeSaInit || h.exchange == ExchangeType::kIkeSessionResume) {
    if (h.exchange == initial_exchange_ && h.is_response() && initiator && phase_ == Phase::kInit &&
        on_initial_) {
      on_initial_answer(h, datagram);
    } else {
      ++shard.counters.unexpected;
    }
    return;
  }
  const bool spis_fit =
      h.initiator_spi == spi_i() && h.responder_spi == spi_r() && h.from_initiator() != initiator;
  if (!open_ || !spis_fit) {
    ++shard.counters.unexpected;
    return;
  }
  on_protected(h, datagram, at, from);
}

void IkeSa::on_initial_answer(const wire::Header& h, ByteView datagram) {
  Result<wire::Message> message = wire::parse(datagram);
  Status good =
      message ? admit(h.exchange, true, message->payloads) : tl::unexpected(message.error());
  if (good && critical_unknown(message->payloads)) {
    good = fail(Errc::kInvalid, "unknown critical payload in a response");
  }
  if (!good || h.message_id != 0) {
    // Nobody vouches for it: the real answer may still come.
    ++shard.counters.malformed;
    shard.log_limited(Severity::kWarning, "CRYPTO", "IKMP_BAD_MESSAGE",
                      "IKE message from " + remote.address.to_string() +
                          " failed its sanity check or is malformed" +
                          (good ? "" : ": " + good.error().text));
    return;
  }
  shard.touch(*this);
  const auto resolve = std::exchange(on_initial_, nullptr);
  resolve({std::move(*message), to_bytes(datagram)});
}

// An unprotected INVALID_IKE_SPI may be anybody's: no more than a reason to ask the peer (2.21.4).
// One with the token that only the peer can make is from a peer that has restarted (RFC 6290).
bool IkeSa::take_hint(const wire::Header& h, const wire::PayloadView& first, ByteView datagram) {
  if (!h.is_response() || first.type != wire::PayloadType::kNotify) return false;
  const Result<wire::Payload> payload = wire::parse_payload(first);
  const auto* notify = payload ? std::get_if<wire::NotifyPayload>(&*payload) : nullptr;
  if (notify == nullptr || notify->type != wire::NotifyType::kInvalidIkeSpi) return false;
  if (shows_crash_token(*this, datagram)) {
    ++shard.counters.crashes_detected;
    shard.peer_restarted(*this);
    return true;
  }
  ++shard.counters.hints_ignored;
  doubt();
  return true;
}

void IkeSa::doubt() {
  const bool recently = shard.now() < hint_taken_ + kHintPause;
  if (!usable() || liveness_running || recently || !requests_.idle()) return;
  hint_taken_ = shard.now();
  spawn(check_liveness(*this));
}

void IkeSa::on_protected(const wire::Header& h, ByteView datagram, const Endpoint& at,
                         const Endpoint& from) {
  wire::PayloadCursor cursor(h.next_payload, datagram.subspan(wire::Header::kSize));
  wire::PayloadView sk;
  const bool present = cursor.advance(sk);
  if (present && sk.type == wire::PayloadType::kEncryptedFragment) {
    on_fragment(h, datagram, sk, at, from);
    return;
  }
  if (!present || sk.type != wire::PayloadType::kEncrypted) {
    if (take_hint(h, sk, datagram)) return;
    ++shard.counters.not_encrypted;
    shard.log_limited(Severity::kInfo, "CRYPTO", "IKMP_NOT_ENCRYPTED",
                      "IKE packet from " + from.address.to_string() +
                          " was not encrypted and it should've been.");
    return;
  }
  const Result<Bytes> plain = open(datagram, sk.offset);
  if (!plain) {
    ++shard.counters.integrity_failures;  // the keys stay: the right one may come (RFC 8019 4.6)
    return;
  }
  on_plain(h, sk.next, *plain, at, from);
}

// Keys change with each IKE_INTERMEDIATE exchange, and the peer may repeat its last request under
// those before, until it is authenticated (RFC 9242 3.3.1).
Result<Bytes> IkeSa::open(ByteView datagram, std::size_t body_offset) {
  Result<Bytes> plain = open_->open(datagram, body_offset);
  if (phase_ != Phase::kAuth) open_before_.reset();
  if (plain || !open_before_) return plain;
  return open_before_->open(datagram, body_offset);
}

ExchangeType IkeSa::awaited_exchange() const {
  const bool more = handshake && handshake->additional_done < handshake->additional.size();
  return more ? ExchangeType::kIkeIntermediate : ExchangeType::kIkeAuth;
}

void IkeSa::on_plain(const wire::Header& h, wire::PayloadType first, ByteView plain,
                     const Endpoint& at, const Endpoint& from) {
  shard.touch(*this);
  Result<Payloads> payloads = wire::parse_payloads(first, plain);
  if (payloads) {
    if (Status good = admit(h.exchange, h.is_response(), *payloads); !good) {
      ++shard.counters.not_admitted;
      payloads = tl::unexpected(good.error());
    }
  }
  using enum ike::ReplyWindow::Verdict;
  const auto verdict = replies_.judge(h.message_id);
  const bool fresh = h.is_response() ? requests_.awaits(h.message_id)
                                     : verdict == kNew || (verdict == kAhead && usable());
  if (fresh) {
    liveness.heard(shard.now());
    follow_peer(at, from);
  }
  if (fresh && h.exchange == ExchangeType::kIkeIntermediate && handshake) {
    if (Status noted = note_intermediate(*this, h, first, plain); !noted) return;
  }
  if (h.is_response()) {
    on_response(h, std::move(payloads));
  } else {
    on_request(h, std::move(payloads), at, from);
  }
}

// RFC 7296 2.23: an end that is not behind a NAT follows the address of the other, which is; and a
// responder follows the initiator from port 500 to 4500.
void IkeSa::follow_peer(const Endpoint& at, const Endpoint& from) {
  if (from == remote && at == local) return;
  const bool floats = phase_ == Phase::kAuth && !initiator;
  if (!floats && !(remote_behind_nat && !local_behind_nat)) return;
  if (!floats && mobility) return;  // the initiator says where it is (RFC 4555 3.8)
  const IpAddress old = remote.address;
  remote = from;
  local = at;
  shard.moved(*this, old);
  if (!udp_encapsulation) return;
  for (const auto& c : children) {
    (void)shard.ports.sa_database.update_endpoints(c->spi_in, local, remote);
  }
}

void IkeSa::on_response(const wire::Header& h, Result<Payloads> payloads) {
  const auto found = std::find_if(in_flight_.begin(), in_flight_.end(), [&](const InFlight& f) {
    return f.id == h.message_id && f.exchange == h.exchange;
  });
  if (found == in_flight_.end()) {
    ++shard.counters.out_of_window;
    return;
  }
  const auto resolve = std::move(found->resolve);
  in_flight_.erase(found);
  (void)requests_.answered(h.message_id);
  const bool critical = payloads && critical_unknown(*payloads);
  if (!payloads || critical) {
    ++shard.counters.malformed;
    const std::string cause =
        payloads ? "unknown critical payload in a response" : payloads.error().text;
    delete_ike_sa(*this, "malformed response: " + cause);
    return;
  }
  if (mobility) mobility->tried.clear();
  pump();
  if (resolve) resolve(std::move(*payloads));
}

void IkeSa::on_request(const wire::Header& h, Result<Payloads> payloads, const Endpoint& at,
                       const Endpoint& from) {
  switch (replies_.judge(h.message_id)) {
    case ike::ReplyWindow::Verdict::kResend:
      ++shard.counters.replies_resent;
      for (const Bytes& datagram : replies_.cached(h.message_id)) shard.send(at, from, datagram);
      return;
    case ike::ReplyWindow::Verdict::kInProgress:
      return;
    case ike::ReplyWindow::Verdict::kAhead:
      early_.try_emplace(h.message_id, Early{h, std::move(payloads), at, from});
      return;
    case ike::ReplyWindow::Verdict::kOutside:
      ++shard.counters.out_of_window;
      return;
    case ike::ReplyWindow::Verdict::kNew:
      begin_request(h, payloads, at, from);
  }
}

// Requests are taken in the order of their IDs, whatever the order they came in (2.2).
void IkeSa::next_early() {
  const auto found = early_.find(replies_.expected_id());
  if (found == early_.end() || replies_.in_progress()) return;
  const Early next = std::move(found->second);
  early_.erase(found);
  shard.touch(*this);
  begin_request(next.header, next.payloads, next.at, next.from);
}

void IkeSa::announce_window(Payloads& payloads) {
  const std::uint32_t size = shard.snapshot->ikev2_window;
  if (size <= 1) return;
  replies_.grow(size);
  payloads.emplace_back(wire::number_notice(wire::NotifyType::kSetWindowSize, size));
}

void IkeSa::take_window(const Payloads& payloads) {
  const auto* notify = wire::find_notify(payloads, wire::NotifyType::kSetWindowSize);
  if (notify == nullptr) return;
  // What we have under way is bounded by us as well.
  const Result<std::uint32_t> size = wire::parse_number_notice(*notify);
  if (size) requests_.grow(std::min(*size, kMaxWindow));
  pump();
}

void IkeSa::begin_request(const wire::Header& h, const Result<Payloads>& payloads,
                          const Endpoint& at, const Endpoint& from) {
  const bool authenticating = phase_ == Phase::kAuth && !initiator;
  const bool expected = authenticating ? h.exchange == awaited_exchange()
                                       : phase_ != Phase::kAuth && phase_ != Phase::kInit &&
                                             (h.exchange == ExchangeType::kCreateChildSa ||
                                              h.exchange == ExchangeType::kIkeFollowupKe ||
                                              h.exchange == ExchangeType::kInformational);
  if (!expected) {
    ++shard.counters.unexpected;
    return;
  }
  replies_.begin();
  answering_ = h.exchange;
  asked_at = at;
  asked_from = from;
  if (!payloads) {
    ++shard.counters.malformed;
    shard.log(Severity::kWarning, "CRYPTO", "IKMP_BAD_MESSAGE",
              "IKE message from " + remote.address.to_string() +
                  " failed its sanity check or is malformed: " + payloads.error().text);
    reply(wire::notify(wire::NotifyType::kInvalidSyntax));
    linger(*this, "malformed request");  // RFC 7296 2.21.3
    return;
  }
  if (const auto type = critical_unknown(*payloads)) {
    ++shard.counters.critical_unknown;
    reply(wire::unsupported_critical(*type));
    return;
  }
  dispatch(h.exchange, *payloads);
}

void IkeSa::dispatch(ExchangeType exchange, Payloads payloads) {
  if (exchange == ExchangeType::kIkeIntermediate) {
    spawn(respond_intermediate(*this, std::move(payloads)));
  } else if (exchange == ExchangeType::kIkeAuth) {
    spawn(respond_ike_auth(*this, std::move(payloads)));
  } else if (exchange == ExchangeType::kCreateChildSa) {
    spawn(respond_create_child_sa(*this, std::move(payloads)));
  } else if (exchange == ExchangeType::kIkeFollowupKe) {
    take_follow_up(*this, payloads);
  } else {
    spawn(respond_informational(*this, std::move(payloads)));
  }
}

}  // namespace spa::ikev2
