// SPDX-License-Identifier: Apache-2.0
#include "userspace/net/udp_socket.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

// The kernel's own headers after those of the C library, which they yield to.
#include <linux/in6.h>
#include <linux/xfrm.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "userspace/net/socket_address.h"

namespace spa::net {

ReceiveBuffers::ReceiveBuffers()
    : memory_(std::make_unique_for_overwrite<std::uint8_t[]>(kBurst * kSlot)) {}

namespace {

struct Setting {
  int level;
  int name;
  const char* what;
};

template <typename T>
Status set(int fd, const Setting& setting, const T& value) {
  if (setsockopt(fd, setting.level, setting.name, &value, sizeof value) == 0) return {};
  return fail(errno == EPERM ? Errc::kDenied : Errc::kIo,
              std::string(setting.what) + ": " + std::strerror(errno));
}

// Datagrams of this socket pass in both directions whatever the IPsec policies say, so that IKE is
// never protected by what it has yet to negotiate (RFC 7296 2.23 keeps it outside of ESP).
Status bypass_policies(int fd, bool v6) {
  for (const std::uint8_t direction : {XFRM_POLICY_IN, XFRM_POLICY_OUT}) {
    xfrm_userpolicy_info policy{};
    policy.action = XFRM_POLICY_ALLOW;
    policy.dir = direction;
    policy.sel.family = v6 ? AF_INET6 : AF_INET;
    const Setting setting = v6 ? Setting{IPPROTO_IPV6, IPV6_XFRM_POLICY, "IPV6_XFRM_POLICY"}
                               : Setting{IPPROTO_IP, IP_XFRM_POLICY, "IP_XFRM_POLICY"};
    if (auto done = set(fd, setting, policy); !done) return done;
  }
  return {};
}

// The kernel takes ESP out of UDP (RFC 3948). From Linux 6.8 on it does so in GRO if the socket has
// UDP_GRO set at that moment: before the policies of the socket are asked, which refuse what a card
// has decrypted under the tunnel's selectors, and at less cost. Left on, UDP_GRO would merge
// datagrams on older kernels, ESP among them.
Status take_esp(int fd) {
  const Setting gro{IPPROTO_UDP, UDP_GRO, "UDP_GRO"};
  (void)set(fd, gro, 1);
  Status done = set(fd, {IPPROTO_UDP, UDP_ENCAP, "UDP_ENCAP"}, int{UDP_ENCAP_ESPINUDP});
  (void)set(fd, gro, 0);
  return done;
}

Status bind_to_device(int fd, const std::string& device) {
  if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device.c_str(),
                 static_cast<socklen_t>(device.size() + 1)) == 0) {
    return {};
  }
  return fail(errno == ENODEV ? Errc::kNotFound : Errc::kIo,
              "device " + device + ": " + std::strerror(errno));
}

Status configure(int fd, const UdpSocketOptions& options) {
  const bool v6 = options.family == IpAddress::Family::kV6;
  const int on = 1;
  Status done;
  if (v6) {
    done = set(fd, {IPPROTO_IPV6, IPV6_V6ONLY, "IPV6_V6ONLY"}, on);
    if (done) done = set(fd, {IPPROTO_IPV6, IPV6_RECVPKTINFO, "IPV6_RECVPKTINFO"}, on);
  } else {
    done = set(fd, {IPPROTO_IP, IP_PKTINFO, "IP_PKTINFO"}, on);
  }
  if (done && !options.device.empty()) {
    done = bind_to_device(fd, options.device);
    // Beside the sockets that are bound to no device.
    if (done) done = set(fd, {SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT"}, on);
  }
  if (done && options.mark != 0) done = set(fd, {SOL_SOCKET, SO_MARK, "SO_MARK"}, options.mark);
  if (done && options.esp_in_udp) done = take_esp(fd);
  if (done && options.policy_bypass) done = bypass_policies(fd, v6);
  return done;
}

}  // namespace

Result<UdpSocket> UdpSocket::open(const UdpSocketOptions& options) {
  const bool v6 = options.family == IpAddress::Family::kV6;
  const std::string name =
      std::string("UDP port ") + std::to_string(options.port) + (v6 ? " (IPv6)" : " (IPv4)");
  UdpSocket made(socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (made.fd_ < 0) {
    const bool missing = errno == EAFNOSUPPORT;
    return fail(missing ? Errc::kUnsupported : Errc::kIo, name + ": " + std::strerror(errno));
  }
  if (auto done = configure(made.fd_, options); !done) {
    return fail(done.error().code, name + ": " + done.error().text);
  }
  const std::uint8_t any[16] = {};
  const SocketAddress address = to_socket_address(
      {IpAddress::from_bytes({any, static_cast<std::size_t>(v6 ? 16 : 4)}), options.port});
  if (bind(made.fd_, reinterpret_cast<const sockaddr*>(&address.storage), address.length) != 0) {
    return fail(errno == EACCES ? Errc::kDenied : Errc::kIo, name + ": " + std::strerror(errno));
  }
  // From now on sockets of ours in VRFs may have the port too. Not before: another process that has
  // it already must be noticed.
  const int on = 1;
  (void)set(made.fd_, {SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT"}, on);
  SocketAddress bound;
  bound.length = sizeof bound.storage;
  if (getsockname(made.fd_, reinterpret_cast<sockaddr*>(&bound.storage), &bound.length) != 0) {
    return fail(Errc::kIo, name + ": " + std::strerror(errno));
  }
  made.port_ = to_endpoint(bound.storage, bound.length).port;
  return made;
}

UdpSocket::UdpSocket(UdpSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), port_(other.port_) {}

UdpSocket& UdpSocket::operator=(UdpSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(port_, other.port_);
  return *this;
}

UdpSocket::~UdpSocket() {
  if (fd_ >= 0) close(fd_);
}

std::size_t UdpSocket::receive(ReceiveBuffers& buffers, std::span<ReceivedDatagram> out) {
  constexpr std::size_t kMost = ReceiveBuffers::kBurst;
  std::array<mmsghdr, kMost> messages{};
  std::array<iovec, kMost> vectors{};
  std::array<sockaddr_storage, kMost> names;
  struct alignas(cmsghdr) Control {
    std::uint8_t octets[kPacketInfoSpace];
  };
  std::array<Control, kMost> controls;
  const std::size_t wanted = std::min(out.size(), kMost);
  for (std::size_t i = 0; i < wanted; ++i) {
    const MutableByteView slot = buffers.slot(i);
    vectors[i] = {slot.data() + ReceiveBuffers::kHeadroom, ReceiveBuffers::kPayload};
    msghdr& header = messages[i].msg_hdr;
    header.msg_name = &names[i];
    header.msg_namelen = sizeof names[i];
    header.msg_iov = &vectors[i];
    header.msg_iovlen = 1;
    header.msg_control = controls[i].octets;
    header.msg_controllen = sizeof controls[i].octets;
  }
  const int count =
      recvmmsg(fd_, messages.data(), static_cast<unsigned>(wanted), MSG_DONTWAIT, nullptr);
  if (count <= 0) return 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    msghdr& header = messages[i].msg_hdr;
    out[i].remote = to_endpoint(names[i], header.msg_namelen);
    out[i].local = packet_info(header);
    out[i].buffer = buffers.slot(i);
    out[i].offset = ReceiveBuffers::kHeadroom;
    out[i].length = messages[i].msg_len;
    out[i].truncated = (header.msg_flags & MSG_TRUNC) != 0;
  }
  return static_cast<std::size_t>(count);
}

namespace {

// One system call's worth of messages, with all that they point to.
class SendBatch {
 public:
  static constexpr std::size_t kMost = 64;

  void add(const OutgoingDatagram& datagram) {
    const std::size_t i = count_++;
    names_[i] = to_socket_address(datagram.remote);
    vectors_[i][0] = {const_cast<std::uint8_t*>(datagram.head.data()), datagram.head.size()};
    vectors_[i][1] = {const_cast<std::uint8_t*>(datagram.payload.data()), datagram.payload.size()};
    messages_[i] = {};
    msghdr& header = messages_[i].msg_hdr;
    header.msg_name = &names_[i].storage;
    header.msg_namelen = names_[i].length;
    header.msg_iov = datagram.head.empty() ? &vectors_[i][1] : &vectors_[i][0];
    header.msg_iovlen = datagram.head.empty() ? 1 : 2;
    header.msg_controllen = put_packet_info(datagram.local, controls_[i].octets);
    header.msg_control = header.msg_controllen == 0 ? nullptr : controls_[i].octets;
  }

  void send(int fd, UdpSocket::Sent& result) {
    std::size_t done = 0;
    while (done < count_) {
      const int sent = sendmmsg(fd, &messages_[done], static_cast<unsigned>(count_ - done), 0);
      if (sent > 0) {
        done += static_cast<std::size_t>(sent);
        result.taken += static_cast<std::size_t>(sent);
        continue;
      }
      if (errno == EINTR) continue;
      result.error = errno;
      if (errno == EAGAIN || errno == ENOBUFS) break;
      ++done;  // this one is refused; the next may go elsewhere
    }
    count_ = 0;
  }
  [[nodiscard]] bool full() const { return count_ == kMost; }

 private:
  struct alignas(cmsghdr) Control {
    std::uint8_t octets[kPacketInfoSpace];
  };
  std::size_t count_ = 0;
  std::array<mmsghdr, kMost> messages_;
  std::array<std::array<iovec, 2>, kMost> vectors_;
  std::array<SocketAddress, kMost> names_;
  std::array<Control, kMost> controls_;
};

}  // namespace

UdpSocket::Sent UdpSocket::send(std::span<const OutgoingDatagram> burst) {
  Sent result;
  SendBatch batch;
  for (const OutgoingDatagram& datagram : burst) {
    batch.add(datagram);
    if (batch.full()) batch.send(fd_, result);
  }
  batch.send(fd_, result);
  return result;
}

}  // namespace spa::net
