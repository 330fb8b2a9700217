// SPDX-License-Identifier: Apache-2.0
// What stands in a ticket (RFC 5723 6.1), and octets that are none: read whole or not at all, and
// what was read is written as it was.
#include <cstdlib>

#include "userspace/ikev2/ticket_box.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spa;
  const ByteView input(data, size);
  const Result<ikev2::SessionState> state = ikev2::parse_session_state(input);
  if (state) {
    const Result<SecretBytes> again = ikev2::serialize(*state);
    if (!again) std::abort();
    const Result<ikev2::SessionState> back = ikev2::parse_session_state(*again);
    if (!back || *ikev2::serialize(*back) != *again) std::abort();
  }
  static ikev2::TicketBox box;
  static const Bytes own = box.seal(SteadyTime{}, {})->ticket;
  if (box.open(SteadyTime{}, input).has_value() && to_bytes(input) != own) std::abort();
  return 0;
}
