// SPDX-License-Identifier: Apache-2.0
// Numbers and layouts of the protocol between QEMU's x-pci-proxy-dev and the process behind it
// (QEMU 7.2, docs/devel/multi-process.rst): messages of the host's byte order, which is
// little-endian here, over a unix stream socket, a 16-octet header before each.
#pragma once

#include <cstddef>
#include <cstdint>

namespace spa::card::mpqemu {

inline constexpr std::size_t kHeaderSize = 16;  // s32 command, 4 octets of nothing, u64 size
inline constexpr std::size_t kCommandAt = 0;
inline constexpr std::size_t kSizeAt = 8;  // of what follows the header
inline constexpr std::size_t kMostBody = 256;

enum Command : std::int32_t {
  kSyncMemory = 0,  // no reply
  kReturn = 1,      // u64 value
  kConfigWrite = 2,
  kConfigRead = 3,
  kBarWrite = 4,
  kBarRead = 5,
  kSetIrqFd = 6,  // no reply
  kDeviceReset = 7,
};

// What a command that makes no sense returns.
inline constexpr std::uint64_t kRefused = ~std::uint64_t{0};

// kSyncMemory: eight guest addresses, eight sizes, eight offsets; one descriptor a region in use.
inline constexpr std::size_t kRegions = 8;
inline constexpr std::size_t kSyncSize = kRegions * 3 * 8;

// kConfigRead, kConfigWrite
inline constexpr std::size_t kConfigSize = 12;
inline constexpr std::size_t kConfigAddressAt = 0;
inline constexpr std::size_t kConfigValueAt = 4;
inline constexpr std::size_t kConfigLengthAt = 8;
inline constexpr std::uint32_t kConfigSpace = 256;  // the device is a conventional PCI one

// kBarRead, kBarWrite
inline constexpr std::size_t kBarSize = 24;
inline constexpr std::size_t kBarAddressAt = 0;  // on the bus
inline constexpr std::size_t kBarValueAt = 8;
inline constexpr std::size_t kBarLengthAt = 16;
inline constexpr std::size_t kBarMemoryAt = 20;  // 0: an I/O port

}  // namespace spa::card::mpqemu
