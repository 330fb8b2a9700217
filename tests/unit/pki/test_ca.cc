// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/pki/test_ca.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

namespace spa::pki::test {

namespace {

// Elliptic: a test wants many keys, and RSA keys take their time.
KeyPtr make_key() {
  return {EVP_EC_gen("P-256"), EVP_PKEY_free};
}

void add_name(X509_NAME* name, const char* attribute, const std::string& value) {
  X509_NAME_add_entry_by_txt(name, attribute, MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1, 0);
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Bytes drain(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  Bytes bytes(data, data + size);
  BIO_free(bio);
  return bytes;
}

}  // namespace

Bytes Issued::der() const {
  BIO* bio = BIO_new(BIO_s_mem());
  i2d_X509_bio(bio, certificate.get());
  return drain(bio);
}

TestCa::TestCa(const std::string& name, const TestCa* parent) {
  Issue what;
  what.common_name = name;
  what.ca = true;
  what.to_hours = 48;
  what.key_usage = "critical,keyCertSign,cRLSign";
  self_ = sign(what, parent != nullptr ? &parent->self_ : nullptr);
}

Issued TestCa::issue(const Issue& what) {
  return sign(what, &self_);
}

Issued TestCa::sign(const Issue& what, const Issued* issuer) {
  Issued issued{{X509_new(), X509_free}, make_key()};
  X509* certificate = issued.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate),
                   what.serial != 0 ? what.serial : ++next_serial_);
  X509_gmtime_adj(X509_getm_notBefore(certificate), what.from_hours * 3600L);
  X509_gmtime_adj(X509_getm_notAfter(certificate), what.to_hours * 3600L);
  add_name(X509_get_subject_name(certificate), "O", what.organization);
  add_name(X509_get_subject_name(certificate), "CN", what.common_name);
  X509* parent = issuer != nullptr ? issuer->certificate.get() : certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(parent));
  X509_set_pubkey(certificate, issued.key.get());
  add_extension(certificate, parent, NID_subject_key_identifier, "hash");
  if (issuer != nullptr) add_extension(certificate, parent, NID_authority_key_identifier, "keyid");
  if (what.ca) add_extension(certificate, parent, NID_basic_constraints, "critical,CA:TRUE");
  if (!what.key_usage.empty()) add_extension(certificate, parent, NID_key_usage, what.key_usage);
  if (!what.alternative_names.empty()) {
    add_extension(certificate, parent, NID_subject_alt_name, what.alternative_names);
  }
  X509_sign(certificate, (issuer != nullptr ? issuer->key : issued.key).get(), EVP_sha256());
  return issued;
}

std::string TestCa::crl(const std::vector<long>& revoked, int last_update, int next_update) const {
  const std::unique_ptr<X509_CRL, decltype(&X509_CRL_free)> list(X509_CRL_new(), X509_CRL_free);
  X509_CRL_set_version(list.get(), 1);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(self_.certificate.get()));
  const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> time(ASN1_TIME_new(), ASN1_TIME_free);
  X509_gmtime_adj(time.get(), last_update * 3600L);
  X509_CRL_set1_lastUpdate(list.get(), time.get());
  for (const long serial : revoked) {
    X509_REVOKED* entry = X509_REVOKED_new();
    const std::unique_ptr<ASN1_INTEGER, decltype(&ASN1_INTEGER_free)> number(ASN1_INTEGER_new(),
                                                                             ASN1_INTEGER_free);
    ASN1_INTEGER_set(number.get(), serial);
    X509_REVOKED_set_serialNumber(entry, number.get());
    X509_REVOKED_set_revocationDate(entry, time.get());
    X509_CRL_add0_revoked(list.get(), entry);
  }
  X509_gmtime_adj(time.get(), next_update * 3600L);
  X509_CRL_set1_nextUpdate(list.get(), time.get());
  X509_CRL_sort(list.get());
  X509_CRL_sign(list.get(), self_.key.get(), EVP_sha256());
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509_CRL(bio, list.get());
  const Bytes pem = drain(bio);
  return {pem.begin(), pem.end()};
}

Bytes TestCa::certify(ByteView request, WallTime now, ByteView issuer) {
  const unsigned char* cursor = request.data();
  const std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)> asked(
      d2i_X509_REQ(nullptr, &cursor, static_cast<long>(request.size())), X509_REQ_free);
  const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
  if (!asked || X509_REQ_verify(asked.get(), X509_REQ_get0_pubkey(asked.get())) != 1) return {};
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++next_serial_);
  constexpr long kHalfYear = 182L * 24 * 3600;
  const std::time_t second = std::chrono::system_clock::to_time_t(now);
  ASN1_TIME_set(X509_getm_notBefore(made.get()), second - kHalfYear);
  ASN1_TIME_set(X509_getm_notAfter(made.get()), second + kHalfYear);
  X509_set_subject_name(made.get(), X509_REQ_get_subject_name(asked.get()));
  X509_set_issuer_name(made.get(), X509_get_subject_name(self_.certificate.get()));
  if (!issuer.empty()) {
    cursor = issuer.data();
    const std::unique_ptr<X509_NAME, decltype(&X509_NAME_free)> name(
        d2i_X509_NAME(nullptr, &cursor, static_cast<long>(issuer.size())), X509_NAME_free);
    X509_set_issuer_name(made.get(), name.get());
  }
  X509_set_pubkey(made.get(), X509_REQ_get0_pubkey(asked.get()));
  STACK_OF(X509_EXTENSION)* extensions = X509_REQ_get_extensions(asked.get());
  for (int i = 0; i < sk_X509_EXTENSION_num(extensions); ++i)
    X509_add_ext(made.get(), sk_X509_EXTENSION_value(extensions, i), -1);
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  X509_sign(made.get(), self_.key.get(), EVP_sha256());
  BIO* bio = BIO_new(BIO_s_mem());
  i2d_X509_bio(bio, made.get());
  return drain(bio);
}

Bytes TestCa::pkcs12(const Issued& identity, const std::string& password, int iterations) const {
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> others(
      sk_X509_new_null(), [](STACK_OF(X509) * s) { sk_X509_free(s); });
  sk_X509_push(others.get(), self_.certificate.get());
  const std::unique_ptr<PKCS12, decltype(&PKCS12_free)> file(
      PKCS12_create(password.c_str(), "identity", identity.key.get(), identity.certificate.get(),
                    others.get(), 0, 0, iterations, iterations, 0),
      PKCS12_free);
  BIO* bio = BIO_new(BIO_s_mem());
  i2d_PKCS12_bio(bio, file.get());
  return drain(bio);
}

}  // namespace spa::pki::test
