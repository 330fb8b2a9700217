// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/notify_payload.h"

#include <string>

#include "userspace/wire/v1/limits.h"

namespace spa::wire::v1 {
namespace {

std::string doi_complaint(Doi doi) {
  return "DOI " + std::to_string(static_cast<std::uint32_t>(doi));
}

bool is_known(Doi doi) {
  return doi == Doi::kIsakmp || doi == Doi::kIpsec;
}

}  // namespace

Result<NotifyPayload> parse_notify(Reader& body) {
  NotifyPayload notify;
  notify.doi = static_cast<Doi>(body.u32());
  notify.protocol = static_cast<ProtocolId>(body.u8());
  const std::size_t spi_size = body.u8();
  notify.type = static_cast<NotifyType>(body.u16());
  if (body.ok() && !is_known(notify.doi))
    body.refuse(doi_complaint(notify.doi), Errc::kUnsupported);
  if (body.ok() && spi_size > kMaxSpiSize) {
    body.refuse("an SPI of " + std::to_string(spi_size) + " octets");
  }
  notify.spi = to_bytes(body.bytes(spi_size));
  notify.data = to_bytes(body.rest());
  return body.finish(std::move(notify));
}

void write_body(Writer& out, const NotifyPayload& notify) {
  if (!is_known(notify.doi)) out.refuse("Notification for " + doi_complaint(notify.doi));
  if (notify.spi.size() > kMaxSpiSize) out.refuse("Notification with an SPI that is too long");
  out.u32(static_cast<std::uint32_t>(notify.doi));
  out.u8(static_cast<std::uint8_t>(notify.protocol));
  out.u8(static_cast<std::uint8_t>(notify.spi.size()));
  out.u16(static_cast<std::uint16_t>(notify.type));
  out.bytes(notify.spi);
  out.bytes(notify.data);
}

Bytes cookie_pair(std::uint64_t initiator, std::uint64_t responder) {
  Writer out;
  out.u64(initiator);
  out.u64(responder);
  return out.take().value_or(Bytes{});
}

NotifyPayload dpd_notify(NotifyType type, std::uint64_t initiator, std::uint64_t responder,
                         std::uint32_t sequence) {
  Writer data;
  data.u32(sequence);
  return {Doi::kIpsec, ProtocolId::kIsakmp, cookie_pair(initiator, responder), type,
          data.take().value_or(Bytes{})};
}

Result<std::uint32_t> parse_dpd(const NotifyPayload& notify, std::uint64_t initiator,
                                std::uint64_t responder) {
  Reader reader(notify.data, "DPD notification");
  if (notify.spi != cookie_pair(initiator, responder)) {
    reader.refuse("the SPI is not the cookie pair of this SA");
  }
  const std::uint32_t sequence = reader.u32();
  return reader.finish(sequence);
}

NotifyPayload initial_contact(std::uint64_t initiator, std::uint64_t responder) {
  return {Doi::kIpsec,
          ProtocolId::kIsakmp,
          cookie_pair(initiator, responder),
          NotifyType::kInitialContact,
          {}};
}

}  // namespace spa::wire::v1
