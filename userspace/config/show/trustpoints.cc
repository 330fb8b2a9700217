// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/trustpoints.h"

#include <algorithm>

#include "userspace/config/show/json.h"
#include "userspace/config/show/names.h"
#include "userspace/config/show/pki.h"
#include "userspace/config/show/text.h"
#include "userspace/pki/enrolment.h"

namespace spa::config {
namespace {

const char* enrollment_status(const TrustpointView& view) {
  if (view.pending) return "Pending";
  return view.own ? "Granted" : "Unknown";
}

void certificate_block(Screen& screen, const std::string& title, const CertificateView& view) {
  screen.line("  %s configured:", c(title));
  screen.line("    Subject Name:");
  screen.line("     %s", c(dn_text(view.subject)));
  screen.line("    Fingerprint MD5: %s", c(fingerprint_text(view.md5)));
  screen.line("    Fingerprint SHA1: %s", c(fingerprint_text(view.sha1)));
}

std::string keys_generated(const TrustpointView& view) {
  if (!view.key) return "No";
  return std::string("Yes (") + request_usage(view.key->usage) + ", " +
         (view.key->exportable ? "exportable)" : "non-exportable)");
}

// The pair of our certificate, or the one that a request would be made with.
std::optional<KeyPairView> key_for(const std::vector<KeyPairView>& pairs,
                                   const policy::Trustpoint& trustpoint,
                                   const policy::Snapshot& policy) {
  const std::string label = trustpoint.rsa_keypair.empty()
                                ? policy.hostname + "." + policy.domain_name
                                : trustpoint.rsa_keypair;
  for (const std::string& wanted : {label, trustpoint.name})
    for (const KeyPairView& pair : pairs)
      if (same_label(pair.label, wanted)) return pair;
  return std::nullopt;
}

}  // namespace

std::vector<TrustpointView> trustpoint_views(Backend& backend, const policy::Snapshot& policy) {
  const std::vector<CertificateView> certificates = backend.certificates();
  const std::vector<KeyPairView> pairs = key_pairs(backend);
  const auto pending = backend.enrolment().pending();
  std::vector<TrustpointView> views;
  for (const policy::Trustpoint& trustpoint : policy.trustpoints) {
    TrustpointView view;
    view.name = trustpoint.name;
    for (const CertificateView& certificate : certificates) {
      if (!same_label(certificate.trustpoint, trustpoint.name)) continue;
      if (certificate.kind == CertificateKind::kCa && !view.authority) view.authority = certificate;
      if (certificate.kind == CertificateKind::kOwn && !view.own) view.own = certificate;
    }
    view.key = key_for(pairs, trustpoint, policy);
    view.pending = std::any_of(pending.begin(), pending.end(), [&](const auto& request) {
      return same_label(request.trustpoint, trustpoint.name);
    });
    views.push_back(std::move(view));
  }
  return views;
}

std::string trustpoints_text(const std::vector<TrustpointView>& trustpoints) {
  Screen screen;
  for (const TrustpointView& view : trustpoints) {
    screen.line("Trustpoint %s:", c(view.name));
    if (view.authority) {
      screen.line("    Subject Name:");
      for (const auto& [attribute, value] : view.authority->subject)
        screen.line("    %s=%s", c(attribute), c(value));
      screen.line("          Serial Number (hex): %s", c(view.authority->serial));
      screen.line("    Certificate configured.");
    }
    screen.blank();
    screen.blank();
  }
  return screen.take();
}

std::string trustpoints_status_text(const std::vector<TrustpointView>& trustpoints) {
  Screen screen;
  for (const TrustpointView& view : trustpoints) {
    screen.line("Trustpoint %s:", c(view.name));
    if (view.authority) certificate_block(screen, "Issuing CA certificate", *view.authority);
    if (view.own)
      certificate_block(screen, "Router " + view.own->usage + " certificate", *view.own);
    screen.line("  Last enrollment status: %s", enrollment_status(view));
    screen.line("  State:");
    screen.line("    Keys generated ............. %s", c(keys_generated(view)));
    screen.line("    Issuing CA authenticated ....... %s", view.authority ? "Yes" : "No");
    screen.line("    Certificate request(s) ..... %s", view.own || view.pending ? "Yes" : "None");
    screen.blank();
  }
  return screen.take();
}

std::string trustpoints_json(const std::vector<TrustpointView>& trustpoints) {
  json::array list;
  for (const TrustpointView& view : trustpoints) {
    json::object object{{"name", view.name},
                        {"authenticated", view.authority.has_value()},
                        {"enrollment", enrollment_status(view)}};
    if (view.authority) {
      object["ca_subject"] = dn_text(view.authority->subject);
      object["ca_serial"] = view.authority->serial;
    }
    if (view.own) object["subject"] = dn_text(view.own->subject);
    if (view.key) object["key"] = view.key->label;
    list.push_back(std::move(object));
  }
  return json::serialize(json::object{{"trustpoints", std::move(list)}});
}

}  // namespace spa::config
