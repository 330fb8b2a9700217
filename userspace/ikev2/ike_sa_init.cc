// SPDX-License-Identifier: Apache-2.0
// IKE_SA_INIT (RFC 7296 1.2), with cookies (2.6, 2.6.1), the retry for another group (1.2, 2.7),
// NAT detection (2.23) and the announcement of signature hashes (RFC 7427 4).
#include "userspace/crypto/random.h"
#include "userspace/ike/awaitables.h"
#include "userspace/ikev2/admission.h"
#include "userspace/ikev2/exchanges.h"
#include "userspace/ikev2/intermediate.h"
#include "userspace/ikev2/nat.h"
#include "userspace/ikev2/ppk.h"
#include "userspace/ikev2/resumption.h"
#include "userspace/ikev2/shard.h"
#include "userspace/ikev2/signature_choice.h"

namespace spa::ikev2 {

namespace {

using wire::NotifyType;

constexpr std::size_t kNonceSize = 32;  // at least half the key size of any PRF (2.10)
constexpr unsigned kMaxCookies = 4;
constexpr unsigned kMaxGroups = 3;

// What our first request is made of; a retry changes cookie or key and repeats the rest.
struct InitialOffer {
  Proposals proposals;
  Bytes nonce;
  Bytes cookie;
  wire::DhId group = wire::DhId::kNone;
  std::optional<crypto::DhKey> key;
  unsigned cookies = 0;
  unsigned groups = 0;
};

bool offers_additional(const Proposals& proposals) {
  for (const wire::Proposal& p : proposals) {
    if (!additional_methods(p).empty()) return true;
  }
  return false;
}

// The PPK of the profile that we begin under.
const policy::Ppk* initiator_ppk(const IkeSa& sa) {
  const policy::Ikev2Profile* profile = sa.shard.profile(sa.profile);
  return profile == nullptr ? nullptr
                            : ppk_towards(*sa.shard.snapshot, *profile, sa.remote.address);
}

Result<Bytes> write_request(IkeSa& sa, const InitialOffer& offer) {
  wire::Message request;
  request.header = sa.header(wire::ExchangeType::kIkeSaInit, false, 0);
  if (!offer.cookie.empty()) {
    request.payloads.emplace_back(wire::notify(NotifyType::kCookie, offer.cookie));
  }
  request.payloads.emplace_back(wire::SaPayload{offer.proposals});
  request.payloads.emplace_back(wire::KePayload{offer.group, offer.key->public_value});
  request.payloads.emplace_back(wire::NoncePayload{offer.nonce});
  const bool pretend = sa.shard.ports.sa_database.requires_udp_encapsulation();
  const Status nat =
      add_nat_detection(request.payloads, sa.spi_i(), 0, sa.local, sa.remote, pretend);
  if (!nat) return tl::unexpected(nat.error());
  request.payloads.emplace_back(
      wire::signature_hash_algorithms(signature_hashes(sa.shard.snapshot->legacy_algorithms)));
  if (offers_additional(offer.proposals)) {  // RFC 9242 3.1
    request.payloads.emplace_back(wire::notify(NotifyType::kIntermediateExchangeSupported));
  }
  if (initiator_ppk(sa) != nullptr) {
    request.payloads.emplace_back(wire::notify(NotifyType::kUsePpk));
  }
  if (sa.shard.snapshot->fragmentation_mtu != 0) {
    request.payloads.emplace_back(wire::notify(NotifyType::kFragmentationSupported));
  }
  return wire::serialize(request);
}

bool offers_group(const Proposals& proposals, wire::DhId group) {
  for (const wire::Proposal& p : proposals) {
    for (const wire::Transform& t : p.transforms) {
      if (t == wire::dh(group)) return true;
    }
  }
  return false;
}

// INVALID_KE_PAYLOAD: the peer may send us to another group that we offered, but not in circles.
Status change_group(InitialOffer& offer, const wire::NotifyPayload& notify) {
  const Result<wire::DhId> wanted = wire::parse_invalid_ke(notify);
  if (!wanted) return tl::unexpected(wanted.error());
  if (*wanted == offer.group || ++offer.groups > kMaxGroups) {
    return fail(Errc::kInvalid, "peer goes round in circles about the group");
  }
  if (!offers_group(offer.proposals, *wanted)) {
    return fail(Errc::kInvalid,
                "peer wants " + wire::to_string(*wanted) + ", which is not offered");
  }
  offer.group = *wanted;
  offer.key.reset();
  return {};
}

// What was asked for before and is in the request already: a late copy, or the answer to one of our
// retransmissions.
bool is_stale(const InitialOffer& offer, const Payloads& payloads) {
  const auto* cookie = wire::find_notify(payloads, NotifyType::kCookie);
  if (cookie != nullptr) return !offer.cookie.empty() && cookie->data == offer.cookie;
  const auto* group = wire::find_notify(payloads, NotifyType::kInvalidKePayload);
  if (group == nullptr || offer.groups == 0) return false;
  const Result<wire::DhId> wanted = wire::parse_invalid_ke(*group);
  return wanted && *wanted == offer.group;
}

}  // namespace

void take_first_notices(IkeSa& sa, const Payloads& payloads, std::uint64_t hashed_spi_r) {
  const NatFinding nat = detect_nat(payloads, sa.spi_i(), hashed_spi_r, sa.local, sa.remote);
  sa.local_behind_nat = nat.local_behind;
  sa.remote_behind_nat = nat.remote_behind;
  sa.handshake->peer_natt = nat.supported;
  sa.handshake->peer_childless =
      wire::find_notify(payloads, NotifyType::kChildlessIkev2Supported) != nullptr;
  const bool forced = sa.shard.ports.sa_database.requires_udp_encapsulation();
  sa.udp_encapsulation = nat.supported && (nat.local_behind || nat.remote_behind || forced);
  if (forced && !nat.supported) {
    sa.shard.log(Severity::kWarning, "IKEV2", "NO_NAT_TRAVERSAL",
                 "Peer " + sa.remote.to_string() +
                     " does not support NAT traversal; this data plane has no ESP without UDP");
  }
  const bool ppk_here = sa.initiator ? initiator_ppk(sa) != nullptr
                                     : answers_use_ppk(*sa.shard.snapshot, sa.local.address);
  sa.handshake->use_ppk = ppk_here && wire::find_notify(payloads, NotifyType::kUsePpk) != nullptr;
  sa.fragmentation = sa.shard.snapshot->fragmentation_mtu != 0 &&
                     wire::find_notify(payloads, NotifyType::kFragmentationSupported) != nullptr;
  const auto* hashes = wire::find_notify(payloads, NotifyType::kSignatureHashAlgorithms);
  if (hashes != nullptr) {
    const auto list = wire::parse_signature_hash_algorithms(*hashes);
    if (list) sa.handshake->peer_hashes = *list;
  }
  for (const wire::Payload& payload : payloads) {
    const auto* request = std::get_if<wire::CertReqPayload>(&payload);
    if (request == nullptr || request->encoding != wire::CertEncoding::kX509Signature) continue;
    for (std::size_t i = 0; i < request->hash_count(); ++i) {
      sa.handshake->peer_authorities.push_back(to_bytes(request->hash(i)));
    }
  }
}

void float_port(IkeSa& sa) {
  const bool floats =
      sa.udp_encapsulation || (sa.shard.snapshot->mobike && sa.handshake->peer_natt);
  if (!floats || sa.remote.port != kIkePort) return;
  sa.local.port = kNatPort;
  sa.remote.port = kNatPort;
}

namespace {

Status derive_keys(IkeSa& sa, const wire::Proposal& chosen, ByteView shared) {
  const Result<IkeSuite> suite = ike_suite(chosen);
  if (!suite) return tl::unexpected(suite.error());
  const Result<crypto::CipherSuite> ciphers = suite->cipher_suite();
  if (!ciphers) return tl::unexpected(ciphers.error());
  const auto prf = crypto::prf_from_id(static_cast<std::uint16_t>(suite->prf));
  if (!prf) return fail(Errc::kUnsupported, "PRF is not implemented");
  const crypto::ExchangeInputs inputs{sa.handshake->nonce_i, sa.handshake->nonce_r, sa.spi_i(),
                                      sa.spi_r()};
  const Result<SecretBytes> seed = crypto::skeyseed(*prf, inputs, shared);
  if (!seed) return tl::unexpected(seed.error());
  Result<crypto::IkeKeys> keys = crypto::ike_keys(*prf, *ciphers, *seed, inputs);
  if (!keys) return tl::unexpected(keys.error());
  return sa.take_keys(*suite, std::move(*keys));
}

void abort(IkeSa& sa, const std::string& cause) {
  sa.shard.record(&sa, sa.remote, "IKE_SA_INIT", cause, std::move(sa.handshake->steps));
  sa.shard.retire(sa, cause);
}

// The answer that ends the exchange: checks it and takes what it says.
Result<wire::Proposal> take_answer(IkeSa& sa, const InitialOffer& offer, ClearMessage& answer) {
  const Payloads& payloads = answer.message.payloads;
  const auto* answered = wire::find<wire::SaPayload>(payloads);
  const auto* ke = wire::find<wire::KePayload>(payloads);
  const auto* nonce = wire::find<wire::NoncePayload>(payloads);
  if (answered == nullptr || ke == nullptr || nonce == nullptr ||
      answer.message.header.responder_spi == 0) {
    return fail(Errc::kInvalid, "answer lacks SA, KE, nonce or SPI");
  }
  Result<wire::Proposal> chosen = accept(offer.proposals, *answered);
  if (!chosen) return chosen;
  if (group_of(*chosen) != offer.group || ke->group != offer.group) {
    return fail(Errc::kInvalid, "answer's KE does not belong to the chosen group");
  }
  sa.spi_remote = answer.message.header.responder_spi;
  sa.handshake->nonce_i = offer.nonce;
  sa.handshake->nonce_r = nonce->data;
  sa.handshake->peer_message = std::move(answer.octets);
  take_first_notices(sa, payloads, sa.spi_r());
  sa.handshake->additional = additional_methods(*chosen);
  sa.additional_keys = !sa.handshake->additional.empty();
  const bool intermediate =
      wire::find_notify(payloads, NotifyType::kIntermediateExchangeSupported) != nullptr;
  if (!sa.handshake->additional.empty() && !intermediate) {
    return fail(Errc::kInvalid, "answer chooses additional key exchanges without the means");
  }
  return chosen;
}

}  // namespace

// Initiator                         Responder
// -------------------------------------------------------------------
ike::Task<> initiate_ike_sa(IkeSa& sa, ports::PolicyId rule) {
  Shard& shard = sa.shard;
  if (co_await resume_ike_sa(sa)) co_return co_await authenticate_as_initiator(sa, rule);
  InitialOffer offer;
  Steps& steps = sa.handshake->steps;
  offer.proposals = shard.ike_proposals(sa.local.address, steps);
  if (offer.proposals.empty()) {
    co_return abort(
        sa, "no usable IKEv2 proposal is configured" + (steps.empty() ? "" : ": " + steps.back()));
  }
  Result<Bytes> nonce = crypto::random_bytes(kNonceSize);
  if (!nonce) co_return abort(sa, nonce.error().text);
  offer.nonce = std::move(*nonce);
  offer.group = group_of(offer.proposals.front());

  std::optional<ClearMessage> answer;
  for (;;) {
    if (!offer.key) {
      Result<crypto::DhKey> key = co_await begin_agreement(shard, offer.group);
      if (!key) co_return abort(sa, key.error().text);
      offer.key = std::move(*key);
    }
    Result<Bytes> request = write_request(sa, offer);
    if (!request) co_return abort(sa, request.error().text);
    sa.handshake->our_message = *request;
    // HDR, [N(COOKIE),] SAi1, KEi, Ni  -->
    sa.send_initial(wire::ExchangeType::kIkeSaInit, std::move(*request));

    //                              <--  HDR, SAr1, KEr, Nr, [CERTREQ]
    //                              <--  HDR, N(COOKIE)   or   HDR, N(INVALID_KE_PAYLOAD)
    do {
      answer = co_await sa.initial_answer();
    } while (is_stale(offer, answer->message.payloads));
    const Payloads& payloads = answer->message.payloads;
    if (wire::find<wire::SaPayload>(payloads) != nullptr) break;
    if (const auto* cookie = wire::find_notify(payloads, NotifyType::kCookie)) {
      if (cookie->data.empty() || cookie->data.size() > 64 || ++offer.cookies > kMaxCookies) {
        co_return abort(sa, "peer asks for cookies without end");
      }
      offer.cookie = cookie->data;
      steps.push_back("peer asked for a cookie");
    } else if (const auto* group = wire::find_notify(payloads, NotifyType::kInvalidKePayload)) {
      if (Status changed = change_group(offer, *group); !changed) {
        co_return abort(sa, changed.error().text);
      }
      ++shard.counters.invalid_ke;
      steps.push_back("peer wanted " + wire::to_string(offer.group));
    } else {
      const wire::NotifyPayload* error = error_in(payloads);
      if (error != nullptr && error->type == NotifyType::kNoProposalChosen) {
        ++shard.counters.no_proposal;
      }
      co_return abort(sa, error == nullptr ? "answer holds nothing of use"
                                           : "peer answered " + wire::to_string(error->type));
    }
  }
  const Result<wire::Proposal> chosen = take_answer(sa, offer, *answer);
  if (!chosen) co_return abort(sa, chosen.error().text);
  sa.initial_answered();
  Bytes peer_value = wire::find<wire::KePayload>(answer->message.payloads)->data;
  ike::EngineAnswer<SecretBytes> shared =
      co_await derive(shard, std::move(*offer.key), std::move(peer_value));
  if (!shared.result) co_return abort(sa, shared.result.error().text);
  if (Status keys = derive_keys(sa, *chosen, *shared.result); !keys) {
    co_return abort(sa, keys.error().text);
  }
  sa.dh_engine = shared.engine;
  steps.push_back("chosen: " + sa.suite.to_string());
  float_port(sa);
  sa.step(ike::Phase::kAuth);
  if (Status more = co_await exchange_additional_keys(sa); !more) {
    co_return abort(sa, more.error().text);
  }
  co_await authenticate_as_initiator(sa, std::move(rule));
}

ike::Task<> respond_ike_sa_init(IkeSa& sa, ClearMessage request, wire::Proposal chosen) {
  Shard& shard = sa.shard;
  const Payloads& payloads = request.message.payloads;
  // HDR, SAi1, KEi, Ni  -->
  const wire::KePayload& ke = *wire::find<wire::KePayload>(payloads);
  sa.handshake->nonce_i = wire::find<wire::NoncePayload>(payloads)->data;
  take_first_notices(sa, payloads, 0);
  sa.handshake->additional = additional_methods(chosen);
  sa.additional_keys = !sa.handshake->additional.empty();
  Result<Bytes> nonce = crypto::random_bytes(kNonceSize);
  if (!nonce) co_return abort(sa, nonce.error().text);
  sa.handshake->nonce_r = std::move(*nonce);

  Result<ike::KeyAgreement> agreement = co_await agree(shard, ke.group, ke.data);
  if (!agreement) co_return abort(sa, agreement.error().text);
  if (Status keys = derive_keys(sa, chosen, agreement->shared); !keys) {
    co_return abort(sa, keys.error().text);
  }
  sa.dh_engine = agreement->engine;

  wire::Message reply;
  reply.header = sa.header(wire::ExchangeType::kIkeSaInit, true, 0);
  reply.payloads.emplace_back(wire::SaPayload{{std::move(chosen)}});
  reply.payloads.emplace_back(wire::KePayload{ke.group, std::move(agreement->public_value)});
  reply.payloads.emplace_back(wire::NoncePayload{sa.handshake->nonce_r});
  const bool pretend = shard.ports.sa_database.requires_udp_encapsulation();
  (void)add_nat_detection(reply.payloads, sa.spi_i(), sa.spi_r(), sa.local, sa.remote, pretend);
  if (!sa.handshake->peer_hashes.empty()) {
    reply.payloads.emplace_back(
        wire::signature_hash_algorithms(signature_hashes(shard.snapshot->legacy_algorithms)));
  }
  if (!sa.handshake->additional.empty()) {
    reply.payloads.emplace_back(wire::notify(NotifyType::kIntermediateExchangeSupported));
  }
  if (sa.handshake->use_ppk) reply.payloads.emplace_back(wire::notify(NotifyType::kUsePpk));
  if (sa.fragmentation) {
    reply.payloads.emplace_back(wire::notify(NotifyType::kFragmentationSupported));
  }
  reply.payloads.emplace_back(wire::notify(NotifyType::kChildlessIkev2Supported));  // RFC 6023 3
  wire::CertReqPayload authorities;
  for (const Bytes& hash : shard.ports.credentials.ca_key_hashes({})) {
    authorities.authorities.insert(authorities.authorities.end(), hash.begin(), hash.end());
  }
  if (!authorities.authorities.empty()) reply.payloads.emplace_back(std::move(authorities));
  Result<Bytes> octets = wire::serialize(reply);
  if (!octets) co_return abort(sa, octets.error().text);
  sa.handshake->our_message = *octets;
  sa.step(ike::Phase::kAuth);
  //                              <--  HDR, SAr1, KEr, Nr, [CERTREQ]
  sa.reply_initial(std::move(*octets));
}

}  // namespace spa::ikev2
