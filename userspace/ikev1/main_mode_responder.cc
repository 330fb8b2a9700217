// SPDX-License-Identifier: Apache-2.0
// Main mode, responder (RFC 2409 5.1, 5.2, 5.4; RFC 3947 3). It repeats nothing by itself before
// the peer is authenticated: a forged source address gains nothing.
#include "userspace/ike/awaitables.h"
#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/phase1.h"
#include "userspace/ikev1/trace/steps.h"

namespace spa::ikev1 {

// Initiator                                Responder
// -------------------------------------------------------------------
ike::Task<> respond_main_mode(IsakmpSa& sa, Incoming first, Choice choice) {
  Shard& shard = sa.shard;
  Exchange& exchange = sa.phase1();
  Handshake& h = *sa.handshake;
  // HDR, SA, [VID]                     -->
  h.sa_body = to_bytes(first.body(v1::PayloadType::kSa));
  take_suite(sa, choice.suite);
  take_vendor_ids(sa, first.payloads);
  trace::processed_phase1(sa);
  sa.state_name = "MM_SA_SETUP";
  Payloads payloads;
  payloads.emplace_back(std::move(choice.answer));
  add_vendor_ids(sa, payloads);
  //                                    <--   HDR, SA, [VID]
  sa.tell(exchange, std::move(payloads));

  // HDR, KE, Ni, [NAT-D, NAT-D]        -->
  // HDR, KE, [HASH(1),] <IDii_b>PubKey_r, <Ni_b>PubKey_r, [NAT-D, NAT-D]  -->
  Incoming request = co_await sa.hear(exchange);
  Result<Bytes> peer_value = public_value(sa, request.payloads);
  Result<SecretBytes> peer_nonce = co_await take_nonce(sa, request.payloads);
  while (!peer_value || !peer_nonce) {
    request = co_await sa.reject(exchange, request);
    peer_value = public_value(sa, request.payloads);
    peer_nonce = co_await take_nonce(sa, request.payloads);
  }
  sa.accept(exchange, request);
  exchange.last_sent.clear();  // the answer to this one is not there yet
  trace::processing(sa, "KE");
  if (Status made = make_nonce(sa); !made) co_return abort(sa, made.error().text);
  h.ke_i = *peer_value;
  h.nonce_i = std::move(*peer_nonce);
  Result<ike::KeyAgreement> agreement =
      co_await ike::agree(shard, sa.suite.group, std::move(*peer_value));
  if (!agreement) co_return abort(sa, agreement.error().text);
  h.ke_r = std::move(agreement->public_value);
  sa.dh_engine = agreement->engine;
  trace::dh_created(sa, agreement->engine);
  trace::dh_shared(sa, agreement->engine);
  trace::processing(sa, "NONCE");
  const auto iv = derive_keys(sa, agreement->shared, nullptr);
  if (!iv) co_return abort(sa, iv.error().text);
  take_certificate_requests(sa, request.payloads);
  trace::vendor_ids(trace::teller(sa), request.payloads);
  take_vendor_ids(sa, request.payloads);
  take_nat_detection(sa, request);
  trace::processed_phase1(sa);
  payloads = {};
  payloads.emplace_back(v1::KePayload{h.ke_r});
  if (Status own = add_nonce(sa, payloads); !own) co_return abort(sa, own.error().text);
  add_certificate_requests(sa, payloads);
  if (Status nat = add_nat_detection(sa, payloads); !nat) co_return abort(sa, nat.error().text);
  sa.state_name = "MM_KEY_EXCH";
  //                                    <--   HDR, KE, Nr, [CERTREQ,] [NAT-D, NAT-D]
  //       <--   HDR, KE, <IDir_b>PubKey_i, <Nr_b>PubKey_i, [NAT-D, NAT-D]
  sa.tell(exchange, std::move(payloads));
  sa.protect_phase1(*iv);

  // HDR*, IDii, HASH_I                 -->
  // HDR*, IDii, [CERT,] SIG_I          -->
  // HDR*, HASH_I                       -->
  request = co_await sa.hear(exchange);
  Result<Verified> verified = fail(Errc::kInvalid, "peer sent no identity");
  for (;;) {
    Result<Bytes> expected = hash_of_peer(sa, request);
    verified = fail(Errc::kInvalid, expected ? "" : expected.error().text);
    if (expected) verified = co_await check(sa, request, std::move(*expected));
    if (verified) break;
    // With a wrong key it would not even have parsed: this is the peer, and it failed.
    if (verified.error().code != Errc::kInvalid) {
      co_return refuse_peer(sa, verified.error().text);
    }
    request = co_await sa.reject(exchange, request);
  }
  sa.accept(exchange, request);
  exchange.last_sent.clear();
  take_certificate_requests(sa, request.payloads);
  h.initial_contact = says_initial_contact(request.payloads);
  if (request.from != sa.remote || request.at != sa.local) sa.move_to(request.at, request.from);
  sa.profile = verified->profile;
  sa.state_name = "MM_KEY_AUTH";
  trace::processed_phase1(sa);
  Result<Payloads> proof = co_await introduce_ourselves(sa);
  if (!proof) co_return refuse_peer(sa, proof.error().text);
  //                                    <--   HDR*, IDir, HASH_R
  //                                    <--   HDR*, IDir, [CERT,] SIG_R
  //                                    <--   HDR*, HASH_R
  sa.tell(exchange, std::move(*proof));
  establish(sa, *verified);
}

}  // namespace spa::ikev1
