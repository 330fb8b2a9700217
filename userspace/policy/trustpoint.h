// SPDX-License-Identifier: Apache-2.0
// Whom to believe: trustpoints and certificate maps (R-PKI, R-CRL, R-CMAP).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "userspace/base/bytes.h"

namespace spa::policy {

// kCrlIfThere: a list that is at hand counts, and none is not missed (`crl optional`);
// kCrlIfPossible looks for one first (`crl best-effort`, `revocation-check crl none`).
enum class RevocationCheck { kNone, kCrl, kCrlIfThere, kCrlIfPossible };

// The certificates themselves lie in the PKI store, by trustpoint name (looked up without regard to
// case, R-PROF-20).
struct Trustpoint {
  std::string name;  // as typed
  RevocationCheck revocation = RevocationCheck::kCrl;
  std::string crl_query_url;  // file://PATH for now; `crl query URL`
  std::string rsa_keypair;    // empty: the pair named after the router
  std::string subject_name;

  // `enrollment …`: how certificates come.
  enum class Way { kNone, kTerminal, kUrl, kPkcs12 };
  Way way = Way::kNone;
  std::string url;
  bool pem = false;  // a request is printed between the lines of PEM
  bool registration_authority = false;
  unsigned retry_count = 10;
  unsigned retry_minutes = 1;
  std::string fingerprint;  // of the CA, hexadecimal: compared instead of asked about
  // What a request says; without a value it is asked about.
  std::optional<bool> include_serial;
  std::optional<std::string> address;  // empty: none
  std::optional<std::string> fqdn;     // empty: none; without a value the router's own
  std::string alternative_name;
  SecretBytes password;  // challenge
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
