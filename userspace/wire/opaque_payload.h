// SPDX-License-Identifier: Apache-2.0
// Payloads whose content this room does not look into: Vendor ID (RFC 7296 3.12), EAP (3.16), and
// types that it does not know (2.5).
#pragma once

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/registry.h"
#include "userspace/wire/writer.h"

namespace spa::wire {

struct VendorIdPayload {
  Bytes data;
  friend bool operator==(const VendorIdPayload&, const VendorIdPayload&) = default;
};

struct EapPayload {
  Bytes message;
  friend bool operator==(const EapPayload&, const EapPayload&) = default;
};

struct UnknownPayload {
  PayloadType type = PayloadType::kNone;
  // When set the receiver must answer UNSUPPORTED_CRITICAL_PAYLOAD, otherwise skip the payload.
  bool critical = false;
  Bytes data;
  friend bool operator==(const UnknownPayload&, const UnknownPayload&) = default;
};

void write_body(Writer& out, const VendorIdPayload& vendor);
void write_body(Writer& out, const EapPayload& eap);
void write_body(Writer& out, const UnknownPayload& unknown);

}  // namespace spa::wire
