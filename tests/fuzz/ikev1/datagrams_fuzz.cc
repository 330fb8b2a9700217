// SPDX-License-Identifier: Apache-2.0
// A responder of IKEv1 with an established tunnel is fed with datagrams of a stranger: the tunnel
// stays up, and what is half open goes (RFC 2408 4.8, RFC 2409 5.7). Input: any number of { two
// octets of length, so many octets }; the cookies of the established SA are put in where the first
// octet of a datagram is 0xff, so that its way leads further in.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include "tests/exchange/router.h"

namespace {

using namespace spa;
using exchange::Router;

struct World {
  exchange::FakeTimers timers;
  exchange::FakeNetwork network{timers};
  exchange::FakePki pki;
  Router left{timers,           network,         pki,          "left", "172.16.172.34",
              "192.168.4.0/24", "172.16.172.39", "1.1.1.0/24", 0x1000};
  Router right{timers,          network,          pki,   "right", "172.16.172.39", "1.1.1.0/24",
               "172.16.172.34", "192.168.4.0/24", 0x9000};
  World() {
    for (Router* r : {&left, &right}) {
      r->use_ikev1();
      r->start();
    }
    if (!left.manager->initiate(left.rule_id())) std::abort();
    timers.run_for(Duration(1000));
    if (right.up() != 1) std::abort();
  }
};

void put_cookie(Bytes& datagram, std::size_t at, std::uint64_t cookie) {
  for (std::size_t i = 0; i < 8 && at + i < datagram.size(); ++i) {
    datagram[at + i] = static_cast<std::uint8_t>(cookie >> (56 - 8 * i));
  }
}

// The one that is in use; a predecessor may be there for a moment.
std::optional<ike::IkeSaStatus> established(const Router& router) {
  for (const ike::IkeSaStatus& sa : router.status()) {
    if (sa.state == ike::IkeSaState::kReady) return sa;
  }
  return std::nullopt;
}

// What is wrong with the responder; null: nothing.
const char* complaint(const Router& router) {
  if (!established(router)) return "no ISAKMP SA";
  if (router.database.pairs.empty()) return "no pair of SAs";
  if (router.manager->half_open() != 0) return "half open SAs";
  return nullptr;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto world = std::make_unique<World>();
  const Endpoint at{world->right.address, 500};
  const Endpoint from{world->left.address, 500};
  const ike::IkeSaStatus sa = *established(world->right);
  ByteView input(data, size);
  while (input.size() > 2) {
    const std::size_t wanted = static_cast<std::size_t>(input[0] << 8 | input[1]);
    input = input.subspan(2);
    Bytes datagram = to_bytes(input.first(std::min(wanted, input.size())));
    input = input.subspan(datagram.size());
    if (!datagram.empty() && datagram[0] == 0xff) {
      put_cookie(datagram, 0, sa.initiator ? sa.spi_local : sa.spi_remote);
      put_cookie(datagram, 8, sa.initiator ? sa.spi_remote : sa.spi_local);
    }
    world->right.manager->receive(at, from, datagram);
  }
  world->network.sent.clear();
  world->right.log.lines.clear();
  world->left.log.lines.clear();
  world->timers.run_for(Duration(40000));  // whatever is half open goes
  // The clock goes on from input to input: a renewal may have begun a moment ago.
  if (complaint(world->right) != nullptr) world->timers.run_for(Duration(1000));
  if (const char* wrong = complaint(world->right)) {
    std::fprintf(stderr, "%s\n", wrong);
    std::abort();
  }
  return 0;
}
