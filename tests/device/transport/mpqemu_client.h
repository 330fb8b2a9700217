// SPDX-License-Identifier: Apache-2.0
// The messages of x-pci-proxy-dev, as QEMU 7.2 composes them.
#pragma once

#include <array>
#include <vector>

#include "firmware-sim/transport/mpqemu_protocol.h"
#include "firmware-sim/transport/mpqemu_session.h"
#include "tests/device/transport/vfio_user_client.h"

namespace spa::card::test {

inline Bytes proxy_message(std::int32_t command, ByteView body) {
  Bytes whole(mpqemu::kHeaderSize);
  store_le(whole, mpqemu::kCommandAt, command);
  store_le(whole, mpqemu::kSizeAt, std::uint64_t{body.size()});
  whole.insert(whole.end(), body.begin(), body.end());
  return whole;
}

inline Body config_body(std::uint32_t offset, std::uint32_t value, std::uint32_t length) {
  return Body().u32(offset).u32(value).u32(length);
}
inline Body bar_body(std::uint64_t address, std::uint64_t value, std::uint32_t length,
                     std::uint32_t memory = 1) {
  return Body().u64(address).u64(value).u32(length).u32(memory);
}

struct Region {
  std::uint64_t address = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
};
inline Body memory_body(std::vector<Region> regions) {
  regions.resize(mpqemu::kRegions);
  Body body;
  for (const Region& region : regions) body.u64(region.address);
  for (const Region& region : regions) body.u64(region.size);
  for (const Region& region : regions) body.u64(region.offset);
  return body;
}

// A card that waits for QEMU's proxy, and the interrupts that it sends.
struct ProxiedCard {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> sent;
  DmaMap dma;
  MsixTable msix{[this](std::uint64_t address, std::uint32_t data) {
    sent.emplace_back(address, data);
    return true;
  }};
  Device device{Config{}, dma, msix, std::make_unique<NoPort>()};
};

}  // namespace spa::card::test
