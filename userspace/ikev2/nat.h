// SPDX-License-Identifier: Apache-2.0
// NAT detection (RFC 7296 2.23).
#pragma once

#include <cstdint>
#include <span>

#include "userspace/base/address.h"
#include "userspace/base/result.h"
#include "userspace/ike/udp_ports.h"
#include "userspace/wire/message.h"

namespace spa::ikev2 {

using ike::kIkePort;
using ike::kNatPort;

// SHA-1 (SPIi | SPIr | address | port)
[[nodiscard]] Result<Bytes> nat_hash(std::uint64_t spi_i, std::uint64_t spi_r,
                                     const Endpoint& endpoint);

// The two notifications for a message from `local` to `remote`. `pretend`: hash something else as
// source, so that the peer sees a NAT and puts ESP into UDP.
[[nodiscard]] Status add_nat_detection(std::vector<wire::Payload>& payloads, std::uint64_t spi_i,
                                       std::uint64_t spi_r, const Endpoint& local,
                                       const Endpoint& remote, bool pretend);

struct NatFinding {
  bool supported = false;      // the peer sent the notifications
  bool local_behind = false;   // our address was changed on the way
  bool remote_behind = false;  // the peer's was, or the peer pretends so
};
[[nodiscard]] NatFinding detect_nat(std::span<const wire::Payload> payloads, std::uint64_t spi_i,
                                    std::uint64_t spi_r, const Endpoint& local,
                                    const Endpoint& remote);

}  // namespace spa::ikev2
