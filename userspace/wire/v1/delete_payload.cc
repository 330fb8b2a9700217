// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/delete_payload.h"

#include <algorithm>
#include <string>

#include "userspace/wire/v1/limits.h"
#include "userspace/wire/v1/notify_payload.h"
#include "userspace/wire/v1/sa_payload.h"

namespace spa::wire::v1 {
namespace {

bool spi_size_fits(ProtocolId protocol, std::size_t size) {
  switch (protocol) {
    case ProtocolId::kIsakmp:
      return size == kCookiePairSize;
    case ProtocolId::kAh:
    case ProtocolId::kEsp:
      return size == 4;
    case ProtocolId::kIpcomp:
      return size == 2 || size == 4;
    default:
      return false;
  }
}

// Why the fields cannot be; empty when they can.
std::string complaint(const DeletePayload& deleted, std::size_t spi_size, std::size_t count) {
  if (deleted.doi != Doi::kIsakmp && deleted.doi != Doi::kIpsec) {
    return "DOI " + std::to_string(static_cast<std::uint32_t>(deleted.doi));
  }
  if (!spi_size_fits(deleted.protocol, spi_size)) {
    return "an SPI of " + std::to_string(spi_size) + " octets for protocol " +
           to_string(deleted.protocol);
  }
  if (count == 0) return "no SPI";
  if (count > kMaxSpis) return "more than " + std::to_string(kMaxSpis) + " SPIs";
  return {};
}

}  // namespace

Result<DeletePayload> parse_delete(Reader& body) {
  DeletePayload deleted;
  deleted.doi = static_cast<Doi>(body.u32());
  deleted.protocol = static_cast<ProtocolId>(body.u8());
  const std::size_t spi_size = body.u8();
  const std::size_t count = body.u16();
  const std::string cause = complaint(deleted, spi_size, count);
  if (body.ok() && !cause.empty()) {
    body.refuse(cause, count > kMaxSpis ? Errc::kExhausted : Errc::kInvalid);
  }
  for (std::size_t i = 0; i < count && body.ok(); ++i) {
    deleted.spis.push_back(to_bytes(body.bytes(spi_size)));
  }
  return body.finish(std::move(deleted));
}

void write_body(Writer& out, const DeletePayload& deleted) {
  const std::size_t spi_size = deleted.spis.empty() ? 0 : deleted.spis.front().size();
  const std::string cause = complaint(deleted, spi_size, deleted.spis.size());
  if (!cause.empty()) out.refuse("Delete payload: " + cause);
  out.u32(static_cast<std::uint32_t>(deleted.doi));
  out.u8(static_cast<std::uint8_t>(deleted.protocol));
  out.u8(static_cast<std::uint8_t>(spi_size));
  out.u16(static_cast<std::uint16_t>(deleted.spis.size()));
  for (const Bytes& spi : deleted.spis) {
    if (spi.size() != spi_size) out.refuse("Delete payload: SPIs of different sizes");
    out.bytes(spi);
  }
}

DeletePayload delete_isakmp(std::uint64_t initiator, std::uint64_t responder) {
  return {Doi::kIpsec, ProtocolId::kIsakmp, {cookie_pair(initiator, responder)}};
}

DeletePayload delete_ipsec(ProtocolId protocol, const std::vector<std::uint32_t>& spis) {
  DeletePayload deleted{Doi::kIpsec, protocol, {}};
  for (const std::uint32_t spi : spis) deleted.spis.push_back(spi_octets(spi));
  return deleted;
}

std::vector<std::uint32_t> spis32(const DeletePayload& deleted) {
  std::vector<std::uint32_t> spis;
  if (deleted.protocol == ProtocolId::kIsakmp) return spis;
  for (const Bytes& octets : deleted.spis) {
    std::uint32_t spi = 0;
    for (const std::uint8_t octet : octets) spi = spi << 8 | octet;
    spis.push_back(spi);
  }
  return spis;
}

bool names(const DeletePayload& deleted, std::uint64_t initiator, std::uint64_t responder) {
  return deleted.protocol == ProtocolId::kIsakmp &&
         std::ranges::find(deleted.spis, cookie_pair(initiator, responder)) != deleted.spis.end();
}

}  // namespace spa::wire::v1
