// SPDX-License-Identifier: Apache-2.0
// Aggressive mode, responder (RFC 2409 5.1, 5.2, 5.4; RFC 3947 3.2).
#include "userspace/ike/awaitables.h"
#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/identity.h"
#include "userspace/ikev1/phase1.h"
#include "userspace/ikev1/trace/steps.h"

namespace spa::ikev1 {

// Initiator                                Responder
// -------------------------------------------------------------------
ike::Task<> respond_aggressive_mode(IsakmpSa& sa, Incoming first, Choice choice) {
  Shard& shard = sa.shard;
  Exchange& exchange = sa.phase1();
  Handshake& h = *sa.handshake;
  sa.state_name = "AG_NO_STATE";
  // HDR, SA, KE, Ni, IDii, [VID]       -->
  // HDR, SA, [HASH(1),] KE, <IDii_b>PubKey_r, <Ni_b>PubKey_r, [VID]  -->
  h.sa_body = to_bytes(first.body(v1::PayloadType::kSa));
  take_suite(sa, choice.suite);
  take_vendor_ids(sa, first.payloads);
  Result<Bytes> peer_value = public_value(sa, first.payloads);
  if (!peer_value) co_return abort(sa, peer_value.error().text);
  Result<SecretBytes> peer_nonce = co_await take_nonce(sa, first.payloads);
  if (!peer_nonce) co_return abort(sa, peer_nonce.error().text);
  const Result<Bytes> id_i = claimed_id(sa, first);
  if (!id_i) co_return abort(sa, id_i.error().text);
  h.id_i = *id_i;
  const Result<policy::Identity> peer = identity_of(h.id_i);
  if (!peer && !hides_values(sa)) co_return abort(sa, peer.error().text);
  if (Status made = make_nonce(sa); !made) co_return abort(sa, made.error().text);
  h.ke_i = *peer_value;
  h.nonce_i = std::move(*peer_nonce);
  Result<ike::KeyAgreement> agreement =
      co_await ike::agree(shard, sa.suite.group, std::move(*peer_value));
  if (!agreement) co_return abort(sa, agreement.error().text);
  h.ke_r = std::move(agreement->public_value);
  sa.dh_engine = agreement->engine;
  trace::processing(sa, "KE");
  trace::dh_created(sa, agreement->engine);
  trace::dh_shared(sa, agreement->engine);
  trace::processing(sa, "NONCE");
  const auto iv = derive_keys(sa, agreement->shared, peer ? &*peer : nullptr);
  if (!iv) co_return abort(sa, iv.error().text);
  take_certificate_requests(sa, first.payloads);
  // Who we are depends on the profile, and message 2 says it before the peer has proved anything.
  if (peer) sa.profile = likely_profile(*shard.snapshot, sa.local.address, *peer);
  Payloads payloads;
  payloads.emplace_back(std::move(choice.answer));
  payloads.emplace_back(v1::KePayload{h.ke_r});
  if (Status own = add_nonce(sa, payloads); !own) co_return abort(sa, own.error().text);
  Result<Payloads> proof = co_await introduce_ourselves(sa);
  if (!proof) co_return abort(sa, proof.error().text);
  for (v1::Payload& payload : *proof) payloads.push_back(std::move(payload));
  add_certificate_requests(sa, payloads);
  if (Status nat = add_nat_detection(sa, payloads); !nat) co_return abort(sa, nat.error().text);
  add_vendor_ids(sa, payloads);
  sa.state_name = "AG_INIT_EXCH";
  //                                    <--   HDR, SA, KE, Nr, IDir, HASH_R, [NAT-D, NAT-D]
  //                                    <--   HDR, SA, KE, Nr, IDir, [CERT,] SIG_R, …
  //       <--   HDR, SA, KE, <IDir_b>PubKey_i, <Nr_b>PubKey_i, HASH_R, …
  sa.tell(exchange, std::move(payloads));
  sa.protect_phase1(*iv);
  sa.profile.clear();  // a guess until check() says so

  // HDR*, HASH_I, [NAT-D, NAT-D]       -->
  // HDR*, [CERT,] SIG_I, …             -->
  Incoming request = co_await sa.hear(exchange);
  Result<Verified> verified = fail(Errc::kInvalid, "");
  for (;;) {
    Result<Bytes> expected = hash_of_peer(sa, request);
    if (!expected) co_return abort(sa, expected.error().text);
    verified = co_await check(sa, request, std::move(*expected));
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
