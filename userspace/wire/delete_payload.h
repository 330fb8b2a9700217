// SPDX-License-Identifier: Apache-2.0
// Delete payload (RFC 7296 3.11).
#pragma once

#include <cstdint>
#include <vector>

#include "userspace/wire/reader.h"
#include "userspace/wire/registry.h"
#include "userspace/wire/writer.h"

namespace spa::wire {

struct DeletePayload {
  ProtocolId protocol = ProtocolId::kIke;
  std::vector<std::uint32_t> spis;  // empty for kIke, which deletes the SA that carries the message
  friend bool operator==(const DeletePayload&, const DeletePayload&) = default;
};

[[nodiscard]] Result<DeletePayload> parse_delete(Reader& body);
void write_body(Writer& out, const DeletePayload& deleted);

}  // namespace spa::wire
