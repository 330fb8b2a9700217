// SPDX-License-Identifier: Apache-2.0
// IKE_AUTH, responder (RFC 7296 1.2, 2.15, 2.21.2).
#include "userspace/ikev2/authentication.h"
#include "userspace/ikev2/child_negotiation.h"
#include "userspace/ikev2/exchanges.h"
#include "userspace/wire/ppk.h"

namespace spa::ikev2 {

namespace {

using wire::NotifyType;

// The peer learns that it failed, the log learns why.
void refuse_peer(IkeSa& sa, int method, const std::string& cause) {
  Shard& shard = sa.shard;
  ++shard.counters.auth_failures;
  shard.log(Severity::kInfo, "CRYPTO", "IKMP_AUTH_FAIL",
            "Authentication method " + std::to_string(method) + " failed with host " +
                sa.remote.address.to_string());
  shard.record(&sa, sa.remote, "IKE_AUTH", cause, std::move(sa.handshake->steps));
  sa.reply(wire::notify(NotifyType::kAuthenticationFailed));
  linger(sa, cause);
}

// INITIAL_CONTACT: of what this very pair of authenticated identities has, only the new SA is alive
// (2.4).
void drop_older(IkeSa& sa) {
  for (IkeSa* other : sa.shard.all()) {
    if (other == &sa || !other->usable()) continue;
    if (other->remote_identity != sa.remote_identity) continue;
    if (other->local_identity != sa.local_identity || other->profile != sa.profile) continue;
    sa.shard.retire(*other, "peer made initial contact anew");
  }
}

}  // namespace

// Initiator                         Responder
// -------------------------------------------------------------------
ike::Task<> respond_ike_auth(IkeSa& sa, Payloads request) {
  Shard& shard = sa.shard;
  const policy::SnapshotPtr snapshot = shard.snapshot;
  // HDR, SK {IDi, [CERT,] [CERTREQ,]
  //     [IDr,] AUTH, SAi2,
  //     TSi, TSr}  -->
  const Result<Claim> claim = read_claim(request, wire::Side::kInitiator);
  if (!claim) co_return refuse_peer(sa, 0, claim.error().text);
  const int method = static_cast<int>(claim->auth.method);
  for (const wire::Payload& payload : request) {
    const auto* wanted = std::get_if<wire::CertReqPayload>(&payload);
    if (wanted == nullptr || wanted->encoding != wire::CertEncoding::kX509Signature) continue;
    for (std::size_t i = 0; i < wanted->hash_count(); ++i) {
      sa.handshake->peer_authorities.push_back(to_bytes(wanted->hash(i)));
    }
  }
  const Result<Verified> verified = co_await check(sa, snapshot, {}, *claim);
  if (!verified) co_return refuse_peer(sa, method, verified.error().text);
  const policy::Ikev2Profile& profile = snapshot->ikev2_profiles.at(verified->profile);
  sa.remote_identity = claim->identity;
  Result<Proof> proof = co_await prove(sa, snapshot, profile, wire::Side::kResponder);
  if (!proof) co_return refuse_peer(sa, method, proof.error().text);

  const Bytes nonce_i = sa.handshake->nonce_i;
  const Bytes nonce_r = sa.handshake->nonce_r;
  establish(sa, *snapshot, profile, *claim, *verified);
  sa.take_window(request);
  if (wire::find_notify(request, NotifyType::kInitialContact) != nullptr) drop_older(sa);

  Payloads response;
  response.emplace_back(std::move(proof->id));
  for (wire::CertPayload& certificate : proof->certificates) {
    response.emplace_back(std::move(certificate));
  }
  response.emplace_back(std::move(proof->auth));
  if (!sa.ppk_id.empty()) response.emplace_back(wire::ppk_identity({}));  // RFC 8784 3
  if (wire::find<wire::SaPayload>(request) != nullptr) {
    Payloads child;
    const auto made = answer_with_child(sa, request, {nonce_i, nonce_r, {}, false}, child);
    if (!made) {
      response.emplace_back(made.error().notify);  // the IKE SA stands (1.2)
    } else {
      for (wire::Payload& payload : child) response.push_back(std::move(payload));
    }
  }
  sa.announce_window(response);
  //                              <--  HDR, SK {IDr, [CERT,] AUTH,
  //                                       SAr2, TSi, TSr}
  sa.reply(std::move(response));
}

}  // namespace spa::ikev2
