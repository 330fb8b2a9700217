// SPDX-License-Identifier: Apache-2.0
// CREATE_CHILD_SA for a new CHILD SA (RFC 7296 1.3.1), and the answer to any such request.
#include <algorithm>

#include "userspace/crypto/random.h"
#include "userspace/ike/awaitables.h"
#include "userspace/ikev2/admission.h"
#include "userspace/ikev2/child_exchange.h"
#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/followup_ke.h"
#include "userspace/ikev2/shard.h"

namespace spa::ikev2 {

using wire::ExchangeType;
using wire::NotifyType;

Result<wire::DhId> retry_group(const wire::NotifyPayload& notify, const Proposals& offered,
                               wire::DhId tried) {
  const Result<wire::DhId> wanted = wire::parse_invalid_ke(notify);
  if (!wanted) return wanted;
  const bool known = std::any_of(offered.begin(), offered.end(), [&](const wire::Proposal& p) {
    return std::find(p.transforms.begin(), p.transforms.end(), wire::dh(*wanted)) !=
           p.transforms.end();
  });
  if (known && *wanted != tried) return wanted;
  return fail(Errc::kInvalid, "peer wants " + wire::to_string(*wanted) + " for KE");
}

namespace {

struct OwnHalf {
  Bytes nonce;
  std::optional<crypto::DhKey> key;  // with PFS
};

Payloads write_child_request(const ChildOffer& offer, const OwnHalf& half,
                             const std::optional<ChildSa>& replaces) {
  Payloads request, between;
  if (replaces) {
    request.emplace_back(wire::rekey_sa(protocol_of(*replaces), replaces->spi_in));
  }
  between.emplace_back(wire::NoncePayload{half.nonce});
  if (half.key) between.emplace_back(wire::KePayload{offer.group, half.key->public_value});
  write_offer(offer, std::move(between), request);
  return request;
}

// What a response says that is no answer to our offer.
std::optional<Refusal> refusal_in(const Payloads& response) {
  const wire::NotifyPayload* error = error_in(response);
  if (error != nullptr) {
    return Refusal{*error, "peer answered " + wire::to_string(error->type)};
  }
  const bool whole = wire::find<wire::SaPayload>(response) != nullptr &&
                     wire::find<wire::NoncePayload>(response) != nullptr;
  if (whole) return std::nullopt;
  return refuse(NotifyType::kInvalidSyntax, "answer lacks SA or nonce");
}

}  // namespace

ike::Task<Negotiated<ExchangedChild>> request_child(IkeSa& sa, ports::PolicyId rule,
                                                    std::optional<ChildSa> replaces) {
  Shard& shard = sa.shard;
  const EarlyDeletes::Watch watch(sa.early_deletes);
  Steps steps;
  Negotiated<ChildOffer> offer =
      offer_child(sa, rule, true, replaces ? &*replaces : nullptr, steps);
  if (!offer) co_return tl::unexpected(std::move(offer.error()));
  OwnHalf half;
  Result<Bytes> nonce = crypto::random_bytes(kChildNonceSize);
  if (!nonce) co_return tl::unexpected(refuse(NotifyType::kTemporaryFailure, nonce.error().text));
  half.nonce = std::move(*nonce);

  Payloads response;
  for (unsigned tries = 0;; ++tries) {
    if (offer->group != wire::DhId::kNone && !half.key) {
      Result<crypto::DhKey> key = co_await begin_agreement(shard, offer->group);
      if (!key) co_return tl::unexpected(refuse(NotifyType::kTemporaryFailure, key.error().text));
      half.key = std::move(*key);
    }
    // HDR, SK {[N(REKEY_SA),] SA, Ni, [KEi,]
    //          TSi, TSr}  -->
    response = co_await sa.request(ExchangeType::kCreateChildSa,
                                   write_child_request(*offer, half, replaces));
    //                              <--  HDR, SK {SA, Nr, [KEr,]
    //                                            TSi, TSr}
    if (!replaces && insists_on_pair(sa, response, *offer)) continue;
    const auto* other = wire::find_notify(response, NotifyType::kInvalidKePayload);
    if (other == nullptr || tries == kMaxGroupRetries) break;
    const Result<wire::DhId> group = retry_group(*other, offer->proposals, offer->group);
    if (!group) co_return tl::unexpected(refuse(NotifyType::kInvalidKePayload, group.error().text));
    ++shard.counters.invalid_ke;
    offer->group = *group;
    half.key.reset();
  }
  if (!sa.usable()) {
    co_return tl::unexpected(refuse(NotifyType::kTemporaryFailure, "IKE SA is closing"));
  }
  if (auto refusal = refusal_in(response)) co_return tl::unexpected(std::move(*refusal));
  const Bytes peer_nonce = wire::find<wire::NoncePayload>(response)->data;
  const std::uint32_t spi = offer->spi.spi();
  const wire::DhId group = offer->group;
  Negotiated<AgreedChild> agreed = accept_child(sa, std::move(*offer), response);
  SecretBytes shared;
  if (agreed && group_of(agreed->chosen) != wire::DhId::kNone) {
    const auto* ke = wire::find<wire::KePayload>(response);
    if (ke == nullptr || ke->group != group || group_of(agreed->chosen) != group) {
      agreed = tl::unexpected(refuse(NotifyType::kInvalidSyntax, "answer's KE does not fit"));
    } else {
      ike::EngineAnswer<SecretBytes> made = co_await derive(shard, std::move(*half.key), ke->data);
      if (made.result) {
        shared = std::move(*made.result);
      } else {
        agreed = tl::unexpected(refuse(NotifyType::kInvalidSyntax, made.result.error().text));
      }
    }
  }
  if (!sa.usable()) {
    co_return tl::unexpected(refuse(NotifyType::kTemporaryFailure, "IKE SA is closing"));
  }
  const auto methods = agreed ? additional_methods(agreed->chosen) : std::vector<wire::DhId>{};
  SecretBytes more;
  if (!methods.empty()) {
    const Followed of{false, replaces ? replaces->spi_in : 0};
    const ChildCollision* other = replaces ? sa.collision(replaces->spi_in) : nullptr;
    if (!goes_on(sa, of, {half.nonce, peer_nonce}, other != nullptr ? &other->nonces : nullptr)) {
      co_return tl::unexpected(
          refuse(NotifyType::kTemporaryFailure, "the peer's rekeying goes before ours"));
    }
    if (other != nullptr && !other->made) {
      std::erase_if(sa.collisions, [&](const ChildCollision& c) { return &c == other; });
    }
    Negotiated<SecretBytes> made = co_await follow_up(sa, of, methods, std::move(response));
    if (!sa.usable()) {
      co_return tl::unexpected(refuse(NotifyType::kTemporaryFailure, "IKE SA is closing"));
    }
    if (made) {
      more = std::move(*made);
    } else {
      agreed = tl::unexpected(std::move(made.error()));
    }
  }
  Negotiated<ChildSa*> installed = nullptr;
  if (agreed && sa.early_deletes.take(wire::spi32(agreed->chosen))) {
    shard.debug(sa, "CHILD SA deleted by peer before its answer came");
  } else if (agreed) {
    installed = install_child(sa, std::move(*agreed), {half.nonce, peer_nonce, shared, true, more});
  } else {
    installed = tl::unexpected(std::move(agreed.error()));
  }
  if (!installed) {
    sa.spawn(withdraw_child(sa, spi));  // the peer believes that it is there
    co_return tl::unexpected(std::move(installed.error()));
  }
  co_return ExchangedChild{spi, {std::move(half.nonce), peer_nonce}};
}

namespace {

constexpr unsigned kChildTries = 6;

// "Not now": the peer is at work on the IKE SA, for example rekeys it (2.25). That passes.
bool not_yet(const Negotiated<ExchangedChild>& made) {
  return !made && made.error().notify.type == NotifyType::kTemporaryFailure;
}

}  // namespace

ike::Task<> create_child_sa(IkeSa& sa, ports::PolicyId rule) {
  Shard& shard = sa.shard;
  Negotiated<ExchangedChild> made =
      tl::unexpected(refuse(NotifyType::kTemporaryFailure, "IKE SA is being rekeyed"));
  for (unsigned tries = 1;; ++tries) {
    if (!sa.handing_over()) made = co_await request_child(sa, rule, std::nullopt);
    if (!sa.wants(rule)) co_return;  // another IKE SA sees to it, or nobody any more
    if (!not_yet(made) || tries == kChildTries) break;
    co_await pause(shard, kRetryLater + Duration(shard.random() % 1000));
    if (!sa.wants(rule)) co_return;
  }
  sa.remove_wanted(rule);
  if (made) co_return;
  ++shard.counters.children_not_made;
  shard.log(Severity::kError, "IKEV2", "CHILD_FAILED",
            "CHILD SA for " + rule.to_string() + " with " + sa.remote.to_string() +
                " not created: " + made.error().text);
  shard.failed(rule, shard.options.acquire_hold_down);
  if (made.error().notify.type == NotifyType::kNoAdditionalSas) sa.no_additional_sas = true;
}

namespace {

// What a request for a CHILD SA meets before it is looked at: nothing, or the reason why not now
// (2.25).
std::optional<wire::NotifyPayload> not_now(IkeSa& sa, const Payloads& request,
                                           const ChildSa** replaces) {
  if (!sa.usable() || sa.handing_over()) return wire::notify(NotifyType::kTemporaryFailure);
  const auto* rekey = wire::find_notify(request, NotifyType::kRekeySa);
  if (rekey == nullptr) {
    if (sa.children.size() < sa.shard.options.children_max) return std::nullopt;
    return wire::notify(NotifyType::kNoAdditionalSas);  // 1.3
  }
  const std::uint32_t spi = wire::spi32({1, rekey->protocol, rekey->spi, {}});
  const ChildSa* old = sa.shard.child_of_peer(sa, spi);
  // It may be the one that the answer to our own request is about to name.
  if (old == nullptr && sa.early_deletes.watching()) {
    return wire::notify(NotifyType::kTemporaryFailure);
  }
  if (old == nullptr || rekey->protocol != protocol_of(*old)) {
    wire::NotifyPayload missing = wire::notify(NotifyType::kChildSaNotFound);
    missing.protocol = rekey->protocol;
    missing.spi = rekey->spi;
    return missing;
  }
  // Ours is past the point where the two can be weighed against one another (RFC 9370 2.2.4).
  const bool late = sa.follow_ups.runs({false, old->spi_in});
  if (late || old->state == ChildSa::State::kDeleting) {
    return wire::notify(NotifyType::kTemporaryFailure);
  }
  sa.follow_ups.cancel({false, old->spi_in});
  *replaces = old;
  return std::nullopt;
}

void note_collision(IkeSa& sa, ChildCollision collision) {
  std::erase_if(sa.collisions,
                [&](const ChildCollision& c) { return c.old_spi_in == collision.old_spi_in; });
  sa.collisions.push_back(std::move(collision));
}

// The peer's rekeying is to be completed by additional key exchanges.
void note_beginning(IkeSa& sa, std::uint32_t old_spi_in, ike::ExchangeNonces nonces) {
  const ChildSa* old = sa.child(old_spi_in);
  if (old == nullptr || old->state != ChildSa::State::kRekeying) return;
  note_collision(sa, {old_spi_in, std::move(nonces), false});
}

// After the peer's rekeying: the old SA waits for its Delete, unless ours is under way too and has
// to be weighed against it.
void note_replacement(IkeSa& sa, std::uint32_t old_spi_in, ike::ExchangeNonces nonces) {
  ChildSa* old = sa.child(old_spi_in);
  if (old == nullptr) return;
  ++sa.shard.counters.child_sas_rekeyed;
  if (old->state == ChildSa::State::kRekeying) {
    note_collision(sa, {old_spi_in, std::move(nonces), true});
    return;
  }
  old->state = ChildSa::State::kReplaced;
  old->rekey_at.reset();
}

bool is_ike_rekey(const Payloads& request) {
  const auto* offered = wire::find<wire::SaPayload>(request);
  return offered != nullptr && !offered->proposals.empty() &&
         offered->proposals.front().protocol == wire::ProtocolId::kIke;
}

}  // namespace

ike::Task<> respond_create_child_sa(IkeSa& sa, Payloads request) {
  Shard& shard = sa.shard;
  if (is_ike_rekey(request)) {
    co_await respond_rekey_ike_sa(sa, std::move(request));
    co_return;
  }
  // HDR, SK {[N(REKEY_SA),] SA, Ni, [KEi,]
  //          TSi, TSr}  -->
  const ChildSa* replaces = nullptr;
  if (auto refusal = not_now(sa, request, &replaces)) {
    ++shard.counters.temporary_failures;
    co_return sa.reply(std::move(*refusal));
  }
  const std::uint32_t old_spi = replaces != nullptr ? replaces->spi_in : 0;
  Steps steps;
  Negotiated<AgreedChild> agreed = answer_child(sa, request, true, replaces, steps);
  Result<Bytes> nonce = crypto::random_bytes(kChildNonceSize);
  if (agreed && !nonce) {
    agreed = tl::unexpected(refuse(NotifyType::kTemporaryFailure, nonce.error().text));
  }
  const Bytes peer_nonce = wire::find<wire::NoncePayload>(request)->data;
  ike::KeyAgreement agreement;
  Payloads between;
  if (agreed) between.emplace_back(wire::NoncePayload{*nonce});
  if (agreed && group_of(agreed->chosen) != wire::DhId::kNone) {
    const wire::KePayload& ke = *wire::find<wire::KePayload>(request);
    Result<ike::KeyAgreement> made = co_await agree(shard, ke.group, ke.data);
    if (made) {
      agreement = std::move(*made);
      between.emplace_back(wire::KePayload{ke.group, agreement.public_value});
    } else {
      agreed = tl::unexpected(refuse(NotifyType::kInvalidSyntax, made.error().text));
    }
  }
  if (agreed && !sa.usable()) {
    agreed = tl::unexpected(refuse(NotifyType::kTemporaryFailure, "IKE SA is closing"));
  }
  if (!agreed) {
    log_refusal(sa, agreed.error(), std::move(steps));
    co_return sa.reply(std::move(agreed.error().notify));
  }
  FollowUpEnd end;
  write_answer(*agreed, std::move(between), end.response);
  const auto methods = additional_methods(agreed->chosen);
  if (!methods.empty()) {
    if (sa.follow_ups.full()) co_return sa.reply(wire::notify(NotifyType::kTemporaryFailure));
    if (old_spi != 0) note_beginning(sa, old_spi, {peer_nonce, *nonce});
    Result<FollowUpEnd> made =
        co_await answer_follow_ups(sa, {false, old_spi}, methods, std::move(end.response));
    if (!made) {
      shard.debug(sa, "CHILD SA of the peer not made: " + made.error().text);
      co_return;
    }
    end = std::move(*made);
    if (!sa.usable()) co_return sa.reply(wire::notify(NotifyType::kStateNotFound));
  }
  const auto installed = install_child(sa, std::move(*agreed),
                                       {peer_nonce, *nonce, agreement.shared, false, end.secrets});
  if (!installed) {
    log_refusal(sa, installed.error(), std::move(steps));
    co_return sa.reply(installed.error().notify);
  }
  //                              <--  HDR, SK {SA, Nr, [KEr,]
  //                                            TSi, TSr}
  sa.reply(std::move(end.response));
  if (old_spi != 0) note_replacement(sa, old_spi, {peer_nonce, *nonce});
}

}  // namespace spa::ikev2
