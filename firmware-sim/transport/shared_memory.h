// SPDX-License-Identifier: Apache-2.0
// Memory that another process shares by file descriptor, mapped here.
#pragma once

#include <cstdint>
#include <utility>

#include "firmware-sim/port/socket_path.h"
#include "firmware-sim/transport/dma_map.h"

namespace spa::card {

class SharedMemory {
 public:
  // Refuses a range that ends beyond the file: touching it would be a SIGBUS. A file that is cut
  // short later reads as zeros (vanishing_memory.h).
  [[nodiscard]] static Opened<SharedMemory> map(int fd, std::uint64_t offset, std::uint64_t size,
                                                DmaAccess access);
  SharedMemory(SharedMemory&& other) noexcept
      : memory_(std::exchange(other.memory_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  SharedMemory& operator=(SharedMemory&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~SharedMemory();

  [[nodiscard]] std::uint8_t* data() const { return memory_; }

 private:
  SharedMemory(std::uint8_t* memory, std::uint64_t size) : memory_(memory), size_(size) {}
  std::uint8_t* memory_ = nullptr;
  std::uint64_t size_ = 0;
};

}  // namespace spa::card
