// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/delete_payload.h"

#include "userspace/wire/limits.h"

namespace spa::wire {

Result<DeletePayload> parse_delete(Reader& body) {
  DeletePayload deleted;
  deleted.protocol = static_cast<ProtocolId>(body.u8());
  const std::size_t spi_size = body.u8();
  const std::size_t count = body.u16();
  const bool child = deleted.protocol == ProtocolId::kAh || deleted.protocol == ProtocolId::kEsp;
  if (body.ok() && !child && deleted.protocol != ProtocolId::kIke) {
    body.refuse("protocol " + to_string(deleted.protocol));
  }
  if (body.ok() && (child ? spi_size != 4 : spi_size != 0 || count != 0)) {
    body.refuse(std::to_string(count) + " SPIs of " + std::to_string(spi_size) + " octets for " +
                to_string(deleted.protocol));
  }
  if (body.ok() && count > kMaxSpis) {
    body.refuse("more than " + std::to_string(kMaxSpis) + " SPIs", Errc::kExhausted);
  }
  for (std::size_t i = 0; i < count && body.ok(); ++i) deleted.spis.push_back(body.u32());
  return body.finish(std::move(deleted));
}

void write_body(Writer& out, const DeletePayload& deleted) {
  const bool child = deleted.protocol == ProtocolId::kAh || deleted.protocol == ProtocolId::kEsp;
  if (!child && (deleted.protocol != ProtocolId::kIke || !deleted.spis.empty())) {
    out.refuse("Delete payload with SPIs for " + to_string(deleted.protocol));
  }
  if (deleted.spis.size() > kMaxSpis) out.refuse("Delete payload with too many SPIs");
  out.u8(static_cast<std::uint8_t>(deleted.protocol));
  out.u8(child ? 4 : 0);
  out.u16(static_cast<std::uint16_t>(deleted.spis.size()));
  for (const std::uint32_t spi : deleted.spis) out.u32(spi);
}

}  // namespace spa::wire
