// SPDX-License-Identifier: Apache-2.0
// Main mode, responder (RFC 2409 5.1, 5.4; RFC 3947 3). It repeats nothing by itself before the
// peer is authenticated: a forged source address gains nothing.
#include "userspace/crypto/random.h"
#include "userspace/ike/awaitables.h"
#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/identity.h"
#include "userspace/ikev1/phase1.h"

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
  sa.state_name = "MM_SA_SETUP";
  Payloads payloads;
  payloads.emplace_back(std::move(choice.answer));
  add_vendor_ids(sa, payloads);
  //                                    <--   HDR, SA, [VID]
  sa.tell(exchange, std::move(payloads));

  // HDR, KE, Ni, [NAT-D, NAT-D]        -->
  Incoming request = co_await sa.hear(exchange);
  Result<Bytes> peer_value = public_value(sa, request.payloads);
  Result<Bytes> peer_nonce = nonce(request.payloads);
  while (!peer_value || !peer_nonce) {
    request = co_await sa.reject(exchange, request);
    peer_value = public_value(sa, request.payloads);
    peer_nonce = nonce(request.payloads);
  }
  sa.accept(exchange, request);
  exchange.last_sent.clear();  // the answer to this one is not there yet
  take_vendor_ids(sa, request.payloads);
  take_nat_detection(sa, request);
  take_certificate_requests(sa, request.payloads);
  Result<Bytes> our_nonce = crypto::random_bytes(kNonceSize);
  if (!our_nonce) co_return abort(sa, our_nonce.error().text);
  h.ke_i = *peer_value;
  h.nonce_i = std::move(*peer_nonce);
  h.nonce_r = std::move(*our_nonce);
  Result<ike::KeyAgreement> agreement =
      co_await ike::agree(shard, sa.suite.group, std::move(*peer_value));
  if (!agreement) co_return abort(sa, agreement.error().text);
  h.ke_r = std::move(agreement->public_value);
  sa.dh_engine = agreement->engine;
  const auto iv = derive_keys(sa, agreement->shared, nullptr);
  if (!iv) co_return abort(sa, iv.error().text);
  payloads = {};
  payloads.emplace_back(v1::KePayload{h.ke_r});
  payloads.emplace_back(v1::NoncePayload{h.nonce_r});
  add_certificate_requests(sa, payloads);
  if (Status nat = add_nat_detection(sa, payloads); !nat) co_return abort(sa, nat.error().text);
  sa.state_name = "MM_KEY_EXCH";
  //                                    <--   HDR, KE, Nr, [CERTREQ,] [NAT-D, NAT-D]
  sa.tell(exchange, std::move(payloads));
  sa.protect_phase1(*iv);

  // HDR*, IDii, HASH_I                 -->
  // HDR*, IDii, [CERT,] SIG_I          -->
  request = co_await sa.hear(exchange);
  Result<Verified> verified = fail(Errc::kInvalid, "peer sent no identity");
  for (;;) {
    if (v1::find<v1::IdPayload>(request.payloads) != nullptr) {
      Result<Bytes> expected = hash_of_end(sa, true, request.body(v1::PayloadType::kId));
      if (!expected) co_return abort(sa, expected.error().text);
      verified = co_await check(sa, request.payloads, std::move(*expected));
    }
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
  const Result<Self> us = self(sa);
  if (!us) co_return refuse_peer(sa, us.error().text);
  const Result<v1::IdPayload> id = to_payload(us->identity);
  if (!id) co_return refuse_peer(sa, id.error().text);
  Result<Bytes> hash = hash_of_end(sa, false, v1::id_body(*id));
  if (!hash) co_return refuse_peer(sa, hash.error().text);
  Result<Payloads> proof = co_await prove(sa, *us, std::move(*hash));
  if (!proof) co_return refuse_peer(sa, proof.error().text);
  payloads = {};
  payloads.emplace_back(*id);
  for (v1::Payload& payload : *proof) payloads.push_back(std::move(payload));
  //                                    <--   HDR*, IDir, HASH_R
  //                                    <--   HDR*, IDir, [CERT,] SIG_R
  sa.tell(exchange, std::move(payloads));
  establish(sa, *verified);
}

}  // namespace spa::ikev1
