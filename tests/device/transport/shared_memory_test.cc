// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/transport/shared_memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <thread>

#include "firmware-sim/port/unique_fd.h"
#include "firmware-sim/transport/vanishing_memory.h"

namespace spa::card {
namespace {

constexpr std::size_t kPage = 4096;

UniqueFd memory_of(std::size_t size) {
  UniqueFd fd(::memfd_create("shared", MFD_CLOEXEC));
  EXPECT_EQ(::ftruncate(fd.get(), static_cast<off_t>(size)), 0);
  return fd;
}

TEST(SharedMemory, RefusesWhatEndsBeyondTheFile) {
  const UniqueFd fd = memory_of(4 * kPage);
  EXPECT_FALSE(SharedMemory::map(fd.get(), kPage, 4 * kPage, {}));
  EXPECT_FALSE(SharedMemory::map(fd.get(), 8 * kPage, 1, {}));
  EXPECT_TRUE(SharedMemory::map(fd.get(), kPage, 3 * kPage, {}));
}

// A machine that takes its memory away from under the card: what is gone reads as zeros, on
// whatever thread, and the rest is as it was.
TEST(SharedMemory, SurvivesATruncatedFile) {
  const UniqueFd fd = memory_of(4 * kPage);
  auto memory = SharedMemory::map(fd.get(), 0, 4 * kPage, {});
  ASSERT_TRUE(memory);
  std::uint8_t* data = memory->data();
  data[0] = 1;
  data[3 * kPage] = 2;
  const std::uint64_t lost = VanishingMemory::lost();
  ASSERT_EQ(::ftruncate(fd.get(), kPage), 0);
  EXPECT_EQ(data[0], 1);
  EXPECT_EQ(data[3 * kPage], 0);
  std::thread([&] { data[2 * kPage + 7] = 3; }).join();
  EXPECT_EQ(VanishingMemory::lost(), lost + 2);
}

// A bus error that is nobody's of these stays one.
TEST(SharedMemoryDeathTest, OtherBusErrorsAreNotHidden) {
  const UniqueFd fd = memory_of(kPage);
  auto watched = SharedMemory::map(fd.get(), 0, kPage, {});
  ASSERT_TRUE(watched);
  auto* other = static_cast<volatile std::uint8_t*>(
      ::mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0));
  ASSERT_EQ(::ftruncate(fd.get(), 0), 0);
  EXPECT_DEATH(other[0] = 1, "");
  ::munmap(const_cast<std::uint8_t*>(other), kPage);
}

TEST(SharedMemory, HasABoundedNumberOfRanges) {
  const UniqueFd fd = memory_of(kPage);
  std::vector<SharedMemory> all;
  for (std::size_t i = 0; i < VanishingMemory::kMost; ++i) {
    auto memory = SharedMemory::map(fd.get(), 0, kPage, {});
    ASSERT_TRUE(memory);
    all.push_back(std::move(*memory));
  }
  EXPECT_FALSE(SharedMemory::map(fd.get(), 0, kPage, {}));
  all.pop_back();
  EXPECT_TRUE(SharedMemory::map(fd.get(), 0, kPage, {}));
}

}  // namespace
}  // namespace spa::card
