// SPDX-License-Identifier: Apache-2.0
// The trust store as the exchanges see it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "userspace/pki/trust_store.h"
#include "userspace/policy/snapshot.h"
#include "userspace/ports/credentials.h"

namespace spa::pki {

class StoredCredentials final : public ports::Credentials {
 public:
  explicit StoredCredentials(TrustStore& store) : store_(store) {}  // must outlive this

  // Certificate maps come from here.
  void configure(policy::SnapshotPtr snapshot) { snapshot_ = std::move(snapshot); }

  Result<ports::LocalCertificate> local(const std::string& trustpoint) override;
  std::vector<Bytes> ca_key_hashes(const std::vector<std::string>& trustpoints) override;
  std::vector<Bytes> ca_names(const std::vector<std::string>& trustpoints) override;
  void validate(const std::vector<Bytes>& chain, const std::vector<std::string>& trustpoints,
                std::function<void(Result<ports::PeerCertificate>)> done) override;
  bool same_name(ByteView a, ByteView b) override;
  std::vector<std::pair<std::string, std::string>> name_attributes(ByteView der) override;
  bool matches(const ports::PeerCertificate& peer, const std::string& certificate_map) override;

 private:
  [[nodiscard]] std::vector<std::string> names_or_all(
      const std::vector<std::string>& trustpoints) const;
  Result<ports::PeerCertificate> judge(const std::vector<Bytes>& chain,
                                       const std::vector<std::string>& trustpoints);

  // Takes the key of a certificate that was validated just now.
  Status take_key(ports::PeerCertificate& peer, const Certificate& leaf);

  TrustStore& store_;
  // R-PKI-71: by the DER of their certificates. What a certificate may be used for is found out
  // anew each time.
  std::map<Bytes, crypto::PublicKey> keys_;
  policy::SnapshotPtr snapshot_;
};

}  // namespace spa::pki
