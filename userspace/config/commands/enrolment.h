// SPDX-License-Identifier: Apache-2.0
// What the router's commands about authorities share with those of a PIX.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "userspace/config/exec.h"
#include "userspace/pki/enrolment.h"

namespace spa::config {

// What the trustpoint says of its authority, as it is being typed.
[[nodiscard]] pki::EnrolmentTerms terms_of(const policy::Trustpoint& trustpoint);
// The pair that the trustpoint uses: `rsakeypair`, or the router's own name.
[[nodiscard]] std::string key_label(const policy::Trustpoint& trustpoint,
                                    const std::string& router);
// What every request of the trustpoint says; kInvalid, kNotFound.
[[nodiscard]] pki::RequestContent request_content(const policy::Trustpoint& trustpoint,
                                                  const std::string& router);
// The certificate whose fingerprint people compare.
[[nodiscard]] const pki::Certificate* authority_among(
    const std::vector<pki::Certificate>& certificates);
// Whether it is that of the certificate: MD5, SHA-1 or SHA-256 in hexadecimal.
[[nodiscard]] bool fits_fingerprint(const pki::Certificate& certificate, const std::string& digits);
// Asks for the certificates of the authority; the session waits.
void fetch_authority(
    Exec& exec, const policy::Trustpoint& trustpoint,
    std::function<void(Exec&, const std::vector<pki::Certificate>& certificates)> then);

}  // namespace spa::config
