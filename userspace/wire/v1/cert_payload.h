// SPDX-License-Identifier: Apache-2.0
// Certificate and Certificate Request payloads (RFC 2408 3.9 and 3.10). In IKEv1 a request names
// the distinguished name of an authority (RFC 4945 3.2.7), not the hash of its key.
#pragma once

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/v1/registry.h"
#include "userspace/wire/writer.h"

namespace spa::wire::v1 {

struct CertPayload {
  CertEncoding encoding = CertEncoding::kX509Signature;
  Bytes data;  // one DER certificate for kX509Signature, never empty
  friend bool operator==(const CertPayload&, const CertPayload&) = default;
};

struct CertReqPayload {
  CertEncoding encoding = CertEncoding::kX509Signature;
  Bytes authority;  // DER Name; empty: any authority
  friend bool operator==(const CertReqPayload&, const CertReqPayload&) = default;
};

[[nodiscard]] Result<CertPayload> parse_cert(Reader& body);
[[nodiscard]] Result<CertReqPayload> parse_cert_req(Reader& body);
void write_body(Writer& out, const CertPayload& cert);
void write_body(Writer& out, const CertReqPayload& request);

}  // namespace spa::wire::v1
