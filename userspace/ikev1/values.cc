// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/values.h"

#include <algorithm>

#include "userspace/crypto/dh.h"
#include "userspace/crypto/hash.h"
#include "userspace/crypto/random.h"
#include "userspace/crypto/rsa_encryption.h"
#include "userspace/ike/awaitables.h"
#include "userspace/ikev1/authentication.h"
#include "userspace/ikev1/identity.h"
#include "userspace/ikev1/own_key.h"
#include "userspace/wire/v1/limits.h"

namespace spa::ikev1 {

namespace {

using Kind = policy::Identity::Kind;
using v1::PayloadType;

// The key that our values go out under. We begin with whoever has the address; we answer whom we
// read. An unknown one is answered too, with what nobody but ourselves can read: silence would tell
// whether a ciphertext holds the name of somebody we know.
Result<crypto::PublicKey> key_towards_peer(IsakmpSa& sa) {
  Handshake& h = *sa.handshake;
  const policy::Snapshot& snapshot = *sa.shard.snapshot;
  const Result<policy::Identity> peer =
      sa.initiator ? policy::Identity{Kind::kAddress, sa.remote.address, {}, {}}
                   : identity_of(h.id_i);
  const policy::RsaPublicKey* known =
      peer ? find_public_key(snapshot, sa.profile, sa.local.address, *peer) : nullptr;
  if (known != nullptr) {
    h.peer_key = known->der;
    return crypto::PublicKey::from_der(known->der);
  }
  // Whether the certificate is still good is asked when the peer has shown that it can read us: not
  // here, where the time that it takes would tell whom we know.
  const SeenCertificates& all = sa.shard.seen_certificates;
  const SeenCertificate* seen = sa.initiator ? all.at(sa.local.address, sa.remote.address)
                                : peer       ? all.of(sa.local.address, *peer)
                                             : nullptr;
  if (seen != nullptr) {
    h.peer_key = seen->key;
    h.peer_certificate = seen->leaf;
    return crypto::PublicKey::from_der(seen->key);
  }
  const std::string cause =
      "no RSA public key of " + (peer ? peer->to_string() : "a peer that names nobody");
  h.steps.push_back(cause);
  if (sa.initiator) return fail(Errc::kNotFound, cause);
  sa.shard.log_limited(
      Severity::kInfo, "CRYPTO", "IKMP_AUTH_FAIL",
      "Authentication method 4 failed with host " + sa.remote.address.to_string() + ": " + cause);
  const Result<crypto::PrivateKey> own = own_rsa_key(sa.shard, sa.profile);
  if (!own) return tl::unexpected(own.error());
  return own->public_key();
}

// Which of our keys the peer encrypted with: it may say so with HASH(1).
Result<crypto::PrivateKey> key_of_ours(IsakmpSa& sa, const Payloads& payloads) {
  const auto* sent = sa.initiator ? nullptr : v1::find<v1::HashPayload>(payloads);
  if (sent == nullptr) return own_rsa_key(sa.shard, sa.profile);
  const CertificateHash of{sa.hash, sent->data};
  return own_rsa_key(sa.shard, sa.profile, &of);
}

}  // namespace

Result<Bytes> nonce(const Payloads& payloads) {
  const auto* found = v1::find<v1::NoncePayload>(payloads);
  if (found == nullptr) return fail(Errc::kInvalid, "no nonce");
  return found->data;
}

Result<Bytes> public_value(const IsakmpSa& sa, const Payloads& payloads) {
  const auto* ke = v1::find<v1::KePayload>(payloads);
  const auto group = crypto::dh_from_id(static_cast<std::uint16_t>(sa.suite.group));
  if (ke == nullptr || !group || ke->data.size() != crypto::public_size(*group)) {
    return fail(Errc::kInvalid, "KE is missing or not of " + wire::to_string(sa.suite.group));
  }
  return ke->data;
}

bool hides_values(const IsakmpSa& sa) {
  return sa.suite.auth == policy::IsakmpAuth::kRsaEncr;
}

Status make_nonce(IsakmpSa& sa) {
  SecretBytes& ours = sa.initiator ? sa.handshake->nonce_i : sa.handshake->nonce_r;
  ours.resize(kNonceSize);
  return crypto::random_fill(ours);
}

Status add_nonce(IsakmpSa& sa, Payloads& to) {
  Handshake& h = *sa.handshake;
  const SecretBytes& ours = sa.initiator ? h.nonce_i : h.nonce_r;
  if (!hides_values(sa)) {
    to.emplace_back(v1::NoncePayload{to_bytes(ours)});
    return {};
  }
  const Result<crypto::PublicKey> key = key_towards_peer(sa);
  if (!key) return tl::unexpected(key.error());
  // Who we are depends on the profile; for a responder that is a guess until the HASH.
  const std::string bound = sa.profile;
  const Result<policy::Identity> peer = identity_of(h.id_i);
  if (!sa.initiator && peer) {
    sa.profile = likely_profile(*sa.shard.snapshot, sa.local.address, *peer);
  }
  const Result<Self> us = self(sa);
  sa.profile = bound;
  if (!us) return tl::unexpected(us.error());
  const Result<v1::IdPayload> id = to_payload(us->identity);
  if (!id) return tl::unexpected(id.error());
  Bytes& id_body = sa.initiator ? h.id_i : h.id_r;
  id_body = v1::id_body(*id);
  if (sa.initiator && h.hash_known && !h.peer_certificate.empty()) {  // HASH(1)
    Result<Bytes> which = crypto::hash(sa.hash, {h.peer_certificate});
    if (!which) return tl::unexpected(which.error());
    to.emplace_back(v1::HashPayload{std::move(*which)});
  }
  Result<Bytes> hidden_id = crypto::rsa_encrypt(*key, id_body);
  Result<Bytes> hidden_nonce = crypto::rsa_encrypt(*key, ours);
  if (!hidden_id) return tl::unexpected(hidden_id.error());
  if (!hidden_nonce) return tl::unexpected(hidden_nonce.error());
  to.emplace_back(v1::OpaquePayload{PayloadType::kId, std::move(*hidden_id)});
  to.emplace_back(v1::OpaquePayload{PayloadType::kNonce, std::move(*hidden_nonce)});
  return {};
}

ike::Task<Result<SecretBytes>> take_nonce(IsakmpSa& sa, const Payloads& payloads) {
  if (!hides_values(sa)) {
    const Result<Bytes> plain = nonce(payloads);
    if (!plain) co_return tl::unexpected(plain.error());
    co_return to_secret(*plain);
  }
  const auto* id = v1::find_opaque(payloads, PayloadType::kId);
  const auto* hidden = v1::find_opaque(payloads, PayloadType::kNonce);
  if (id == nullptr || hidden == nullptr) {
    co_return fail(Errc::kInvalid, "identity or nonce is missing");
  }
  Result<crypto::PrivateKey> key = key_of_ours(sa, payloads);
  if (!key) co_return fail(Errc::kInvalid, key.error().text);
  Bytes hidden_nonce = hidden->data;
  ike::EngineAnswer<SecretBytes> id_body = co_await ike::decrypt(sa.shard, *key, id->data);
  ike::EngineAnswer<SecretBytes> plain =
      co_await ike::decrypt(sa.shard, *key, std::move(hidden_nonce));
  SecretBytes stand_in(v1::kMinNonceSize);
  if (Status made = crypto::random_fill(stand_in); !made) co_return tl::unexpected(made.error());
  if (!id_body.result || !plain.result) {
    co_return fail(Errc::kInvalid, "identity or nonce is no ciphertext of our key");
  }
  sa.auth_engine = plain.engine;
  Bytes& claimed = sa.initiator ? sa.handshake->id_r : sa.handshake->id_i;
  claimed.assign(id_body.result->begin(), id_body.result->end());
  // A nonce of a size that none has is not refused here, which would be an answer: nobody knows
  // this one, and the HASH will be wrong.
  const std::size_t size = plain.result->size();
  if (size < v1::kMinNonceSize || size > v1::kMaxNonceSize) co_return stand_in;
  co_return std::move(*plain.result);
}

Result<Bytes> claimed_id(const IsakmpSa& sa, const Incoming& message) {
  const Bytes& before = sa.initiator ? sa.handshake->id_r : sa.handshake->id_i;
  if (!before.empty() || hides_values(sa)) return before;
  if (v1::find<v1::IdPayload>(message.payloads) == nullptr) {
    return fail(Errc::kInvalid, "peer sent no identity");
  }
  return to_bytes(message.body(PayloadType::kId));
}

Result<policy::Identity> identity_of(ByteView id_body) {
  const Result<v1::IdPayload> id = v1::parse_id_body(id_body);
  if (!id) return tl::unexpected(id.error());
  return from_payload(*id);
}

v1::Bodies bodies_of_first(ByteView datagram) {
  wire::Reader body(v1::find_body(datagram, PayloadType::kSa), "SA payload");
  const Result<v1::SaPayload> offer = v1::parse_sa(body);
  if (!offer) return v1::Bodies::kPlain;
  const v1::Transform& first = offer->proposals.front().transforms.front();
  const Result<v1::Phase1Transform> method = v1::decode_phase1(first);
  const bool hidden = method && v1::base_method(method->auth) == v1::Phase1Auth::kRsaEncryption;
  return hidden ? v1::Bodies::kEncrypted : v1::Bodies::kPlain;
}

}  // namespace spa::ikev1
