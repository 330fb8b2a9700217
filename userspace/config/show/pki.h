// SPDX-License-Identifier: Apache-2.0
// show crypto pki certificates [verbose] (R-SHOW-14), show crypto pki crls (R-SHOW-36).
#pragma once

#include <string>
#include <vector>

#include "userspace/config/backend.h"
#include "userspace/config/show/form.h"

namespace spa::config {

// What a certificate is, as its screens are headed.
[[nodiscard]] const char* certificate_title(CertificateKind kind);
[[nodiscard]] std::string certificates_text(const std::vector<CertificateView>& certificates,
                                            bool verbose, ScreenForm form);
[[nodiscard]] std::string certificates_json(const std::vector<CertificateView>& certificates);
[[nodiscard]] std::string crls_text(const std::vector<CrlView>& crls, ScreenForm form);
[[nodiscard]] std::string crls_json(const std::vector<CrlView>& crls);

}  // namespace spa::config
