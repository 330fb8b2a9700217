// SPDX-License-Identifier: Apache-2.0
// Which payloads a message may hold, as a table (RFC 7296 appendix C).
#pragma once

#include <optional>
#include <span>
#include <string>

#include "userspace/base/result.h"
#include "userspace/wire/message.h"

namespace spa::ikev2 {

struct AdmissionRow {
  wire::ExchangeType exchange;
  bool response;
  wire::PayloadType payload;
  unsigned min;
  unsigned max;
};

// All rows; a payload without row is not admitted in that message. Types that are not known at all
// are skipped (2.5).
[[nodiscard]] std::span<const AdmissionRow> admission_rows();

// kInvalid, naming payload and count.
[[nodiscard]] Status admit(wire::ExchangeType exchange, bool response,
                           std::span<const wire::Payload> payloads);

// The first unknown payload that is marked critical (2.5).
[[nodiscard]] std::optional<wire::PayloadType> critical_unknown(
    std::span<const wire::Payload> payloads);

// The first error notification, which in a response means that the exchange or its CHILD SA failed
// (3.10.1).
[[nodiscard]] const wire::NotifyPayload* error_in(std::span<const wire::Payload> payloads);

}  // namespace spa::ikev2
