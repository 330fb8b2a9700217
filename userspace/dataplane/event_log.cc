// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/event_log.h"

#include <array>
#include <cstdio>

namespace spa::dataplane {

namespace {

IpAddress address_of(const esp::Event& event, const std::array<std::uint8_t, 16>& octets) {
  const std::size_t length = event.family == 4 ? 4 : event.family == 6 ? 16 : 0;
  return IpAddress::from_bytes(ByteView(octets).first(length));
}

}  // namespace

IpAddress EventLog::source_of(const esp::Event& event) {
  return address_of(event, event.saddr);
}

IpAddress EventLog::destination_of(const esp::Event& event) {
  return address_of(event, event.daddr);
}

void EventLog::write(const esp::Event& event, SteadyTime now) {
  const IpAddress source = source_of(event);
  const char* mnemonic = nullptr;
  char text[256];
  switch (event.type) {
    case SPA_EVENT_AUTH_FAILURE:
      mnemonic = "RECVD_PKT_MAC_ERR";
      std::snprintf(text, sizeof text,
                    "decrypt: mac verify failed for spi=0x%X(%u), srcaddr=%s, sequence %u",
                    event.spi, event.spi, source.to_string().c_str(), event.seq);
      break;
    case SPA_EVENT_REPLAY_FAILURE:
      mnemonic = "PKT_REPLAY_ERR";
      std::snprintf(text, sizeof text,
                    "decrypt: replay check failed for spi=0x%X(%u), srcaddr=%s, sequence %u",
                    event.spi, event.spi, source.to_string().c_str(), event.seq);
      break;
    default:
      return;
  }
  if (!quiet_[event.type].may_speak(source, now)) return;
  log_.write({Severity::kWarning, "CRYPTO", mnemonic, text});
}

}  // namespace spa::dataplane
