// SPDX-License-Identifier: Apache-2.0
// What the kernel says by itself about states and policies.
#pragma once

#include <optional>
#include <variant>

#include "userspace/kernel/netlink.h"
#include "userspace/kernel/xfrm_messages.h"

namespace spa::kernel {

struct AcquireEvent {
  std::uint32_t reqid = 0;  // of the policy's template
  policy::SelectorPair packet;
};
struct ExpireEvent {
  StateId state;
  bool hard = false;
};
struct DeletedEvent {
  StateId state;
};
struct FlushedEvent {};  // all states of one protocol, or of all, are gone
struct MappingEvent {
  StateId state;
  Endpoint remote;
};

using XfrmEvent = std::variant<AcquireEvent, ExpireEvent, DeletedEvent, FlushedEvent, MappingEvent>;

// Empty for other messages, other protocols than ESP, AH and IPComp, and messages that are cut
// short.
[[nodiscard]] std::optional<XfrmEvent> read_event(const NetlinkView& message);

}  // namespace spa::kernel
