// SPDX-License-Identifier: Apache-2.0
// Which payloads a message may hold, as a table (RFC 2409 5, RFC 2408 4). What a particular message
// of an exchange must hold is for its script to say.
#pragma once

#include <span>

#include "userspace/base/result.h"
#include "userspace/wire/v1/message.h"

namespace spa::ikev1 {

struct AdmissionRow {
  wire::v1::ExchangeType exchange;
  wire::v1::PayloadType payload;
  unsigned max;
};

// All rows; a known payload without row is not admitted in that exchange. Types that are not known
// at all are skipped (R-DPD-23).
[[nodiscard]] std::span<const AdmissionRow> admission_rows();

// kInvalid, naming payload and count.
[[nodiscard]] Status admit(wire::v1::ExchangeType exchange,
                           std::span<const wire::v1::Payload> payloads);
// The same for the first message of phase 1, which also says what must be in it.
[[nodiscard]] Status admit_first(wire::v1::ExchangeType exchange,
                                 std::span<const wire::v1::Payload> payloads);

}  // namespace spa::ikev1
