// SPDX-License-Identifier: Apache-2.0
// How messages of an ISAKMP SA come and go: exchanges by message ID, encryption with its chained
// IVs, repetition (RFC 2408 5.1, RFC 2409 5.5, 5.7, appendix B).
#include <algorithm>

#include "userspace/crypto/ikev1_hash.h"
#include "userspace/ikev1/admission.h"
#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/isakmp_sa.h"
#include "userspace/ikev1/shard.h"
#include "userspace/ikev1/trace/steps.h"
#include "userspace/wire/v1/fragment_payload.h"

namespace spa::ikev1 {

using ike::Phase;

namespace {

constexpr std::size_t kMaxExchanges = 64;  // of one SA, finished ones included
constexpr Duration kRemember{50000};  // for how long a peer may repeat its last message (R-DBG-20)
constexpr std::size_t kFragmentAbove = 1280;  // octets of a datagram

}  // namespace

// --- what goes out ---

Exchange& IsakmpSa::open_exchange(v1::ExchangeType type) {
  std::uint32_t message_id = shard.random();
  while (message_id == 0 || exchanges_.contains(message_id)) message_id = shard.random();
  auto exchange = std::make_unique<Exchange>();
  exchange->type = type;
  exchange->message_id = message_id;
  exchange->ours = true;
  if (const auto iv = exchange_iv(message_id)) exchange->iv = *iv;
  return *exchanges_.emplace(message_id, std::move(exchange)).first->second;
}

Result<crypto::v1::Iv> IsakmpSa::exchange_iv(std::uint32_t message_id) const {
  return crypto::v1::exchange_iv(hash, phase1_last, message_id);
}

// Phase 1 begins in the clear; whatever has keys is encrypted.
bool IsakmpSa::encrypts(const Exchange& exchange) const {
  return cipher && exchange.iv.size != 0;
}

Result<Bytes> IsakmpSa::write(Exchange& exchange, const Payloads& payloads) {
  v1::Header header;
  header.initiator_cookie = cookie_i();
  header.responder_cookie = cookie_r();
  header.exchange = exchange.type;
  header.message_id = exchange.message_id;
  if (!encrypts(exchange)) return v1::serialize({header, payloads});
  const Result<v1::PayloadChain> chain = v1::serialize_payloads(payloads);
  if (!chain) return tl::unexpected(chain.error());
  Result<crypto::v1::Chained> sealed = cipher->seal(exchange.iv, chain->octets);
  if (!sealed) return tl::unexpected(sealed.error());
  exchange.iv = sealed->next;
  return v1::serialize_encrypted(header, chain->first, sealed->octets);
}

void IsakmpSa::transmit(ByteView message) {
  if (peer_fragments && message.size() > kFragmentAbove) {
    const auto parts = v1::split_message(message, shard.next_fragment_id(), kFragmentAbove);
    if (parts) {
      for (const Bytes& part : *parts) shard.send(local, remote, part);
      return;
    }
  }
  shard.send(local, remote, message);
}

void IsakmpSa::tell(Exchange& exchange, Payloads payloads) {
  if (phase_ == Phase::kGone) return;
  shard.touch(*this);
  Result<Bytes> message = write(exchange, payloads);
  if (!message) {
    shard.retire(*this, "cannot write a message: " + message.error().text);
    return;
  }
  exchange.due.reset();
  exchange.last_sent = std::move(*message);
  const bool encrypted = encrypts(exchange);
  if (encrypted && exchange.message_id != 0) trace::hmac(*this);
  trace::sent(*this, encrypted);
  transmit(exchange.last_sent);
  const bool begins = initiator && phase1_step <= 1;
  if (exchange.message_id == 0 && !begins) trace::answered_phase1(*this);
}

ike::Later<Incoming> IsakmpSa::ask(Exchange& exchange, Payloads payloads) {
  tell(exchange, std::move(payloads));
  exchange.policy = shard.retransmission();
  exchange.transmissions = 1;
  exchange.due = shard.now() + exchange.policy.wait(1, shard.random());
  return hear(exchange);
}

ike::Later<Incoming> IsakmpSa::hear(Exchange& exchange) {
  ike::Later<Incoming> next(shard.strand);
  if (phase_ != Phase::kGone) exchange.waiter = next.resolver();
  return next;
}

void IsakmpSa::accept(Exchange& exchange, const Incoming& message) {
  exchange.due.reset();
  exchange.last_received = message.octets;
  if (message.next_iv.size != 0) exchange.iv = message.next_iv;
}

ike::Later<Incoming> IsakmpSa::reject(Exchange& exchange, const Incoming&) {
  ++shard.counters.integrity_failures;
  if (exchange.message_id == 0) trace::unheard_phase1(*this);
  return hear(exchange);
}

void IsakmpSa::finish(Exchange& exchange) {
  exchange.due.reset();
  exchange.waiter = nullptr;
  exchange.running = false;
  // Phase 1 is remembered as long as the SA lives.
  if (exchange.message_id != 0) exchange.forget_at = shard.now() + kRemember;
  shard.touch(*this);
}

void IsakmpSa::drop_exchanges() {
  for (auto& [message_id, exchange] : exchanges_) {
    exchange->due.reset();
    exchange->waiter = nullptr;
  }
}

void IsakmpSa::forget_old_exchanges(SteadyTime now) {
  for (const auto& [message_id, exchange] : exchanges_) {
    if (exchange->forget_at <= now) trace::purging_node(*this, message_id);
  }
  std::erase_if(exchanges_, [now](const auto& item) { return item.second->forget_at <= now; });
}

Result<Bytes> IsakmpSa::message_hash(std::uint32_t message_id, ByteView rest,
                                     ByteView nonce_i) const {
  return nonce_i.empty() ? crypto::v1::hash_1(hash, keys.skeyid_a, message_id, rest)
                         : crypto::v1::hash_2(hash, keys.skeyid_a, message_id, nonce_i, rest);
}

Result<Payloads> IsakmpSa::with_hash(std::uint32_t message_id, Payloads payloads,
                                     ByteView nonce_i) const {
  const Result<v1::PayloadChain> chain = v1::serialize_payloads(payloads);
  if (!chain) return tl::unexpected(chain.error());
  Result<Bytes> value = message_hash(message_id, chain->octets, nonce_i);
  if (!value) return tl::unexpected(value.error());
  payloads.insert(payloads.begin(), v1::HashPayload{std::move(*value)});
  return payloads;
}

bool IsakmpSa::hash_fits(const Incoming& message, ByteView nonce_i) const {
  if (message.payloads.empty()) return false;
  const auto* sent = std::get_if<v1::HashPayload>(&message.payloads.front());
  if (sent == nullptr) return false;
  const Result<Bytes> value = message_hash(message.header.message_id, message.covered, nonce_i);
  return value && constant_time_equal(*value, sent->data);
}

void IsakmpSa::quick_mode_refused(v1::NotifyType why, std::uint32_t spi) {
  Exchange* meant = nullptr;
  unsigned candidates = 0;
  for (auto& [message_id, exchange] : exchanges_) {
    if (exchange->type != v1::ExchangeType::kQuickMode || !exchange->waiter) continue;
    if (exchange->spi == spi) return refuse_exchange(*exchange, why);
    meant = exchange.get();
    ++candidates;
  }
  if (candidates == 1) refuse_exchange(*meant, why);
}

void IsakmpSa::refuse_exchange(Exchange& exchange, v1::NotifyType why) {
  Incoming in;
  in.refused = why;
  exchange.due.reset();
  const auto resolve = std::exchange(exchange.waiter, nullptr);
  resolve(std::move(in));
}

void IsakmpSa::inform(Payloads payloads) {
  if (!cipher || phase_ == Phase::kGone) return;
  Exchange& exchange = open_exchange(v1::ExchangeType::kInformational);
  trace::new_node(*this, exchange.message_id);
  trace::sending_notifications(*this, payloads, exchange.message_id);
  Result<Payloads> whole = with_hash(exchange.message_id, std::move(payloads));
  if (whole) tell(exchange, std::move(*whole));
  trace::purging_node(*this, exchange.message_id);
  exchanges_.erase(exchange.message_id);
}

void IsakmpSa::inform_in_clear(v1::NotifyType type) {
  v1::NotifyPayload notify;
  notify.type = type;
  notify.spi = v1::cookie_pair(cookie_i(), cookie_r());
  v1::Message message;
  message.header.initiator_cookie = cookie_i();
  message.header.responder_cookie = cookie_r();
  message.header.exchange = v1::ExchangeType::kInformational;
  message.header.message_id = shard.random() | 1;
  message.payloads.emplace_back(std::move(notify));
  if (const Result<Bytes> octets = v1::serialize(message)) transmit(*octets);
}

void IsakmpSa::resend_first_reply() {
  if (phase1().last_sent.empty()) return;  // still at work on it
  ++shard.counters.replies_resent;
  transmit(phase1().last_sent);
}

// --- what comes in ---

Result<Incoming> IsakmpSa::read(const v1::Header& header, ByteView datagram,
                                const crypto::v1::Iv& iv) const {
  if (header.encrypted()) {
    if (!cipher) return fail(Errc::kState, "no keys yet");
    return open_message(*cipher, iv, header, datagram);
  }
  Result<v1::Message> message = v1::parse(datagram, clear_bodies());
  if (!message) return tl::unexpected(message.error());
  Incoming in;
  in.header = header;
  in.octets = to_bytes(datagram);
  in.first = header.next_payload;
  in.chain = to_secret(datagram.subspan(v1::Header::kSize));
  in.payloads = std::move(message->payloads);
  return in;
}

void IsakmpSa::refuse(const std::string& cause) {
  ++shard.counters.malformed;
  shard.log_limited(Severity::kWarning, "CRYPTO", "IKMP_BAD_MESSAGE",
                    "IKE message from " + remote.address.to_string() +
                        " failed its sanity check or is malformed: " + cause);
}

void IsakmpSa::on_message(const v1::Header& header, ByteView datagram, const Endpoint& at,
                          const Endpoint& from) {
  const auto found = exchanges_.find(header.message_id);
  const bool known = found != exchanges_.end() && found->second->type == header.exchange;
  // CONNECTED has the message ID of the quick mode whose commit bit was set (RFC 2408 3.1, 4.1.1).
  // We set none and wait for none: an SA that the peer does not use yet loses packets, no more.
  const bool taken =
      found != exchanges_.end() && header.exchange != v1::ExchangeType::kInformational;
  if (known) {
    on_known_exchange(*found->second, header, datagram, at, from);
  } else if (taken || header.message_id == 0 || !header.encrypted()) {
    take_hint(*this, header, datagram);
  } else {
    on_new_exchange(header, datagram, at, from);
  }
}

void IsakmpSa::on_known_exchange(Exchange& exchange, const v1::Header& header, ByteView datagram,
                                 const Endpoint& at, const Endpoint& from) {
  trace::received(*this, header.exchange, at, from);
  if (std::ranges::equal(exchange.last_received, datagram)) {
    trace::duplicate(*this, exchange.message_id);
    if (exchange.last_sent.empty()) return;
    ++shard.counters.replies_resent;
    transmit(exchange.last_sent);
    return;
  }
  if (!exchange.waiter) {
    ++shard.counters.unexpected;
    return;
  }
  // The third message of aggressive mode comes in either form (RFC 2409 5.4, RFC 3947 3.2).
  const bool either = exchange.message_id == 0 && aggressive && !initiator;
  if (header.encrypted() != encrypts(exchange) && !either) {
    ++shard.counters.not_encrypted;
    shard.log_limited(Severity::kInfo, "CRYPTO", "IKMP_NOT_ENCRYPTED",
                      "IKE packet from " + from.address.to_string() +
                          " was not encrypted and it should've been.");
    return;
  }
  Result<Incoming> message = read(header, datagram, exchange.iv);
  if (!message) return refuse(message.error().text);
  if (Status good = admit(header.exchange, message->payloads); !good) {
    ++shard.counters.not_admitted;
    return refuse(good.error().text);
  }
  trace::opened(*this, *message);
  if (exchange.message_id != 0) {
    liveness.heard(shard.now());
    follow_peer(at, from);
  } else {
    trace::heard_phase1(*this);
    message->at = at;
    message->from = from;
  }
  shard.touch(*this);
  const auto resolve = std::exchange(exchange.waiter, nullptr);
  resolve(std::move(*message));
}

void IsakmpSa::on_new_exchange(const v1::Header& header, ByteView datagram, const Endpoint& at,
                               const Endpoint& from) {
  trace::received(*this, header.exchange, at, from);
  if (phase_ == Phase::kInit || phase_ == Phase::kAuth) {
    // The peer has finished phase 1 and we have not: its last message was lost. It sends that again
    // when it sees our last one again; one for one.
    if (!initiator && aggressive) resend_first_reply();
    ++shard.counters.unexpected;
    return;
  }
  const auto iv = exchange_iv(header.message_id);
  Result<Incoming> message =
      iv ? read(header, datagram, *iv) : Result<Incoming>(tl::unexpected(iv.error()));
  if (!message || !hash_fits(*message)) {
    ++shard.counters.integrity_failures;  // other keys, or nobody's: it proves nothing
    return;
  }
  if (Status good = admit(header.exchange, message->payloads); !good) {
    ++shard.counters.not_admitted;
    return refuse(good.error().text);
  }
  trace::opened(*this, *message);
  trace::new_node(*this, header.message_id);
  trace::processing(*this, "HASH", header.message_id);
  shard.touch(*this);
  liveness.heard(shard.now());
  follow_peer(at, from);
  if (header.exchange == v1::ExchangeType::kInformational) {
    take_informational(*this, *message);
    return;
  }
  const bool transaction = header.exchange == v1::ExchangeType::kTransaction;
  // Before its user has proved himself a peer gets no phase 2.
  const bool quick_mode = header.exchange == v1::ExchangeType::kQuickMode &&
                          (!client || !client->user_pending || initiator);
  const bool heard = quick_mode || (transaction && hears_transaction(*this, *message));
  if (!usable() || !heard || exchanges_.size() >= kMaxExchanges) {
    ++shard.counters.unexpected;
    return;
  }
  auto exchange = std::make_unique<Exchange>();
  exchange->type = header.exchange;
  exchange->message_id = header.message_id;
  accept(*exchange, *message);
  Exchange& placed = *exchanges_.emplace(header.message_id, std::move(exchange)).first->second;
  if (transaction) {
    take_transaction(*this, placed, *message);
  } else {
    spawn(respond_quick_mode(*this, placed, std::move(*message)));
  }
}

// RFC 3947 7: an end that is not behind a NAT follows the address of the other, which is.
void IsakmpSa::follow_peer(const Endpoint& at, const Endpoint& from) {
  if (from == remote && at == local) return;
  if (!remote_behind_nat || local_behind_nat) return;
  move_to(at, from);
}

void IsakmpSa::move_to(const Endpoint& at, const Endpoint& from) {
  const IpAddress old = remote.address;
  remote = from;
  local = at;
  shard.moved(*this, old);
  if (!udp_encapsulation) return;
  for (const auto& c : children) {
    (void)shard.ports.sa_database.update_endpoints(c->spi_in, local, remote);
  }
}

}  // namespace spa::ikev1
