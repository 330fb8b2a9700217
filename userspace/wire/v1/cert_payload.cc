// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/cert_payload.h"

namespace spa::wire::v1 {

Result<CertPayload> parse_cert(Reader& body) {
  CertPayload cert;
  cert.encoding = static_cast<CertEncoding>(body.u8());
  cert.data = to_bytes(body.rest());
  if (body.ok() && cert.data.empty()) body.refuse("no certificate data");
  return body.finish(std::move(cert));
}

Result<CertReqPayload> parse_cert_req(Reader& body) {
  CertReqPayload request;
  request.encoding = static_cast<CertEncoding>(body.u8());
  request.authority = to_bytes(body.rest());
  return body.finish(std::move(request));
}

void write_body(Writer& out, const CertPayload& cert) {
  if (cert.data.empty()) out.refuse("CERT payload without data");
  out.u8(static_cast<std::uint8_t>(cert.encoding));
  out.bytes(cert.data);
}

void write_body(Writer& out, const CertReqPayload& request) {
  out.u8(static_cast<std::uint8_t>(request.encoding));
  out.bytes(request.authority);
}

}  // namespace spa::wire::v1
