// SPDX-License-Identifier: Apache-2.0
// Certificate revocation lists (RFC 5280 5.1, 5.3, RFC 4945 5.2): checked once when they are read,
// then a sorted table of serial numbers.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/clock.h"
#include "userspace/base/result.h"
#include "userspace/pki/certificate.h"

struct X509_crl_st;

namespace spa::pki {

inline constexpr std::size_t kMaxCrlSize = 64u << 20;

class Crl {
 public:
  // One DER list, or every PEM "X509 CRL" of a text. Delta CRLs and CRLs with a critical extension
  // that is not understood are refused, and so is the whole file that holds one.
  [[nodiscard]] static Result<std::vector<Crl>> parse(ByteView content);

  // The signature must verify under `issuer`, which must be entitled to sign CRLs. kCrypto,
  // kDenied. Remembered, so that a long list is checked once and not at every handshake.
  [[nodiscard]] Status verify(const Certificate& issuer);

  [[nodiscard]] bool revokes(ByteView serial) const;  // unsigned, no leading zeros
  [[nodiscard]] std::string issuer() const;
  [[nodiscard]] std::vector<NameAttribute> issuer_attributes() const;
  [[nodiscard]] Bytes issuer_key() const;
  [[nodiscard]] WallTime last_update() const;
  // The epoch when the CRL does not say; such a CRL is out of date from the start (RFC
  // 5280 5.1.2.5).
  [[nodiscard]] WallTime next_update() const;
  [[nodiscard]] bool current(WallTime now) const {
    return last_update() <= now && now < next_update();
  }
  [[nodiscard]] std::size_t entries() const { return serials_.size(); }
  [[nodiscard]] const Bytes& der() const { return der_; }
  [[nodiscard]] const std::vector<Bytes>& serials() const { return serials_; }

 private:
  [[nodiscard]] static Result<Crl> from_native(X509_crl_st* crl);
  std::shared_ptr<X509_crl_st> crl_;
  Bytes der_;
  std::vector<Bytes> serials_;  // sorted
  Bytes verified_by_;           // DER of the certificate that verify() last accepted
};

}  // namespace spa::pki
