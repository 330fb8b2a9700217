// SPDX-License-Identifier: Apache-2.0
// Packet mode, outbound: what the policies say of a burst of plain frames, and the encapsulation of
// those that they protect. The Ethernet header stays: the stack has routed the frame by the outer
// destination already.
#pragma once

#include <spa/hw.h>

#include <array>
#include <cstddef>
#include <span>

#include "firmware-sim/model/core.h"

namespace spa::card {

class PacketOut {
 public:
  static constexpr std::size_t kBurst = 32;

  struct Job {
    MutableByteView buffer;  // with kHeadroom and kTailroom around the frame
    std::size_t start = 0;   // in and out, as length
    std::size_t length = 0;
    spa_status status = SPA_E_INTERNAL;  // out: SPA_OK, SPA_E_POLICY, SPA_E_NO_SA, or the engine's
  };

  explicit PacketOut(Core& core) : core_(core) {}
  // At most kBurst.
  void run(std::span<Job> burst);

 private:
  static constexpr std::size_t kLinkHeader = 18;  // with an 802.1Q tag
  struct Kept {
    std::array<std::uint8_t, kLinkHeader> header{};
    std::size_t length = 0;
  };
  // The SA that must protect the frame; null when it stays as it is, and `job.status` says whether
  // it may go.
  [[nodiscard]] esp::Sa* decide(Job& job, const esp::IpPacket& ip);
  void finish(Job& job, const esp::EncapPacket& done, const Kept& link);

  Core& core_;
};

}  // namespace spa::card
