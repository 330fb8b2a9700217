// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>

namespace spa::pki {

namespace {

using X509Ptr = std::unique_ptr<X509, decltype(&X509_free)>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)>;

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

// A name with an embedded NUL is a trick, not a name.
bool honest(const std::string& text) {
  return !text.empty() && text.find('\0') == std::string::npos;
}

void add_identity(const GENERAL_NAME* name, std::vector<policy::Identity>& out) {
  using Kind = policy::Identity::Kind;
  int type = 0;
  const void* value = GENERAL_NAME_get0_value(name, &type);
  const auto* string = static_cast<const ASN1_STRING*>(value);
  if (type == GEN_DNS || type == GEN_EMAIL) {
    const std::string text = text_of(string);
    if (honest(text)) {
      out.push_back({type == GEN_DNS ? Kind::kFqdn : Kind::kEmail, {}, text, {}});
    }
  } else if (type == GEN_IPADD) {
    const IpAddress address = IpAddress::from_bytes(
        {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))});
    if (!address.empty()) out.push_back({Kind::kAddress, address, "", {}});
  }
}

}  // namespace

std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "error " + std::to_string(code);
}

Bytes unsigned_octets(const asn1_string_st* integer) {
  const unsigned char* data = ASN1_STRING_get0_data(integer);
  int size = ASN1_STRING_length(integer);
  while (size > 0 && *data == 0) {
    ++data;
    --size;
  }
  return {data, data + size};
}

WallTime wall_time(const asn1_string_st* time) {
  std::tm broken{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &broken) != 1) return {};
  return WallTime(std::chrono::seconds(timegm(&broken)));
}

Result<Certificate> Certificate::from_der(ByteView der) {
  if (der.size() > kMaxCertificateSize) {
    return fail(Errc::kExhausted, "a certificate is longer than 65536 octets");
  }
  const unsigned char* cursor = der.data();
  const X509Ptr x509(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())), X509_free);
  if (!x509) return fail(Errc::kInvalid, "not a DER certificate: " + openssl_reason());
  if (cursor != der.data() + der.size()) {
    return fail(Errc::kInvalid, "octets behind the end of a certificate");
  }
  return from_native(x509.get());
}

Result<std::vector<Certificate>> Certificate::from_pem(std::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  std::vector<Certificate> list;
  while (X509* raw = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    const X509Ptr x509(raw, X509_free);
    list.push_back(from_native(x509.get()));
  }
  ERR_clear_error();
  if (list.empty()) return fail(Errc::kInvalid, "the text holds no PEM certificate");
  return list;
}

Certificate Certificate::from_native(x509_st* certificate) {
  X509_up_ref(certificate);
  auto content = std::make_shared<Content>();
  content->x509 = std::shared_ptr<x509_st>(certificate, X509_free);
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size > 0) {
    content->der.assign(der, der + size);
    OPENSSL_free(der);
  }
  return Certificate(std::move(content));
}

std::string Certificate::subject() const {
  return to_string(X509_get_subject_name(native()));
}
std::string Certificate::issuer() const {
  return to_string(X509_get_issuer_name(native()));
}
std::vector<NameAttribute> Certificate::subject_attributes() const {
  return attributes(X509_get_subject_name(native()));
}
std::vector<NameAttribute> Certificate::issuer_attributes() const {
  return attributes(X509_get_issuer_name(native()));
}
Bytes Certificate::subject_der() const {
  return to_der(X509_get_subject_name(native()));
}
Bytes Certificate::subject_key() const {
  return canonical(X509_get_subject_name(native()));
}
Bytes Certificate::issuer_key() const {
  return canonical(X509_get_issuer_name(native()));
}
Bytes Certificate::serial() const {
  return unsigned_octets(X509_get0_serialNumber(native()));
}
WallTime Certificate::not_before() const {
  return wall_time(X509_get0_notBefore(native()));
}
WallTime Certificate::not_after() const {
  return wall_time(X509_get0_notAfter(native()));
}
bool Certificate::is_ca() const {
  return X509_check_ca(native()) > 0;
}
bool Certificate::self_issued() const {
  return subject_key() == issuer_key();
}

// RFC 5280 4.2.1.3
bool Certificate::may_sign() const {
  const std::uint32_t usage =
      X509_get_key_usage(native());  // all ones when the extension is absent
  return (usage & (X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_NON_REPUDIATION)) != 0;
}

// RFC 5280 4.2.1.6
std::vector<policy::Identity> Certificate::names() const {
  std::vector<policy::Identity> list;
  const GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(
                                  native(), NID_subject_alt_name, nullptr, nullptr)),
                              GENERAL_NAMES_free);
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    add_identity(sk_GENERAL_NAME_value(names.get(), i), list);
  }
  return list;
}

// RFC 5280 4.2.1.13
std::vector<std::string> Certificate::crl_urls() const {
  std::vector<std::string> urls;
  const std::unique_ptr<CRL_DIST_POINTS, decltype(&CRL_DIST_POINTS_free)> points(
      static_cast<CRL_DIST_POINTS*>(
          X509_get_ext_d2i(native(), NID_crl_distribution_points, nullptr, nullptr)),
      CRL_DIST_POINTS_free);
  for (int i = 0; points && i < sk_DIST_POINT_num(points.get()); ++i) {
    const DIST_POINT* point = sk_DIST_POINT_value(points.get(), i);
    if (point->distpoint == nullptr || point->distpoint->type != 0) continue;
    const GENERAL_NAMES* names = point->distpoint->name.fullname;
    for (int j = 0; j < sk_GENERAL_NAME_num(names); ++j) {
      int type = 0;
      const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, j), &type);
      if (type != GEN_URI) continue;
      const std::string url = text_of(static_cast<const ASN1_STRING*>(value));
      if (honest(url)) urls.push_back(url);
    }
  }
  return urls;
}

Result<crypto::PublicKey> Certificate::public_key() const {
  EVP_PKEY* key = X509_get0_pubkey(native());
  if (key == nullptr) {
    return fail(Errc::kUnsupported, "the public key of " + subject() + " cannot be read");
  }
  return crypto::PublicKey::from_native(key);
}

std::string Certificate::key_usage() const {
  const std::uint32_t usage = X509_get_key_usage(native());
  const bool signs = (usage & (X509v3_KU_DIGITAL_SIGNATURE | X509v3_KU_NON_REPUDIATION)) != 0;
  const bool encrypts = (usage & (X509v3_KU_KEY_ENCIPHERMENT | X509v3_KU_DATA_ENCIPHERMENT)) != 0;
  if (usage == UINT32_MAX || (signs && encrypts)) return "General Purpose";
  if (signs || (usage & (X509v3_KU_KEY_CERT_SIGN | X509v3_KU_CRL_SIGN)) != 0) return "Signature";
  return encrypts ? "Encryption" : "Not Set";
}

std::string Certificate::signature_algorithm() const {
  const int nid = X509_get_signature_nid(native());
  const char* name = OBJ_nid2ln(nid);
  return name != nullptr ? name : "unknown";
}

Bytes Certificate::key_hash() const {
  const X509_PUBKEY* key = X509_get_X509_PUBKEY(native());
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(key, &der);
  if (size <= 0) return {};
  Bytes hash(SHA_DIGEST_LENGTH);
  SHA1(der, static_cast<std::size_t>(size), hash.data());
  OPENSSL_free(der);
  return hash;
}

}  // namespace spa::pki
