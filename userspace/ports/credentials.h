// SPDX-License-Identifier: Apache-2.0
// Certificates as the exchanges see them: ours to send and sign with, the peer's to be judged.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/crypto/key.h"
#include "userspace/policy/ikev2.h"

namespace spa::ports {

// What we authenticate with.
struct LocalCertificate {
  std::string trustpoint;
  std::vector<Bytes> chain;               // DER, leaf first, without the root
  Bytes subject_der;                      // DN, for ID_DER_ASN1_DN
  std::string subject;                    // the DN as it is printed, for the show screens
  std::vector<policy::Identity> names;    // subjectAltName entries
  std::optional<crypto::PrivateKey> key;  // always there in what local() gives
};

// A peer certificate that passed: path to one of the trustpoints, validity, key usage, revocation.
struct PeerCertificate {
  std::string trustpoint;
  Bytes leaf;  // DER
  Bytes subject_der;
  std::string subject;  // as it is printed
  Bytes issuer_der;     // canonical form, for the revocation database (R-REV-17)
  std::string issuer;
  Bytes serial;  // unsigned, big-endian, no leading zeros
  std::vector<policy::Identity> names;
  std::optional<crypto::PublicKey> key;  // always there in what validate() gives
  bool key_cached = false;               // it was validated before (R-PKI-71)
  bool check_revocation = false;  // the trustpoint uses CRLs: keep serial and issuer (R-REV-6)
};

class Credentials {
 public:
  virtual ~Credentials() = default;
  // Our certificate under a trustpoint. kNotFound: no such trustpoint, or no certificate or key in
  // it.
  virtual Result<LocalCertificate> local(const std::string& trustpoint) = 0;
  // SHA-1 hashes of the CA public keys of these trustpoints (all when empty): CERTREQ, RFC
  // 7296 3.7.
  virtual std::vector<Bytes> ca_key_hashes(const std::vector<std::string>& trustpoints) = 0;
  // The subject names of these trustpoints' CAs in DER (all when empty): CERTREQ of IKEv1, RFC 4945
  // 3.2.
  virtual std::vector<Bytes> ca_names(const std::vector<std::string>& trustpoints) = 0;
  // Judges a chain (DER, leaf first, others in any order) against these trustpoints (all when
  // empty). May answer at once or later, always on the owner's thread. The error names the
  // certificate and the reason: expired, not yet valid, unknown CA, revoked, no valid CRL, key
  // usage. RFC 5280 6, RFC 4945.
  virtual void validate(const std::vector<Bytes>& chain,
                        const std::vector<std::string>& trustpoints,
                        std::function<void(Result<PeerCertificate>)> done) = 0;
  // Whether two DNs in DER are one name, whatever string types their encodings use (RFC 5280 7.1):
  // a peer need not send the very octets of its certificate. By octets where names are not
  // understood.
  virtual bool same_name(ByteView a, ByteView b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }
  // The attributes of a DN in DER, as pki/name.h gives them: "cn" and its value, most specific
  // first. None where names are not understood.
  virtual std::vector<std::pair<std::string, std::string>> name_attributes(ByteView) { return {}; }
  // Whether a certificate map (all entries of a label) fits; R-CMAP-7.
  virtual bool matches(const PeerCertificate& peer, const std::string& certificate_map) = 0;
};

}  // namespace spa::ports
