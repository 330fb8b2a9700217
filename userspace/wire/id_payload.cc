// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/id_payload.h"

#include <algorithm>

namespace spa::wire {
namespace {

bool size_fits(IdType type, std::size_t size) {
  switch (type) {
    case IdType::kIpv4Addr:
      return size == 4;
    case IdType::kIpv6Addr:
      return size == 16;
    case IdType::kNull:
      return size == 0;  // RFC 7619 2.2
    default:
      return true;
  }
}

std::string complaint(const IdPayload& id) {
  return "an identity of type " + to_string(id.type) + " with " + std::to_string(id.data.size()) +
         " octets";
}

}  // namespace

Result<IdPayload> parse_id(Reader& body, Side side) {
  IdPayload id;
  id.side = side;
  id.type = static_cast<IdType>(body.u8());
  std::ranges::copy(body.bytes(id.reserved.size()), id.reserved.begin());
  id.data = to_bytes(body.rest());
  if (body.ok() && !size_fits(id.type, id.data.size())) body.refuse(complaint(id));
  return body.finish(std::move(id));
}

void write_body(Writer& out, const IdPayload& id) {
  if (!size_fits(id.type, id.data.size())) out.refuse(complaint(id));
  out.u8(static_cast<std::uint8_t>(id.type));
  out.bytes(id.reserved);
  out.bytes(id.data);
}

Bytes rest_of_id_payload(const IdPayload& id) {
  Bytes octets;
  octets.reserve(4 + id.data.size());
  octets.push_back(static_cast<std::uint8_t>(id.type));
  octets.insert(octets.end(), id.reserved.begin(), id.reserved.end());
  octets.insert(octets.end(), id.data.begin(), id.data.end());
  return octets;
}

}  // namespace spa::wire
