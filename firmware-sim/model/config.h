// SPDX-License-Identifier: Apache-2.0
// What one card is made of, fixed before it is powered on.
#pragma once

#include <array>
#include <cstdint>

#include "firmware-sim/esp/crypto_backend.h"
#include "firmware-sim/esp/events.h"

namespace spa::card {

// Failures that the card injects on purpose, so that a driver can be shown to survive them. Bits.
enum Fault : std::uint32_t {
  kFaultNone = 0,
  kFaultRxLength = 1u << 0,  // every third rx completion claims a length that cannot be
  kFaultRxIndex = 1u << 1,   // every third rx completion names a descriptor that is not next
  kFaultStatus =
      1u << 2,  // every third completion of any queue carries a status that does not exist
  kFaultDmaTest = 1u << 3,  // the DMA test writes wrong octets
  kFaultSaIndex = 1u << 4,  // every third rx completion names an SA beyond the table
  kFaultPkLength =
      1u << 5,           // every third public-key completion claims more output than there was room
  kFaultHang = 1u << 6,  // as the rest, in faults.cc
  kFaultDead = 1u << 7,
  kFaultLoseState = 1u << 8,
  kFaultStall = 1u << 9,
  kFaultDropIrq = 1u << 10,
  kFaultGarbageCompletion = 1u << 11,
  kFaultGarbageRx = 1u << 12,
  kFaultSlow = 1u << 13,
  kFaultLies = 1u << 14,
};

using MacAddress = std::array<std::uint8_t, 6>;

struct Config {
  MacAddress mac{0x02, 0, 0, 0, 0, 1};
  std::uint32_t sa_entries = 16384;
  std::uint32_t policy_entries = 16384;
  std::uint32_t rx_queues = 1;  // at most SPA_QUEUE_RX_MAX, and so on
  std::uint32_t tx_queues = 1;
  std::uint32_t pk_queues = 1;
  std::uint32_t ring_entries = 4096;
  std::uint32_t frame_octets = 9234;  // an MTU of 9216 behind an Ethernet header and a VLAN tag
  std::uint32_t key_entries = 1024;
  std::uint32_t pk_threads = 1;
  std::uint32_t faults = kFaultNone;
  esp::Backend backend = esp::Backend::kAuto;
  esp::NowFunction now{};  // monotonic nanoseconds; without it the steady clock
};

}  // namespace spa::card
