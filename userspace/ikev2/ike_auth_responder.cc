// SPDX-License-Identifier: Apache-2.0
// IKE_AUTH, responder (RFC 7296 1.2, 2.15, 2.21.2).
#include "userspace/ikev2/authentication.h"
#include "userspace/ikev2/child_negotiation.h"
#include "userspace/ikev2/configuration.h"
#include "userspace/ikev2/crash_detection.h"
#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/mobike.h"
#include "userspace/ikev2/resumption.h"
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

// The peer's configuration and its CHILD SA. Without them the IKE SA stands (1.2, 2.19).
void answer_child_and_configuration(IkeSa& sa, const policy::Ikev2Profile& profile,
                                    const Payloads& request, ByteView nonce_i, ByteView nonce_r,
                                    Payloads& response) {
  const bool wants_child = wire::find<wire::SaPayload>(request) != nullptr;
  if (!wants_child && wire::find<wire::ConfigPayload>(request) == nullptr) return;
  auto configuration = answer_configuration(sa, profile, request);
  if (!configuration) {
    log_refusal(sa, refuse(configuration.error().notify, configuration.error().text), {});
    response.emplace_back(wire::notify(configuration.error().notify));
    return;
  }
  Payloads child;
  if (wants_child) {
    const auto made = answer_with_child(sa, request, {nonce_i, nonce_r, {}, false}, child);
    if (!made) {
      child.clear();
      child.emplace_back(made.error().notify);
    }
  }
  for (wire::ConfigPayload& payload : *configuration) response.emplace_back(std::move(payload));
  for (wire::Payload& payload : child) response.push_back(std::move(payload));
}

void answer_rest(IkeSa& sa, const policy::Ikev2Profile& profile, std::uint32_t life,
                 const Payloads& request, ByteView nonce_i, ByteView nonce_r, Payloads& response) {
  answer_child_and_configuration(sa, profile, request, nonce_i, nonce_r, response);
  sa.announce_window(response);
  if (sa.mobility) offer_mobility(sa, response);
  offer_crash_token(sa, response);
  announce_authentication_life(sa, life, response);
  answer_ticket_request(sa, request, TicketPlace::kBesideMore, response);
}

}  // namespace

// Initiator                         Responder
// -------------------------------------------------------------------
ike::Task<> respond_ike_auth(IkeSa& sa, Payloads request) {
  Shard& shard = sa.shard;
  const policy::SnapshotPtr snapshot = shard.snapshot;
  // HDR, SK {IDi, [CERT,] [CERTREQ,]
  //     [IDr,] AUTH, [CP(CFG_REQUEST),]
  //     [SAi2, TSi, TSr]}  -->
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
  const std::shared_ptr<const Resumed> resumed = sa.handshake->resumed;
  establish(sa, *snapshot, profile, *claim, *verified);
  sa.take_window(request);
  take_mobility(sa, request);
  take_crash_token(sa, request);
  if (resumed) conclude_resumption(sa, *resumed);
  const std::uint32_t life = authentication_life(sa, resumed.get(), profile);
  begin_authentication_life(sa, life);
  if (wire::find_notify(request, NotifyType::kInitialContact) != nullptr) drop_older(sa);

  Payloads response;
  response.emplace_back(std::move(proof->id));
  for (wire::CertPayload& certificate : proof->certificates) {
    response.emplace_back(std::move(certificate));
  }
  response.emplace_back(std::move(proof->auth));
  if (!sa.ppk_id.empty() && !resumed) response.emplace_back(wire::ppk_identity({}));  // RFC 8784 3
  answer_rest(sa, profile, life, request, nonce_i, nonce_r, response);
  //                              <--  HDR, SK {IDr, [CERT,] AUTH,
  //                                       [CP(CFG_REPLY),] [SAr2, TSi, TSr]}
  sa.reply(std::move(response));
}

}  // namespace spa::ikev2
