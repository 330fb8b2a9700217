// SPDX-License-Identifier: Apache-2.0
// Identification payloads IDi and IDr (RFC 7296 3.5).
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/registry.h"
#include "userspace/wire/writer.h"

namespace spa::wire {

// Which end a payload that exists twice (IDi/IDr, TSi/TSr) belongs to.
enum class Side : std::uint8_t { kInitiator, kResponder };

struct IdPayload {
  Side side = Side::kInitiator;
  IdType type = IdType::kIpv4Addr;
  std::array<std::uint8_t, 3> reserved{};  // kept: AUTH covers it as sent (RFC 7296 2.15)
  Bytes data;
  friend bool operator==(const IdPayload&, const IdPayload&) = default;
};

// Refuses an address whose size does not fit its type.
[[nodiscard]] Result<IdPayload> parse_id(Reader& body, Side side);
void write_body(Writer& out, const IdPayload& id);
// RestOfInitIDPayload / RestOfRespIDPayload of RFC 7296 2.15: the body without the generic header.
[[nodiscard]] Bytes rest_of_id_payload(const IdPayload& id);

}  // namespace spa::wire
