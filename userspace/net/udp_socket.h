// SPDX-License-Identifier: Apache-2.0
// One bound UDP socket that sends and receives in bursts and tells which of our addresses a
// datagram came to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "userspace/base/address.h"
#include "userspace/base/result.h"

namespace spa::net {

struct UdpSocketOptions {
  IpAddress::Family family = IpAddress::Family::kV4;
  std::uint16_t port = 0;
  bool esp_in_udp = false;     // UDP_ENCAP: the kernel takes the ESP out
  bool policy_bypass = false;  // no IPsec policy for this socket
  std::uint32_t mark = 0;
  std::string device{};  // a VRF device that the socket is bound to; empty: none
};

struct ReceivedDatagram {
  Endpoint remote;
  IpAddress local;
  MutableByteView buffer;
  std::size_t offset = 0;  // of the payload in `buffer`; there is room before and after it
  std::size_t length = 0;
  bool truncated = false;
};

struct OutgoingDatagram {
  IpAddress local;  // any or unspecified: the system chooses
  Endpoint remote;
  ByteView head;  // sent before the payload; may be empty
  ByteView payload;
};

// Memory for one burst; shared by the sockets of a thread, because only one of them is read at a
// time.
class ReceiveBuffers {
 public:
  static constexpr std::size_t kBurst = 32;
  static constexpr std::size_t kHeadroom = 128;
  static constexpr std::size_t kTailroom = 64;
  static constexpr std::size_t kPayload = 65536;
  static constexpr std::size_t kSlot = kHeadroom + kPayload + kTailroom;

  ReceiveBuffers();
  [[nodiscard]] MutableByteView slot(std::size_t index) {
    return {memory_.get() + index * kSlot, kSlot};
  }

 private:
  std::unique_ptr<std::uint8_t[]> memory_;  // untouched pages cost nothing
};

class UdpSocket {
 public:
  static Result<UdpSocket> open(const UdpSocketOptions& options);
  UdpSocket(UdpSocket&& other) noexcept;
  UdpSocket& operator=(UdpSocket&& other) noexcept;
  ~UdpSocket();

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  // Up to kBurst datagrams that are there already; fills `out` from the front and gives how many.
  // Never blocks.
  std::size_t receive(ReceiveBuffers& buffers, std::span<ReceivedDatagram> out);

  struct Sent {
    std::size_t taken = 0;
    int error = 0;  // errno of the last datagram that was refused, 0 if none was
  };
  // In order; skips what the system refuses; gives up on the rest when the socket is full. Never
  // blocks.
  Sent send(std::span<const OutgoingDatagram> burst);

 private:
  explicit UdpSocket(int fd) : fd_(fd) {}
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace spa::net
