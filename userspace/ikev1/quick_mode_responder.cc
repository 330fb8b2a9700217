// SPDX-License-Identifier: Apache-2.0
// Quick mode, responder (RFC 2409 5.5). The peer is authenticated: the answer is repeated until it
// is confirmed.
#include "userspace/crypto/ikev1_hash.h"
#include "userspace/crypto/random.h"
#include "userspace/ike/awaitables.h"
#include "userspace/ike/nat_rival.h"
#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/original_address.h"
#include "userspace/ikev1/phase1.h"
#include "userspace/ikev1/phase2.h"
#include "userspace/ikev1/trace/steps.h"

namespace spa::ikev1 {

namespace {

void refuse_exchange(IsakmpSa& sa, Exchange& exchange, const Refusal& refusal, Steps steps) {
  Shard& shard = sa.shard;
  sa.finish(exchange);
  ++shard.counters.children_refused;
  shard.log(Severity::kError, "CRYPTO", "IKMP_MODE_FAILURE",
            "Processing of Quick mode failed with peer at " + sa.remote.address.to_string() + ": " +
                refusal.text);
  shard.record(&sa, sa.remote, "Quick mode", refusal.text, std::move(steps));
  v1::NotifyPayload notify;
  notify.protocol = v1::ProtocolId::kEsp;
  notify.type = refusal.notify;
  Payloads payloads;
  payloads.emplace_back(std::move(notify));
  //                                    <--   HDR*, HASH(1), N
  sa.inform(std::move(payloads));
}

// Of older pairs for the same packets the peer will delete those that it replaced: we do not rekey
// them any more.
void leave_older(IsakmpSa& sa, const ChildSa& fresh) {
  for (const auto& c : sa.children) {
    if (c.get() == &fresh || c->rule != fresh.rule) continue;
    if (c->local != fresh.local || c->remote != fresh.remote) continue;
    c->state = ChildSa::State::kReplaced;
    c->rekey_at.reset();
  }
}

// Two peers behind one NAT asked for the same packets at the same time, and the other was the first
// to confirm: this one's pair goes again (RFC 3948 5.2).
bool came_second(IsakmpSa& sa, const ChildSa& fresh) {
  if (fresh.mode != policy::EncapsulationMode::kTransport) return false;
  const IsakmpSa* rival = ike::rival_behind_nat(sa, fresh.local, fresh.remote);
  if (rival == nullptr) return false;
  Shard& shard = sa.shard;
  ++shard.counters.ts_unacceptable;
  shard.log(Severity::kError, "CRYPTO", "IKMP_MODE_FAILURE",
            "Processing of Quick mode failed with peer at " + sa.remote.address.to_string() + ": " +
                ike::refusal_for(rival->remote_identity) + fresh.local.front().to_string() +
                " <-> " + fresh.remote.front().to_string());
  delete_child(sa, fresh.spi_in);
  return true;
}

}  // namespace

// Initiator                                Responder
// -------------------------------------------------------------------
ike::Task<> respond_quick_mode(IsakmpSa& sa, Exchange& exchange, Incoming first) {
  Shard& shard = sa.shard;
  Steps steps;
  // HDR*, HASH(1), SA, Ni,
  //       [KE,] [IDci, IDcr]           -->
  const Result<Bytes> peer_nonce = nonce(first.payloads);
  const Result<Bytes> our_nonce = crypto::random_bytes(kNonceSize);
  if (!peer_nonce || !our_nonce) {
    co_return refuse_exchange(sa, exchange, {v1::NotifyType::kPayloadMalformed, "no nonce"}, steps);
  }
  const std::uint32_t node = exchange.message_id;
  trace::processing(sa, "SA", node);
  Negotiated<Phase2Agreed> agreed = answer_phase2(sa, first.payloads, steps);
  if (!agreed) co_return refuse_exchange(sa, exchange, agreed.error(), std::move(steps));
  const auto* ke = v1::find<v1::KePayload>(first.payloads);
  const wire::DhId group = agreed->suite.group;
  if ((ke != nullptr) != (group != wire::DhId::kNone)) {
    co_return refuse_exchange(
        sa, exchange, {v1::NotifyType::kInvalidKeyInformation, "KE and group do not fit"}, steps);
  }
  ike::KeyAgreement agreement;
  if (ke != nullptr) {
    Result<ike::KeyAgreement> made = co_await ike::agree(shard, group, ke->data);
    if (!made) {
      co_return refuse_exchange(sa, exchange,
                                {v1::NotifyType::kInvalidKeyInformation, made.error().text}, steps);
    }
    agreement = std::move(*made);
  }
  if (!sa.usable()) co_return;
  trace::quick_mode_values(sa, node, first.payloads);
  trace::got_spi(sa, agreed->own.main.spi(), main_protocol(agreed->suite.esp), false);
  trace::node_step(sa, node, "FROM_PEER", "IKE_QM_EXCH", trace::kQmReady, trace::kQmStarve);
  tell_pair(sa, *agreed, nullptr);
  Payloads payloads;
  payloads.emplace_back(std::move(agreed->answer));
  payloads.emplace_back(v1::NoncePayload{*our_nonce});
  if (ke != nullptr) payloads.emplace_back(v1::KePayload{agreement.public_value});
  for (const auto* id : v1::find_all<v1::IdPayload>(first.payloads)) payloads.emplace_back(*id);
  if (agreed->suite.mode == policy::EncapsulationMode::kTransport) {
    add_original_addresses(sa, false, payloads);
  }
  if (agreed->lifetime_shortened) payloads.emplace_back(responder_lifetime(*agreed));
  Result<Payloads> answer = sa.with_hash(exchange.message_id, std::move(payloads), *peer_nonce);
  if (!answer) {
    co_return refuse_exchange(sa, exchange,
                              {v1::NotifyType::kPayloadMalformed, answer.error().text}, steps);
  }
  const Result<Bytes> expected =
      crypto::v1::hash_3(sa.hash, sa.keys.skeyid_a, exchange.message_id, *peer_nonce, *our_nonce);
  if (!expected) co_return sa.finish(exchange);
  // The initiator has all keys with our answer, and its first packet may overtake HASH(3): what it
  // sends is taken from now on, and nothing is sent before it has confirmed (5.5).
  const Phase2Keying keying{*peer_nonce, *our_nonce, agreement.shared};
  Negotiated<ike::InboundHalf> inbound = install_inbound(sa, *agreed, keying);
  if (!inbound) co_return refuse_exchange(sa, exchange, inbound.error(), std::move(steps));
  //                                    <--   HDR*, HASH(2), SA, Nr,
  //                                                [KE,] [IDci, IDcr,] [NAT-OAi, NAT-OAr]
  ike::Later<Incoming> confirmed = sa.ask(exchange, std::move(*answer));
  trace::tell(sa, [] { return trace::Returned{}; });
  trace::node_step(sa, node, "INTERNAL", "IKE_GOT_SPI", trace::kQmStarve, trace::kQmAnswered);
  Incoming confirmation = co_await std::move(confirmed);
  // HDR*, HASH(3)                      -->
  for (;;) {
    if (confirmation.refused) {
      steps.push_back("peer answered " + v1::to_string(*confirmation.refused));
      shard.record(&sa, sa.remote, "Quick mode", "not confirmed", std::move(steps));
      co_return sa.finish(exchange);
    }
    const auto* hash = v1::find<v1::HashPayload>(confirmation.payloads);
    if (hash != nullptr && constant_time_equal(hash->data, *expected)) break;
    confirmation = co_await sa.reject(exchange, confirmation);
  }
  sa.accept(exchange, confirmation);
  exchange.last_sent.clear();  // nothing more is said
  sa.finish(exchange);
  if (!sa.usable()) co_return;
  const auto installed = install_phase2(sa, std::move(*agreed), keying);
  trace::deleting_node(sa, node, "QM done (await)", "quick mode done (await())");
  trace::node_step(sa, node, "FROM_PEER", "IKE_QM_EXCH", trace::kQmAnswered, trace::kQmComplete);
  if (installed) tell_keys(sa, **installed);
  trace::tell(sa, [] { return trace::Returned{}; });
  if (!installed) co_return refuse_exchange(sa, exchange, installed.error(), std::move(steps));
  ++sa.shard.counters.children_for_peers;
  inbound->completed();
  if (came_second(sa, **installed)) co_return;
  leave_older(sa, **installed);
  // The peer rekeys what it began, unless it does not.
  ChildSa& fresh = **installed;
  *fresh.rekey_at += Duration(fresh.lifetime.seconds * 50LL);
}

}  // namespace spa::ikev1
