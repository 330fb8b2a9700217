// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/own_key.h"

#include <algorithm>

namespace spa::ikev1 {

namespace {

// The trustpoints to look under, in order: those of the profile, otherwise the last defined first
// (R-PROF-16).
std::vector<std::string> trustpoints_of(const policy::Snapshot& snapshot,
                                        const policy::IsakmpProfile* profile) {
  if (profile != nullptr && !profile->trustpoints.empty()) return profile->trustpoints;
  std::vector<std::string> names;
  for (const policy::Trustpoint& t : snapshot.trustpoints) names.push_back(t.name);
  std::reverse(names.begin(), names.end());
  return names;
}

}  // namespace

Result<ports::LocalCertificate> own_certificate(Shard& shard, const std::string& profile,
                                                const std::vector<Bytes>& wanted) {
  ports::Credentials& credentials = shard.ports.credentials;
  std::optional<ports::LocalCertificate> first;
  std::string why = "no trustpoint is configured";
  for (const std::string& name : trustpoints_of(*shard.snapshot, shard.profile(profile))) {
    Result<ports::LocalCertificate> found = credentials.local(name);
    if (!found || !found->key) {
      why = "trustpoint " + name + ": " + (found ? "no key" : found.error().text);
      continue;
    }
    const std::vector<Bytes> authorities = credentials.ca_names({name});
    const bool asked = std::any_of(authorities.begin(), authorities.end(), [&](const Bytes& ca) {
      return std::any_of(wanted.begin(), wanted.end(),
                         [&](const Bytes& w) { return credentials.same_name(w, ca); });
    });
    if (wanted.empty() || asked) return std::move(*found);
    if (!first) first = std::move(*found);
  }
  if (first) return std::move(*first);
  return fail(Errc::kNotFound, "no certificate to authenticate with: " + why);
}

Result<crypto::PrivateKey> own_rsa_key(Shard& shard, const std::string& profile,
                                       const CertificateHash* of) {
  std::string why = "no trustpoint is configured";
  for (const std::string& name : trustpoints_of(*shard.snapshot, shard.profile(profile))) {
    const Result<ports::LocalCertificate> found = shard.ports.credentials.local(name);
    if (!found || !found->key || found->key->type() != crypto::KeyType::kRsa) {
      why = "trustpoint " + name + ": " + (found ? "no RSA key" : found.error().text);
      continue;
    }
    if (of == nullptr) return *found->key;
    const Result<Bytes> hash = crypto::hash(of->algorithm, {found->chain.front()});
    if (hash && std::ranges::equal(*hash, of->value)) return *found->key;
    why = "none of the certificates is the one that the peer encrypted for";
  }
  return fail(Errc::kNotFound, "no RSA key of our own: " + why);
}

}  // namespace spa::ikev1
