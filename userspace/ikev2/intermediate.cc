// SPDX-License-Identifier: Apache-2.0
// IKE_INTERMEDIATE (RFC 9242) for additional key exchanges (RFC 9370 2.1, 2.2.2): one exchange for
// each method that was agreed on, before anybody is authenticated. Its messages are protected by
// the keys of the one before, and AUTH covers them all.
#include "userspace/ikev2/intermediate.h"
#include "userspace/ike/awaitables.h"
#include "userspace/ikev2/admission.h"
#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/shard.h"

namespace spa::ikev2 {

namespace {

using wire::ExchangeType;

// IntAuth_*A and IntAuth_*P (RFC 9242 3.3.2): the message as if it were not fragmented, with
// lengths that count neither IV nor padding nor ICV, and its payloads in the clear.
Result<Bytes> covered_octets(const wire::Header& header, wire::PayloadType first, ByteView chain) {
  Result<Bytes> octets = wire::encrypted_prefix(header, first, chain.size());
  if (!octets) return octets;
  octets->insert(octets->end(), chain.begin(), chain.end());
  return octets;
}

// SKEYSEED(n) = prf(SK_d(n-1), SK(n) | Ni | Nr) (RFC 9370 2.2.2).
Status take_additional_secret(IkeSa& sa, ByteView shared) {
  const Result<crypto::CipherSuite> ciphers = sa.suite.cipher_suite();
  const auto prf = crypto::prf_from_id(static_cast<std::uint16_t>(sa.suite.prf));
  if (!ciphers || !prf) return fail(Errc::kUnsupported, "algorithms are not implemented");
  const crypto::ExchangeInputs inputs{sa.handshake->nonce_i, sa.handshake->nonce_r, sa.spi_i(),
                                      sa.spi_r()};
  const Result<SecretBytes> seed = crypto::skeyseed_rekey(*prf, sa.sk_d, shared, inputs);
  if (!seed) return tl::unexpected(seed.error());
  Result<crypto::IkeKeys> keys = crypto::ike_keys(*prf, *ciphers, *seed, inputs);
  if (!keys) return tl::unexpected(keys.error());
  return sa.take_keys(sa.suite, std::move(*keys));
}

}  // namespace

Status note_intermediate(IkeSa& sa, const wire::Header& header, wire::PayloadType first,
                         ByteView chain) {
  const auto prf = crypto::prf_from_id(static_cast<std::uint16_t>(sa.suite.prf));
  if (!sa.handshake || !prf) return fail(Errc::kState, "no handshake under way");
  Handshake& h = *sa.handshake;
  const Result<Bytes> octets = covered_octets(header, first, chain);
  if (!octets) return tl::unexpected(octets.error());
  const bool from_initiator = header.from_initiator();
  SecretBytes& sum = from_initiator ? h.int_auth_i : h.int_auth_r;
  Result<SecretBytes> next = crypto::prf(*prf, from_initiator ? h.sk_pi : h.sk_pr, {sum, *octets});
  if (!next) return tl::unexpected(next.error());
  sum = std::move(*next);
  return {};
}

Bytes int_auth(const Handshake& h) {
  Bytes out;
  if (h.additional.empty()) return out;
  out.insert(out.end(), h.int_auth_i.begin(), h.int_auth_i.end());
  out.insert(out.end(), h.int_auth_r.begin(), h.int_auth_r.end());
  const Bytes message_id = wire::spi_octets(static_cast<std::uint32_t>(h.additional.size() + 1));
  out.insert(out.end(), message_id.begin(), message_id.end());  // IKE_AUTH_MID
  return out;
}

// Initiator                         Responder
// -------------------------------------------------------------------
ike::Task<Status> exchange_additional_keys(IkeSa& sa) {
  Shard& shard = sa.shard;
  while (sa.handshake->additional_done < sa.handshake->additional.size()) {
    const wire::DhId method = sa.handshake->additional[sa.handshake->additional_done];
    Result<crypto::DhKey> key = co_await begin_agreement(shard, method);
    if (!key) co_return tl::unexpected(key.error());
    Payloads request;
    request.emplace_back(wire::KePayload{method, key->public_value});
    // HDR, SK {KEi(n)}  -->
    const Payloads response =
        co_await sa.request(ExchangeType::kIkeIntermediate, std::move(request));
    //                              <--  HDR, SK {KEr(n)}
    const auto* ke = wire::find<wire::KePayload>(response);
    if (ke == nullptr || ke->group != method) {
      const wire::NotifyPayload* error = error_in(response);
      co_return fail(Errc::kInvalid, error == nullptr
                                         ? "answer's KE is not of the additional method"
                                         : "peer answered " + wire::to_string(error->type));
    }
    ike::EngineAnswer<SecretBytes> shared = co_await derive(shard, std::move(*key), ke->data);
    if (!shared.result) co_return tl::unexpected(shared.result.error());
    Status taken = take_additional_secret(sa, *shared.result);
    if (!taken) co_return taken;
    ++sa.handshake->additional_done;
    sa.handshake->steps.push_back("additional key exchange " + wire::to_string(method));
  }
  co_return Status{};
}

ike::Task<> respond_intermediate(IkeSa& sa, Payloads request) {
  Shard& shard = sa.shard;
  // HDR, SK {KEi(n)}  -->
  const wire::DhId method = sa.handshake->additional[sa.handshake->additional_done];
  const auto* ke = wire::find<wire::KePayload>(request);
  Result<ike::KeyAgreement> agreement = tl::unexpected(
      Error{Errc::kInvalid, "KE is not of the additional method " + wire::to_string(method)});
  if (ke != nullptr && ke->group == method) agreement = co_await agree(shard, method, ke->data);
  if (!agreement) {
    ++shard.counters.malformed;
    shard.record(&sa, sa.remote, "IKE_INTERMEDIATE", agreement.error().text,
                 std::move(sa.handshake->steps));
    sa.reply(wire::notify(wire::NotifyType::kInvalidSyntax));
    co_return linger(sa, agreement.error().text);
  }
  Payloads response;
  response.emplace_back(wire::KePayload{method, std::move(agreement->public_value)});
  //                              <--  HDR, SK {KEr(n)}
  sa.reply(std::move(response));
  ++sa.handshake->additional_done;
  sa.handshake->steps.push_back("additional key exchange " + wire::to_string(method));
  if (Status taken = take_additional_secret(sa, agreement->shared); !taken) {
    shard.retire(sa, taken.error().text);
  }
}

}  // namespace spa::ikev2
