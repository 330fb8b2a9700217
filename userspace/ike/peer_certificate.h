// SPDX-License-Identifier: Apache-2.0
// What a peer's certificate says about who the peer is (RFC 4945 3.1, 3.1.1, 3.1.2, 3.1.3, 3.1.5),
// and what is kept of it for as long as its session lives.
#pragma once

#include <string>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/policy/ikev2.h"
#include "userspace/ports/credentials.h"

namespace spa::ike {

class Shard;

// The certificate that the peer proved itself with, as far as it may be revoked (R-REV-5).
struct HeldCertificate {
  Bytes issuer_der;
  std::string issuer;
  Bytes serial;
  // Whether its issuer (canonical DER) has given it one of these serial numbers.
  [[nodiscard]] bool among(ByteView issuer, const std::vector<Bytes>& serials) const;
};

// The identity stands in a subjectAltName of the certificate, or is its subject DN.
[[nodiscard]] bool speaks_for(const ports::PeerCertificate& certificate,
                              const policy::Identity& identity);

// R-POL-20, R-DBG-21, R-DBG-35: logs that the certificate does not carry the identity.
void log_identity_mismatch(Shard& shard, const policy::Identity& identity,
                           const ports::PeerCertificate& certificate);

// R-REV-16: counts and logs that the session with this peer ends because its certificate is
// revoked. Gives the cause that goes into the session's own record.
[[nodiscard]] std::string log_revoked(Shard& shard, const HeldCertificate& held,
                                      const Endpoint& remote, const policy::Identity& identity);

}  // namespace spa::ike
