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

const char* request_usage(pki::KeyUsage usage) {
  switch (usage) {
    case pki::KeyUsage::kGeneral:
      return "General Purpose";
    case pki::KeyUsage::kSignature:
      return "Signature";
    case pki::KeyUsage::kEncryption:
      return "Encryption";
  }
  return "";
}

namespace {

void rdns(Screen& screen, const std::vector<NameAttribute>& name) {
  for (const auto& [attribute, value] : name) screen.line("    %s=%s", c(attribute), c(value));
}

void certificate_text(Screen& screen, const CertificateView& view, bool verbose,
                      const policy::TimeZone& zone) {
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
  screen.line("    start date: %s", c(date_text(view.not_before, zone)));
  screen.line("    end   date: %s", c(date_text(view.not_after, zone)));
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

// R-PKI-35
void request_text(Screen& screen, const pki::PendingRequest& request) {
  screen.line("Certificate");
  screen.line("  Subject Name Contains:");
  screen.line("    Name: %s", c(request.name));
  screen.line("  Status: Pending");
  screen.line("  Key Usage: %s", request_usage(request.usage));
  screen.line("    Fingerprint: %s", c(fingerprint_text(request.fingerprint)));
  screen.line("  Associated Identity: %s", c(request.trustpoint));
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

std::string certificates_text(const std::vector<CertificateView>& certificates,
                              const std::vector<pki::PendingRequest>& requests, bool verbose,
                              const policy::TimeZone& zone) {
  Screen screen;
  for (const CertificateView& view : certificates) certificate_text(screen, view, verbose, zone);
  for (const pki::PendingRequest& request : requests) request_text(screen, request);
  return screen.take();
}

std::string certificates_json(const std::vector<CertificateView>& certificates,
                              const std::vector<pki::PendingRequest>& requests) {
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
  json::array pending;
  for (const pki::PendingRequest& request : requests)
    pending.push_back(json::object{{"trustpoint", request.trustpoint},
                                   {"name", request.name},
                                   {"usage", request_usage(request.usage)},
                                   {"md5", to_hex(request.fingerprint)}});
  return json::serialize(
      json::object{{"certificates", std::move(list)}, {"pending", std::move(pending)}});
}

std::string crls_text(const std::vector<CrlView>& crls, const policy::TimeZone& zone) {
  Screen screen;
  std::size_t total = 0;
  for (const CrlView& crl : crls) {
    screen.blank();
    screen.line("CRL Issuer Name: ");
    screen.line("    %s", c(dn_text(crl.issuer)));
    screen.line("    LastUpdate: %s", c(date_text(crl.last_update, zone)));
    screen.line("    NextUpdate: %s", c(date_text(crl.next_update, zone)));
    screen.blank();
    screen.line("    CRL downloaded at: %s", c(date_text(crl.downloaded, zone)));
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
