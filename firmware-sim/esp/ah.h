// SPDX-License-Identifier: Apache-2.0
// The authentication header (RFC 4302), which no kernel offloads: for the in-process data plane.
//
// Its SAs stand in a table of their own, because AH numbers its SPIs apart from ESP, with cipher
// NULL and without UDP encapsulation. Packets travel in the structures of the ESP engine, so that a
// bundle is one engine after the other: outbound ESP, then AH in transport mode over it; inbound
// the other way round.
#pragma once

#include <memory>
#include <span>

#include "firmware-sim/esp/engine.h"

namespace spa::esp {

// Room that AH needs in front of a packet: outer IPv6 and the longest header. None behind it.
inline constexpr std::size_t kAhHeadroom = 96;

class AhEngine {
 public:
  explicit AhEngine(SaTable& table, EventSink sink = {}, NowFunction now = {});
  ~AhEngine();
  AhEngine(const AhEngine&) = delete;
  AhEngine& operator=(const AhEngine&) = delete;

  // Statuses as of Engine::encapsulate(); SPA_E_UNSUPPORTED: the SA is not one for AH.
  void encapsulate(std::span<EncapPacket> burst);

  // Statuses as of Engine::decapsulate(); SPA_E_UNSUPPORTED: no AH in the packet, or only a
  // fragment of one. What does not pass is as it was.
  void decapsulate(std::span<DecapPacket> burst);

  [[nodiscard]] const EngineStats& stats() const { return stats_; }

 private:
  struct Work;
  EngineStats stats_;
  std::unique_ptr<Work> work_;
};

}  // namespace spa::esp
