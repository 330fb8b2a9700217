// SPDX-License-Identifier: Apache-2.0
// Main mode, initiator (RFC 2409 5.1, 5.2, 5.4; RFC 2408 4.5; RFC 3947 3).
#include "userspace/ike/awaitables.h"
#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/phase1.h"
#include "userspace/ikev1/trace/steps.h"

namespace spa::ikev1 {

namespace {

// The suite that an answer chose; its cookie is the peer's from now on.
Result<policy::IsakmpSuite> take_answer(IsakmpSa& sa, const Suites& offered,
                                        const Incoming& answer) {
  const auto* chosen = v1::find<v1::SaPayload>(answer.payloads);
  if (chosen == nullptr || answer.header.responder_cookie == 0) {
    return fail(Errc::kInvalid, "answer lacks SA or cookie");
  }
  trace::processing(sa, "SA");
  trace::vendor_ids(trace::teller(sa), answer.payloads);
  Checks checks;
  Result<policy::IsakmpSuite> suite =
      accept(offered, *chosen, trace::watched(sa) ? &checks : nullptr);
  trace::checked_answer(sa, checks);
  if (suite) sa.spi_remote = answer.header.responder_cookie;
  return suite;
}

}  // namespace

// Initiator                                Responder
// -------------------------------------------------------------------
ike::Task<> initiate_main_mode(IsakmpSa& sa) {
  Shard& shard = sa.shard;
  Exchange& exchange = sa.phase1();
  Handshake& h = *sa.handshake;
  const Suites offered = possible(shard, sa.profile, sa.local.address, sa.remote.address, nullptr,
                                  usable(shard.suites_of(sa.profile), h.steps), h.steps);
  if (offered.empty()) {
    co_return abort(sa, "no usable ISAKMP policy" + (h.steps.empty() ? "" : ": " + h.steps.back()));
  }
  const v1::SaPayload offer_payload = offer(offered);
  Result<Bytes> sa_body = body_of(offer_payload);
  if (!sa_body || !make_nonce(sa)) co_return abort(sa, "cannot write an offer");
  h.sa_body = std::move(*sa_body);
  Payloads payloads;
  payloads.emplace_back(offer_payload);
  add_vendor_ids(sa, payloads);
  trace::began_phase1(sa);
  // HDR, SA, [VID]                     -->
  Incoming answer = co_await sa.ask(exchange, std::move(payloads));
  //                                    <--   HDR, SA, [VID]
  Result<policy::IsakmpSuite> suite = take_answer(sa, offered, answer);
  while (!suite) {
    h.steps.push_back(suite.error().text);
    answer = co_await sa.reject(exchange, answer);
    suite = take_answer(sa, offered, answer);
  }
  sa.accept(exchange, answer);
  take_suite(sa, *suite);
  take_vendor_ids(sa, answer.payloads);
  sa.state_name = "MM_SA_SETUP";

  Result<crypto::DhKey> key = co_await ike::begin_agreement(shard, sa.suite.group);
  if (!key) co_return abort(sa, key.error().text);
  trace::dh_created(sa, shard.ports.engine.name());
  trace::processed_phase1(sa);
  h.ke_i = key->public_value;
  payloads = {};
  payloads.emplace_back(v1::KePayload{h.ke_i});
  if (Status own = add_nonce(sa, payloads); !own) co_return abort(sa, own.error().text);
  if (Status nat = add_nat_detection(sa, payloads); !nat) co_return abort(sa, nat.error().text);
  // HDR, KE, Ni, [NAT-D, NAT-D]        -->
  // HDR, KE, <IDii_b>PubKey_r, <Ni_b>PubKey_r, [NAT-D, NAT-D]  -->
  answer = co_await sa.ask(exchange, std::move(payloads));
  //                                    <--   HDR, KE, Nr, [CERTREQ,] [NAT-D, NAT-D]
  //       <--   HDR, KE, <IDir_b>PubKey_i, <Nr_b>PubKey_i, [NAT-D, NAT-D]
  Result<Bytes> peer_value = public_value(sa, answer.payloads);
  Result<SecretBytes> peer_nonce = co_await take_nonce(sa, answer.payloads);
  while (!peer_value || !peer_nonce) {
    answer = co_await sa.reject(exchange, answer);
    peer_value = public_value(sa, answer.payloads);
    peer_nonce = co_await take_nonce(sa, answer.payloads);
  }
  sa.accept(exchange, answer);
  sa.state_name = "MM_KEY_EXCH";
  trace::processing(sa, "KE");
  h.ke_r = *peer_value;
  h.nonce_r = std::move(*peer_nonce);
  ike::EngineAnswer<SecretBytes> shared =
      co_await ike::derive(shard, std::move(*key), std::move(*peer_value));
  if (!shared.result) co_return abort(sa, shared.result.error().text);
  sa.dh_engine = shared.engine;
  trace::dh_shared(sa, shared.engine);
  trace::processing(sa, "NONCE");
  const auto iv = derive_keys(sa, *shared.result, nullptr);
  if (!iv) co_return abort(sa, iv.error().text);
  take_certificate_requests(sa, answer.payloads);
  trace::vendor_ids(trace::teller(sa), answer.payloads);
  take_vendor_ids(sa, answer.payloads);
  take_nat_detection(sa, answer);
  trace::processed_phase1(sa);
  sa.protect_phase1(*iv);
  float_to_nat_port(sa);

  Result<Payloads> proof = co_await introduce_ourselves(sa);
  if (!proof) co_return abort(sa, proof.error().text);
  payloads = std::move(*proof);
  add_certificate_requests(sa, payloads);
  if (is_first_contact(sa)) {
    payloads.emplace_back(v1::initial_contact(sa.cookie_i(), sa.cookie_r()));
  }
  sa.state_name = "MM_KEY_AUTH";
  // HDR*, IDii, HASH_I                 -->
  // HDR*, IDii, [CERT,] SIG_I          -->
  // HDR*, HASH_I                       -->
  answer = co_await sa.ask(exchange, std::move(payloads));
  //                                    <--   HDR*, IDir, HASH_R
  //                                    <--   HDR*, IDir, [CERT,] SIG_R
  //                                    <--   HDR*, HASH_R
  for (;;) {
    Result<Bytes> expected = hash_of_peer(sa, answer);
    Result<Verified> verified = fail(Errc::kInvalid, expected ? "" : expected.error().text);
    if (expected) verified = co_await check(sa, answer, std::move(*expected));
    if (verified) {
      sa.accept(exchange, answer);
      exchange.last_sent.clear();  // the last word is the peer's
      h.initial_contact = says_initial_contact(answer.payloads);
      trace::processed_phase1(sa);
      establish(sa, *verified);
      co_return begin_wanted(sa);
    }
    // Nobody vouches for it but the keys: the real answer may still come.
    if (verified.error().code != Errc::kInvalid) {
      co_return refuse_peer(sa, verified.error().text);
    }
    answer = co_await sa.reject(exchange, answer);
  }
}

}  // namespace spa::ikev1
