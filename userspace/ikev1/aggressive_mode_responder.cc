// SPDX-License-Identifier: Apache-2.0
// Aggressive mode, responder (RFC 2409 5.1, 5.4; RFC 3947 3.2).
#include "userspace/crypto/random.h"
#include "userspace/ike/awaitables.h"
#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/identity.h"
#include "userspace/ikev1/phase1.h"

namespace spa::ikev1 {

// Initiator                                Responder
// -------------------------------------------------------------------
ike::Task<> respond_aggressive_mode(IsakmpSa& sa, Incoming first, Choice choice) {
  Shard& shard = sa.shard;
  Exchange& exchange = sa.phase1();
  Handshake& h = *sa.handshake;
  sa.state_name = "AG_NO_STATE";
  // HDR, SA, KE, Ni, IDii, [VID]       -->
  h.sa_body = to_bytes(first.body(v1::PayloadType::kSa));
  h.id_i = to_bytes(first.body(v1::PayloadType::kId));
  take_suite(sa, choice.suite);
  take_vendor_ids(sa, first.payloads);
  take_certificate_requests(sa, first.payloads);
  Result<Bytes> peer_value = public_value(sa, first.payloads);
  if (!peer_value) co_return abort(sa, peer_value.error().text);
  Result<Bytes> peer_nonce = nonce(first.payloads);
  if (!peer_nonce) co_return abort(sa, peer_nonce.error().text);
  const auto* named = v1::find<v1::IdPayload>(first.payloads);
  if (named == nullptr) co_return abort(sa, "peer sent no identity");
  const v1::IdPayload peer_id = *named;
  const Result<policy::Identity> peer = from_payload(peer_id);
  if (!peer) co_return abort(sa, peer.error().text);
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
  const auto iv = derive_keys(sa, agreement->shared, &*peer);
  if (!iv) co_return abort(sa, iv.error().text);
  // Who we are depends on the profile, and message 2 says it before the peer has proved anything.
  sa.profile = likely_profile(*shard.snapshot, sa.local.address, *peer);
  const Result<Self> us = self(sa);
  if (!us) co_return abort(sa, us.error().text);
  const Result<v1::IdPayload> id = to_payload(us->identity);
  if (!id) co_return abort(sa, id.error().text);
  Result<Bytes> hash = hash_of_end(sa, false, v1::id_body(*id));
  if (!hash) co_return abort(sa, hash.error().text);
  Result<Payloads> proof = co_await prove(sa, *us, std::move(*hash));
  if (!proof) co_return abort(sa, proof.error().text);
  Payloads payloads;
  payloads.emplace_back(std::move(choice.answer));
  payloads.emplace_back(v1::KePayload{h.ke_r});
  payloads.emplace_back(v1::NoncePayload{h.nonce_r});
  payloads.emplace_back(*id);
  for (v1::Payload& payload : *proof) payloads.push_back(std::move(payload));
  add_certificate_requests(sa, payloads);
  if (Status nat = add_nat_detection(sa, payloads); !nat) co_return abort(sa, nat.error().text);
  add_vendor_ids(sa, payloads);
  sa.state_name = "AG_INIT_EXCH";
  //                                    <--   HDR, SA, KE, Nr, IDir, HASH_R, [NAT-D, NAT-D]
  //                                    <--   HDR, SA, KE, Nr, IDir, [CERT,] SIG_R, …
  sa.tell(exchange, std::move(payloads));
  sa.protect_phase1(*iv);
  sa.profile.clear();  // a guess until check() says so

  // HDR*, HASH_I, [NAT-D, NAT-D]       -->
  // HDR*, [CERT,] SIG_I, …             -->
  Incoming request = co_await sa.hear(exchange);
  Result<Verified> verified = fail(Errc::kInvalid, "");
  for (;;) {
    Result<Bytes> expected = hash_of_end(sa, true, h.id_i);
    if (!expected) co_return abort(sa, expected.error().text);
    Payloads claim = request.payloads;
    claim.emplace_back(peer_id);  // it came with the first message
    verified = co_await check(sa, claim, std::move(*expected));
    if (verified) break;
    h.steps.push_back(verified.error().text);
    request = co_await sa.reject(exchange, request);
  }
  sa.accept(exchange, request);
  exchange.last_sent.clear();
  take_nat_detection(sa, request);
  h.initial_contact = says_initial_contact(request.payloads);
  if (request.from != sa.remote || request.at != sa.local) sa.move_to(request.at, request.from);
  establish(sa, *verified);
}

}  // namespace spa::ikev1
