// SPDX-License-Identifier: Apache-2.0
// Certificates taken apart for the screens and for what looks at a configuration.
#pragma once

#include <string>

#include "userspace/config/backend.h"
#include "userspace/pki/certificate.h"
#include "userspace/pki/trust_store.h"

namespace spa::config {

// A serial number as it is typed, in hexadecimal, in the form that certificates are compared by:
// unsigned, without leading zeros.
[[nodiscard]] Bytes serial_octets(const std::string& serial);
// R-PKI-30: by content. One of ours without its key is nobody's authority either.
[[nodiscard]] CertificateKind kind_of(const pki::Certificate& certificate);
[[nodiscard]] CertificateView view_of(const std::string& trustpoint, CertificateKind kind,
                                      const pki::Certificate& certificate);
// All of the store, each trustpoint's in the order of R-PKI-63.
[[nodiscard]] std::vector<CertificateView> views_of(const pki::TrustStore& store);
// One that stands in a configuration. kInvalid: it is none, has another serial number (R-PKI-60),
// or is no authority's although it should be.
[[nodiscard]] Result<CertificateView> read_certificate(const std::string& trustpoint,
                                                       CertificateKind kind,
                                                       const std::string& serial, ByteView der);

}  // namespace spa::config
