// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/peer_certificate.h"

#include <strings.h>

#include <algorithm>

#include "userspace/ike/shard.h"

namespace spa::ike {

using Kind = policy::Identity::Kind;

bool HeldCertificate::among(ByteView of_issuer, const std::vector<Bytes>& serials) const {
  return std::ranges::equal(issuer_der, of_issuer) &&
         std::find(serials.begin(), serials.end(), serial) != serials.end();
}

bool speaks_for(const ports::PeerCertificate& certificate, const policy::Identity& identity) {
  if (identity.kind == Kind::kDn) return identity.der == certificate.subject_der;
  return std::any_of(
      certificate.names.begin(), certificate.names.end(), [&](const policy::Identity& name) {
        if (name.kind != identity.kind) return false;
        if (name.kind == Kind::kAddress) return name.address == identity.address;
        if (name.kind == Kind::kKeyId) return false;  // no such subjectAltName
        return name.text.size() == identity.text.size() &&
               strncasecmp(name.text.data(), identity.text.data(), name.text.size()) == 0;
      });
}

void log_identity_mismatch(Shard& shard, const policy::Identity& identity,
                           const ports::PeerCertificate& certificate) {
  struct Words {
    Kind kind;
    const char* mnemonic;
    const char* type;
    const char* field;
  };
  static constexpr Words kWords[]{
      {Kind::kAddress, "IKMP_NO_ID_CERT_ADDR_MATCH", "1", "addr"},
      {Kind::kFqdn, "IKMP_NO_ID_CERT_FQDN_MATCH", "2", "fqdn"},
      {Kind::kEmail, "IKMP_NO_ID_CERT_USER_FQDN_MATCH", "3", "user fqdn"},
      {Kind::kDn, "IKMP_NO_ID_CERT_DN_MATCH", "9", "DN"},
  };
  std::string held = identity.kind == Kind::kDn ? certificate.subject : "empty";
  for (const policy::Identity& name : certificate.names) {
    if (name.kind == identity.kind) held = name.to_string();
  }
  for (const Words& w : kWords) {
    if (w.kind != identity.kind) continue;
    shard.log(Severity::kInfo, "CRYPTO", w.mnemonic,
              "ID of " + identity.to_string() + " (type " + w.type + ") and certificate " +
                  w.field + " with " + held);
  }
}

std::string log_revoked(Shard& shard, const HeldCertificate& held, const Endpoint& remote,
                        const policy::Identity& identity) {
  ++shard.counters.sessions_revoked;
  const std::string number = to_hex(held.serial);
  shard.log(Severity::kNotice, "CRYPTO", "SESSION_REVOKED",
            "Session with " + remote.to_string() + " (" + identity.to_string() +
                ") deleted: certificate serial " + number + " of " + held.issuer + " is revoked");
  return "peer certificate " + number + " revoked";
}

}  // namespace spa::ike
