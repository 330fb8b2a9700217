// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/notify_payload.h"

#include "userspace/wire/limits.h"
#include "userspace/wire/sa_payload.h"

namespace spa::wire {
namespace {

Bytes octets16(std::uint16_t value) {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

}  // namespace

Result<NotifyPayload> parse_notify(Reader& body) {
  NotifyPayload notify;
  notify.protocol = static_cast<ProtocolId>(body.u8());
  const std::size_t spi_size = body.u8();
  notify.type = static_cast<NotifyType>(body.u16());
  if (body.ok() && spi_size > kMaxSpiSize) {
    body.refuse("an SPI of " + std::to_string(spi_size) + " octets");
  }
  notify.spi = to_bytes(body.bytes(spi_size));
  notify.data = to_bytes(body.rest());
  return body.finish(std::move(notify));
}

void write_body(Writer& out, const NotifyPayload& notify) {
  if (notify.spi.size() > kMaxSpiSize) {
    out.refuse("a notification with an SPI of " + std::to_string(notify.spi.size()) + " octets");
  }
  out.u8(static_cast<std::uint8_t>(notify.protocol));
  out.u8(static_cast<std::uint8_t>(notify.spi.size()));
  out.u16(static_cast<std::uint16_t>(notify.type));
  out.bytes(notify.spi);
  out.bytes(notify.data);
}

NotifyPayload notify(NotifyType type, Bytes data) {
  return {ProtocolId::kNone, {}, type, std::move(data)};
}

NotifyPayload invalid_ke(DhId wanted) {
  return notify(NotifyType::kInvalidKePayload, octets16(static_cast<std::uint16_t>(wanted)));
}

Result<DhId> parse_invalid_ke(const NotifyPayload& notify) {
  Reader reader(notify.data, "INVALID_KE_PAYLOAD data");
  const auto group = static_cast<DhId>(reader.u16());
  return reader.finish(group);
}

NotifyPayload unsupported_critical(PayloadType type) {
  return notify(NotifyType::kUnsupportedCriticalPayload, {static_cast<std::uint8_t>(type)});
}

NotifyPayload rekey_sa(ProtocolId protocol, std::uint32_t spi) {
  return {protocol, spi_octets(spi), NotifyType::kRekeySa, {}};
}

NotifyPayload signature_hash_algorithms(const std::vector<SignatureHash>& hashes) {
  Bytes data;
  for (const SignatureHash hash : hashes) {
    const Bytes octets = octets16(static_cast<std::uint16_t>(hash));
    data.insert(data.end(), octets.begin(), octets.end());
  }
  return notify(NotifyType::kSignatureHashAlgorithms, std::move(data));
}

Result<std::vector<SignatureHash>> parse_signature_hash_algorithms(const NotifyPayload& notify) {
  Reader reader(notify.data, "SIGNATURE_HASH_ALGORITHMS data");
  std::vector<SignatureHash> hashes;
  while (reader.remaining() > 0) hashes.push_back(static_cast<SignatureHash>(reader.u16()));
  return reader.finish(std::move(hashes));
}

}  // namespace spa::wire
