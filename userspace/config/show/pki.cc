// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/pki.h"

#include "userspace/config/show/json.h"
#include "userspace/config/show/names.h"
#include "userspace/config/show/text.h"
#include "userspace/config/show/time.h"

namespace spa::config {
const char* certificate_title(CertificateKind kind) {
  switch (kind) {
    case CertificateKind::kRaSign:
      return "RA Signature Certificate";
    case CertificateKind::kRaEncrypt:
      return "RA KeyEncipher Certificate";
    case CertificateKind::kCa:
      return "CA Certificate";
    case CertificateKind::kOwn:
      break;
  }
  return "Certificate";
}

namespace {

void rdns(Screen& screen, const std::vector<NameAttribute>& name) {
  for (const auto& [attribute, value] : name) screen.line("    %s=%s", c(attribute), c(value));
}

void certificate_text(Screen& screen, const CertificateView& view, bool verbose) {
  screen.line("%s", certificate_title(view.kind));
  screen.line("  Status: Available");
  screen.line("  Certificate Serial Number (hex): %s", c(view.serial));
  screen.line("  Certificate Usage: %s", c(view.usage));
  screen.line("  Issuer: ");
  rdns(screen, view.issuer);
  screen.line("  Subject: ");
  if (!view.fqdn.empty()) screen.line("    Name: %s", c(view.fqdn));
  rdns(screen, view.subject);
  if (!view.crl_urls.empty()) {
    screen.line("  CRL Distribution Points: ");
    for (const std::string& url : view.crl_urls) screen.line("    %s", c(url));
  }
  screen.line("  Validity Date: ");
  screen.line("    start date: %s", c(date_text(view.not_before)));
  screen.line("    end   date: %s", c(date_text(view.not_after)));
  if (verbose) {
    screen.line("  Subject Key Info:");
    screen.line("    Public Key: %s", c(view.public_key));
    screen.line("  Signature Algorithm: %s", c(view.signature_algorithm));
    screen.line("  Fingerprint MD5: %s ", c(fingerprint_text(view.md5)));
    screen.line("  Fingerprint SHA1: %s ", c(fingerprint_text(view.sha1)));
  }
  screen.line("  Associated Trustpoints: %s ", c(view.trustpoint));
  screen.blank();
}

// As in the command that takes such a certificate (R-PKI-59).
const char* kind_word(CertificateKind kind) {
  switch (kind) {
    case CertificateKind::kRaSign:
      return "ra-sign";
    case CertificateKind::kRaEncrypt:
      return "ra-encrypt";
    case CertificateKind::kCa:
      return "ca";
    case CertificateKind::kOwn:
      break;
  }
  return "own";
}

json::array names_json(const std::vector<NameAttribute>& name) {
  json::array out;
  for (const auto& [attribute, value] : name)
    out.push_back(json::object{{"type", attribute}, {"value", value}});
  return out;
}

}  // namespace

std::string certificates_text(const std::vector<CertificateView>& certificates, bool verbose) {
  Screen screen;
  for (const CertificateView& view : certificates) certificate_text(screen, view, verbose);
  return screen.take();
}

std::string certificates_json(const std::vector<CertificateView>& certificates) {
  json::array list;
  for (const CertificateView& view : certificates) {
    json::array urls;
    for (const std::string& url : view.crl_urls) urls.emplace_back(url);
    list.push_back(json::object{{"trustpoint", view.trustpoint},
                                {"ca", view.kind == CertificateKind::kCa},
                                {"kind", kind_word(view.kind)},
                                {"serial", view.serial},
                                {"usage", view.usage},
                                {"issuer", names_json(view.issuer)},
                                {"subject", names_json(view.subject)},
                                {"name", view.fqdn},
                                {"crl_urls", std::move(urls)},
                                {"not_before", iso_text(view.not_before)},
                                {"not_after", iso_text(view.not_after)},
                                {"public_key", view.public_key},
                                {"signature_algorithm", view.signature_algorithm},
                                {"md5", to_hex(view.md5)},
                                {"sha1", to_hex(view.sha1)}});
  }
  return json::serialize(json::object{{"certificates", std::move(list)}});
}

std::string crls_text(const std::vector<CrlView>& crls) {
  Screen screen;
  std::size_t total = 0;
  for (const CrlView& crl : crls) {
    screen.blank();
    screen.line("CRL Issuer Name: ");
    screen.line("    %s", c(dn_text(crl.issuer)));
    screen.line("    LastUpdate: %s", c(date_text(crl.last_update)));
    screen.line("    NextUpdate: %s", c(date_text(crl.next_update)));
    screen.blank();
    screen.line("    CRL downloaded at: %s", c(date_text(crl.downloaded)));
    screen.blank();
    screen.line("    Retrieved from CRL Distribution Point:");
    screen.line("      %s", c(crl.source));
    screen.blank();
    screen.line(" CRL DER is %zu bytes", crl.der_size);
    screen.line(" CRL is stored in parsed CRL cache");
    screen.blank();
    total += crl.der_size;
  }
  screen.blank();
  screen.line("Parsed CRL cache current size is %zu bytes", total);
  return screen.take();
}

std::string crls_json(const std::vector<CrlView>& crls) {
  json::array list;
  for (const CrlView& crl : crls)
    list.push_back(json::object{{"issuer", names_json(crl.issuer)},
                                {"last_update", iso_text(crl.last_update)},
                                {"next_update", iso_text(crl.next_update)},
                                {"downloaded", iso_text(crl.downloaded)},
                                {"source", crl.source},
                                {"der_size", crl.der_size},
                                {"entries", crl.entries}});
  return json::serialize(json::object{{"crls", std::move(list)}});
}

}  // namespace spa::config
