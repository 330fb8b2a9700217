// SPDX-License-Identifier: Apache-2.0
// Quick mode, initiator (RFC 2409 5.5), with KE for forward secrecy (3.3).
#include <algorithm>

#include "userspace/crypto/ikev1_hash.h"
#include "userspace/crypto/random.h"
#include "userspace/ike/awaitables.h"
#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/original_address.h"
#include "userspace/ikev1/phase1.h"
#include "userspace/ikev1/phase2.h"
#include "userspace/ikev1/trace/steps.h"

namespace spa::ikev1 {

namespace {

// After its replacement is up, for the peer's packets that are still under way.
constexpr Duration kOverlap{30000};

void give_up(IsakmpSa& sa, Exchange& exchange, const ports::PolicyId& rule,
             const std::string& cause, Steps steps) {
  Shard& shard = sa.shard;
  sa.finish(exchange);
  sa.remove_wanted(rule);
  ++shard.counters.children_not_made;
  shard.log(Severity::kError, "CRYPTO", "IKMP_MODE_FAILURE",
            "Processing of Quick mode failed with peer at " + sa.remote.address.to_string() + ": " +
                cause);
  shard.record(&sa, sa.remote, "Quick mode", cause, std::move(steps));
  shard.failed(rule, shard.options.acquire_hold_down);
}

// What the new pair replaces: it carries no more from here on, and goes after a while.
void retire_replaced(IsakmpSa& sa, std::uint32_t replaces) {
  for (IsakmpSa* owner : sa.shard.with_peer(sa.remote.address)) {
    ChildSa* old = owner->child(replaces);
    if (old == nullptr) continue;
    old->state = ChildSa::State::kReplaced;
    old->rekey_at.reset();
    old->expires = std::min(old->expires, sa.shard.now() + kOverlap);
    ++sa.shard.counters.child_sas_rekeyed;
    sa.shard.touch(*owner);
  }
}

}  // namespace

// Initiator                                Responder
// -------------------------------------------------------------------
ike::Task<> initiate_quick_mode(IsakmpSa& sa, ports::PolicyId rule, std::uint32_t replaces) {
  Shard& shard = sa.shard;
  Exchange& exchange = sa.open_exchange(v1::ExchangeType::kQuickMode);
  Steps steps;
  const std::uint32_t node = exchange.message_id;
  trace::began_quick_mode(sa, node);
  Negotiated<Phase2Offer> offer = offer_phase2(sa, rule, steps);
  if (!offer) co_return give_up(sa, exchange, rule, offer.error().text, std::move(steps));
  exchange.spi = offer->own.main.spi();
  const Result<v1::IdPayload> local = to_id(offer->local);
  const Result<v1::IdPayload> remote = to_id(offer->remote);
  const Result<Bytes> our_nonce = crypto::random_bytes(kNonceSize);
  if (!local || !remote || !our_nonce) {
    co_return give_up(sa, exchange, rule,
                      !local    ? local.error().text
                      : !remote ? remote.error().text
                                : our_nonce.error().text,
                      std::move(steps));
  }
  const wire::DhId group = offer->suites.front().group;  // PFS (RFC 2409 3.3)
  std::optional<crypto::DhKey> key;
  Payloads payloads;
  payloads.emplace_back(offer->sa);
  payloads.emplace_back(v1::NoncePayload{*our_nonce});
  if (group != wire::DhId::kNone) {
    Result<crypto::DhKey> made = co_await ike::begin_agreement(shard, group);
    if (!made) co_return give_up(sa, exchange, rule, made.error().text, std::move(steps));
    payloads.emplace_back(v1::KePayload{made->public_value});
    key = std::move(*made);
  }
  payloads.emplace_back(*local);
  payloads.emplace_back(*remote);
  if (offer->suites.front().mode == policy::EncapsulationMode::kTransport) {
    add_original_addresses(sa, true, payloads);
  }
  Result<Payloads> request = sa.with_hash(exchange.message_id, std::move(payloads));
  if (!request) co_return give_up(sa, exchange, rule, request.error().text, std::move(steps));
  // HDR*, HASH(1), SA, Ni,
  //       [KE,] IDci, IDcr,
  //       [NAT-OAi, NAT-OAr]           -->
  trace::got_spi(sa, offer->own.main.spi(), main_protocol(offer->suites.front().esp), true);
  ike::Later<Incoming> answered = sa.ask(exchange, std::move(*request));
  trace::tell(sa, [] { return trace::Returned{}; });
  trace::node_step(sa, node, "INTERNAL", "IKE_INIT_QM", trace::kQmReady, trace::kQmAsked);
  Incoming answer = co_await std::move(answered);
  //                                    <--   HDR*, HASH(2), SA, Nr,
  //                                                [KE,] IDci, IDcr, [NAT-OAi, NAT-OAr]
  while (!answer.refused && !sa.hash_fits(answer, *our_nonce)) {
    answer = co_await sa.reject(exchange, answer);
  }
  if (answer.refused) {
    co_return give_up(sa, exchange, rule, "peer answered " + v1::to_string(*answer.refused),
                      std::move(steps));
  }
  sa.accept(exchange, answer);
  trace::processing(sa, "HASH", node);
  trace::processing(sa, "SA", node);
  Result<Bytes> peer_nonce = nonce(answer.payloads);
  if (!peer_nonce) co_return give_up(sa, exchange, rule, peer_nonce.error().text, std::move(steps));
  Negotiated<Phase2Agreed> agreed = accept_phase2(sa, std::move(*offer), answer.payloads);
  if (!agreed) {
    v1::NotifyPayload notify;
    notify.protocol = v1::ProtocolId::kEsp;
    notify.type = agreed.error().notify;
    Payloads refusal;
    refusal.emplace_back(std::move(notify));
    sa.inform(std::move(refusal));
    co_return give_up(sa, exchange, rule, agreed.error().text, std::move(steps));
  }
  trace::quick_mode_values(sa, node, answer.payloads);
  if (const auto* notify = v1::find_notify(answer.payloads, v1::NotifyType::kResponderLifetime)) {
    trace::responder_lifetime(sa, *notify, node, agreed->suite.lifetime.seconds);
  }
  SecretBytes shared;
  if (key) {
    const auto* ke = v1::find<v1::KePayload>(answer.payloads);
    if (ke == nullptr) co_return give_up(sa, exchange, rule, "answer has no KE", std::move(steps));
    ike::EngineAnswer<SecretBytes> made = co_await ike::derive(shard, std::move(*key), ke->data);
    if (!made.result) {
      co_return give_up(sa, exchange, rule, made.result.error().text, std::move(steps));
    }
    shared = std::move(*made.result);
  }
  if (!sa.usable()) co_return;
  Result<Bytes> hash =
      crypto::v1::hash_3(sa.hash, sa.keys.skeyid_a, exchange.message_id, *our_nonce, *peer_nonce);
  if (!hash) co_return give_up(sa, exchange, rule, hash.error().text, std::move(steps));
  tell_pair(sa, *agreed, nullptr);
  const auto installed = install_phase2(sa, std::move(*agreed), {*our_nonce, *peer_nonce, shared});
  if (!installed) co_return give_up(sa, exchange, rule, installed.error().text, std::move(steps));
  payloads = {};
  payloads.emplace_back(v1::HashPayload{std::move(*hash)});
  // HDR*, HASH(3)                      -->
  sa.tell(exchange, std::move(payloads));
  trace::deleting_node(sa, node, "No Error", "quick mode done (await())");
  trace::node_step(sa, node, "FROM_PEER", "IKE_QM_EXCH", trace::kQmAsked, trace::kQmComplete);
  if (sa.usable()) tell_keys(sa, **installed);
  trace::tell(sa, [] { return trace::Returned{}; });
  sa.finish(exchange);
  sa.remove_wanted(rule);
  if (replaces != 0) retire_replaced(sa, replaces);
}

}  // namespace spa::ikev1
