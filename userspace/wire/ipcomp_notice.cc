// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/ipcomp_notice.h"

namespace spa::wire {

NotifyPayload ipcomp_supported(const IpCompNotice& notice) {
  return notify(NotifyType::kIpcompSupported,
                {static_cast<std::uint8_t>(notice.cpi >> 8), static_cast<std::uint8_t>(notice.cpi),
                 static_cast<std::uint8_t>(notice.transform)});
}

Result<IpCompNotice> parse_ipcomp_supported(const NotifyPayload& notify) {
  if (notify.data.size() < 3) return fail(Errc::kInvalid, "IPCOMP_SUPPORTED is cut short");
  const IpCompNotice notice{static_cast<std::uint16_t>(notify.data[0] << 8 | notify.data[1]),
                            static_cast<IpCompId>(notify.data[2])};
  if (notice.cpi < 256) return fail(Errc::kInvalid, "IPCOMP_SUPPORTED names a reserved CPI");
  return notice;
}

}  // namespace spa::wire
