// SPDX-License-Identifier: Apache-2.0
// Netlink over libnl: messages that build themselves, attributes read with their length checked,
// and a socket that asks and waits, or listens to multicast groups.
#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"

struct nl_msg;
struct nl_sock;

namespace spa::kernel {

// A message under construction. The memory is wiped when it goes: it may hold keys.
class NetlinkMessage {
 public:
  NetlinkMessage(std::uint16_t type, std::uint16_t flags);

  // Fixed header after the netlink header, or the value of an attribute, padded as netlink wants
  // it.
  template <typename T>
  NetlinkMessage& body(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    return append(&value, sizeof value);
  }
  template <typename T>
    requires std::is_trivially_copyable_v<T>
  NetlinkMessage& attribute(std::uint16_t type, const T& value) {
    return attribute(type, ByteView(reinterpret_cast<const std::uint8_t*>(&value), sizeof value));
  }
  NetlinkMessage& attribute(std::uint16_t type, ByteView value);

  [[nodiscard]] std::uint16_t type() const;
  [[nodiscard]] ByteView bytes() const { return octets_; }  // from the netlink header on

 private:
  friend class NetlinkSocket;
  NetlinkMessage& append(const void* data, std::size_t size);
  SecretBytes octets_;
};

// A received message: whole, with its length checked. Borrows.
class NetlinkView {
 public:
  NetlinkView(std::uint16_t type, ByteView payload) : type_(type), payload_(payload) {}
  // Empty unless `octets` begin with one whole message.
  [[nodiscard]] static std::optional<NetlinkView> parse(ByteView octets);

  [[nodiscard]] std::uint16_t type() const { return type_; }
  [[nodiscard]] ByteView payload() const { return payload_; }

  // The fixed header; empty when the message is too short.
  template <typename T>
  [[nodiscard]] std::optional<T> body() const {
    return load<T>(payload_);
  }
  // The attribute of this type behind a fixed header of `header` octets; empty when there is none.
  [[nodiscard]] std::optional<ByteView> attribute(std::size_t header, std::uint16_t type) const;
  template <typename T>
  [[nodiscard]] std::optional<T> attribute(std::size_t header, std::uint16_t type) const {
    const auto value = attribute(header, type);
    return value ? load<T>(*value) : std::nullopt;
  }

  // The first octets as a value; empty when there are too few.
  template <typename T>
  [[nodiscard]] static std::optional<T> load(ByteView from) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (from.size() < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, from.data(), sizeof value);
    return value;
  }

 private:
  std::uint16_t type_;
  ByteView payload_;
};

struct NetlinkReply {
  std::uint16_t type = 0;
  SecretBytes payload;
  [[nodiscard]] NetlinkView view() const { return {type, payload}; }
};

class NetlinkSocket {
 public:
  // `protocol`: NETLINK_ROUTE, NETLINK_XFRM. kUnsupported: the kernel has not got it.
  static Result<NetlinkSocket> open(int protocol);

  // Sends and waits for the acknowledgement, or for the end of a dump. Errors carry the kernel's
  // own words where it gives some: EEXIST kExists; ESRCH, ENOENT, ENODEV, ENETUNREACH kNotFound;
  // EPERM kDenied; EOPNOTSUPP, ENOSYS, EPROTONOSUPPORT kUnsupported; EINVAL kInvalid; others kIo.
  Status acknowledge(const NetlinkMessage& message);
  Result<std::vector<NetlinkReply>> request(const NetlinkMessage& message);
  // What the kernel added to the last acknowledgement (a warning); empty if nothing.
  [[nodiscard]] const std::string& last_remark() const { return remark_; }

  // For a socket that only listens.
  Status subscribe(std::uint32_t group);
  [[nodiscard]] int fd() const;
  // Hands over what is there already, never blocks. False: the socket overflowed and messages were
  // lost.
  bool receive(const std::function<void(const NetlinkView&)>& handler);

 private:
  struct Free {
    void operator()(nl_sock* socket) const;
  };
  explicit NetlinkSocket(nl_sock* socket) : socket_(socket) {}
  std::unique_ptr<nl_sock, Free> socket_;
  std::string remark_;
};

}  // namespace spa::kernel
