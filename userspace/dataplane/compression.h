// SPDX-License-Identifier: Apache-2.0
// IPComp of one SA pair (RFC 3173): before ESP on the way out, after it on the way in. In tunnel
// mode the outer header goes around what is compressed, so that ESP then works in transport mode.
#pragma once

#include "firmware-sim/esp/ipcomp.h"
#include "userspace/ports/sa_database.h"

namespace spa::dataplane {

class Compression {
 public:
  // For a pair whose suite has IPComp.
  explicit Compression(const ports::SaPair& pair);

  // In place; the statuses of esp::IpComp. The packet may well stay as it was, which is no failure.
  [[nodiscard]] spa_status compress(esp::IpComp& streams, esp::PacketBuffer& packet);
  // The packet as it came out of ESP. Unless SPA_OK it is of no use: SPA_E_FORMAT, SPA_E_NOT_FOUND
  // (a CPI that was not agreed upon). What grows is put into `memory`, which must hold any IP
  // packet.
  [[nodiscard]] spa_status decompress(esp::IpComp& streams, esp::PacketBuffer& packet,
                                      card::MutableByteView memory);

  [[nodiscard]] ports::CompressionCounters counters() const;

 private:
  [[nodiscard]] spa_status strip_outer(esp::PacketBuffer& packet) const;

  esp::IpCompSa in_;
  esp::IpCompSa out_;
  esp::OuterHeader outer_;
  std::uint64_t decompressed_ = 0;
  std::uint64_t failures_ = 0;
};

}  // namespace spa::dataplane
