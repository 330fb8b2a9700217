// SPDX-License-Identifier: Apache-2.0
// The UDP sockets of IKE: ports 500 and 4500, IPv4 and IPv6. On port 4500 IKE messages carry the
// non-ESP marker (RFC 3948 2.2), which is put on and taken off here; a single octet 0xff is a NAT
// keepalive and is dropped (2.3); everything else there is ESP. Answers leave from the address that
// the request went to. IPv6 link-local peers are not supported: an Endpoint has no scope.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "userspace/ports/datagrams.h"
#include "userspace/ports/esp_datagrams.h"
#include "userspace/ports/readiness.h"

namespace spa::net {

struct IkeSocketsOptions {
  std::uint16_t ike_port = 500;  // what the sockets are bound to; 0: any free port, see ike_port()
  std::uint16_t nat_port = 4500;
  // With the kernel data plane: the kernel takes ESP out of the port 4500 sockets (UDP_ENCAP), and
  // no IPsec policy applies to the sockets themselves.
  bool kernel_esp = false;
  // With the soft data plane: SO_MARK, by which its routes leave the sockets' own traffic alone.
  std::uint32_t mark = 0;
};

struct IkeSocketsCounters {
  std::uint64_t ike_received = 0;
  std::uint64_t ike_sent = 0;
  std::uint64_t esp_received = 0;
  std::uint64_t esp_sent = 0;
  std::uint64_t keepalives = 0;
  std::uint64_t too_short = 0;     // on port 4500: neither IKE, nor ESP, nor a keepalive
  std::uint64_t truncated = 0;     // longer than any UDP payload we take
  std::uint64_t esp_unwanted = 0;  // ESP while nobody handles it
  std::uint64_t send_errors = 0;
  std::uint64_t elsewhere = 0;  // in a VRF, to an address that is not one of it
};

class IkeSockets final : public ports::Datagrams, public ports::EspDatagrams {
 public:
  // kIo names the socket and the reason. A host without IPv6 gets the IPv4 sockets only.
  static Result<std::unique_ptr<IkeSockets>> open(ports::Readiness& loop,
                                                  const IkeSocketsOptions& options);
  ~IkeSockets() override;

  void set_handler(ports::DatagramHandler handler);

  // Sockets in VRFs: which of our addresses are in which VRF device. Those that are in none, and
  // all that is not named, use the sockets that are always there. One sentence for each device
  // whose sockets could not be had.
  std::vector<std::string> set_vrfs(const std::map<IpAddress, std::string>& device_of);

  // `local.port` chooses the socket and must be ike_port() or nat_port(); an unspecified or any
  // `local.address` leaves the choice to the system. kInvalid: no such port or mixed families.
  Status send(const Endpoint& local, const Endpoint& remote, ByteView message) override;
  // One octet 0xff (RFC 3948 2.3).
  Status send_keepalive(const Endpoint& local, const Endpoint& remote);

  std::size_t send_esp(std::span<const ports::EspDeparture> burst) override;
  void set_esp_handler(ports::EspBurstHandler handler) override;

  [[nodiscard]] std::uint16_t ike_port() const;
  [[nodiscard]] std::uint16_t nat_port() const;
  [[nodiscard]] const IkeSocketsCounters& counters() const;

 private:
  struct Impl;
  explicit IkeSockets(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spa::net
