// SPDX-License-Identifier: Apache-2.0
// Certificate and Certificate Request payloads (RFC 7296 3.6 and 3.7).
#pragma once

#include <cstddef>

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/registry.h"
#include "userspace/wire/writer.h"

namespace spa::wire {

struct CertPayload {
  CertEncoding encoding = CertEncoding::kX509Signature;
  Bytes data;  // one DER certificate for kX509Signature
  friend bool operator==(const CertPayload&, const CertPayload&) = default;
};

struct CertReqPayload {
  static constexpr std::size_t kHashSize = 20;

  CertEncoding encoding = CertEncoding::kX509Signature;
  // For kX509Signature, kHashUrlCert and kHashUrlBundle: SHA-1 hashes of the trust anchors'
  // SubjectPublicKeyInfo, back to back; parsing refuses a size that is no multiple of 20.
  Bytes authorities;

  [[nodiscard]] std::size_t hash_count() const { return authorities.size() / kHashSize; }
  [[nodiscard]] ByteView hash(std::size_t index) const {
    return ByteView(authorities).subspan(index * kHashSize, kHashSize);
  }
  friend bool operator==(const CertReqPayload&, const CertReqPayload&) = default;
};

[[nodiscard]] Result<CertPayload> parse_cert(Reader& body);
[[nodiscard]] Result<CertReqPayload> parse_cert_req(Reader& body);
void write_body(Writer& out, const CertPayload& cert);
void write_body(Writer& out, const CertReqPayload& request);

}  // namespace spa::wire
