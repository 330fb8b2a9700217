// SPDX-License-Identifier: Apache-2.0
// Numbers and layouts of the vfio-user protocol 0.0 (QEMU, docs/interop/vfio-user.rst):
// little-endian messages over a unix stream socket, a 16-octet header before each. Structures of
// <linux/vfio.h> travel where that file has one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace spa::card::vfio_user {

inline constexpr std::size_t kHeaderSize =
    16;  // u16 id, u16 command, u32 size, u32 flags, u32 errno
inline constexpr std::size_t kIdAt = 0;
inline constexpr std::size_t kCommandAt = 2;
inline constexpr std::size_t kSizeAt = 4;
inline constexpr std::size_t kFlagsAt = 8;
inline constexpr std::size_t kErrorAt = 12;

inline constexpr std::uint32_t kTypeMask = 0xf;
inline constexpr std::uint32_t kTypeCommand = 0;
inline constexpr std::uint32_t kTypeReply = 1;
inline constexpr std::uint32_t kNoReply = 1u << 4;
inline constexpr std::uint32_t kError = 1u << 5;

inline constexpr std::size_t kMostTransfer = 64 * 1024;  // octets of one region access
inline constexpr std::size_t kMostMessage = kMostTransfer + 4096;

enum Command : std::uint16_t {
  kVersion = 1,
  kDmaMap = 2,
  kDmaUnmap = 3,
  kDeviceGetInfo = 4,
  kDeviceGetRegionInfo = 5,
  kDeviceGetRegionIoFds = 6,
  kDeviceGetIrqInfo = 7,
  kDeviceSetIrqs = 8,
  kRegionRead = 9,
  kRegionWrite = 10,
  kDmaRead = 11,
  kDmaWrite = 12,
  kDeviceReset = 13,
};

inline constexpr std::uint32_t kDmaReadable = 1u << 0;  // of DMA_MAP
inline constexpr std::uint32_t kDmaWritable = 1u << 1;
inline constexpr std::uint32_t kUnmapAll = 1u << 1;  // of DMA_UNMAP

}  // namespace spa::card::vfio_user
