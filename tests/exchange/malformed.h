// SPDX-License-Identifier: Apache-2.0
// Chains of payloads as no sound peer writes them.
#pragma once

#include <string>
#include <vector>

#include "userspace/wire/message.h"
#include "userspace/wire/v1/message.h"

namespace spa::exchange {

struct Malformed {
  std::string what;  // for failures: "cut at 17", "length at 8 is 0"
  Bytes octets;
};

// The chain cut off at every octet but its end.
[[nodiscard]] std::vector<Malformed> every_prefix(ByteView chain);
// Every field of the chain that says how long or how many something is, on its own: 0, 1, one too
// small, one too large, as large as can be. Goes into SA, TS, Notify and Delete.
[[nodiscard]] std::vector<Malformed> every_wrong_length(wire::PayloadType first, ByteView chain);
// The same of a chain of IKEv1; goes into SA, Notify and Delete.
[[nodiscard]] std::vector<Malformed> every_wrong_length(wire::v1::PayloadType first,
                                                        ByteView chain);

// Every copy of a datagram that a wrong length makes, of the message or inside it. One that can
// still be read is another message, not a broken one.
[[nodiscard]] std::vector<Malformed> broken_copies(const Bytes& datagram);

}  // namespace spa::exchange
