// SPDX-License-Identifier: Apache-2.0
// Rekeying the IKE SA itself (RFC 7296 1.3.2, 2.8, 2.18), also when both ends do it at once
// (2.8.2).
#include <algorithm>

#include "userspace/crypto/random.h"
#include "userspace/ike/awaitables.h"
#include "userspace/ikev2/admission.h"
#include "userspace/ikev2/child_exchange.h"
#include "userspace/ikev2/crash_detection.h"
#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/followup_ke.h"
#include "userspace/ikev2/mobike.h"
#include "userspace/ikev2/resumption.h"
#include "userspace/ikev2/shard.h"

namespace spa::ikev2 {

namespace {

using ike::Phase;
using wire::ExchangeType;
using wire::NotifyType;

constexpr Duration kAwaitDeletion{60000};  // of the SA that was replaced
constexpr Followed kThis{true, 0};

// The successor while it is being agreed on; gone with the script unless it came to life.
class Successor {
 public:
  Successor(Shard& shard, IkeSa& sa) : shard_(shard), spi_(sa.spi_local) {}
  Successor(const Successor&) = delete;
  Successor& operator=(const Successor&) = delete;
  ~Successor() {
    IkeSa* sa = shard_.find(spi_);
    if (sa != nullptr && sa->phase() == Phase::kInit) shard_.retire(*sa, "");
  }

 private:
  Shard& shard_;
  std::uint64_t spi_;
};

// While the peer's request is being worked on, nothing is begun with the CHILD SAs.
class Answering {
 public:
  explicit Answering(IkeSa& sa) : sa_(sa) { ++sa_.answering_rekey; }
  ~Answering() { --sa_.answering_rekey; }
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;

 private:
  IkeSa& sa_;
};

bool children_in_motion(const IkeSa& sa) {
  return sa.early_deletes.watching() ||
         (sa.follow_ups.awaits_any() && !sa.follow_ups.awaits(kThis)) ||
         std::any_of(sa.children.begin(), sa.children.end(), [](const auto& c) {
           return c->state == ChildSa::State::kRekeying || c->state == ChildSa::State::kDeleting;
         });
}

Result<IkeSa*> create_successor(IkeSa& sa, bool initiator) {
  Result<IkeSa*> made = sa.shard.create(initiator, sa.local, sa.remote);
  if (!made) return made;
  using Direction = ike::CallAdmission::Direction;
  sa.shard.ports.call_admission->count_accepted(initiator ? Direction::kOutgoing
                                                          : Direction::kIncoming);
  IkeSa& next = **made;
  next.handshake.reset();
  next.profile = sa.profile;
  next.local_identity = sa.local_identity;
  next.remote_identity = sa.remote_identity;
  next.local_auth = sa.local_auth;
  next.remote_auth = sa.remote_auth;
  next.auth_engine = sa.auth_engine;
  next.ppk_id = sa.ppk_id;
  next.local_behind_nat = sa.local_behind_nat;
  next.remote_behind_nat = sa.remote_behind_nat;
  next.udp_encapsulation = sa.udp_encapsulation;
  next.fragmentation = sa.fragmentation;
  next.held = sa.held;
  next.peer_certificate_serial = sa.peer_certificate_serial;
  next.peer_certificate_issuer = sa.peer_certificate_issuer;
  next.lifetime_seconds = sa.lifetime_seconds;
  next.description = "Rekeying";
  next.home = sa.home;
  next.configuration = sa.configuration;
  next.original_initiator = sa.original_initiator;
  next.additional_keys = sa.additional_keys;
  next.resumable = sa.resumable;
  if (sa.mobility) next.mobility = std::make_unique<Mobility>(*sa.mobility);
  return made;
}

// What the keys of the new SA come from, beside SK_d of the old one.
struct Secrets {
  ByteView shared;
  ByteView more{};  // of additional key exchanges (RFC 9370 2.2.4)
};

// SKEYSEED = prf(SK_d (old), g^ir (new) | Ni | Nr [| SK(1) | ...]), with the old PRF (2.18).
Status key_successor(const IkeSa& old, IkeSa& next, const wire::Proposal& chosen,
                     const Secrets& secrets, const ike::ExchangeNonces& nonces) {
  const Result<IkeSuite> suite = ike_suite(chosen);
  if (!suite) return tl::unexpected(suite.error());
  const Result<crypto::CipherSuite> ciphers = suite->cipher_suite();
  if (!ciphers) return tl::unexpected(ciphers.error());
  const auto old_prf = crypto::prf_from_id(static_cast<std::uint16_t>(old.suite.prf));
  const auto prf = crypto::prf_from_id(static_cast<std::uint16_t>(suite->prf));
  if (!old_prf || !prf) return fail(Errc::kUnsupported, "PRF is not implemented");
  const crypto::ExchangeInputs inputs{nonces.initiator, nonces.responder, next.spi_i(),
                                      next.spi_r(), secrets.more};
  const auto seed = crypto::skeyseed_rekey(*old_prf, old.sk_d, secrets.shared, inputs);
  if (!seed) return tl::unexpected(seed.error());
  Result<crypto::IkeKeys> keys = crypto::ike_keys(*prf, *ciphers, *seed, inputs);
  if (!keys) return tl::unexpected(keys.error());
  return next.take_keys(*suite, std::move(*keys));
}

void bring_to_life(const IkeSa& old, IkeSa& next) {
  Shard& shard = next.shard;
  next.step(Phase::kEstablished);
  next.description = "Negotiation done";
  next.created = shard.now();
  const Duration life(next.lifetime_seconds * 1000LL);
  next.expires = shard.now() + life;
  next.expiry_cause = "lifetime expired";
  next.rekey_at = shard.now() + shard.rekey_after(life);
  next.liveness.configure(old.liveness.settings(), shard.now());
  next.reauth_at = old.reauth_at;
  next.authentication_ends = old.authentication_ends;
  shard.moved(next, next.remote.address);
  shard.touch(next);
}

// The old SA has nothing left but to be deleted by the peer.
void await_deletion(IkeSa& sa) {
  sa.step(Phase::kRekeyed);
  sa.description = "Replaced by rekeying";
  sa.rekey_at.reset();
  sa.expires = sa.shard.now() + kAwaitDeletion;
  sa.expiry_cause.clear();
  sa.shard.touch(sa);
}

void hand_over(IkeSa& sa, IkeSa& next) {
  ++sa.shard.counters.ike_sas_rekeyed;
  sa.successor = next.spi_local;
  sa.shard.move_children(sa, next);
  pass_ticket(sa, next);
  next.wanted = std::exchange(sa.wanted, {});
  const std::vector<ports::PolicyId> wanted = next.wanted;
  for (const ports::PolicyId& rule : wanted) next.spawn(create_child_sa(next, rule));
  sa.shard.log(Severity::kInfo, "IKEV2", "SA_REKEYED",
               "IKE SA with " + sa.remote.to_string() + " rekeyed: tunnel-id " +
                   std::to_string(sa.id) + " is now " + std::to_string(next.id));
}

// No new SA from us: the peer's own rekeying counts if there was one, otherwise the old SA goes on.
void give_up(IkeSa& sa, const std::string& cause, bool later) {
  Shard& shard = sa.shard;
  sa.rekeying = false;
  if (sa.peer_rekey) {
    if (IkeSa* theirs = shard.find(sa.peer_rekey->spi)) {
      hand_over(sa, *theirs);
      await_deletion(sa);
      return;
    }
    sa.peer_rekey.reset();
  }
  const Duration wait = (later ? kRetryLater : 6 * kRetryLater) + Duration(shard.random() % 1000);
  sa.rekey_at = shard.now() + wait;
  shard.touch(sa);
  if (later) return;
  shard.log(Severity::kError, "IKEV2", "REKEY_FAILED",
            "IKE SA with " + sa.remote.to_string() + " not rekeyed: " + cause);
}

// The peer's rekeying goes before ours and is not complete: the old SA waits for it.
void yield(IkeSa& sa) {
  sa.rekeying = false;
  sa.peer_rekey.reset();
  sa.rekey_at = sa.shard.now() + FollowUps::kPatience;
  sa.shard.touch(sa);
}

// Both have a new SA now. The one with the lowest nonce goes, by the hand of who made it (2.8.1).
void settle(IkeSa& sa, IkeSa& next, const ike::ExchangeNonces& ours) {
  Shard& shard = sa.shard;
  if (sa.peer_rekey && sa.peer_rekey->spi == 0) {
    if (!goes_on(sa, kThis, ours, &sa.peer_rekey->nonces)) {
      yield(sa);
      delete_ike_sa(next, "");
      return;
    }
    sa.peer_rekey.reset();
  }
  IkeSa* theirs = sa.peer_rekey ? shard.find(sa.peer_rekey->spi) : nullptr;
  sa.rekeying = false;
  if (theirs != nullptr) {
    ++shard.counters.collisions;
    if (ike::arbitrate(ours, sa.peer_rekey->nonces) == ike::RekeyWinner::kTheirs) {
      hand_over(sa, *theirs);
      await_deletion(sa);
      delete_ike_sa(next, "");
      return;
    }
  }
  hand_over(sa, next);
  next.spawn(send_crash_token(next));
  sa.peer_rekey.reset();
  delete_ike_sa(sa, "");
}

struct IkeOffer {
  Proposals proposals;
  wire::DhId group = wire::DhId::kNone;
  Bytes nonce;
  std::optional<crypto::DhKey> key;
};

Result<IkeOffer> offer_ike(const IkeSa& sa, const IkeSa& next) {
  const Shard& shard = sa.shard;
  Steps steps;
  IkeOffer offer;
  offer.proposals = shard.ike_proposals(sa.local.address, steps);
  if (!sa.additional_keys) drop_additional(offer.proposals, false);
  if (offer.proposals.empty()) return fail(Errc::kUnsupported, "no usable IKEv2 proposal");
  set_spi(offer.proposals, wire::spi_octets(next.spi_local));
  offer.group = group_of(offer.proposals.front());
  Result<Bytes> nonce = crypto::random_bytes(kChildNonceSize);
  if (!nonce) return tl::unexpected(nonce.error());
  offer.nonce = std::move(*nonce);
  return offer;
}

Result<wire::Proposal> accept_ike(const IkeOffer& offer, const Payloads& response) {
  const auto* answered = wire::find<wire::SaPayload>(response);
  const auto* ke = wire::find<wire::KePayload>(response);
  if (answered == nullptr || ke == nullptr || wire::find<wire::NoncePayload>(response) == nullptr) {
    return fail(Errc::kInvalid, "answer lacks SA, KE or nonce");
  }
  Result<wire::Proposal> chosen = accept(offer.proposals, *answered);
  if (!chosen) return chosen;
  const bool fits = group_of(*chosen) == offer.group && ke->group == offer.group;
  if (!fits || wire::spi64(*chosen) == 0) {
    return fail(Errc::kInvalid, "answer's KE or SPI does not fit");
  }
  return chosen;
}

}  // namespace

ike::Task<> rekey_ike_sa(IkeSa& sa) {
  Shard& shard = sa.shard;
  if (!sa.usable() || sa.rekeying || sa.replaced_by_authentication) co_return;
  if (sa.answering_rekey || children_in_motion(sa)) {
    sa.rekey_at = shard.now() + kRetryLater;
    co_return;
  }
  sa.rekeying = true;
  const Result<IkeSa*> made = create_successor(sa, true);
  if (!made) co_return give_up(sa, made.error().text, true);
  IkeSa& next = **made;
  const Successor guard(shard, next);
  Result<IkeOffer> offer = offer_ike(sa, next);
  if (!offer) co_return give_up(sa, offer.error().text, false);

  Payloads response;
  for (unsigned tries = 0;; ++tries) {
    if (!offer->key) {
      Result<crypto::DhKey> key = co_await begin_agreement(shard, offer->group);
      if (!key) co_return give_up(sa, key.error().text, false);
      offer->key = std::move(*key);
    }
    Payloads request;
    request.emplace_back(wire::SaPayload{offer->proposals});
    request.emplace_back(wire::NoncePayload{offer->nonce});
    request.emplace_back(wire::KePayload{offer->group, offer->key->public_value});
    next.announce_window(request);  // of the new SA, which begins with a window of 1 (1.3.2)
    // HDR, SK {SA, Ni, KEi}  -->
    response = co_await sa.request(ExchangeType::kCreateChildSa, std::move(request));
    //                              <--  HDR, SK {SA, Nr, KEr}
    const auto* other = wire::find_notify(response, NotifyType::kInvalidKePayload);
    if (other == nullptr || tries == kMaxGroupRetries) break;
    const Result<wire::DhId> group = retry_group(*other, offer->proposals, offer->group);
    if (!group) co_return give_up(sa, group.error().text, false);
    ++shard.counters.invalid_ke;
    offer->group = *group;
    offer->key.reset();
  }
  if (!sa.usable()) co_return;
  if (const wire::NotifyPayload* error = error_in(response)) {
    give_up(sa, "peer answered " + wire::to_string(error->type),
            error->type == NotifyType::kTemporaryFailure);
    // One that makes no SAs below another is authenticated anew (4).
    if (error->type == NotifyType::kNoAdditionalSas) reauthenticate(sa);
    co_return;
  }
  const Result<wire::Proposal> chosen = accept_ike(*offer, response);
  if (!chosen) co_return give_up(sa, chosen.error().text, false);
  next.spi_remote = wire::spi64(*chosen);
  const ike::ExchangeNonces nonces{offer->nonce, wire::find<wire::NoncePayload>(response)->data};
  Bytes peer_value = wire::find<wire::KePayload>(response)->data;
  ike::EngineAnswer<SecretBytes> shared =
      co_await derive(shard, std::move(*offer->key), std::move(peer_value));
  if (!sa.usable()) co_return;
  if (!shared.result) co_return give_up(sa, shared.result.error().text, false);
  SecretBytes more;
  if (const auto methods = additional_methods(*chosen); !methods.empty()) {
    if (!goes_on(sa, kThis, nonces, sa.peer_rekey ? &sa.peer_rekey->nonces : nullptr)) {
      co_return sa.peer_rekey->spi == 0 ? yield(sa) : give_up(sa, "", true);
    }
    if (sa.peer_rekey && sa.peer_rekey->spi == 0) sa.peer_rekey.reset();
    Negotiated<SecretBytes> followed = co_await follow_up(sa, kThis, methods, response);
    if (!sa.usable()) co_return;
    if (!followed) {
      co_return give_up(sa, followed.error().text,
                        followed.error().notify.type == NotifyType::kTemporaryFailure);
    }
    more = std::move(*followed);
  }
  if (Status keyed = key_successor(sa, next, *chosen, {*shared.result, more}, nonces); !keyed) {
    co_return give_up(sa, keyed.error().text, false);
  }
  next.dh_engine = shared.engine;
  bring_to_life(sa, next);
  next.take_window(response);
  take_crash_token(next, response);
  settle(sa, next, nonces);
}

ike::Task<> respond_rekey_ike_sa(IkeSa& sa, Payloads request) {
  Shard& shard = sa.shard;
  // HDR, SK {SA, Ni, KEi}  -->
  const auto* ke = wire::find<wire::KePayload>(request);
  const wire::SaPayload& offered = *wire::find<wire::SaPayload>(request);
  // With ours past the point where the two can be weighed against one another it is too late (RFC
  // 9370 2.2.4).
  const bool late = sa.peer_rekey || sa.follow_ups.runs(kThis);
  if (!sa.usable() || late || children_in_motion(sa) || sa.replaced_by_authentication) {
    ++shard.counters.temporary_failures;
    co_return sa.reply(wire::notify(NotifyType::kTemporaryFailure));  // 2.25.2
  }
  sa.follow_ups.cancel(kThis);  // of an attempt that the peer has given up
  const Answering answering(sa);
  Steps steps;
  const auto group = ke != nullptr ? std::optional(ke->group) : std::nullopt;
  Proposals ours = shard.ike_proposals(sa.local.address, steps);
  add_short_icvs(ours);
  if (!sa.additional_keys) drop_additional(ours, false);
  std::optional<wire::Proposal> chosen = choose(ours, offered, group, steps);
  if (!chosen || wire::spi64(*chosen) == 0) {
    ++shard.counters.no_proposal;
    shard.record(&sa, sa.remote, "CREATE_CHILD_SA", "NO_PROPOSAL_CHOSEN", std::move(steps));
    co_return sa.reply(wire::notify(NotifyType::kNoProposalChosen));
  }
  if (!group || *group != group_of(*chosen)) {
    co_return sa.reply(wire::invalid_ke(group_of(*chosen)));
  }
  Result<Bytes> nonce = crypto::random_bytes(kChildNonceSize);
  if (!nonce) co_return sa.reply(wire::notify(NotifyType::kTemporaryFailure));
  const Result<IkeSa*> made = create_successor(sa, false);
  if (!made) co_return sa.reply(wire::notify(NotifyType::kTemporaryFailure));
  IkeSa& next = **made;
  const Successor guard(shard, next);
  next.spi_remote = wire::spi64(*chosen);
  const ike::ExchangeNonces nonces{wire::find<wire::NoncePayload>(request)->data, *nonce};
  Result<ike::KeyAgreement> agreement = co_await agree(shard, ke->group, ke->data);
  if (!sa.usable()) co_return sa.reply(wire::notify(NotifyType::kTemporaryFailure));
  if (!agreement) co_return sa.reply(wire::notify(NotifyType::kInvalidSyntax));

  const auto methods = additional_methods(*chosen);
  wire::Proposal answer = *chosen;
  answer.spi = wire::spi_octets(next.spi_local);
  FollowUpEnd end;
  end.response.emplace_back(wire::SaPayload{{std::move(answer)}});
  end.response.emplace_back(wire::NoncePayload{*nonce});
  end.response.emplace_back(wire::KePayload{ke->group, std::move(agreement->public_value)});
  next.announce_window(end.response);
  next.take_window(request);
  offer_crash_token(next, end.response);
  if (!methods.empty()) {
    if (sa.rekeying) sa.peer_rekey = IkeSa::PeerRekey{nonces, 0};
    Result<FollowUpEnd> followed =
        co_await answer_follow_ups(sa, kThis, methods, std::move(end.response));
    if (!followed) co_return shard.debug(sa, "not rekeyed by the peer: " + followed.error().text);
    end = std::move(*followed);
    if (!sa.usable()) co_return sa.reply(wire::notify(NotifyType::kStateNotFound));
  }
  if (Status keyed = key_successor(sa, next, *chosen, {agreement->shared, end.secrets}, nonces);
      !keyed) {
    co_return sa.reply(wire::notify(NotifyType::kInvalidSyntax));
  }
  next.dh_engine = agreement->engine;
  bring_to_life(sa, next);
  //                              <--  HDR, SK {SA, Nr, KEr}
  sa.reply(std::move(end.response));
  if (sa.rekeying) {
    sa.peer_rekey = IkeSa::PeerRekey{nonces, next.spi_local};  // settled when ours is answered
    co_return;
  }
  hand_over(sa, next);
  await_deletion(sa);
}

}  // namespace spa::ikev2
