// SPDX-License-Identifier: Apache-2.0
// Fragment payload: Cisco's and Microsoft's IKE fragmentation ([MS-IKEE] 2.2.1). A fragment message
// has the header of the message that it is a part of, without the encryption flag, and this payload
// alone. The joined data is a whole message with its own header.
#pragma once

#include <cstdint>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/v1/header.h"
#include "userspace/wire/writer.h"

namespace spa::wire::v1 {

struct FragmentPayload {
  std::uint16_t id = 0;     // the same for all fragments of a message
  std::uint8_t number = 1;  // from 1
  bool last = false;
  Bytes data;  // never empty
  friend bool operator==(const FragmentPayload&, const FragmentPayload&) = default;
};

[[nodiscard]] Result<FragmentPayload> parse_fragment(Reader& body);
void write_body(Writer& out, const FragmentPayload& fragment);

// Cuts a message into datagrams of at most `limit` octets (header included, without non-ESP
// marker). kInvalid when the limit leaves no room, kExhausted for more than kMaxV1Fragments.
[[nodiscard]] Result<std::vector<Bytes>> split_message(ByteView message, std::uint16_t id,
                                                       std::size_t limit);

}  // namespace spa::wire::v1
