// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/credentials.h"

#include "userspace/pki/certificate_map.h"
#include "userspace/pki/name.h"
#include "userspace/pki/path.h"

namespace spa::pki {

namespace {

constexpr std::size_t kMostCachedKeys = 1024;

ports::PeerCertificate describe(const TrustpointContent& trustpoint, const Certificate& leaf) {
  ports::PeerCertificate peer;
  peer.trustpoint = trustpoint.name;
  peer.leaf = leaf.der();
  peer.subject_der = leaf.subject_der();
  peer.subject = leaf.subject();
  peer.issuer_der = leaf.issuer_key();
  peer.issuer = leaf.issuer();
  peer.serial = leaf.serial();
  peer.names = leaf.names();
  peer.check_revocation = trustpoint.revocation != policy::RevocationCheck::kNone;
  return peer;
}

// R-PKI-45, R-PKI-68: only with its key, and within its days.
Status is_usable(const TrustpointContent& content, const crypto::PrivateKey* key, WallTime now,
                 const policy::TimeZone& zone) {
  const Certificate& own = *content.identity;
  const std::string what = "our certificate of trustpoint " + content.name + " (" + own.subject();
  if (key == nullptr)
    return fail(Errc::kNotFound, what +
                                     ") is of no use: its private key is not here; make keys "
                                     "and enrol again");
  if (now < own.not_before() || now > own.not_after())
    return fail(Errc::kNotFound, what + ") is not used: it is valid from " +
                                     policy::to_text(own.not_before(), zone) + " to " +
                                     policy::to_text(own.not_after(), zone) + ", and it is " +
                                     policy::to_text(now, zone));
  return {};
}

}  // namespace

std::vector<std::string> StoredCredentials::names_or_all(
    const std::vector<std::string>& trustpoints) const {
  if (!trustpoints.empty()) return trustpoints;
  std::vector<std::string> all;
  for (const TrustpointContent* content : store_.list()) all.push_back(content->name);
  return all;
}

Result<ports::LocalCertificate> StoredCredentials::local(const std::string& trustpoint) {
  const TrustpointContent* content = store_.find(trustpoint);
  if (content == nullptr)
    return fail(Errc::kNotFound, "there is no trustpoint \"" + trustpoint + "\"");
  if (!content->identity) {
    return fail(Errc::kNotFound, "trustpoint " + content->name +
                                     " has no certificate of ours; get one with \"crypto pki "
                                     "enroll " +
                                     content->name + "\" or \"crypto pki import " + content->name +
                                     " pkcs12 FILE password PW\"");
  }
  const crypto::PrivateKey* key = store_.key_of(*content, *content->identity);
  if (Status usable = is_usable(*content, key, store_.now(), store_.zone()); !usable)
    return tl::unexpected(usable.error());
  ports::LocalCertificate local;
  local.trustpoint = content->name;
  local.chain.push_back(content->identity->der());
  for (const Certificate& certificate : content->intermediates)
    local.chain.push_back(certificate.der());
  local.subject_der = content->identity->subject_der();
  local.subject = content->identity->subject();
  local.names = content->identity->names();
  local.key = *key;
  return local;
}

std::vector<Bytes> StoredCredentials::ca_key_hashes(const std::vector<std::string>& trustpoints) {
  std::vector<Bytes> hashes;
  for (const std::string& name : names_or_all(trustpoints)) {
    const TrustpointContent* content = store_.find(name);
    if (content == nullptr) continue;
    for (const Certificate& authority : content->authorities)
      hashes.push_back(authority.key_hash());
  }
  return hashes;
}

std::vector<Bytes> StoredCredentials::ca_names(const std::vector<std::string>& trustpoints) {
  std::vector<Bytes> names;
  for (const std::string& name : names_or_all(trustpoints)) {
    const TrustpointContent* content = store_.find(name);
    if (content == nullptr) continue;
    for (const Certificate& authority : content->authorities)
      names.push_back(authority.subject_der());
  }
  return names;
}

void StoredCredentials::validate(const std::vector<Bytes>& chain,
                                 const std::vector<std::string>& trustpoints,
                                 std::function<void(Result<ports::PeerCertificate>)> done) {
  auto judged = judge(chain, names_or_all(trustpoints));
  store_.count_validation(judged.has_value());
  done(std::move(judged));
}

Result<ports::PeerCertificate> StoredCredentials::judge(
    const std::vector<Bytes>& chain, const std::vector<std::string>& trustpoints) {
  if (chain.empty()) return fail(Errc::kInvalid, "the peer sent no certificate");
  if (chain.size() > kMaxChainLength) {
    return fail(Errc::kExhausted, "the peer sent more than 10 certificates");
  }
  std::vector<Certificate> certificates;
  for (const Bytes& der : chain) {
    auto certificate = Certificate::from_der(der);
    if (!certificate) return tl::unexpected(certificate.error());
    certificates.push_back(std::move(*certificate));
  }
  const Certificate& leaf = certificates.front();
  if (!leaf.may_sign()) {
    return fail(Errc::kDenied,
                "certificate " + leaf.subject() + " may not be used for signatures (key usage)");
  }
  Error refusal{Errc::kNotFound, "no trustpoint is configured to judge " + leaf.subject()};
  for (const std::string& name : trustpoints) {
    const auto path = store_.verify_path(name, certificates);
    if (!path) {
      // "Unknown CA" of a further trustpoint must not hide "revoked" of the one that knows it.
      if (refusal.code == Errc::kNotFound) refusal = path.error();
      continue;
    }
    ports::PeerCertificate peer = describe(*store_.find(name), leaf);
    if (const Status taken = take_key(peer, leaf); !taken) return tl::unexpected(taken.error());
    return peer;
  }
  return tl::unexpected(refusal);
}

Status StoredCredentials::take_key(ports::PeerCertificate& peer, const Certificate& leaf) {
  if (const auto known = keys_.find(leaf.der()); known != keys_.end()) {
    peer.key = known->second;
    peer.key_cached = true;
    return {};
  }
  auto key = leaf.public_key();
  if (!key) return tl::unexpected(key.error());
  if (keys_.size() >= kMostCachedKeys) keys_.erase(keys_.begin());
  peer.key = keys_.emplace(leaf.der(), std::move(*key)).first->second;
  return {};
}

bool StoredCredentials::same_name(ByteView a, ByteView b) {
  return pki::same_name(a, b);
}

std::vector<std::pair<std::string, std::string>> StoredCredentials::name_attributes(ByteView der) {
  return attributes(der);
}

bool StoredCredentials::matches(const ports::PeerCertificate& peer,
                                const std::string& certificate_map) {
  if (!snapshot_) return false;
  const auto certificate = Certificate::from_der(peer.leaf);
  return certificate && map_matches(snapshot_->certificate_maps, certificate_map, *certificate);
}

}  // namespace spa::pki
