// SPDX-License-Identifier: Apache-2.0
// IKE_AUTH, initiator (RFC 7296 1.2, 2.15, 2.21.2).
#include <algorithm>

#include "userspace/ikev2/admission.h"
#include "userspace/ikev2/authentication.h"
#include "userspace/ikev2/child_negotiation.h"
#include "userspace/ikev2/configuration.h"
#include "userspace/ikev2/crash_detection.h"
#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/identity.h"
#include "userspace/ikev2/mobike.h"
#include "userspace/ikev2/ppk.h"
#include "userspace/ikev2/resumption.h"
#include "userspace/wire/ppk.h"

namespace spa::ikev2 {

namespace {

using wire::NotifyType;

// Whether there is no other SA between us, under the identity of this one, and this peer: then the
// peer may drop what it believes to have with us (2.4). The peer goes by identities, whatever
// profile and address an SA has.
bool is_first_contact(const IkeSa& sa) {
  for (const IkeSa* other : sa.shard.with_home(sa.home)) {
    const bool same = other->local_identity == sa.local_identity;
    if (other != &sa && other->usable() && same) return false;
  }
  return true;
}

// Without `offer` no CHILD SA is asked for (RFC 6023).
Payloads write_request(IkeSa& sa, const policy::Ikev2Profile& profile, Proof proof,
                       const ports::PolicyRule& rule, const std::optional<ChildOffer>& offer) {
  Payloads request;
  request.emplace_back(std::move(proof.id));
  for (wire::CertPayload& certificate : proof.certificates) {
    request.emplace_back(std::move(certificate));
  }
  if (is_first_contact(sa)) request.emplace_back(wire::notify(NotifyType::kInitialContact));
  wire::CertReqPayload authorities;
  const bool wants_certificate =
      std::any_of(profile.remote_auth.begin(), profile.remote_auth.end(), policy::is_signature);
  if (wants_certificate && !sa.handshake->resumed) {
    for (const Bytes& hash : sa.shard.ports.credentials.ca_key_hashes(profile.trustpoints)) {
      authorities.authorities.insert(authorities.authorities.end(), hash.begin(), hash.end());
    }
  }
  if (!authorities.authorities.empty()) request.emplace_back(std::move(authorities));
  if (sa.remote_identity.kind != policy::Identity::Kind::kNone) {
    Result<wire::IdPayload> idr = to_payload(sa.remote_identity, wire::Side::kResponder);
    if (idr) request.emplace_back(std::move(*idr));
  }
  request.emplace_back(std::move(proof.auth));
  if (profile.request_configuration) request.emplace_back(configuration_request(sa, rule));
  if (offer) write_offer(*offer, {}, request);
  sa.announce_window(request);
  offer_mobility(sa, request);
  offer_crash_token(sa, request);
  request_ticket(sa, request);
  return request;
}

// PPK_IDENTITY, and NO_PPK_AUTH where we would do without the key (RFC 8784 3).
Status write_ppk(const policy::Ppk& ppk, const std::optional<Proof>& without, Payloads& request) {
  request.emplace_back(wire::ppk_identity(ppk.id));
  if (!without) return {};
  Result<wire::NotifyPayload> other = wire::no_ppk_auth(without->auth);
  if (!other) return tl::unexpected(other.error());
  request.emplace_back(std::move(*other));
  return {};
}

// Ours is the fault or the peer's: the attempt is over before anybody is authenticated.
// One that was to be resumed begins anew, without its ticket (RFC 5723 4.3.2).
void abort(IkeSa& sa, const std::string& cause) {
  if (sa.handshake->resumed) {
    sa.shard.debug(sa, "session not resumed: " + cause);
    sa.shard.retry_wanted(sa);
    return sa.shard.retire(sa, "");
  }
  ++sa.shard.counters.auth_failures;
  sa.shard.record(&sa, sa.remote, "IKE_AUTH", cause, std::move(sa.handshake->steps));
  sa.shard.retire(sa, cause);
}

// What the peer says beside its proof.
void take_notices(IkeSa& sa, std::uint32_t life, const Payloads& response) {
  sa.take_window(response);
  take_mobility(sa, response);
  take_crash_token(sa, response);
  begin_authentication_life(sa, life);
  take_authentication_life(sa, response);
  take_ticket(sa, response);
}

// The peer is authenticated; its CHILD SA stands or falls by itself. False when it is to be asked
// for again, in an exchange of its own.
bool conclude_child(IkeSa& sa, ChildOffer offer, const Payloads& response, ByteView nonce_i,
                    ByteView nonce_r) {
  const ports::PolicyId rule = offer.rule.id;
  const std::uint32_t spi = offer.spi.spi();
  Shard& shard = sa.shard;
  const auto refused = [&](const std::string& cause) {
    ++shard.counters.children_not_made;
    shard.log(Severity::kError, "IKEV2", "CHILD_FAILED",
              "CHILD SA for " + rule.to_string() + " with " + sa.remote.to_string() +
                  " not created: " + cause);
    shard.failed(rule, shard.options.acquire_hold_down);
  };
  if (insists_on_pair(sa, response, offer)) return false;
  const policy::Ikev2Profile* profile = shard.profile(sa.profile);
  if (profile != nullptr && profile->request_configuration && error_in(response) == nullptr) {
    if (Status taken = take_configuration(sa, offer.rule, response); !taken) {
      refused(taken.error().text);
      if (wire::find<wire::SaPayload>(response) != nullptr) sa.spawn(withdraw_child(sa, spi));
      return true;
    }
  }
  if (wire::find<wire::SaPayload>(response) == nullptr) {
    const wire::NotifyPayload* error = error_in(response);
    refused(error == nullptr ? "peer's answer holds none"
                             : "peer answered " + wire::to_string(error->type));
    return true;
  }
  Negotiated<AgreedChild> agreed = accept_child(sa, std::move(offer), response);
  if (!agreed) {
    refused(agreed.error().text);
    sa.spawn(withdraw_child(sa, spi));
    return true;
  }
  const Negotiated<ChildSa*> made =
      install_child(sa, std::move(*agreed), {nonce_i, nonce_r, {}, true});
  if (!made) {
    refused(made.error().text);
    sa.spawn(withdraw_child(sa, spi));
  }
  return true;
}

}  // namespace

// Initiator                         Responder
// -------------------------------------------------------------------
ike::Task<> authenticate_as_initiator(IkeSa& sa, ports::PolicyId rule) {
  Shard& shard = sa.shard;
  const policy::SnapshotPtr snapshot = shard.snapshot;
  const policy::CryptoMapEntry* entry = shard.entry(rule);
  const policy::Ikev2Profile* profile =
      entry == nullptr ? nullptr : shard.profile(entry->ikev2_profile);
  if (profile == nullptr) co_return abort(sa, rule.to_string() + " is no longer configured");
  sa.profile = profile->name;
  const std::shared_ptr<const Resumed> resumed = sa.handshake->resumed;
  if (!resumed) {
    if (const auto sole = sole_identity(*profile)) sa.remote_identity = *sole;
  }

  const policy::Ppk* ppk =
      sa.handshake->use_ppk ? ppk_towards(*snapshot, *profile, sa.remote.address) : nullptr;
  // What was mixed in before is in the keys of a session that is resumed.
  const policy::Ppk* demanded =
      resumed ? nullptr : ppk_towards(*snapshot, *profile, sa.remote.address);
  if (ppk == nullptr && demanded != nullptr && demanded->required) {
    co_return abort(sa, "peer does not support PPK, which its keyring entry requires");
  }
  std::optional<Proof> without_ppk;
  if (ppk != nullptr && !ppk->required) {
    Result<Proof> plain = co_await prove(sa, snapshot, *profile, wire::Side::kInitiator);
    if (!plain) co_return abort(sa, plain.error().text);
    without_ppk = std::move(*plain);
  }
  if (ppk != nullptr) {
    if (Status mixed = mix_ppk(sa, *ppk); !mixed) co_return abort(sa, mixed.error().text);
  }
  Result<Proof> proof = co_await prove(sa, snapshot, *profile, wire::Side::kInitiator);
  if (!proof) co_return abort(sa, proof.error().text);
  std::optional<ChildOffer> offer;
  const ike::Rule* wanted = shard.rule(rule);
  if (wanted == nullptr) co_return abort(sa, rule.to_string() + " is no longer configured");
  const bool childless = (profile->childless || sa.only_tells) && sa.handshake->peer_childless;
  if (!childless) {
    Negotiated<ChildOffer> made = offer_child(sa, rule, false, nullptr, sa.handshake->steps);
    if (!made) co_return abort(sa, made.error().text);
    offer = std::move(*made);
  }

  // HDR, SK {IDi, [CERT,] [CERTREQ,]
  //     [IDr,] AUTH, [CP(CFG_REQUEST),]
  //     [SAi2, TSi, TSr]}  -->
  Payloads request = write_request(sa, *profile, std::move(*proof), wanted->rule, offer);
  if (ppk != nullptr) {
    if (Status written = write_ppk(*ppk, without_ppk, request); !written) {
      co_return abort(sa, written.error().text);
    }
  }
  Payloads response = co_await sa.request(wire::ExchangeType::kIkeAuth, std::move(request));
  //                              <--  HDR, SK {IDr, [CERT,] AUTH,
  //                                       [CP(CFG_REPLY),] [SAr2, TSi, TSr]}
  if (wire::find<wire::AuthPayload>(response) == nullptr) {
    const wire::NotifyPayload* error = error_in(response);
    co_return abort(sa, error == nullptr ? "peer's answer holds no AUTH payload"
                                         : "peer answered " + wire::to_string(error->type));
  }
  const Status ppk_taken = take_ppk_answer(sa, ppk, response);
  Result<Claim> claim = read_claim(response, wire::Side::kResponder);
  if (!ppk_taken) claim = tl::unexpected(ppk_taken.error());
  Result<Verified> verified = claim ? co_await check(sa, snapshot, profile->name, *claim)
                                    : Result<Verified>(tl::unexpected(claim.error()));
  if (!verified) {
    ++shard.counters.auth_failures;
    shard.log(Severity::kInfo, "CRYPTO", "IKMP_AUTH_FAIL",
              "Authentication method " +
                  std::to_string(claim ? static_cast<int>(claim->auth.method) : 0) +
                  " failed with host " + sa.remote.address.to_string());
    shard.record(&sa, sa.remote, "IKE_AUTH", verified.error().text, std::move(sa.handshake->steps));
    resumed ? shard.retry_wanted(sa) : shard.abandon_wanted(sa);
    Payloads reasons;
    reasons.emplace_back(wire::notify(NotifyType::kAuthenticationFailed));
    co_return delete_ike_sa(sa, verified.error().text, std::move(reasons));
  }
  const Bytes nonce_i = sa.handshake->nonce_i;
  const Bytes nonce_r = sa.handshake->nonce_r;
  establish(sa, *snapshot, *profile, *claim, *verified);
  if (resumed) conclude_resumption(sa, *resumed);
  take_notices(sa, authentication_life(sa, resumed.get(), *profile), response);
  shard.peer_works(sa);
  if (offer && conclude_child(sa, std::move(*offer), response, nonce_i, nonce_r)) {
    sa.remove_wanted(rule);
  }
  for (const std::uint32_t unknown : std::exchange(sa.unknown_spis, {})) {
    sa.spawn(report_unknown_spi(sa, unknown));
  }
  if (sa.replaces != 0) co_return co_await conclude_reauthentication(sa);
  const std::vector<ports::PolicyId> others = sa.wanted;
  for (const ports::PolicyId& other : others) sa.spawn(create_child_sa(sa, other));
}

}  // namespace spa::ikev2
