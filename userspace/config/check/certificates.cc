// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "userspace/config/check/subject.h"
#include "userspace/config/show/time.h"

namespace spa::config::check {
namespace {

constexpr Duration kSoon = std::chrono::hours(30 * 24);

}  // namespace

void find_expired(const Subject& subject, Findings& findings) {
  for (const CertificateView& certificate : subject.certificates) {
    const std::string title =
        "certificate " + certificate.serial + " of trustpoint " + certificate.trustpoint;
    const std::size_t line = subject.places.of("crypto pki trustpoint " + certificate.trustpoint);
    const auto add = [&](Severity severity, const std::string& what, WallTime when) {
      findings.push_back(
          {severity, line, "certificate", title + " " + what + " " + clock_text(when)});
    };
    if (certificate.not_after < subject.now)
      add(Severity::kError, "has expired at", certificate.not_after);
    else if (certificate.not_before > subject.now)
      add(Severity::kError, "is not valid before", certificate.not_before);
    else if (certificate.not_after < subject.now + kSoon)
      add(Severity::kWarning, "expires at", certificate.not_after);
  }
}

}  // namespace spa::config::check
