// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/crl.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace spa::pki {

namespace {

// Extensions that change what the list means; any other critical one is unknown to us.
bool understood(const X509_CRL* crl, std::string& offender) {
  for (int i = 0; i < X509_CRL_get_ext_count(crl); ++i) {
    X509_EXTENSION* extension = X509_CRL_get_ext(crl, i);
    const int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
    const bool critical = X509_EXTENSION_get_critical(extension) != 0;
    if (nid == NID_delta_crl || (critical && nid != NID_authority_key_identifier)) {
      char name[128];
      OBJ_obj2txt(name, sizeof name, X509_EXTENSION_get_object(extension), 0);
      offender = name;
      return false;
    }
  }
  return true;
}

}  // namespace

Result<std::vector<Crl>> Crl::parse(ByteView content) {
  if (content.size() > kMaxCrlSize) return fail(Errc::kExhausted, "the CRL is longer than 64 MiB");
  std::vector<Crl> lists;
  const auto take = [&](X509_CRL* raw) -> Status {
    auto crl = from_native(raw);
    if (!crl) return tl::unexpected(crl.error());
    lists.push_back(std::move(*crl));
    return {};
  };
  const unsigned char* cursor = content.data();
  if (X509_CRL* crl = d2i_X509_CRL(nullptr, &cursor, static_cast<long>(content.size()))) {
    if (auto taken = take(crl); !taken) return tl::unexpected(taken.error());
    return lists;
  }
  ERR_clear_error();
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(content.data(), static_cast<int>(content.size())), BIO_free);
  while (X509_CRL* crl = PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr)) {
    if (auto taken = take(crl); !taken) return tl::unexpected(taken.error());
  }
  ERR_clear_error();
  if (lists.empty()) return fail(Errc::kInvalid, "not a CRL, neither DER nor PEM");
  return lists;
}

Result<Crl> Crl::from_native(X509_crl_st* crl) {
  Crl result;
  result.crl_ = {crl, X509_CRL_free};
  std::string offender;
  if (!understood(result.crl_.get(), offender)) {
    return fail(Errc::kUnsupported, "the CRL of " + result.issuer() + " has the extension \"" +
                                        offender + "\", which is not supported");
  }
  unsigned char* der = nullptr;
  const int size = i2d_X509_CRL(result.crl_.get(), &der);
  if (size <= 0) return fail(Errc::kInvalid, "the CRL cannot be encoded: " + openssl_reason());
  result.der_.assign(der, der + size);
  OPENSSL_free(der);
  STACK_OF(X509_REVOKED)* revoked = X509_CRL_get_REVOKED(result.crl_.get());
  for (int i = 0; i < sk_X509_REVOKED_num(revoked); ++i) {
    const X509_REVOKED* entry = sk_X509_REVOKED_value(revoked, i);
    result.serials_.push_back(unsigned_octets(X509_REVOKED_get0_serialNumber(entry)));
  }
  std::sort(result.serials_.begin(), result.serials_.end());
  return result;
}

// RFC 5280 6.3: the signer may sign CRLs.
Status Crl::verify(const Certificate& issuer) {
  if (verified_by_ == issuer.der()) return {};
  if (issuer.subject_key() != issuer_key()) {
    return fail(Errc::kDenied,
                "the CRL is issued by " + this->issuer() + ", not by " + issuer.subject());
  }
  if ((X509_get_key_usage(issuer.native()) & X509v3_KU_CRL_SIGN) == 0) {
    return fail(Errc::kDenied,
                issuer.subject() + " may not sign CRLs (its key usage lacks cRLSign)");
  }
  EVP_PKEY* key = X509_get0_pubkey(issuer.native());
  if (key == nullptr || X509_CRL_verify(crl_.get(), key) != 1) {
    ERR_clear_error();
    return fail(Errc::kCrypto, "the signature of the CRL of " + this->issuer() + " is wrong");
  }
  verified_by_ = issuer.der();
  return {};
}

bool Crl::revokes(ByteView serial) const {
  return std::binary_search(serials_.begin(), serials_.end(), to_bytes(serial));
}

std::string Crl::issuer() const {
  return to_string(X509_CRL_get_issuer(crl_.get()));
}
std::vector<NameAttribute> Crl::issuer_attributes() const {
  return attributes(X509_CRL_get_issuer(crl_.get()));
}
Bytes Crl::issuer_key() const {
  return canonical(X509_CRL_get_issuer(crl_.get()));
}
WallTime Crl::last_update() const {
  return wall_time(X509_CRL_get0_lastUpdate(crl_.get()));
}
WallTime Crl::next_update() const {
  return wall_time(X509_CRL_get0_nextUpdate(crl_.get()));
}

}  // namespace spa::pki
