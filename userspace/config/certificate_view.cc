// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/certificate_view.h"

#include <openssl/evp.h>

#include <algorithm>

namespace spa::config {
namespace {

Bytes fingerprint(ByteView der, const EVP_MD* algorithm) {
  Bytes digest(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  if (EVP_Digest(der.data(), der.size(), digest.data(), &size, algorithm, nullptr) != 1) return {};
  digest.resize(size);
  return digest;
}

std::string upper_hex(ByteView octets) {
  std::string text = to_hex(octets);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// What stands in a chain, in the router's order (R-PKI-63).
int rank(CertificateKind kind) {
  switch (kind) {
    case CertificateKind::kOwn:
      return 0;
    case CertificateKind::kRaSign:
      return 1;
    case CertificateKind::kRaEncrypt:
      return 2;
    case CertificateKind::kCa:
      return 3;
  }
  return 3;
}

}  // namespace

Bytes serial_octets(const std::string& serial) {
  Bytes octets = from_hex(serial.size() % 2 == 0 ? serial : "0" + serial);
  octets.erase(octets.begin(), std::find_if(octets.begin(), octets.end(),
                                            [](std::uint8_t octet) { return octet != 0; }));
  return octets;
}

// R-PKI-30: by content. One of ours without its key is nobody's authority either.
CertificateKind kind_of(const pki::Certificate& certificate) {
  if (certificate.is_ca()) return CertificateKind::kCa;
  const std::string usage = certificate.key_usage();
  if (usage == "Signature") return CertificateKind::kRaSign;
  if (usage == "Encryption") return CertificateKind::kRaEncrypt;
  return CertificateKind::kOwn;
}

CertificateView view_of(const std::string& trustpoint, CertificateKind kind,
                        const pki::Certificate& certificate) {
  CertificateView view;
  view.trustpoint = trustpoint;
  view.kind = kind;
  view.serial = upper_hex(certificate.serial());
  view.usage = certificate.key_usage();
  view.issuer = certificate.issuer_attributes();
  view.subject = certificate.subject_attributes();
  for (const policy::Identity& name : certificate.names()) {
    if (name.kind == policy::Identity::Kind::kFqdn && view.fqdn.empty()) view.fqdn = name.text;
  }
  for (const auto& [attribute, value] : view.subject)
    if (attribute == "hostname" && view.fqdn.empty()) view.fqdn = value;
  view.crl_urls = certificate.crl_urls();
  view.not_before = certificate.not_before();
  view.not_after = certificate.not_after();
  if (const auto key = certificate.public_key()) {
    view.public_key =
        std::string(crypto::to_string(key->type())) + " (" + std::to_string(key->bits()) + " bit)";
  }
  view.signature_algorithm = certificate.signature_algorithm();
  view.md5 = fingerprint(certificate.der(), EVP_md5());
  view.sha1 = fingerprint(certificate.der(), EVP_sha1());
  view.sha256 = fingerprint(certificate.der(), EVP_sha256());
  view.der = certificate.der();
  return view;
}

Result<CertificateView> read_certificate(const std::string& trustpoint, CertificateKind kind,
                                         const std::string& serial, ByteView der) {
  const auto certificate = pki::Certificate::from_der(der);
  if (!certificate) return tl::unexpected(certificate.error());
  if (serial_octets(serial) != certificate->serial())
    return fail(Errc::kInvalid, "the certificate has the serial number " +
                                    upper_hex(certificate->serial()) + ", not " + serial);
  if (kind == CertificateKind::kCa && !certificate->is_ca())
    return fail(Errc::kInvalid, certificate->subject() + " is not a CA certificate");
  return view_of(trustpoint, kind, *certificate);
}

std::vector<CertificateView> views_of(const pki::TrustStore& store) {
  std::vector<CertificateView> views;
  for (const pki::TrustpointContent* content : store.list()) {
    const std::size_t first = views.size();
    for (const auto* own : {&content->identity, &content->encryption}) {
      if (*own) views.push_back(view_of(content->name, CertificateKind::kOwn, **own));
    }
    for (const pki::Certificate& certificate : content->intermediates) {
      views.push_back(view_of(content->name, kind_of(certificate), certificate));
    }
    for (const pki::Certificate& certificate : content->authorities) {
      views.push_back(view_of(content->name, CertificateKind::kCa, certificate));
    }
    std::sort(views.begin() + static_cast<std::ptrdiff_t>(first), views.end(),
              [](const auto& a, const auto& b) {
                return std::pair(rank(a.kind), a.serial) < std::pair(rank(b.kind), b.serial);
              });
  }
  return views;
}

}  // namespace spa::config
