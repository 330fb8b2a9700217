// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/authentication.h"

#include <algorithm>

#include "userspace/ike/awaitables.h"
#include "userspace/ikev2/identity.h"
#include "userspace/ikev2/intermediate.h"
#include "userspace/ikev2/ppk.h"
#include "userspace/ikev2/resumption.h"
#include "userspace/ikev2/shard.h"
#include "userspace/ikev2/signature_choice.h"
#include "userspace/wire/ppk.h"

namespace spa::ikev2 {

using Kind = policy::Identity::Kind;

Result<Bytes> signed_part(const IkeSa& sa, bool ours, const wire::IdPayload& id) {
  const auto prf = crypto::prf_from_id(static_cast<std::uint16_t>(sa.suite.prf));
  if (!prf || !sa.handshake) return fail(Errc::kState, "no handshake under way");
  const Handshake& h = *sa.handshake;
  const bool from_initiator = ours == sa.initiator;
  Result<Bytes> octets = crypto::signed_octets(
      *prf, ours ? h.our_message : h.peer_message, from_initiator ? h.nonce_r : h.nonce_i,
      from_initiator ? h.sk_pi : h.sk_pr, wire::rest_of_id_payload(id));
  if (!octets) return octets;
  const Bytes more = int_auth(h);  // RFC 9242 3.3.2, RFC 9370 2.2.3
  octets->insert(octets->end(), more.begin(), more.end());
  return octets;
}

namespace {

const policy::KeyringPeer* keyring_peer(const policy::Snapshot& snapshot,
                                        const policy::Ikev2Profile& profile,
                                        const IpAddress& address,
                                        const policy::Identity* identity) {
  const auto ring = snapshot.ikev2_keyrings.find(profile.keyring);
  return ring == snapshot.ikev2_keyrings.end() ? nullptr : ring->second.find(address, identity);
}

// The trustpoints to sign with, in order: those of the profile, otherwise the last defined first
// (R-PROF-16).
std::vector<std::string> signing_trustpoints(const policy::Snapshot& snapshot,
                                             const policy::Ikev2Profile& profile) {
  if (!profile.trustpoints.empty()) return profile.trustpoints;
  std::vector<std::string> names;
  for (const policy::Trustpoint& t : snapshot.trustpoints) names.push_back(t.name);
  std::reverse(names.begin(), names.end());
  return names;
}

// Our certificate: the first whose CA the peer asked for (CERTREQ), else the first there is.
Result<ports::LocalCertificate> own_certificate(IkeSa& sa, const policy::Snapshot& snapshot,
                                                const policy::Ikev2Profile& profile) {
  ports::Credentials& credentials = sa.shard.ports.credentials;
  const auto& wanted = sa.handshake->peer_authorities;
  std::optional<ports::LocalCertificate> first;
  std::string why = "no trustpoint is configured";
  for (const std::string& name : signing_trustpoints(snapshot, profile)) {
    Result<ports::LocalCertificate> found = credentials.local(name);
    if (!found || !found->key) {
      why = "trustpoint " + name + ": " + (found ? "no key" : found.error().text);
      continue;
    }
    if (method_for(found->key->type()) != *profile.local_auth) {
      why = "trustpoint " + name + " has a key of type " +
            std::string(crypto::to_string(found->key->type()));
      continue;
    }
    const std::vector<Bytes> hashes = credentials.ca_key_hashes({name});
    const bool asked = std::any_of(hashes.begin(), hashes.end(), [&](const Bytes& hash) {
      return std::find(wanted.begin(), wanted.end(), hash) != wanted.end();
    });
    if (wanted.empty() || asked) return std::move(*found);
    if (!first) first = std::move(*found);
  }
  if (first) return std::move(*first);
  return fail(Errc::kNotFound, "no certificate to authenticate with: " + why);
}

ike::Task<Status> sign_proof(IkeSa& sa, const policy::Snapshot& snapshot,
                             const policy::Ikev2Profile& profile, wire::Side side, Proof& proof) {
  Result<ports::LocalCertificate> own = own_certificate(sa, snapshot, profile);
  if (!own) co_return tl::unexpected(own.error());
  const bool by_dn = !profile.local_identity || (profile.local_identity->kind == Kind::kDn &&
                                                 profile.local_identity->der.empty());
  if (by_dn) proof.identity = {Kind::kDn, {}, own->subject, own->subject_der};
  Result<wire::IdPayload> id = to_payload(proof.identity, side);
  if (!id) co_return tl::unexpected(id.error());
  proof.id = std::move(*id);
  for (Bytes& certificate : own->chain) {
    proof.certificates.push_back({wire::CertEncoding::kX509Signature, std::move(certificate)});
  }
  Result<Bytes> octets = signed_part(sa, true, proof.id);
  if (!octets) co_return tl::unexpected(octets.error());
  const Result<SignatureChoice> choice =
      choose_signature(own->key->type(), profile.rsa_pss, sa.handshake->peer_hashes);
  if (!choice) co_return tl::unexpected(choice.error());
  ike::EngineAnswer<Bytes> made =
      co_await sign(sa.shard, *own->key, choice->method, std::move(*octets));
  if (!made.result) co_return tl::unexpected(made.result.error());
  proof.auth.method = choice->auth;
  if (choice->auth == wire::AuthMethod::kDigitalSignature) {
    proof.auth.algorithm = to_bytes(crypto::algorithm_identifier(choice->method));
  }
  proof.auth.data = std::move(*made.result);
  sa.auth_engine = made.engine;
  co_return Status{};
}

Status mac_proof(IkeSa& sa, const policy::Snapshot& snapshot, const policy::Ikev2Profile& profile,
                 wire::Side side, Proof& proof) {
  const policy::Identity* peer =
      sa.remote_identity.kind == Kind::kNone ? nullptr : &sa.remote_identity;
  const policy::KeyringPeer* key = keyring_peer(snapshot, profile, sa.remote.address, peer);
  if (key == nullptr || key->local_key.empty()) {
    return fail(Errc::kNotFound, "no pre-shared key for " + sa.remote.address.to_string() +
                                     " in keyring '" + profile.keyring + "'");
  }
  Result<wire::IdPayload> id = to_payload(proof.identity, side);
  if (!id) return tl::unexpected(id.error());
  proof.id = std::move(*id);
  const Result<Bytes> octets = signed_part(sa, true, proof.id);
  if (!octets) return tl::unexpected(octets.error());
  const auto prf = crypto::prf_from_id(static_cast<std::uint16_t>(sa.suite.prf));
  const Result<SecretBytes> mac = crypto::shared_key_auth(*prf, key->local_key, *octets);
  if (!mac) return tl::unexpected(mac.error());
  proof.auth = {wire::AuthMethod::kSharedKeyMic, {}, to_bytes(*mac)};
  return {};
}

Status check_mac(const IkeSa& sa, const policy::Snapshot& snapshot,
                 const policy::Ikev2Profile& profile, const Claim& claim) {
  const policy::KeyringPeer* key =
      keyring_peer(snapshot, profile, sa.remote.address, &claim.identity);
  if (key == nullptr || key->remote_key.empty()) {
    return fail(Errc::kDenied, "no pre-shared key for " + claim.identity.to_string() + " at " +
                                   sa.remote.address.to_string() + " in keyring '" +
                                   profile.keyring + "'");
  }
  const Result<Bytes> octets = signed_part(sa, false, claim.id);
  if (!octets) return tl::unexpected(octets.error());
  const auto prf = crypto::prf_from_id(static_cast<std::uint16_t>(sa.suite.prf));
  const Result<SecretBytes> mac = crypto::shared_key_auth(*prf, key->remote_key, *octets);
  if (!mac) return tl::unexpected(mac.error());
  if (constant_time_equal(*mac, claim.auth.data)) return {};
  return fail(Errc::kDenied, "pre-shared key mismatch with " + claim.identity.to_string());
}

bool identity_admitted(const policy::Ikev2Profile& profile, const policy::Identity& identity) {
  return std::any_of(profile.match_remote.begin(), profile.match_remote.end(),
                     [&](const policy::IdentityMatch& m) { return m.matches(identity); });
}

bool map_admitted(IkeSa& sa, const policy::Ikev2Profile& profile,
                  const ports::PeerCertificate& certificate) {
  const auto& maps = profile.match_certificate_maps;
  return std::any_of(maps.begin(), maps.end(), [&](const std::string& map) {
    return sa.shard.ports.credentials.matches(certificate, map);
  });
}

}  // namespace

bool accepts(const policy::Ikev2Profile& profile, const IpAddress& local, policy::AuthMethod method,
             Steps& steps) {
  const std::string where = "profile " + profile.name;
  const auto& methods = profile.remote_auth;
  if (!profile.complete()) {
    steps.push_back(where + ": incomplete");  // R-PROF-2
  } else if (profile.match_local_address && *profile.match_local_address != local) {
    steps.push_back(where + ": is for local address " + profile.match_local_address->to_string());
  } else if (std::find(methods.begin(), methods.end(), method) == methods.end()) {
    steps.push_back(where + ": does not allow the peer's authentication method");
  } else {
    return true;
  }
  return false;
}

bool admits(IkeSa& sa, const policy::Ikev2Profile& profile, const policy::Identity& identity,
            const std::optional<ports::PeerCertificate>& certificate) {
  return identity_admitted(profile, identity) ||
         (certificate && map_admitted(sa, profile, *certificate));
}

Status carries(IkeSa& sa, const ports::PeerCertificate& certificate,
               const policy::Identity& identity) {
  const bool by_name = identity.kind == Kind::kDn;
  const bool found =
      by_name ? sa.shard.ports.credentials.same_name(certificate.subject_der, identity.der)
              : ike::speaks_for(certificate, identity);
  if (found) return {};
  ike::log_identity_mismatch(sa.shard, identity, certificate);
  return fail(Errc::kDenied, "certificate of " + certificate.subject +
                                 " does not carry the identity " + identity.to_string());
}

namespace {

// How exactly a statement names the peer.
int precision(const policy::IdentityMatch& m) {
  using Match = policy::IdentityMatch::Kind;
  switch (m.kind) {
    case Match::kAny:
      return 0;
    case Match::kFqdnDomain:
    case Match::kEmailDomain:
      return 1 + static_cast<int>(m.text.size());
    case Match::kAddress:
      return 1 + static_cast<int>(m.address.length);
    case Match::kFqdn:
    case Match::kEmail:
    case Match::kKeyId:
      return 1000;
  }
  return 0;
}

ike::Task<Status> check_signature(IkeSa& sa, const policy::Snapshot& snapshot, const Claim& claim,
                                  const ports::PeerCertificate& certificate) {
  if (Status carried = carries(sa, certificate, claim.identity); !carried) co_return carried;
  const Result<crypto::SignatureMethod> method =
      claimed_signature(claim.auth, snapshot.legacy_algorithms);
  if (!method) co_return tl::unexpected(method.error());
  Result<Bytes> octets = signed_part(sa, false, claim.id);
  if (!octets) co_return tl::unexpected(octets.error());
  ike::EngineAnswer<void> judged =
      co_await verify(sa.shard, *certificate.key, *method, std::move(*octets), claim.auth.data);
  if (judged.result) co_return Status{};
  co_return fail(Errc::kDenied, "signature of " + claim.identity.to_string() +
                                    " is wrong: " + judged.result.error().text);
}

}  // namespace

ike::Task<Result<ports::PeerCertificate>> judge_chain(IkeSa& sa, std::vector<Bytes> chain,
                                                      std::vector<std::string> trustpoints) {
  if (chain.empty()) co_return fail(Errc::kDenied, "peer sent no certificate");
  Result<ports::PeerCertificate> judged = co_await validate(sa.shard, chain, trustpoints);
  if (judged && !judged->key) judged = fail(Errc::kDenied, "certificate without usable key");
  if (!judged) {
    sa.shard.log(Severity::kNotice, "CRYPTO", "IKMP_INVAL_CERT",
                 "Certificate received from " + sa.remote.address.to_string() +
                     " is bad: " + judged.error().text);
  }
  co_return judged;
}

namespace {

// R-PROF-12, 13: no identity statement fits, so the certificate decides.
ike::Task<Result<Verified>> profile_by_certificate(IkeSa& sa, const policy::Snapshot& snapshot,
                                                   const Claim& claim, policy::AuthMethod method) {
  Steps& steps = sa.handshake->steps;
  Result<ports::PeerCertificate> certificate = co_await judge_chain(sa, claim.chain, {});
  if (!certificate) co_return tl::unexpected(certificate.error());
  for (const auto& [name, profile] : snapshot.ikev2_profiles) {
    if (profile.match_certificate_maps.empty() || !snapshot.meets(profile, sa.local.address)) {
      continue;
    }
    if (!accepts(profile, sa.local.address, method, steps)) continue;
    if (!map_admitted(sa, profile, *certificate)) {
      steps.push_back("profile " + name + ": no certificate map matches");
      continue;
    }
    sa.shard.debug(sa, "certificate map matches " + name + " profile");
    if (!profile.trustpoints.empty()) {
      sa.shard.debug(sa, "Trying to re-validate CERT using new profile");
      certificate = co_await judge_chain(sa, claim.chain, profile.trustpoints);
      if (!certificate) co_return tl::unexpected(certificate.error());
    }
    co_return Verified{name, std::move(*certificate)};
  }
  co_return fail(Errc::kDenied, "no profile matches identity " + claim.identity.to_string() +
                                    " or its certificate");
}

}  // namespace

ike::Task<Result<Proof>> prove(IkeSa& sa, policy::SnapshotPtr snapshot,
                               const policy::Ikev2Profile& profile, wire::Side side) {
  if (sa.handshake->resumed) co_return resumed_proof(sa);
  Proof proof;
  proof.identity =
      profile.local_identity.value_or(policy::Identity{Kind::kAddress, sa.local.address, {}, {}});
  const policy::AuthMethod method = profile.local_auth.value_or(policy::AuthMethod::kPreShare);
  Status made;
  if (policy::is_signature(method)) {
    made = co_await sign_proof(sa, *snapshot, profile, side, proof);
  } else {
    made = mac_proof(sa, *snapshot, profile, side, proof);
  }
  if (!made) co_return tl::unexpected(made.error());
  sa.local_identity = proof.identity;
  sa.local_auth = auth_name(method);
  co_return proof;
}

Result<Claim> read_claim(const Payloads& payloads, wire::Side side) {
  const wire::IdPayload* id = wire::find_id(payloads, side);
  const auto* auth = wire::find<wire::AuthPayload>(payloads);
  if (id == nullptr) return fail(Errc::kInvalid, "peer sent no identity");
  if (auth == nullptr)
    return fail(Errc::kInvalid, "peer sent no AUTH payload (EAP is not supported)");
  Result<policy::Identity> identity = from_payload(*id);
  if (!identity) return tl::unexpected(identity.error());
  Claim claim{*id, std::move(*identity), *auth, {}, {}, {}};
  if (const auto* ppk = wire::find_notify(payloads, wire::NotifyType::kPpkIdentity)) {
    // In a response it is empty. An identity of a kind that is not understood names no key of ours.
    if (side == wire::Side::kInitiator) {
      claim.ppk_identity = wire::parse_ppk_identity(*ppk).value_or("of unknown kind");
    }
  }
  if (const auto* other = wire::find_notify(payloads, wire::NotifyType::kNoPpkAuth)) {
    Result<wire::AuthPayload> without = wire::parse_no_ppk_auth(*other, auth->method);
    if (!without) return tl::unexpected(without.error());
    claim.auth_without_ppk = std::move(*without);
  }
  for (const wire::Payload& payload : payloads) {
    const auto* certificate = std::get_if<wire::CertPayload>(&payload);
    if (certificate == nullptr || certificate->encoding != wire::CertEncoding::kX509Signature) {
      continue;
    }
    claim.chain.push_back(certificate->data);
  }
  return claim;
}

Result<policy::AuthMethod> method_of(const Claim& claim) {
  return method_of(claim.auth);
}

const policy::Ikev2Profile* profile_by_identity(const policy::Snapshot& snapshot,
                                                const IpAddress& local,
                                                const policy::Identity& identity,
                                                policy::AuthMethod method, Steps& steps) {
  const policy::Ikev2Profile* best = nullptr;
  int best_precision = -1;
  for (const auto& [name, profile] : snapshot.ikev2_profiles) {
    if (!identity_admitted(profile, identity)) {
      steps.push_back("profile " + name + ": identity " + identity.to_string() + " does not match");
      continue;
    }
    if (!snapshot.meets(profile, local)) {
      steps.push_back("profile " + name + ": is for another VRF");  // R-VRF-2
      continue;
    }
    if (!accepts(profile, local, method, steps)) continue;
    for (const policy::IdentityMatch& m : profile.match_remote) {
      if (!m.matches(identity) || precision(m) <= best_precision) continue;
      best = &profile;
      best_precision = precision(m);
    }
  }
  steps.push_back(best == nullptr ? "peer matches *none* of the profiles"
                                  : "peer matches " + best->name + " profile");
  return best;
}

ike::Task<Result<Verified>> check(IkeSa& sa, policy::SnapshotPtr snapshot, std::string bound,
                                  Claim claim) {
  if (sa.handshake->resumed) co_return co_await check_resumed(sa, snapshot, std::move(claim));
  const Result<policy::AuthMethod> method = method_of(claim);
  if (!method) co_return tl::unexpected(method.error());
  Steps& steps = sa.handshake->steps;
  const policy::Ikev2Profile* profile = nullptr;
  if (bound.empty()) {
    profile = profile_by_identity(*snapshot, sa.local.address, claim.identity, *method, steps);
  } else {
    profile = &snapshot->ikev2_profiles.at(bound);
    if (!accepts(*profile, sa.local.address, *method, steps)) {
      co_return fail(Errc::kDenied, steps.back());
    }
  }
  Verified verified;
  // RFC 8784: whether a PPK is in AUTH depends on the profile.
  const auto ppk_settled = [&](const policy::Ikev2Profile& chosen) {
    return sa.initiator ? Status{} : settle_ppk(sa, *snapshot, chosen, claim);
  };
  if (policy::is_signature(*method)) {
    if (profile == nullptr) {
      Result<Verified> found = co_await profile_by_certificate(sa, *snapshot, claim, *method);
      if (!found) co_return found;
      verified = std::move(*found);
    } else {
      Result<ports::PeerCertificate> judged =
          co_await judge_chain(sa, claim.chain, profile->trustpoints);
      if (!judged) co_return tl::unexpected(judged.error());
      verified = {profile->name, std::move(*judged)};
    }
    Status ppk = ppk_settled(snapshot->ikev2_profiles.at(verified.profile));
    if (!ppk) co_return tl::unexpected(ppk.error());
    Status signature = co_await check_signature(sa, *snapshot, claim, *verified.certificate);
    if (!signature) co_return tl::unexpected(signature.error());
  } else {
    if (profile == nullptr) co_return fail(Errc::kDenied, steps.back());
    if (Status ppk = ppk_settled(*profile); !ppk) co_return tl::unexpected(ppk.error());
    if (Status mac = check_mac(sa, *snapshot, *profile, claim); !mac) {
      co_return tl::unexpected(mac.error());
    }
    verified.profile = profile->name;
  }
  // The profile that an initiator was told to use must admit whom it found there.
  const bool admitted = bound.empty() || admits(sa, *profile, claim.identity, verified.certificate);
  if (!admitted) {
    co_return fail(Errc::kDenied,
                   "profile " + bound + " does not admit identity " + claim.identity.to_string());
  }
  co_return verified;
}

std::optional<policy::Identity> sole_identity(const policy::Ikev2Profile& profile) {
  if (profile.match_remote.size() != 1 || !profile.match_certificate_maps.empty()) return {};
  const policy::IdentityMatch& m = profile.match_remote.front();
  using Match = policy::IdentityMatch::Kind;
  switch (m.kind) {
    case Match::kAddress:
      if (m.address.length != m.address.address.bits()) return {};
      return policy::Identity{Kind::kAddress, m.address.address, {}, {}};
    case Match::kFqdn:
      return policy::Identity{Kind::kFqdn, {}, m.text, {}};
    case Match::kEmail:
      return policy::Identity{Kind::kEmail, {}, m.text, {}};
    case Match::kKeyId:
      return policy::Identity{Kind::kKeyId, {}, m.text, {}};
    case Match::kAny:
    case Match::kFqdnDomain:
    case Match::kEmailDomain:
      break;
  }
  return {};
}

void establish(IkeSa& sa, const policy::Snapshot& snapshot, const policy::Ikev2Profile& profile,
               const Claim& claim, const Verified& verified) {
  Shard& shard = sa.shard;
  shard.left_half_open(sa);
  sa.step(ike::Phase::kEstablished);
  sa.profile = profile.name;
  sa.remote_identity = claim.identity;
  sa.remote_auth = auth_name(verified.certificate ? method_for(verified.certificate->key->type())
                                                  : policy::AuthMethod::kPreShare);
  if (verified.certificate) {
    const ports::PeerCertificate& certificate = *verified.certificate;
    if (claim.identity.kind == Kind::kDn) sa.remote_identity.text = certificate.subject;
    sa.peer_certificate_serial = to_hex(certificate.serial);
    sa.peer_certificate_issuer = certificate.issuer;
    // R-REV-3, 6, 11: nothing is kept of peers that will never be checked, or when the switch is
    // off.
    if (certificate.check_revocation && snapshot.disconnect_revoked_peers) {
      sa.held =
          ike::HeldCertificate{certificate.issuer_der, certificate.issuer, certificate.serial};
    }
  }
  if (snapshot.resumption_seconds != 0) {
    const auto method = method_of(claim).value_or(policy::AuthMethod::kPreShare);
    const Resumed* before = sa.handshake->resumed.get();
    sa.resumable = std::make_shared<const IkeSa::Resumable>(
        before != nullptr ? IkeSa::Resumable{before->state.peer_method, before->state.chain}
                          : IkeSa::Resumable{method, claim.chain});
  }
  sa.description = "Negotiation done";
  sa.lifetime_seconds = profile.lifetime_seconds;
  const Duration life(sa.lifetime_seconds * 1000LL);
  sa.expires = shard.now() + life;
  sa.expiry_cause = "lifetime expired";
  sa.rekey_at = shard.now() + shard.rekey_after(life);
  sa.liveness.configure(profile.dpd.interval_seconds != 0 ? profile.dpd : snapshot.global_dpd,
                        shard.now());
  shard.record(&sa, sa.remote, "IKE_AUTH", "established under profile " + profile.name,
               std::move(sa.handshake->steps));
  std::string additional;  // RFC 9370
  for (const wire::DhId id : sa.handshake->additional) additional += ", " + wire::to_string(id);
  sa.handshake.reset();
  ++shard.counters.ike_sas_created;
  shard.log(Severity::kNotice, "IKEV2", "SA_UP",
            "SA UP: peer " + sa.remote.to_string() + " tunnel-id " + std::to_string(sa.id) +
                ", identity " + sa.remote_identity.to_string() + ", profile " + sa.profile + ", " +
                sa.suite.to_string() + additional);
  shard.touch(sa);
}

}  // namespace spa::ikev2
