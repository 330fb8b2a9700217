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

// What the forms call the same things (R-SHOW-12, R-SHOW-14).
struct CertificateWords {
  const char* serial;
  const char* usage;
  const char* points;
  const char* owner;
  const char* after;  // some words, and what today's parsers are used to
};

CertificateWords certificate_words(ScreenForm form) {
  if (form == ScreenForm::kDc)
    return {"Certificate Serial Number", "Key Usage", "CRL Distribution Point",
            "Associated Identity", ""};
  if (form == ScreenForm::kLive)
    return {"Certificate Serial Number (hex)", "Certificate Usage", "CRL Distribution Points",
            "Associated Trustpoints", " "};
  return {"Certificate Serial Number", "Certificate Usage", "CRL Distribution Points",
          "Associated Trustpoints", ""};
}

void rdns(Screen& screen, const std::vector<NameAttribute>& name, ScreenForm form) {
  for (const NameAttribute& attribute : name)
    screen.line("    %s",
                c(form == ScreenForm::kDc ? spaced_dn_text({attribute}) : dn_text({attribute})));
}

void subject(Screen& screen, const CertificateView& view, ScreenForm form, const char* after) {
  // R-SHOW-12: of the router's own certificate its name alone.
  const bool name_alone =
      form == ScreenForm::kDc && view.kind == CertificateKind::kOwn && !view.fqdn.empty();
  screen.line(name_alone ? "  Subject Name Contains:%s" : "  Subject:%s", after);
  if (!view.fqdn.empty() && (name_alone || form != ScreenForm::kDc))
    screen.line("    Name: %s", c(view.fqdn));
  if (!name_alone) rdns(screen, view.subject, form);
}

void certificate_text(Screen& screen, const CertificateView& view, bool verbose, ScreenForm form,
                      const policy::TimeZone& zone) {
  const CertificateWords words = certificate_words(form);
  const char* after = words.after;
  screen.line("%s", certificate_title(view.kind));
  screen.line("  Status: Available");
  screen.line("  %s: %s", words.serial, c(view.serial));
  screen.line("  %s: %s", words.usage, c(view.usage));
  screen.line("  Issuer:%s", after);
  rdns(screen, view.issuer, form);
  subject(screen, view, form, after);
  if (!view.crl_urls.empty()) {
    screen.line("  %s:%s", words.points, after);
    for (const std::string& url : view.crl_urls) screen.line("    %s", c(url));
  }
  screen.line("  Validity Date:%s", after);
  screen.line("    start date: %s", c(date_text(view.not_before, zone)));
  screen.line("    end   date: %s", c(date_text(view.not_after, zone)));
  // R-SHOW-14: certificates are not renewed by themselves, and the router says that so.
  const bool renews = form == ScreenForm::kDa || form == ScreenForm::kDb;
  if (renews && view.kind == CertificateKind::kOwn)
    screen.line("    renew date: %s", c(date_text(WallTime{}, zone)));
  if (verbose && form != ScreenForm::kDc) {
    screen.line("  Subject Key Info:");
    screen.line("    Public Key: %s", c(view.public_key));
    screen.line("  Signature Algorithm: %s", c(view.signature_algorithm));
    screen.line("  Fingerprint MD5: %s ", c(fingerprint_text(view.md5)));
    screen.line("  Fingerprint SHA1: %s ", c(fingerprint_text(view.sha1)));
  }
  screen.line("  %s: %s%s", words.owner, c(view.trustpoint), after);
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
                              ScreenForm form, const policy::TimeZone& zone) {
  Screen screen;
  for (const CertificateView& view : certificates)
    certificate_text(screen, view, verbose, form, zone);
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

namespace {

// R-SHOW-13: what a directory is asked for has the directory's protocol before it.
std::string source_text(const std::string& source) {
  const bool directory_name = source.find("://") == source.npos && source.find('=') != source.npos;
  return (directory_name ? "LDAP: " : "") + source;
}

void crl_text(Screen& screen, const CrlView& crl, ScreenForm form, const policy::TimeZone& zone) {
  const bool old = is_old(form);
  if (!old) screen.blank();
  screen.line("CRL Issuer Name:%s", old ? "" : " ");
  screen.line("    %s", c(old ? spaced_dn_text(crl.issuer) : dn_text(crl.issuer)));
  screen.line("    LastUpdate: %s", c(date_text(crl.last_update, zone)));
  screen.line("    NextUpdate: %s", c(date_text(crl.next_update, zone)));
  if (!old) {
    screen.blank();
    screen.line("    CRL downloaded at: %s", c(date_text(crl.downloaded, zone)));
    screen.blank();
  }
  screen.line("    Retrieved from CRL Distribution Point:");
  screen.line("      %s", c(old ? source_text(crl.source) : crl.source));
  screen.blank();
  if (old) return;
  screen.line(" CRL DER is %zu bytes", crl.der_size);
  screen.line(" CRL is stored in parsed CRL cache");
  screen.blank();
}

}  // namespace

std::string crls_text(const std::vector<CrlView>& crls, ScreenForm form,
                      const policy::TimeZone& zone) {
  Screen screen;
  std::size_t total = 0;
  for (const CrlView& crl : crls) {
    crl_text(screen, crl, form, zone);
    total += crl.der_size;
  }
  if (is_old(form)) return screen.take();
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

std::string pki_counters_text(const pki::Counters& counters) {
  const std::uint64_t sessions = counters.validated + counters.refused;
  Screen screen;
  const auto line = [&screen](const char* what, std::uint64_t count) {
    screen.line("%s: %llu", what, n(count));
  };
  line("PKI Sessions Started", sessions);
  line("PKI Sessions Ended", sessions);
  line("PKI Sessions Active", 0);
  line("Successful Validations", counters.validated);
  line("Failed Validations", counters.refused);
  line("Bypassed Validations", counters.bypassed);
  line("Pending Validations", 0);
  line("CRLs checked", counters.crls_checked);
  line("CRL - fetch attempts", counters.crl_fetches);
  line("CRL - failed attempts", counters.crl_failures);
  line("CRL - rejected busy fetching", 0);
  line("AAA authorizations", 0);
  return screen.take();
}

std::string pki_counters_json(const pki::Counters& counters) {
  return json::serialize(json::object{{"pki_counters",
                                       {{"validations", counters.validated},
                                        {"validations_failed", counters.refused},
                                        {"validations_bypassed", counters.bypassed},
                                        {"crls_checked", counters.crls_checked},
                                        {"crl_fetches", counters.crl_fetches},
                                        {"crl_fetches_failed", counters.crl_failures}}}});
}

}  // namespace spa::config
