// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/transport/vanishing_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>

namespace spa::card {
namespace {

// What the signal handler reads: no locks and no memory management there.
struct Range {
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<std::size_t> size{0};  // 0: the slot is free
};

std::array<Range, VanishingMemory::kMost> ranges;
std::mutex ranges_change;
std::atomic<std::uint64_t> pages_lost{0};
std::uintptr_t page_size = 4096;
struct sigaction before{};

bool is_watched(std::uintptr_t address) {
  for (const Range& range : ranges) {
    const std::size_t size = range.size.load(std::memory_order_acquire);
    if (size != 0 && address - range.begin.load(std::memory_order_relaxed) < size) return true;
  }
  return false;
}

void on_bus_error(int, siginfo_t* info, void*) {
  const int saved = errno;
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  const auto page = address & ~(page_size - 1);
  // mmap is a plain system call: nothing that a signal could have interrupted.
  if (info->si_code == BUS_ADRERR && is_watched(address) &&
      ::mmap(reinterpret_cast<void*>(page), page_size, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED) {
    pages_lost.fetch_add(1, std::memory_order_relaxed);
  } else {
    ::sigaction(SIGBUS, &before, nullptr);  // touched again, it goes where it would have gone
  }
  errno = saved;
}

void take_over() {
  page_size = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  struct sigaction ours{};
  ours.sa_sigaction = on_bus_error;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigemptyset(&ours.sa_mask);
  ::sigaction(SIGBUS, &ours, &before);
}

}  // namespace

bool VanishingMemory::watch(const void* memory, std::size_t size) {
  static std::once_flag once;
  std::call_once(once, take_over);
  const std::lock_guard lock(ranges_change);
  for (Range& range : ranges) {
    if (range.size.load(std::memory_order_relaxed) != 0) continue;
    range.begin.store(reinterpret_cast<std::uintptr_t>(memory), std::memory_order_relaxed);
    range.size.store(size, std::memory_order_release);
    return true;
  }
  return false;
}

void VanishingMemory::forget(const void* memory) {
  const std::lock_guard lock(ranges_change);
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  for (Range& range : ranges) {
    if (range.begin.load(std::memory_order_relaxed) != begin) continue;
    range.size.store(0, std::memory_order_release);
    range.begin.store(0, std::memory_order_relaxed);
    return;
  }
}

std::uint64_t VanishingMemory::lost() {
  return pages_lost.load(std::memory_order_relaxed);
}

}  // namespace spa::card
