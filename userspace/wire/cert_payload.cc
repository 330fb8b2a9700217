// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/cert_payload.h"

#include <string>

namespace spa::wire {
namespace {

// Encodings whose request is a list of key hashes (RFC 7296 3.7).
bool names_by_hash(CertEncoding encoding) {
  return encoding == CertEncoding::kX509Signature || encoding == CertEncoding::kHashUrlCert ||
         encoding == CertEncoding::kHashUrlBundle;
}

bool size_fits(const CertReqPayload& request) {
  return !names_by_hash(request.encoding) ||
         request.authorities.size() % CertReqPayload::kHashSize == 0;
}

}  // namespace

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
  request.authorities = to_bytes(body.rest());
  if (body.ok() && !size_fits(request)) {
    body.refuse(std::to_string(request.authorities.size()) + " octets are no list of SHA-1 hashes");
  }
  return body.finish(std::move(request));
}

void write_body(Writer& out, const CertPayload& cert) {
  if (cert.data.empty()) out.refuse("CERT payload without data");
  out.u8(static_cast<std::uint8_t>(cert.encoding));
  out.bytes(cert.data);
}

void write_body(Writer& out, const CertReqPayload& request) {
  if (!size_fits(request)) out.refuse("CERTREQ payload that is no list of SHA-1 hashes");
  out.u8(static_cast<std::uint8_t>(request.encoding));
  out.bytes(request.authorities);
}

}  // namespace spa::wire
