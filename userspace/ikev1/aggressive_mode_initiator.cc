// SPDX-License-Identifier: Apache-2.0
// Aggressive mode, initiator (RFC 2409 5.1, 5.2, 5.4; RFC 2408 4.7; RFC 3947 3.2).
#include <algorithm>

#include "userspace/ike/awaitables.h"
#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/identity.h"
#include "userspace/ikev1/phase1.h"
#include "userspace/ikev1/trace/steps.h"

namespace spa::ikev1 {

namespace {

// There is one KE payload and one identity for all that is offered: one group, one method.
Suites of_one_kind(Suites suites) {
  if (suites.empty()) return suites;
  const policy::IsakmpSuite first = suites.front();
  std::erase_if(suites, [&](const policy::IsakmpSuite& suite) {
    return suite.group != first.group || suite.auth != first.auth || suite.xauth != first.xauth;
  });
  return suites;
}

// What an answer must hold before its authentication is looked at.
Status take_values(IsakmpSa& sa, const Suites& offered, const Incoming& answer) {
  const auto* chosen = v1::find<v1::SaPayload>(answer.payloads);
  if (chosen == nullptr || answer.header.responder_cookie == 0) {
    return fail(Errc::kInvalid, "answer lacks SA or cookie");
  }
  trace::processing(sa, "SA");
  trace::vendor_ids(trace::teller(sa), answer.payloads);
  Checks checks;
  const Result<policy::IsakmpSuite> suite =
      accept(offered, *chosen, trace::watched(sa) ? &checks : nullptr);
  trace::checked_answer(sa, checks);
  if (!suite) return tl::unexpected(suite.error());
  Result<Bytes> peer_value = public_value(sa, answer.payloads);
  if (!peer_value) return tl::unexpected(peer_value.error());
  sa.spi_remote = answer.header.responder_cookie;
  take_suite(sa, *suite);
  sa.handshake->ke_r = std::move(*peer_value);
  return {};
}

// Keys from an answer, and whether it proves who sent it.
ike::Task<Result<Verified>> judge(IsakmpSa& sa, const crypto::DhKey& key, const Incoming& answer,
                                  crypto::v1::Iv& iv) {
  Result<SecretBytes> peer_nonce = co_await take_nonce(sa, answer.payloads);
  if (!peer_nonce) co_return tl::unexpected(peer_nonce.error());
  sa.handshake->nonce_r = std::move(*peer_nonce);
  const Result<Bytes> id = claimed_id(sa, answer);
  if (!id) co_return tl::unexpected(id.error());
  ike::EngineAnswer<SecretBytes> shared = co_await ike::derive(sa.shard, key, sa.handshake->ke_r);
  if (!shared.result) co_return tl::unexpected(shared.result.error());
  sa.dh_engine = shared.engine;
  trace::processing(sa, "KE");
  trace::dh_shared(sa, shared.engine);
  trace::processing(sa, "NONCE");
  const Result<policy::Identity> peer = identity_of(*id);
  if (!peer && !hides_values(sa)) co_return tl::unexpected(peer.error());
  const auto first_iv = derive_keys(sa, *shared.result, peer ? &*peer : nullptr);
  if (!first_iv) co_return tl::unexpected(first_iv.error());
  iv = *first_iv;
  Result<Bytes> expected = hash_of_end(sa, false, *id);
  if (!expected) co_return tl::unexpected(expected.error());
  Result<Verified> verified = co_await check(sa, answer, std::move(*expected));
  co_return verified;
}

}  // namespace

// Initiator                                Responder
// -------------------------------------------------------------------
ike::Task<> initiate_aggressive_mode(IsakmpSa& sa) {
  Shard& shard = sa.shard;
  Exchange& exchange = sa.phase1();
  exchange.type = v1::ExchangeType::kAggressive;
  sa.state_name = "AG_NO_STATE";
  Handshake& h = *sa.handshake;
  const Suites offered =
      of_one_kind(possible(shard, sa.profile, sa.local.address, sa.remote.address, nullptr,
                           usable(shard.suites_of(sa.profile), h.steps), h.steps));
  if (offered.empty()) {
    co_return abort(sa, "no usable ISAKMP policy" + (h.steps.empty() ? "" : ": " + h.steps.back()));
  }
  sa.suite = offered.front();
  sa.hash = hash_of(sa.suite);
  h.hash_known = std::all_of(offered.begin(), offered.end(), [&](const policy::IsakmpSuite& other) {
    return hash_of(other) == sa.hash;
  });
  const Result<Self> us = self(sa);
  if (!us) co_return abort(sa, us.error().text);
  const Result<v1::IdPayload> id = to_payload(us->identity);
  if (!id) co_return abort(sa, id.error().text);
  const v1::SaPayload offer_payload = offer(offered);
  Result<Bytes> sa_body = body_of(offer_payload);
  if (!sa_body || !make_nonce(sa)) co_return abort(sa, "cannot write an offer");
  Result<crypto::DhKey> key = co_await ike::begin_agreement(shard, sa.suite.group);
  if (!key) co_return abort(sa, key.error().text);
  h.sa_body = std::move(*sa_body);
  h.ke_i = key->public_value;
  Payloads payloads;
  payloads.emplace_back(offer_payload);
  payloads.emplace_back(v1::KePayload{h.ke_i});
  if (Status own = add_nonce(sa, payloads); !own) co_return abort(sa, own.error().text);
  const std::size_t place = payloads.size();
  if (!hides_values(sa)) payloads.emplace_back(*id);
  add_certificate_requests(sa, payloads);
  add_vendor_ids(sa, payloads);
  if (!hides_values(sa)) {
    trace::own_identity(sa, *id, us->identity, v1::type_of(payloads.at(place + 1)));
  }
  trace::dh_created(sa, shard.ports.engine.name());
  trace::began_phase1(sa);
  // HDR, SA, KE, Ni, IDii, [VID]       -->
  // HDR, SA, KE, <IDii_b>PubKey_r, <Ni_b>PubKey_r, [VID]  -->
  Incoming answer = co_await sa.ask(exchange, std::move(payloads));
  //                                    <--   HDR, SA, KE, Nr, IDir, HASH_R, [NAT-D, NAT-D]
  //                                    <--   HDR, SA, KE, Nr, IDir, [CERT,] SIG_R, …
  //       <--   HDR, SA, KE, <IDir_b>PubKey_i, <Nr_b>PubKey_i, HASH_R, …
  crypto::v1::Iv iv;
  Result<Verified> verified = fail(Errc::kInvalid, "");
  for (;;) {
    const Status whole = take_values(sa, offered, answer);
    verified = fail(Errc::kInvalid, whole ? "" : whole.error().text);
    if (whole) verified = co_await judge(sa, *key, answer, iv);
    if (verified) break;
    // It came in the clear, from anybody: the real answer may still come.
    h.steps.push_back(verified.error().text);
    answer = co_await sa.reject(exchange, answer);
  }
  sa.accept(exchange, answer);
  take_vendor_ids(sa, answer.payloads);
  take_nat_detection(sa, answer);
  take_certificate_requests(sa, answer.payloads);
  sa.state_name = "AG_AUTH";
  sa.protect_phase1(iv);
  float_to_nat_port(sa);
  Result<Bytes> hash = hash_of_end(sa, true, hides_values(sa) ? h.id_i : v1::id_body(*id));
  if (!hash) co_return abort(sa, hash.error().text);
  Result<Payloads> proof = co_await prove(sa, *us, std::move(*hash));
  if (!proof) co_return abort(sa, proof.error().text);
  payloads = std::move(*proof);
  if (Status nat = add_nat_detection(sa, payloads); !nat) co_return abort(sa, nat.error().text);
  if (is_first_contact(sa)) {
    payloads.emplace_back(v1::initial_contact(sa.cookie_i(), sa.cookie_r()));
  }
  // HDR*, HASH_I, [NAT-D, NAT-D]       -->
  // HDR*, [CERT,] SIG_I, …             -->
  sa.tell(exchange, std::move(payloads));
  establish(sa, *verified);
  begin_wanted(sa);
}

}  // namespace spa::ikev1
