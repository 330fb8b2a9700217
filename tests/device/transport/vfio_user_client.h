// SPDX-License-Identifier: Apache-2.0
// The messages of a vfio-user client, as QEMU composes them.
#pragma once

#include <linux/vfio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <initializer_list>
#include <string_view>

#include "firmware-sim/rings/little_endian.h"
#include "firmware-sim/transport/vfio_user_protocol.h"
#include "firmware-sim/transport/vfio_user_session.h"

namespace spa::card::test {

namespace vu = vfio_user;

// Numbers one after the other, little-endian.
class Body {
 public:
  Body& u16(std::uint16_t value) { return number(value); }
  Body& u32(std::uint32_t value) { return number(value); }
  Body& u64(std::uint64_t value) { return number(value); }
  Body& octets(ByteView view) {
    bytes_.insert(bytes_.end(), view.begin(), view.end());
    return *this;
  }
  operator ByteView() const { return bytes_; }

 private:
  template <typename T>
  Body& number(T value) {
    bytes_.resize(bytes_.size() + sizeof value);
    store_le(bytes_, bytes_.size() - sizeof value, value);
    return *this;
  }
  Bytes bytes_;
};

inline Bytes message(std::uint16_t command, ByteView body, std::uint32_t flags = 0,
                     std::uint16_t id = 7) {
  Body whole;
  whole.u16(id)
      .u16(command)
      .u32(static_cast<std::uint32_t>(vu::kHeaderSize + body.size()))
      .u32(flags)
      .u32(0);
  const ByteView octets = whole.octets(body);
  return {octets.begin(), octets.end()};
}

inline Body version_body() {
  constexpr std::string_view kJson = R"({"capabilities":{"max_msg_fds":8}})";
  return Body().u16(0).u16(0).octets(
      {reinterpret_cast<const std::uint8_t*>(kJson.data()), kJson.size() + 1});
}
inline Body map_body(std::uint64_t offset, std::uint64_t address, std::uint64_t size,
                     std::uint32_t flags = 3) {
  return Body().u32(32).u32(flags).u64(offset).u64(address).u64(size);
}
inline Body unmap_body(std::uint64_t address, std::uint64_t size, std::uint32_t flags = 0) {
  return Body().u32(24).u32(flags).u64(address).u64(size);
}
inline Body access_body(std::uint32_t region, std::uint64_t offset, std::uint32_t count) {
  return Body().u64(offset).u32(region).u32(count);
}
inline Body irq_body(std::uint32_t flags, std::uint32_t start, std::uint32_t count,
                     std::uint32_t index = VFIO_PCI_MSIX_IRQ_INDEX) {
  return Body().u32(20).u32(flags).u32(index).u32(start).u32(count);
}

inline std::uint32_t reply_error(ByteView reply) {
  return (load_le<std::uint32_t>(reply, vu::kFlagsAt) & vu::kError) != 0
             ? load_le<std::uint32_t>(reply, vu::kErrorAt)
             : 0;
}

// Memory as a client shares it.
class Memfd {
 public:
  explicit Memfd(std::size_t size) : fd_(::memfd_create("test", MFD_CLOEXEC)), size_(size) {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) == 0) {
      memory_ = static_cast<std::uint8_t*>(
          ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0));
    }
  }
  Memfd(const Memfd&) = delete;
  Memfd& operator=(const Memfd&) = delete;
  ~Memfd() { ::munmap(memory_, size_); }
  [[nodiscard]] UniqueFd share() const { return UniqueFd(::dup(fd_.get())); }
  [[nodiscard]] MutableByteView octets() const { return {memory_, size_}; }

 private:
  UniqueFd fd_;
  std::size_t size_;
  std::uint8_t* memory_ = nullptr;
};

// A card that waits for a client.
struct Card {
  DmaMap dma;
  VfioUserInterrupts interrupts;
  Device device{Config{}, dma, interrupts, std::make_unique<NoPort>()};
};

}  // namespace spa::card::test
