// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/transport/shared_memory.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include "firmware-sim/transport/vanishing_memory.h"

namespace spa::card {

Opened<SharedMemory> SharedMemory::map(int fd, std::uint64_t offset, std::uint64_t size,
                                       DmaAccess access) {
  struct stat file{};
  if (::fstat(fd, &file) != 0) return tl::unexpected(system_error("shared memory"));
  const auto end = static_cast<std::uint64_t>(file.st_size);
  if (!S_ISREG(file.st_mode) || offset > end || size > end - offset) {
    return tl::unexpected<std::string>("shared memory: the range ends beyond the file");
  }
  const int protection = (access.readable ? PROT_READ : 0) | (access.writable ? PROT_WRITE : 0);
  void* memory = ::mmap(nullptr, size, protection, MAP_SHARED, fd, static_cast<off_t>(offset));
  if (memory == MAP_FAILED) return tl::unexpected(system_error("shared memory"));
  if (!VanishingMemory::watch(memory, size)) {
    ::munmap(memory, size);
    return tl::unexpected<std::string>("shared memory: too many ranges");
  }
  return SharedMemory(static_cast<std::uint8_t*>(memory), size);
}

SharedMemory::~SharedMemory() {
  if (memory_ == nullptr) return;
  VanishingMemory::forget(memory_);
  ::munmap(memory_, size_);
}

}  // namespace spa::card
