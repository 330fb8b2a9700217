// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/seen_certificates.h"

#include <algorithm>

#include "userspace/ike/peer_certificate.h"

namespace spa::ikev1 {

void SeenCertificates::note(const IpAddress& local, const IpAddress& peer,
                            const policy::Identity& identity,
                            const ports::PeerCertificate& certificate) {
  std::erase_if(list_, [&](const SeenCertificate& seen) {
    return seen.local == local && (seen.identity == identity || seen.peer == peer);
  });
  if (!certificate.key || certificate.key->type() != crypto::KeyType::kRsa) return;
  if (!ike::speaks_for(certificate, identity)) return;
  Result<Bytes> key = certificate.key->to_der();
  if (!key) return;
  if (list_.size() >= kMost) list_.pop_back();
  list_.push_front({local, peer, identity, certificate.leaf, std::move(*key)});
}

void SeenCertificates::forget(const IpAddress& local, const IpAddress& peer) {
  std::erase_if(
      list_, [&](const SeenCertificate& seen) { return seen.local == local && seen.peer == peer; });
}

const SeenCertificate* SeenCertificates::at(const IpAddress& local, const IpAddress& peer) const {
  const auto found = std::find_if(list_.begin(), list_.end(), [&](const SeenCertificate& seen) {
    return seen.local == local && seen.peer == peer;
  });
  return found == list_.end() ? nullptr : &*found;
}

const SeenCertificate* SeenCertificates::of(const IpAddress& local,
                                            const policy::Identity& identity) const {
  const auto found = std::find_if(list_.begin(), list_.end(), [&](const SeenCertificate& seen) {
    return seen.local == local && seen.identity == identity;
  });
  return found == list_.end() ? nullptr : &*found;
}

}  // namespace spa::ikev1
