// SPDX-License-Identifier: Apache-2.0
// RFC 9370 2.2.4
#include "userspace/ikev2/followup_ke.h"

#include "userspace/ike/awaitables.h"
#include "userspace/ikev2/admission.h"
#include "userspace/ikev2/exchanges.h"

namespace spa::ikev2 {

namespace {

using wire::NotifyType;

constexpr unsigned kMostLost = 5;  // in a row; then the IKE SA is of no use

void append(SecretBytes& to, const SecretBytes& secret) {
  to.insert(to.end(), secret.begin(), secret.end());
}

// An error in the answer. The peer may have lost patience, which is worth another attempt.
Refusal refused(IkeSa& sa, const wire::NotifyPayload& error) {
  Refusal refusal{error, "peer answered " + wire::to_string(error.type) + " to IKE_FOLLOWUP_KE"};
  if (error.type != NotifyType::kStateNotFound) return refusal;
  ++sa.shard.counters.temporary_failures;
  refusal.notify = wire::notify(NotifyType::kTemporaryFailure);
  if (++sa.follow_ups.lost >= kMostLost) {
    delete_ike_sa(sa, "peer forgets every additional key exchange");
  }
  return refusal;
}

}  // namespace

// Initiator                         Responder
// -------------------------------------------------------------------
ike::Task<Negotiated<SecretBytes>> follow_up(IkeSa& sa, Followed of,
                                             std::vector<wire::DhId> methods, Payloads response) {
  Shard& shard = sa.shard;
  const FollowUps::Running running(sa.follow_ups, of);
  SecretBytes secrets;
  for (const wire::DhId method : methods) {
    const auto* link = wire::find_notify(response, NotifyType::kAdditionalKeyExchange);
    if (link == nullptr) {
      co_return tl::unexpected(
          refuse(NotifyType::kInvalidSyntax, "answer lacks ADDITIONAL_KEY_EXCHANGE"));
    }
    const Bytes linked = link->data;
    Result<crypto::DhKey> key = co_await begin_agreement(shard, method);
    if (!key) co_return tl::unexpected(refuse(NotifyType::kTemporaryFailure, key.error().text));
    Payloads request;
    request.emplace_back(wire::KePayload{method, key->public_value});
    request.emplace_back(wire::notify(NotifyType::kAdditionalKeyExchange, linked));
    // HDR, SK {KEi(n), N(ADDITIONAL_KEY_EXCHANGE)}  -->
    response = co_await sa.request(wire::ExchangeType::kIkeFollowupKe, std::move(request));
    //                              <--  HDR, SK {KEr(n),
    //                                            [N(ADDITIONAL_KEY_EXCHANGE)]}
    if (!sa.usable()) {
      co_return tl::unexpected(refuse(NotifyType::kTemporaryFailure, "IKE SA is closing"));
    }
    if (const auto* error = error_in(response)) co_return tl::unexpected(refused(sa, *error));
    const auto* ke = wire::find<wire::KePayload>(response);
    if (ke == nullptr || ke->group != method) {
      co_return tl::unexpected(
          refuse(NotifyType::kInvalidSyntax, "answer's KE is not of the additional method"));
    }
    ike::EngineAnswer<SecretBytes> shared = co_await derive(shard, std::move(*key), ke->data);
    if (!shared.result) {
      co_return tl::unexpected(refuse(NotifyType::kInvalidSyntax, shared.result.error().text));
    }
    append(secrets, *shared.result);
  }
  sa.follow_ups.lost = 0;
  co_return secrets;
}

ike::Task<Result<FollowUpEnd>> answer_follow_ups(IkeSa& sa, Followed of,
                                                 std::vector<wire::DhId> methods,
                                                 Payloads response) {
  Shard& shard = sa.shard;
  FollowUpEnd end{{}, std::move(response)};
  for (const wire::DhId method : methods) {
    FollowUps::Awaited next(shard, sa.follow_ups, of);
    end.response.emplace_back(wire::notify(NotifyType::kAdditionalKeyExchange, next.link()));
    //                              <--  HDR, SK {..., N(ADDITIONAL_KEY_EXCHANGE)}
    sa.reply(std::exchange(end.response, {}));
    // HDR, SK {KEi(n), N(ADDITIONAL_KEY_EXCHANGE)}  -->
    const std::optional<Payloads> request = co_await next.message();
    if (!request) co_return fail(Errc::kTimeout, "peer does not go on");
    if (!sa.usable()) {
      sa.reply(wire::notify(NotifyType::kStateNotFound));
      co_return fail(Errc::kState, "IKE SA is closing");
    }
    const auto* ke = wire::find<wire::KePayload>(*request);
    Result<ike::KeyAgreement> made = tl::unexpected(
        Error{Errc::kInvalid, "KE is not of the additional method " + wire::to_string(method)});
    if (ke != nullptr && ke->group == method) made = co_await agree(shard, method, ke->data);
    if (!made) {
      ++shard.counters.malformed;
      sa.reply(wire::notify(NotifyType::kInvalidSyntax));
      co_return tl::unexpected(made.error());
    }
    append(end.secrets, made->shared);
    end.response.emplace_back(wire::KePayload{method, std::move(made->public_value)});
  }
  co_return end;
}

void take_follow_up(IkeSa& sa, const Payloads& request) {
  if (sa.follow_ups.take(request)) return;
  ++sa.shard.counters.temporary_failures;
  sa.reply(wire::notify(NotifyType::kStateNotFound));
}

bool goes_on(IkeSa& sa, const Followed& of, const ike::ExchangeNonces& ours,
             const ike::ExchangeNonces* theirs) {
  if (theirs == nullptr) return true;
  ++sa.shard.counters.collisions;
  if (ike::arbitrate(ours, *theirs) == ike::RekeyWinner::kTheirs) return false;
  sa.follow_ups.cancel(of);
  return true;
}

}  // namespace spa::ikev2
