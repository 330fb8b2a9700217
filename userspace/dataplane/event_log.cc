// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/event_log.h"

#include <array>
#include <cstdio>

namespace spa::dataplane {

namespace {

constexpr std::chrono::minutes kQuiet{1};

IpAddress address_of(const esp::Event& event, const std::array<std::uint8_t, 16>& octets) {
  const std::size_t length = event.family == 4 ? 4 : event.family == 6 ? 16 : 0;
  return IpAddress::from_bytes(ByteView(octets).first(length));
}

}  // namespace

bool EventLog::may(spa_event_type type, const IpAddress& peer, SteadyTime now) {
  const auto known = quiet_until_.find({type, peer});
  if (known != quiet_until_.end() && now < known->second) return false;
  if (known == quiet_until_.end() && quiet_until_.size() >= kMostPeers) {
    std::erase_if(quiet_until_, [&](const auto& entry) { return entry.second <= now; });
    if (quiet_until_.size() >= kMostPeers) return false;
  }
  quiet_until_[{type, peer}] = now + kQuiet;
  return true;
}

IpAddress EventLog::source_of(const esp::Event& event) {
  return address_of(event, event.saddr);
}

void EventLog::write(const esp::Event& event, SteadyTime now) {
  const IpAddress source = source_of(event);
  const IpAddress destination = address_of(event, event.daddr);
  const char* mnemonic = nullptr;
  char text[256];
  switch (event.type) {
    case SPA_EVENT_UNKNOWN_SPI:
      mnemonic = "RECVD_PKT_INV_SPI";
      std::snprintf(text, sizeof text,
                    "decaps: rec'd IPSEC packet has invalid spi for destaddr=%s, prot=50, "
                    "spi=0x%X(%u), srcaddr=%s",
                    destination.to_string().c_str(), event.spi, event.spi,
                    source.to_string().c_str());
      break;
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
  if (!may(event.type, source, now)) return;
  log_.write({Severity::kWarning, "CRYPTO", mnemonic, text});
}

}  // namespace spa::dataplane
