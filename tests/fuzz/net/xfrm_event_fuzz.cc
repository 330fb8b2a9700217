// SPDX-License-Identifier: Apache-2.0
// Netlink messages: the kernel is trusted, our reading of it is not.
#include "userspace/kernel/xfrm_event.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spa;
  using namespace spa::kernel;
  if (size < 2) return 0;
  const NetlinkView message(static_cast<std::uint16_t>(data[0] | data[1] << 8),
                            ByteView(data + 2, size - 2));
  (void)read_event(message);
  for (const std::uint16_t type : {XFRMA_TMPL, XFRMA_OFFLOAD_DEV, XFRMA_ALG_AEAD}) {
    (void)message.attribute(sizeof(xfrm_usersa_info), type);
  }
  (void)moved_state_message(message, {IpAddress::v4(1), 1}, {IpAddress::v4(2), 2});
  return 0;
}
