// SPDX-License-Identifier: Apache-2.0
// A datagram from the network. What parses must write and parse again to the same value.
#include <cstdlib>

#include "userspace/wire/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spa::wire;
  const spa::Result<Message> message = parse({data, size});
  if (!message) {
    if (message.error().text.empty()) std::abort();
    return 0;
  }
  const spa::Result<spa::Bytes> octets = serialize(*message);
  if (!octets) std::abort();
  const spa::Result<Message> again = parse(*octets);
  if (!again || again->payloads != message->payloads) std::abort();
  return 0;
}
