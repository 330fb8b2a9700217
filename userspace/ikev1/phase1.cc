// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/phase1.h"

#include <algorithm>
#include <array>

#include "userspace/crypto/ikev1_hash.h"
#include "userspace/crypto/prf.h"
#include "userspace/crypto/random.h"
#include "userspace/ike/udp_ports.h"
#include "userspace/ikev1/exchanges.h"
#include "userspace/ikev1/identity.h"
#include "userspace/ikev1/trace/steps.h"

namespace spa::ikev1 {

namespace {

using v1::Vendor;

// The best first.
constexpr std::array kNatVendors{Vendor::kNatTRfc3947, Vendor::kNatTDraft07, Vendor::kNatTDraft03,
                                 Vendor::kNatTDraft02Newline, Vendor::kNatTDraft02};

bool passes_nats(const IsakmpSa& sa) {
  return sa.shard.snapshot->isakmp.udp_encapsulation;
}

}  // namespace

Result<Bytes> body_of(const v1::SaPayload& sa) {
  wire::Writer out;
  v1::write_body(out, sa);
  return out.take();
}

crypto::HashAlgorithm hash_of(const policy::IsakmpSuite& suite) {
  const auto prf = crypto::prf_from_id(static_cast<std::uint16_t>(suite.hash));
  return crypto::hash_of(prf.value_or(crypto::PrfAlgorithm::kHmacSha256));
}

void take_suite(IsakmpSa& sa, const policy::IsakmpSuite& suite) {
  sa.suite = suite;
  sa.hash = hash_of(suite);
  sa.handshake->steps.push_back("chosen: " + to_string(suite));
}

// --- vendor IDs ---

void add_vendor_ids(const IsakmpSa& sa, Payloads& to) {
  if (passes_nats(sa)) {
    if (sa.initiator) {
      for (const Vendor vendor : kNatVendors) {
        to.emplace_back(v1::vendor_id(vendor));
        trace::constructed_vendor_id(sa, vendor);
      }
    } else if (sa.nat_vendor != Vendor::kUnknown) {
      to.emplace_back(v1::vendor_id(sa.nat_vendor));
      trace::constructed_vendor_id(sa, sa.nat_vendor);
    }
  }
  to.emplace_back(v1::vendor_id(Vendor::kXauth));
  to.emplace_back(v1::vendor_id(Vendor::kUnity));
  to.emplace_back(v1::vendor_id(Vendor::kDpd));
  to.emplace_back(v1::vendor_id(Vendor::kFragmentation));
}

void take_vendor_ids(IsakmpSa& sa, const Payloads& payloads) {
  std::vector<Vendor> theirs;
  for (const auto* vendor : v1::find_all<v1::VendorIdPayload>(payloads)) {
    theirs.push_back(v1::vendor_of(vendor->data));
  }
  const auto has = [&](Vendor vendor) {
    return std::find(theirs.begin(), theirs.end(), vendor) != theirs.end();
  };
  if (has(Vendor::kDpd)) sa.dpd.supported = true;
  if (has(Vendor::kFragmentation)) sa.peer_fragments = true;
  if (!passes_nats(sa)) return;
  for (const Vendor vendor : kNatVendors) {
    if (!has(vendor)) continue;
    sa.nat_vendor = vendor;
    sa.nat = v1::nat_traversal_of(vendor);
    return;
  }
}

// --- NAT detection ---

Status add_nat_detection(const IsakmpSa& sa, Payloads& to) {
  if (sa.nat == v1::NatTraversal::kNone) return {};
  const auto hash = [&](const Endpoint& end) {
    return crypto::v1::nat_d_hash(sa.hash, sa.cookie_i(), sa.cookie_r(), end);
  };
  Result<Bytes> theirs = hash(sa.remote);
  const bool pretend = sa.shard.ports.sa_database.requires_udp_encapsulation();
  Result<Bytes> ours = pretend ? crypto::random_bytes(crypto::hash_size(sa.hash)) : hash(sa.local);
  if (!theirs) return tl::unexpected(theirs.error());
  if (!ours) return tl::unexpected(ours.error());
  const v1::PayloadType type = v1::nat_d_type(sa.nat);
  to.emplace_back(v1::NatDPayload{type, std::move(*theirs)});
  to.emplace_back(v1::NatDPayload{type, std::move(*ours)});
  return {};
}

void take_nat_detection(IsakmpSa& sa, const Incoming& message) {
  const auto found = v1::find_all<v1::NatDPayload>(message.payloads);
  const bool forced = sa.shard.ports.sa_database.requires_udp_encapsulation();
  if (sa.nat == v1::NatTraversal::kNone || found.size() < 2) {
    if (forced) {
      sa.shard.log(Severity::kWarning, "CRYPTO", "NO_NAT_TRAVERSAL",
                   "Peer " + sa.remote.to_string() +
                       " does not support NAT traversal; this data plane has no ESP without UDP");
    }
    return;
  }
  const auto here = crypto::v1::nat_d_hash(sa.hash, sa.cookie_i(), sa.cookie_r(), message.at);
  const auto there = crypto::v1::nat_d_hash(sa.hash, sa.cookie_i(), sa.cookie_r(), message.from);
  // The first is of the address that the message was sent to, the others of the sender's (3.2).
  sa.local_behind_nat = !here || found.front()->hash != *here;
  sa.remote_behind_nat =
      !there || std::none_of(found.begin() + 1, found.end(),
                             [&](const auto* nat_d) { return nat_d->hash == *there; });
  sa.udp_encapsulation = sa.local_behind_nat || sa.remote_behind_nat || forced;
  trace::nat_found(sa);
}

void float_to_nat_port(IsakmpSa& sa) {
  if (!sa.udp_encapsulation || sa.remote.port != ike::kIkePort) return;
  sa.move_to({sa.local.address, ike::kNatPort}, {sa.remote.address, ike::kNatPort});
}

// --- keys ---

Result<crypto::v1::Iv> derive_keys(IsakmpSa& sa, ByteView shared,
                                   const policy::Identity* identity) {
  Handshake& h = *sa.handshake;
  const crypto::v1::ExchangeInputs in{h.nonce_i, h.nonce_r, sa.cookie_i(), sa.cookie_r()};
  Result<SecretBytes> skeyid = fail(Errc::kUnsupported, "authentication method");
  if (sa.suite.auth == policy::IsakmpAuth::kPreShare) {
    const Keyrings keyrings =
        identity == nullptr && !sa.initiator ? Keyrings::kEvery : Keyrings::kOfAdmitting;
    const policy::IsakmpKey* key = find_key(*sa.shard.snapshot, sa.profile, sa.local.address,
                                            sa.remote.address, identity, keyrings);
    if (key == nullptr) {
      return fail(Errc::kNotFound, "no pre-shared key with " + sa.remote.address.to_string());
    }
    h.pre_shared_key = key->key;
    skeyid = crypto::v1::skeyid_pre_shared(sa.hash, key->key, in);
  } else if (sa.suite.auth == policy::IsakmpAuth::kRsaSig) {
    skeyid = crypto::v1::skeyid_signature(sa.hash, in, shared);
  } else if (sa.suite.auth == policy::IsakmpAuth::kRsaEncr) {
    skeyid = crypto::v1::skeyid_encryption(sa.hash, in);
  }
  if (!skeyid) return tl::unexpected(skeyid.error());
  Result<crypto::v1::Keys> keys = crypto::v1::keys(sa.hash, std::move(*skeyid), shared, in);
  if (!keys) return tl::unexpected(keys.error());
  const auto encr = crypto::encr_from_id(static_cast<std::uint16_t>(sa.suite.cipher.id));
  if (!encr) return fail(Errc::kUnsupported, "cipher is not implemented");
  auto cipher =
      crypto::v1::IkeCipher::create(sa.hash, *encr, sa.suite.cipher.key_bits, keys->skeyid_e);
  if (!cipher) return tl::unexpected(cipher.error());
  sa.keys = std::move(*keys);
  sa.cipher.emplace(std::move(*cipher));
  trace::keys_made(sa);
  if (sa.phase() == ike::Phase::kInit) sa.step(ike::Phase::kAuth);
  return crypto::v1::phase1_iv(sa.hash, *encr, h.ke_i, h.ke_r);
}

Result<Bytes> hash_of_end(const IsakmpSa& sa, bool initiators, ByteView id_body) {
  const Handshake& h = *sa.handshake;
  const crypto::v1::Phase1Hash in{h.ke_i, h.ke_r, sa.cookie_i(), sa.cookie_r(), h.sa_body, id_body};
  return initiators ? crypto::v1::hash_i(sa.hash, sa.keys.skeyid, in)
                    : crypto::v1::hash_r(sa.hash, sa.keys.skeyid, in);
}

Result<Bytes> hash_of_peer(const IsakmpSa& sa, const Incoming& message) {
  const Result<Bytes> id = claimed_id(sa, message);
  if (!id) return tl::unexpected(id.error());
  return hash_of_end(sa, !sa.initiator, *id);
}

ike::Task<Result<Payloads>> introduce_ourselves(IsakmpSa& sa) {
  const Result<Self> us = self(sa);
  if (!us) co_return tl::unexpected(us.error());
  const Result<v1::IdPayload> id = to_payload(us->identity);
  if (!id) co_return tl::unexpected(id.error());
  const Bytes& hidden = sa.initiator ? sa.handshake->id_i : sa.handshake->id_r;
  const bool named = hides_values(sa);
  Result<Bytes> hash = hash_of_end(sa, sa.initiator, named ? hidden : v1::id_body(*id));
  if (!hash) co_return tl::unexpected(hash.error());
  trace::hmac(sa);
  if (!named) {
    const bool with_certificate = us->certificate && !us->certificate->chain.empty();
    trace::own_identity(sa, *id, us->identity,
                        with_certificate ? v1::PayloadType::kCert : v1::PayloadType::kHash);
  }
  Result<Payloads> proof = co_await prove(sa, *us, std::move(*hash));
  trace::dh_deleted(sa);
  if (proof && !named) proof->insert(proof->begin(), *id);
  co_return proof;
}

bool is_first_contact(const IsakmpSa& sa) {
  for (const IsakmpSa* other : sa.shard.with_peer(sa.remote.address)) {
    if (other != &sa && other->handshake == nullptr) return false;
  }
  return true;
}

bool says_initial_contact(const Payloads& payloads) {
  return v1::find_notify(payloads, v1::NotifyType::kInitialContact) != nullptr;
}

// --- ends ---

void abort(IsakmpSa& sa, const std::string& cause) {
  if (sa.handshake) {
    sa.shard.record(&sa, sa.remote, sa.aggressive ? "Aggressive mode" : "Main mode", cause,
                    std::move(sa.handshake->steps));
  }
  sa.shard.retire(sa, cause);
}

void refuse_peer(IsakmpSa& sa, const std::string& cause) {
  Shard& shard = sa.shard;
  ++shard.counters.auth_failures;
  trace::tell(sa, [] { return trace::Returned{true}; });
  shard.log(Severity::kInfo, "CRYPTO", "IKMP_AUTH_FAIL",
            "Authentication method " +
                std::to_string(static_cast<int>(to_transform(sa.suite).auth)) +
                " failed with host " + sa.remote.address.to_string());
  sa.inform_in_clear(v1::NotifyType::kAuthenticationFailed);
  abort(sa, cause);
}

void begin_wanted(IsakmpSa& sa) {
  for (const ports::UnknownSpi& unknown : std::exchange(sa.unknown_spis, {})) {
    report_unknown_spi(sa, unknown);
  }
  if (sa.client && sa.client->pending()) return;  // XAUTH and mode config come first
  const std::vector<ports::PolicyId> wanted = sa.wanted;
  for (const ports::PolicyId& id : wanted) sa.spawn(initiate_quick_mode(sa, id, 0));
}

}  // namespace spa::ikev1
