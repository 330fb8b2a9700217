// SPDX-License-Identifier: Apache-2.0
// Whom to believe: trustpoints and certificate maps (R-PKI, R-CRL, R-CMAP).
#pragma once

#include <string>
#include <vector>

namespace spa::policy {

enum class RevocationCheck { kNone, kCrl };

// The certificates themselves lie in the PKI store, by trustpoint name (looked up without regard to
// case, R-PROF-20).
struct Trustpoint {
  std::string name;  // as typed
  RevocationCheck revocation = RevocationCheck::kCrl;
  std::string crl_query_url;  // file://PATH for now; `crl query URL`
  std::string rsa_keypair;
  std::string subject_name;
  friend bool operator==(const Trustpoint&, const Trustpoint&) = default;
};

// R-CMAP-2..7: lines of one entry are ANDed, entries tried in ascending sequence.
struct CertificateCriterion {
  std::string field;      // "subject-name", "issuer-name", "alt-subject-name", "serial-number", …
  std::string operation;  // "co", "nc", "eq", "ne", "lt", "ge"
  std::string value;      // to the end of the line, as typed
  friend bool operator==(const CertificateCriterion&, const CertificateCriterion&) = default;
};

struct CertificateMapEntry {
  std::string label;
  unsigned sequence = 0;
  std::vector<CertificateCriterion> criteria;
  friend bool operator==(const CertificateMapEntry&, const CertificateMapEntry&) = default;
};

}  // namespace spa::policy
