// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/authentication.h"

#include <algorithm>

#include "userspace/ike/awaitables.h"
#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/identity.h"
#include "userspace/ikev1/own_key.h"
#include "userspace/ikev1/trace/steps.h"
#include "userspace/ikev1/values.h"

namespace spa::ikev1 {

namespace {

using Kind = policy::Identity::Kind;
using policy::IsakmpAuth;

// What RSA signs in IKEv1 is the hash itself (RFC 2409 5.1).
constexpr crypto::SignatureMethod kSignature{crypto::SignatureScheme::kRsaPkcs1Bare,
                                             crypto::HashAlgorithm::kSha1};

}  // namespace

Suites possible(Shard& shard, const std::string& profile, const IpAddress& local,
                const IpAddress& peer, const policy::Identity* identity, Suites suites,
                Steps& steps, Keyrings keyrings) {
  std::erase_if(suites, [&](const policy::IsakmpSuite& suite) {
    const std::string policy = "policy " + std::to_string(suite.priority) + " left out: ";
    switch (suite.auth) {
      case IsakmpAuth::kPreShare:
        if (find_key(*shard.snapshot, profile, local, peer, identity, keyrings) != nullptr) {
          return false;
        }
        steps.push_back(policy + "no pre-shared key with " + peer.to_string());
        trace::teller(shard, peer)(
            [&] { return trace::Said{"No pre-shared key with " + peer.to_string() + "!"}; });
        return true;
      case IsakmpAuth::kRsaSig: {
        const auto own = own_certificate(shard, profile, {});
        if (!own) steps.push_back(policy + own.error().text);
        return !own;
      }
      case IsakmpAuth::kRsaEncr: {
        const auto own = own_rsa_key(shard, profile);
        const policy::Identity by_address{Kind::kAddress, peer, {}, {}};
        const bool told =
            keyrings == Keyrings::kEvery
                ? has_public_keys(*shard.snapshot, local)
                : find_public_key(*shard.snapshot, profile, local, by_address) != nullptr;
        const bool known = told || shard.seen_certificates.at(local, peer) != nullptr;
        if (!own) steps.push_back(policy + own.error().text);
        if (!known) steps.push_back(policy + "no RSA public key of " + peer.to_string());
        return !own || !known;
      }
    }
    return true;
  });
  return suites;
}

Result<Self> self(IsakmpSa& sa) {
  Shard& shard = sa.shard;
  const policy::Snapshot& snapshot = *shard.snapshot;
  const policy::IsakmpProfile* profile = shard.profile(sa.profile);
  Self self;
  if (sa.suite.auth == IsakmpAuth::kRsaSig) {
    Result<ports::LocalCertificate> own =
        own_certificate(shard, sa.profile, sa.handshake->peer_authorities);
    if (!own) return tl::unexpected(own.error());
    self.certificate = std::move(*own);
  }
  // Whoever goes by our certificate knows us by a name in it.
  std::optional<ports::LocalCertificate> named_by = self.certificate;
  if (sa.suite.auth == IsakmpAuth::kRsaEncr && !sa.handshake->peer_certificate.empty()) {
    if (auto own = own_certificate(shard, sa.profile, {})) named_by = std::move(*own);
  }
  const policy::Identity by_address{Kind::kAddress, sa.local.address, {}, {}};
  const policy::Identity by_name{Kind::kFqdn, {}, snapshot.fqdn(), {}};
  if (profile != nullptr && profile->self_identity) {
    self.identity = *profile->self_identity;
    if (self.identity.kind == Kind::kAddress) self.identity = by_address;
    if (self.identity.kind == Kind::kFqdn && self.identity.text.empty()) self.identity = by_name;
  } else if (snapshot.isakmp.identity == policy::IsakmpIdentity::kHostname) {
    self.identity = by_name;
  } else if (snapshot.isakmp.identity == policy::IsakmpIdentity::kDn && self.certificate) {
    self.identity = {Kind::kDn, {}, self.certificate->subject, self.certificate->subject_der};
  } else {
    self.identity = by_address;
  }
  if (named_by && self.identity.kind == Kind::kAddress) {
    const auto& names = named_by->names;
    const bool named = std::any_of(names.begin(), names.end(), [&](const policy::Identity& n) {
      return n.kind == Kind::kAddress && n.address == self.identity.address;
    });
    if (!named) {  // R-POL-19
      constexpr auto kNumbered = trace::Style::kNumbered;
      trace::say(sa, "My ID configured as IPv4 Addr, but Addr not in Cert!", trace::kInAll,
                 kNumbered);
      trace::say(sa, "Using FQDN as My ID", trace::kInAll, kNumbered);
      self.identity = by_name;
    }
  }
  sa.local_identity = self.identity;
  return self;
}

ike::Task<Result<Payloads>> prove(IsakmpSa& sa, const Self& self, Bytes hash) {
  Payloads payloads;
  if (!self.certificate) {
    payloads.emplace_back(v1::HashPayload{std::move(hash)});
    co_return payloads;
  }
  for (const Bytes& certificate : self.certificate->chain) {
    payloads.emplace_back(v1::CertPayload{v1::CertEncoding::kX509Signature, certificate});
  }
  trace::name(sa, "constructing CERT payload for", self.certificate->subject_der, trace::kInNewer,
              trace::Style::kSpaced);
  trace::growing_buffer(sa, payloads);
  trace::tell(sa, [&] {
    return trace::Said{
        " using the " + self.certificate->trustpoint + " trustpoint's keypair to sign",
        trace::kInNewer, trace::Style::kColon};
  });
  ike::EngineAnswer<Bytes> made =
      co_await sign(sa.shard, *self.certificate->key, kSignature, std::move(hash));
  if (!made.result) co_return tl::unexpected(made.result.error());
  sa.auth_engine = made.engine;
  trace::rsa_signed(sa);
  payloads.emplace_back(v1::SignaturePayload{std::move(*made.result)});
  co_return payloads;
}

void add_certificate_requests(IsakmpSa& sa, Payloads& to) {
  if (sa.suite.auth != IsakmpAuth::kRsaSig) return;
  const policy::IsakmpProfile* profile = sa.shard.profile(sa.profile);
  const auto trustpoints = profile != nullptr ? profile->trustpoints : std::vector<std::string>{};
  for (Bytes& name : sa.shard.ports.credentials.ca_names(trustpoints)) {
    trace::name(sa, "constructing CERT_REQ for issuer", name, trace::kInNewer,
                trace::Style::kSpaced);
    to.emplace_back(v1::CertReqPayload{v1::CertEncoding::kX509Signature, std::move(name)});
  }
}

void take_certificate_requests(IsakmpSa& sa, const Payloads& payloads) {
  trace::certificate_requests(sa, payloads);
  for (const auto* request : v1::find_all<v1::CertReqPayload>(payloads)) {
    if (request->encoding != v1::CertEncoding::kX509Signature) continue;
    if (request->authority.empty()) continue;
    sa.handshake->peer_authorities.push_back(request->authority);
  }
}

// --- the peer ---

namespace {

// A certificate of the peer that passed, or why not.
ike::Task<Result<ports::PeerCertificate>> judge_chain(IsakmpSa& sa, std::vector<Bytes> chain,
                                                      std::vector<std::string> trustpoints) {
  if (chain.empty()) co_return fail(Errc::kDenied, "peer sent no certificate");
  Result<ports::PeerCertificate> judged = co_await validate(sa.shard, chain, trustpoints);
  if (judged && !judged->key) judged = fail(Errc::kDenied, "certificate without usable key");
  if (!judged) {
    trace::say(sa, "Unknown error in cert validation, 65535", trace::kInPix);
    sa.shard.log(Severity::kNotice, "CRYPTO", "IKMP_INVAL_CERT",
                 "Certificate received from " + sa.remote.address.to_string() +
                     " is bad: " + judged.error().text);
  } else {  // R-PKI-71
    trace::say(sa, judged->key_cached ? " peer's pubkey is cached" : " peer's pubkey isn't cached",
               trace::kInNewer);
  }
  co_return judged;
}

std::vector<std::string> trustpoints_of(const Shard& shard, const std::string& profile) {
  const policy::IsakmpProfile* p = shard.profile(profile);
  return p != nullptr ? p->trustpoints : std::vector<std::string>{};
}

// R-PROF-12, 13: the profile of a peer that came to us with a certificate.
ike::Task<Result<std::string>> profile_with_certificate(IsakmpSa& sa, policy::SnapshotPtr snapshot,
                                                        policy::Identity identity,
                                                        std::vector<Bytes> chain,
                                                        ports::PeerCertificate& certificate) {
  Steps& steps = sa.handshake->steps;
  std::string found = profile_by_identity(*snapshot, sa.local.address, identity, steps);
  if (found.empty()) {
    for (const auto& [name, profile] : snapshot->isakmp.profiles) {
      if (!snapshot->terminates(profile.local, sa.local.address)) continue;
      const auto& maps = profile.match_certificate_maps;
      const auto fits = std::find_if(maps.begin(), maps.end(), [&](const std::string& map) {
        return sa.shard.ports.credentials.matches(certificate, map);
      });
      if (fits == maps.end()) continue;
      trace::matched_names(sa, certificate.subject_der, *fits);
      trace::say(sa, " certificate map matches " + name + " profile");
      found = name;
      break;
    }
  }
  const auto profile = snapshot->isakmp.profiles.find(found);
  if (profile == snapshot->isakmp.profiles.end() || profile->second.trustpoints.empty()) {
    co_return found;
  }
  trace::say(sa, " Trying to re-validate CERT using new profile");
  std::string list = " Creating CERT validation list: ";
  for (const std::string& name : profile->second.trustpoints) list += name + ", ";
  list.pop_back();  // a comma after the last one too
  trace::say(sa, list);
  Result<ports::PeerCertificate> again =
      co_await judge_chain(sa, std::move(chain), profile->second.trustpoints);
  if (!again) co_return tl::unexpected(again.error());
  trace::say(sa, " CERT validity confirmed.");
  if (profile->second.keyrings.empty()) {
    trace::say(sa, "Profile has no keyring, aborting key search", trace::kInNewer);
  }
  certificate = std::move(*again);
  co_return found;
}

ike::Task<Result<Verified>> check_signature(IsakmpSa& sa, const Payloads& payloads, Bytes hash,
                                            policy::Identity identity) {
  const policy::SnapshotPtr snapshot = sa.shard.snapshot;
  const auto* signature = v1::find<v1::SignaturePayload>(payloads);
  if (signature == nullptr) co_return fail(Errc::kInvalid, "peer sent no signature");
  const Bytes signed_value = signature->data;
  std::vector<Bytes> chain;
  for (const auto* certificate : v1::find_all<v1::CertPayload>(payloads)) {
    if (certificate->encoding == v1::CertEncoding::kX509Signature) {
      chain.push_back(certificate->data);
    }
  }
  trace::certificates(sa, chain.size());
  Result<ports::PeerCertificate> judged =
      co_await judge_chain(sa, chain, trustpoints_of(sa.shard, sa.profile));
  if (!judged) co_return tl::unexpected(judged.error());
  ike::EngineAnswer<void> answer =
      co_await verify(sa.shard, *judged->key, kSignature, std::move(hash), signed_value);
  if (!answer.result) {
    trace::processing(sa, "SIG");
    co_return fail(Errc::kDenied,
                   "signature of " + judged->subject + " is wrong: " + answer.result.error().text);
  }
  const bool vouched = identity.kind == Kind::kDn
                           ? sa.shard.ports.credentials.same_name(judged->subject_der, identity.der)
                           : ike::speaks_for(*judged, identity);
  // R-POL-20: logged only; what the certificate says is who the peer is.
  if (!vouched) ike::log_identity_mismatch(sa.shard, identity, *judged);
  if (!judged->key_cached) {
    trace::say(sa, "adding peer's pubkey to cache", trace::kInNewer, trace::Style::kSpaced);
  }
  if (!vouched || identity.kind == Kind::kDn) {
    identity = {Kind::kDn, {}, judged->subject, judged->subject_der};
  }
  Verified verified{identity, sa.profile, std::move(*judged)};
  if (!sa.initiator) {
    Result<std::string> profile = co_await profile_with_certificate(
        sa, snapshot, identity, std::move(chain), *verified.certificate);
    if (!profile) co_return tl::unexpected(profile.error());
    verified.profile = std::move(*profile);
  }
  // It was verified before the profile was looked for; the router tells of it here.
  trace::signature(sa, identity);
  co_return verified;
}

Status compare_hash(IsakmpSa& sa, const Payloads& payloads, const Bytes& hash,
                    const std::string& cause) {
  const auto* sent = v1::find<v1::HashPayload>(payloads);
  if (sent == nullptr) return fail(Errc::kInvalid, "peer sent no HASH");
  trace::processing(sa, "HASH");
  trace::hmac(sa);
  if (constant_time_equal(sent->data, hash)) return {};
  // Possibly nobody's message at all: the exchange waits for a better one.
  sa.shard.log_limited(Severity::kInfo, "CRYPTO", "IKMP_AUTH_FAIL",
                       "Authentication method " +
                           std::to_string(static_cast<int>(to_transform(sa.suite).auth)) +
                           " failed with host " + sa.remote.address.to_string() + ": " + cause);
  return fail(Errc::kInvalid, cause);
}

Result<Verified> check_hash(IsakmpSa& sa, const Payloads& payloads, const Bytes& hash,
                            const policy::Identity& identity) {
  const Status same =
      compare_hash(sa, payloads, hash, "pre-shared key mismatch with " + identity.to_string());
  if (!same) return tl::unexpected(same.error());
  Verified verified{identity, sa.profile, std::nullopt};
  if (sa.initiator) return verified;
  const policy::Snapshot& snapshot = *sa.shard.snapshot;
  verified.profile = profile_by_identity(snapshot, sa.local.address, identity, sa.handshake->steps);
  const policy::IsakmpProfile* profile = sa.shard.profile(verified.profile);
  const IpAddress& peer = sa.handshake->first_source.address;
  if (profile == nullptr || profile->keyrings.empty()) {
    // A key out of a keyring that only the profiles of others have is nobody's.
    const bool own = find_key(snapshot, {}, sa.local.address, peer, nullptr) != nullptr ||
                     find_key(snapshot, {}, sa.local.address, peer, &identity) != nullptr;
    if (own) return verified;
    return fail(Errc::kDenied, identity.to_string() +
                                   " falls under none of the profiles whose "
                                   "keyrings have a key for its address");
  }
  // The key was found by address before the identity was known; the profile has keyrings of its
  // own.
  const policy::IsakmpKey* key =
      find_key(snapshot, verified.profile, sa.local.address, peer, &identity);
  if (key == nullptr || !constant_time_equal(key->key, sa.handshake->pre_shared_key)) {
    return fail(Errc::kDenied, "the key of " + identity.to_string() +
                                   " is none of the keyrings of profile " + verified.profile);
  }
  return verified;
}

// Whoever made this HASH could read what we sent under a public key (RFC 2409 5.2). Who that was is
// looked at afterwards: until then everything that is wrong is a wrong HASH.
ike::Task<Result<Verified>> check_encryption(IsakmpSa& sa, const Payloads& payloads, Bytes hash,
                                             Bytes id_body) {
  const Handshake& h = *sa.handshake;
  const Status same = compare_hash(sa, payloads, hash, "HASH mismatch");
  if (!same) co_return tl::unexpected(same.error());
  if (h.peer_key.empty()) co_return fail(Errc::kInvalid, "no RSA public key of the peer");
  const Result<policy::Identity> identity = identity_of(id_body);
  if (!identity) co_return tl::unexpected(identity.error());
  Verified verified{*identity, sa.profile, std::nullopt};
  const policy::Snapshot& snapshot = *sa.shard.snapshot;
  if (!sa.initiator) {
    verified.profile =
        profile_by_identity(snapshot, sa.local.address, *identity, sa.handshake->steps);
  }
  const policy::RsaPublicKey* key =
      find_public_key(snapshot, verified.profile, sa.local.address, *identity);
  if (key != nullptr && key->der == h.peer_key) co_return verified;
  const Error other{Errc::kDenied,
                    "the RSA key of the peer is not that of " + identity->to_string()};
  if (h.peer_certificate.empty()) co_return tl::unexpected(other);
  Result<ports::PeerCertificate> judged =
      co_await judge_chain(sa, {h.peer_certificate}, trustpoints_of(sa.shard, verified.profile));
  if (!judged) co_return tl::unexpected(judged.error());
  if (!ike::speaks_for(*judged, *identity)) co_return tl::unexpected(other);
  verified.certificate = std::move(*judged);
  co_return verified;
}

ike::Task<Result<Verified>> check_proof(IsakmpSa& sa, const Incoming& message, Bytes hash) {
  const Result<Bytes> id = claimed_id(sa, message);
  if (!id) co_return tl::unexpected(id.error());
  if (hides_values(sa)) {
    Result<Verified> verified =
        co_await check_encryption(sa, message.payloads, std::move(hash), *id);
    co_return verified;
  }
  const Result<policy::Identity> identity = identity_of(*id);
  if (!identity) co_return tl::unexpected(identity.error());
  trace::claimed_identity(sa, message, *identity);
  if (sa.suite.auth == IsakmpAuth::kRsaSig) {
    Result<Verified> verified =
        co_await check_signature(sa, message.payloads, std::move(hash), *identity);
    co_return verified;
  }
  co_return check_hash(sa, message.payloads, hash, *identity);
}

}  // namespace

ike::Task<Result<Verified>> check(IsakmpSa& sa, const Incoming& message, Bytes hash) {
  Result<Verified> verified = co_await check_proof(sa, message, std::move(hash));
  if (verified) trace::tell(sa, [&] { return trace::Authenticated{sa.remote.address}; });
  co_return verified;
}

void establish(IsakmpSa& sa, const Verified& verified) {
  Shard& shard = sa.shard;
  const policy::Snapshot& snapshot = *shard.snapshot;
  trace::completed_phase1(sa);
  shard.left_half_open(sa);
  sa.step(ike::Phase::kEstablished);
  sa.established = shard.now();
  sa.phase1_last = sa.phase1().iv;
  sa.finish(sa.phase1());
  sa.profile = verified.profile;
  sa.remote_identity = verified.identity;
  if (verified.certificate) {
    const ports::PeerCertificate& certificate = *verified.certificate;
    sa.peer_certificate_serial = to_hex(certificate.serial);
    sa.peer_certificate_issuer = certificate.issuer;
    if (sa.suite.auth == IsakmpAuth::kRsaSig) {
      shard.seen_certificates.note(sa.local.address, sa.remote.address, sa.remote_identity,
                                   certificate);
    }
    // R-REV-3, 6, 11
    if (certificate.check_revocation && snapshot.isakmp.disconnect_revoked_peers) {
      sa.held =
          ike::HeldCertificate{certificate.issuer_der, certificate.issuer, certificate.serial};
    }
  }
  sa.description = "Negotiation done";
  sa.state_name = "QM_IDLE";
  sa.lifetime_seconds = sa.suite.lifetime_seconds;
  const Duration life(sa.lifetime_seconds * 1000LL);
  sa.expires = shard.now() + life;
  sa.expiry_cause = "lifetime expired";
  // Whoever began it begins the next one, unless he does not: then we do, while there is time.
  const Duration after = shard.rekey_after(life) + (sa.initiator ? Duration(0) : life / 20);
  sa.rekey_at = shard.now() + std::min(after, life - life / 50);
  const policy::IsakmpProfile* profile = shard.profile(sa.profile);
  if (profile != nullptr && !profile->client_group.empty()) {  // R-PROF-14
    trace::say(
        sa, " Profile " + sa.profile + " assigned peer the group named " + profile->client_group);
  }
  sa.liveness.configure(
      profile != nullptr && profile->keepalive ? *profile->keepalive : snapshot.isakmp.keepalive,
      shard.now());
  const bool initial_contact = sa.handshake->initial_contact;
  shard.record(&sa, sa.remote, sa.aggressive ? "Aggressive mode" : "Main mode",
               "established" + (sa.profile.empty() ? "" : " under profile " + sa.profile),
               std::move(sa.handshake->steps));
  sa.handshake.reset();
  ++shard.counters.ike_sas_created;
  shard.log(Severity::kNotice, "CRYPTO", "ISAKMP_SA_UP",
            "ISAKMP SA " + std::to_string(sa.id) + " with " + sa.remote.to_string() +
                " is up, identity " + sa.remote_identity.to_string() + ", " + to_string(sa.suite));
  sa.client = std::make_unique<Client>();
  sa.client->initial_contact = initial_contact;
  meet_client(sa);
  if (!sa.client->user_pending) settle_older(sa);
  shard.touch(sa);
}

}  // namespace spa::ikev1
