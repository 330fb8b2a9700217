// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/opaque_payload.h"

namespace spa::wire {

void write_body(Writer& out, const VendorIdPayload& vendor) {
  out.bytes(vendor.data);
}
void write_body(Writer& out, const EapPayload& eap) {
  out.bytes(eap.message);
}
void write_body(Writer& out, const UnknownPayload& unknown) {
  out.bytes(unknown.data);
}

}  // namespace spa::wire
