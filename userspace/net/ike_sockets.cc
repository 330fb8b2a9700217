// SPDX-License-Identifier: Apache-2.0
#include "userspace/net/ike_sockets.h"

#include <net/if.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "userspace/net/nat_demux.h"
#include "userspace/net/udp_socket.h"

namespace spa::net {

namespace {
constexpr std::array<std::uint8_t, kNonEspMarkerLength> kNonEspMarker{};
// Bursts of one socket before the others get their turn.
constexpr int kBurstsPerWake = 4;
}  // namespace

struct IkeSockets::Impl {
  struct Port {
    UdpSocket socket;
    bool v6 = false;
    bool nat = false;
    std::string device;  // the VRF device it is bound to
    unsigned index = 0;  // of that when it was bound
    ports::Readiness::Id watch = 0;
  };

  Impl(ports::Readiness& readiness, const IkeSocketsOptions& chosen)
      : loop(readiness), options(chosen) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    for (const auto& port : open_ports) loop.unwatch(port->watch);
  }

  ports::Readiness& loop;
  std::vector<std::unique_ptr<Port>> open_ports;
  std::uint16_t ike_port = 0;
  std::uint16_t nat_port = 0;
  ReceiveBuffers buffers;
  std::vector<ports::EspArrival> esp;
  ports::DatagramHandler ike_handler;
  ports::EspBurstHandler esp_handler;
  IkeSocketsCounters counters;
  IkeSocketsOptions options;
  std::map<IpAddress, std::string> vrfs;

  Status add(bool v6, bool nat, const std::string& device);
  // Those of both ports and families; without IPv6 those of IPv4.
  Status add_all(const std::string& device);
  void close_all(const std::string& device);
  [[nodiscard]] Port* find(const Endpoint& local, const IpAddress& remote);
  Status send(const Endpoint& local, const Endpoint& remote, ByteView head, ByteView payload);

  void readable(Port& port);
  void deliver(Port& port, const ReceivedDatagram& datagram);
  void deliver_nat(Port& port, const ReceivedDatagram& datagram);
  void deliver_ike(const Endpoint& local, const ReceivedDatagram& datagram, std::size_t skip);
  void flush_esp();
};

Status IkeSockets::Impl::add(bool v6, bool nat, const std::string& device) {
  UdpSocketOptions how;
  how.family = v6 ? IpAddress::Family::kV6 : IpAddress::Family::kV4;
  // The IPv6 socket takes the port that the IPv4 one got.
  how.port = nat ? (nat_port != 0 ? nat_port : options.nat_port)
                 : (ike_port != 0 ? ike_port : options.ike_port);
  how.esp_in_udp = options.kernel_esp && nat;
  how.policy_bypass = options.kernel_esp;
  how.mark = options.mark;
  how.device = device;
  auto socket = UdpSocket::open(how);
  if (!socket) return tl::unexpected(socket.error());
  (nat ? nat_port : ike_port) = socket->port();

  auto port = std::make_unique<Port>(Port{std::move(*socket), v6, nat, device,
                                          device.empty() ? 0 : if_nametoindex(device.c_str())});
  auto watch = loop.watch(port->socket.fd(), [this, raw = port.get()] { readable(*raw); });
  if (!watch) return tl::unexpected(watch.error());
  port->watch = *watch;
  open_ports.push_back(std::move(port));
  return {};
}

IkeSockets::Impl::Port* IkeSockets::Impl::find(const Endpoint& local, const IpAddress& remote) {
  if (!local.address.empty() && local.address.family() != remote.family()) return nullptr;
  const auto vrf = vrfs.find(local.address);
  const std::string_view device = vrf == vrfs.end() ? std::string_view{} : vrf->second;
  for (const auto& port : open_ports) {
    if (port->v6 == remote.is_v6() && port->socket.port() == local.port && port->device == device) {
      return port.get();
    }
  }
  return nullptr;
}

Status IkeSockets::Impl::add_all(const std::string& device) {
  for (const bool v6 : {false, true}) {
    for (const bool nat : {false, true}) {
      const Status done = add(v6, nat, device);
      if (!done && v6 && done.error().code == Errc::kUnsupported) continue;
      if (!done) return done;
    }
  }
  return {};
}

void IkeSockets::Impl::close_all(const std::string& device) {
  std::erase_if(open_ports, [&](const auto& port) {
    if (port->device != device) return false;
    loop.unwatch(port->watch);
    return true;
  });
}

Status IkeSockets::Impl::send(const Endpoint& local, const Endpoint& remote, ByteView head,
                              ByteView payload) {
  Port* const port = remote.address.empty() ? nullptr : find(local, remote.address);
  if (port == nullptr) {
    return fail(Errc::kInvalid,
                "no socket sends from " + local.to_string() + " to " + remote.to_string());
  }
  const OutgoingDatagram datagram{local.address, remote, head, payload};
  const UdpSocket::Sent sent = port->socket.send({&datagram, 1});
  if (sent.taken == 1) return {};
  // A full queue is loss, which IKE repairs by itself.
  if (sent.error == EAGAIN || sent.error == ENOBUFS) return {};
  ++counters.send_errors;
  return fail(Errc::kIo, "sending from " + local.to_string() + " to " + remote.to_string() + ": " +
                             std::strerror(sent.error));
}

void IkeSockets::Impl::readable(Port& port) {
  std::array<ReceivedDatagram, ReceiveBuffers::kBurst> burst;
  for (int round = 0; round < kBurstsPerWake; ++round) {
    const std::size_t count = port.socket.receive(buffers, burst);
    for (std::size_t i = 0; i < count; ++i) deliver(port, burst[i]);
    flush_esp();
    if (count < burst.size()) return;
  }
}

void IkeSockets::Impl::deliver(Port& port, const ReceivedDatagram& datagram) {
  const auto vrf = vrfs.find(datagram.local);
  if (port.device != (vrf == vrfs.end() ? std::string() : vrf->second)) {
    ++counters.elsewhere;  // an answer would leave by another VRF
  } else if (datagram.truncated) {
    ++counters.truncated;
  } else if (port.nat) {
    deliver_nat(port, datagram);
  } else {
    deliver_ike({datagram.local, port.socket.port()}, datagram, 0);
  }
}

void IkeSockets::Impl::deliver_nat(Port& port, const ReceivedDatagram& datagram) {
  const Endpoint local{datagram.local, port.socket.port()};
  switch (classify_nat_port(datagram.buffer.subspan(datagram.offset, datagram.length))) {
    case NatPortContent::kKeepalive:
      ++counters.keepalives;
      return;
    case NatPortContent::kTooShort:
      ++counters.too_short;
      return;
    case NatPortContent::kIke:
      deliver_ike(local, datagram, kNonEspMarkerLength);
      return;
    case NatPortContent::kEsp:
      ++counters.esp_received;
      esp.push_back({local, datagram.remote, datagram.buffer, datagram.offset, datagram.length});
      return;
  }
}

void IkeSockets::Impl::deliver_ike(const Endpoint& local, const ReceivedDatagram& datagram,
                                   std::size_t skip) {
  ++counters.ike_received;
  if (!ike_handler) return;
  ike_handler(local, datagram.remote,
              datagram.buffer.subspan(datagram.offset + skip, datagram.length - skip));
}

void IkeSockets::Impl::flush_esp() {
  if (esp.empty()) return;
  if (esp_handler) {
    esp_handler(esp);
  } else {
    counters.esp_unwanted += esp.size();
  }
  esp.clear();
}

IkeSockets::IkeSockets(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
IkeSockets::~IkeSockets() = default;

Result<std::unique_ptr<IkeSockets>> IkeSockets::open(ports::Readiness& loop,
                                                     const IkeSocketsOptions& options) {
  auto impl = std::make_unique<Impl>(loop, options);
  if (auto done = impl->add_all({}); !done) return tl::unexpected(done.error());
  return std::unique_ptr<IkeSockets>(new IkeSockets(std::move(impl)));
}

void IkeSockets::set_handler(ports::DatagramHandler handler) {
  impl_->ike_handler = std::move(handler);
}

std::vector<std::string> IkeSockets::set_vrfs(const std::map<IpAddress, std::string>& device_of) {
  impl_->vrfs = device_of;
  std::set<std::string> wanted, there;
  for (const auto& [address, device] : device_of) wanted.insert(device);
  wanted.erase(std::string());
  // A VRF device that was made anew has another number, which sockets do not follow.
  std::set<std::string> stale;
  for (const auto& port : impl_->open_ports) {
    if (port->device.empty()) continue;
    const bool stays =
        wanted.contains(port->device) && port->index == if_nametoindex(port->device.c_str());
    (stays ? there : stale).insert(port->device);
  }
  for (const std::string& device : stale) impl_->close_all(device);
  std::vector<std::string> troubles;
  for (const std::string& device : wanted) {
    if (there.contains(device)) continue;
    if (auto done = impl_->add_all(device); !done) {
      impl_->close_all(device);
      troubles.push_back("VRF " + device + ": " + done.error().text);
    }
  }
  return troubles;
}

Status IkeSockets::send(const Endpoint& local, const Endpoint& remote, ByteView message) {
  const bool nat = local.port == impl_->nat_port;
  Status done = impl_->send(local, remote, nat ? ByteView(kNonEspMarker) : ByteView{}, message);
  if (done) ++impl_->counters.ike_sent;
  return done;
}

Status IkeSockets::send_keepalive(const Endpoint& local, const Endpoint& remote) {
  const std::uint8_t octet = kKeepaliveOctet;
  return impl_->send({local.address, impl_->nat_port}, remote, {}, {&octet, 1});
}

std::size_t IkeSockets::send_esp(std::span<const ports::EspDeparture> burst) {
  std::size_t taken = 0;
  std::array<OutgoingDatagram, 64> batch;
  std::size_t count = 0;
  Impl::Port* port = nullptr;
  const auto flush = [&] {
    if (count != 0 && port != nullptr) taken += port->socket.send({batch.data(), count}).taken;
    count = 0;
  };
  for (const ports::EspDeparture& packet : burst) {
    Impl::Port* const next = impl_->find(packet.local, packet.remote.address);
    if (next != port || count == batch.size()) flush();
    port = next;
    if (port != nullptr) {
      batch[count++] = {packet.local.address, packet.remote, {}, packet.packet};
    }
  }
  flush();
  impl_->counters.esp_sent += taken;
  impl_->counters.send_errors += burst.size() - taken;
  return taken;
}

void IkeSockets::set_esp_handler(ports::EspBurstHandler handler) {
  impl_->esp_handler = std::move(handler);
}

std::uint16_t IkeSockets::ike_port() const {
  return impl_->ike_port;
}
std::uint16_t IkeSockets::nat_port() const {
  return impl_->nat_port;
}
const IkeSocketsCounters& IkeSockets::counters() const {
  return impl_->counters;
}

}  // namespace spa::net
