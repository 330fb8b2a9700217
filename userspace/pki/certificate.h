// SPDX-License-Identifier: Apache-2.0
// X.509 certificates as shared, immutable values (RFC 5280 4.1).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/clock.h"
#include "userspace/base/result.h"
#include "userspace/crypto/key.h"
#include "userspace/pki/name.h"
#include "userspace/policy/ikev2.h"

struct x509_st;
struct asn1_string_st;

namespace spa::pki {

inline constexpr std::size_t kMaxCertificateSize = 65536;

class Certificate {
 public:
  // Exactly one DER certificate, nothing behind it.
  [[nodiscard]] static Result<Certificate> from_der(ByteView der);
  // Every certificate of a PEM text, in its order.
  [[nodiscard]] static Result<std::vector<Certificate>> from_pem(std::string_view pem);
  // Takes a reference of its own.
  [[nodiscard]] static Certificate from_native(x509_st* certificate);

  [[nodiscard]] const Bytes& der() const { return content_->der; }
  [[nodiscard]] x509_st* native() const { return content_->x509.get(); }

  [[nodiscard]] std::string subject() const;
  [[nodiscard]] std::string issuer() const;
  [[nodiscard]] std::vector<NameAttribute> subject_attributes() const;
  [[nodiscard]] std::vector<NameAttribute> issuer_attributes() const;
  [[nodiscard]] Bytes subject_der() const;
  [[nodiscard]] Bytes subject_key() const;  // canonical(), for comparisons
  [[nodiscard]] Bytes issuer_key() const;
  [[nodiscard]] Bytes serial() const;  // unsigned, big-endian, without leading zeros; R-REV-17
  [[nodiscard]] WallTime not_before() const;
  [[nodiscard]] WallTime not_after() const;
  [[nodiscard]] bool is_ca() const;
  [[nodiscard]] bool self_issued() const;
  // Key usage, if it is there at all, must allow signatures (RFC 4945 5.1.3.2).
  [[nodiscard]] bool may_sign() const;
  // subjectAltName entries that IKE knows as identities, then nothing else.
  [[nodiscard]] std::vector<policy::Identity> names() const;
  [[nodiscard]] std::vector<std::string> crl_urls() const;
  [[nodiscard]] Result<crypto::PublicKey> public_key() const;
  [[nodiscard]] std::string key_usage() const;  // "Signature", "General Purpose", …
  [[nodiscard]] std::string signature_algorithm() const;
  // SHA-1 of the SubjectPublicKeyInfo: CERTREQ of RFC 7296 3.7.
  [[nodiscard]] Bytes key_hash() const;

  friend bool operator==(const Certificate& a, const Certificate& b) { return a.der() == b.der(); }

 private:
  struct Content {
    std::shared_ptr<x509_st> x509;
    Bytes der;
  };
  explicit Certificate(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  std::shared_ptr<const Content> content_;
};

// An ASN.1 INTEGER as unsigned octets without leading zeros.
[[nodiscard]] Bytes unsigned_octets(const asn1_string_st* integer);
// ASN.1 UTCTime or GeneralizedTime. The epoch when it is malformed.
[[nodiscard]] WallTime wall_time(const asn1_string_st* time);
// What OpenSSL has queued as the cause of the last failure; the queue is emptied.
[[nodiscard]] std::string openssl_reason();

}  // namespace spa::pki
