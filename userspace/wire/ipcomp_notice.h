// SPDX-License-Identifier: Apache-2.0
// IPCOMP_SUPPORTED (RFC 7296 2.22): the CPI under which the sender takes compressed packets, and
// with which algorithm.
#pragma once

#include <cstdint>

#include "userspace/wire/notify_payload.h"
#include "userspace/wire/transform_id.h"

namespace spa::wire {

struct IpCompNotice {
  std::uint16_t cpi = 0;
  IpCompId transform{};
  friend bool operator==(const IpCompNotice&, const IpCompNotice&) = default;
};

[[nodiscard]] NotifyPayload ipcomp_supported(const IpCompNotice& notice);
// kInvalid: cut short, or a CPI that is reserved (RFC 3173 3.3). Attributes behind the transform
// are passed over: none is defined for DEFLATE and LZS.
[[nodiscard]] Result<IpCompNotice> parse_ipcomp_supported(const NotifyPayload& notify);

}  // namespace spa::wire
