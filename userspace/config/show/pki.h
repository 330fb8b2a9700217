// SPDX-License-Identifier: Apache-2.0
// show crypto pki certificates [verbose] (R-SHOW-14), show crypto pki crls (R-SHOW-36).
#pragma once

#include <string>
#include <vector>

#include "userspace/config/backend.h"
#include "userspace/config/show/form.h"
#include "userspace/pki/enrolment.h"
#include "userspace/policy/time_zone.h"

namespace spa::config {

// What a certificate is, as its screens are headed.
[[nodiscard]] const char* certificate_title(CertificateKind kind);
// What a request is for, in the words of certificates.
[[nodiscard]] const char* request_usage(pki::KeyUsage usage);
// Certificates first, then requests that are pending (R-PKI-35).
[[nodiscard]] std::string certificates_text(const std::vector<CertificateView>& certificates,
                                            const std::vector<pki::PendingRequest>& requests,
                                            bool verbose, ScreenForm form,
                                            const policy::TimeZone& zone);
[[nodiscard]] std::string certificates_json(const std::vector<CertificateView>& certificates,
                                            const std::vector<pki::PendingRequest>& requests);
[[nodiscard]] std::string crls_text(const std::vector<CrlView>& crls, ScreenForm form,
                                    const policy::TimeZone& zone);
[[nodiscard]] std::string crls_json(const std::vector<CrlView>& crls);
// R-SHOW-38; what a router counts besides does not happen here: a validation waits for nobody, and
// there is no AAA.
[[nodiscard]] std::string pki_counters_text(const pki::Counters& counters);
[[nodiscard]] std::string pki_counters_json(const pki::Counters& counters);

}  // namespace spa::config
