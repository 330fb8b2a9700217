// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/ike/stranger.h"

#include <algorithm>
#include <cstdlib>

namespace spa::fuzz {
namespace {

void put_spi(Bytes& datagram, std::size_t at, std::uint64_t spi) {
  for (std::size_t i = 0; i < 8 && at + i < datagram.size(); ++i) {
    datagram[at + i] = static_cast<std::uint8_t>(spi >> (56 - 8 * i));
  }
}

}  // namespace

Tunnel::Tunnel(int version)
    : left(timers, network, pki, "left", "172.16.172.34", "192.168.4.0/24", "172.16.172.39",
           "1.1.1.0/24", 0x1000),
      right(timers, network, pki, "right", "172.16.172.39", "1.1.1.0/24", "172.16.172.34",
            "192.168.4.0/24", 0x9000) {
  for (exchange::Router* r : {&left, &right}) {
    if (version == 1) r->use_ikev1();
    r->start();
  }
  if (!left.manager->initiate(left.rule_id())) std::abort();
  timers.run_for(Duration(1000));
  if (right.up() != 1) std::abort();
}

std::optional<ike::IkeSaStatus> established(const exchange::Router& router) {
  for (const ike::IkeSaStatus& sa : router.status()) {
    if (sa.state == ike::IkeSaState::kReady) return sa;
  }
  return std::nullopt;
}

void send_as_stranger(Tunnel& tunnel, ByteView input) {
  const Endpoint at{tunnel.right.address, 500};
  const Endpoint from{tunnel.left.address, 500};
  const std::optional<ike::IkeSaStatus> sa = established(tunnel.right);
  if (!sa) std::abort();
  while (input.size() > 2) {
    const std::size_t wanted = static_cast<std::size_t>(input[0] << 8 | input[1]);
    input = input.subspan(2);
    Bytes datagram = to_bytes(input.first(std::min(wanted, input.size())));
    input = input.subspan(datagram.size());
    if (!datagram.empty() && datagram[0] == 0xff) {
      put_spi(datagram, 0, sa->initiator ? sa->spi_local : sa->spi_remote);
      put_spi(datagram, 8, sa->initiator ? sa->spi_remote : sa->spi_local);
    }
    tunnel.right.manager->receive(at, from, datagram);
  }
  tunnel.network.sent.clear();
  tunnel.left.log.lines.clear();
  tunnel.right.log.lines.clear();
  tunnel.timers.run_for(Duration(40000));
}

}  // namespace spa::fuzz
