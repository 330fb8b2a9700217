// SPDX-License-Identifier: Apache-2.0
// A peer that is authenticated and sends what it likes. Input: { exchange, first payload, two
// octets of length, so many octets } repeated; each is sent, well protected, as a request of the
// peer. Whatever happens to the SAs, both data planes agree afterwards or hold nothing, and nothing
// leaks.
#include <cstdlib>

#include "tests/exchange/router.h"
#include "userspace/ikev2/shard.h"

namespace {

using namespace spa;
using exchange::Router;

ike::Task<> ask(ikev2::IkeSa& sa, wire::ExchangeType exchange, ikev2::Payloads payloads) {
  (void)co_await sa.request(exchange, std::move(payloads));
}

// The SAs of the evil end are made by hand, past its manager.
struct Evil {
  explicit Evil(Router& router, exchange::FakeTimers& timers, exchange::FakeNetwork& network)
      : engine(),
        shard(ikev2::Dependencies{router.datagrams, timers, router.database, router.credentials,
                                  engine, router.log},
              router.options) {
    network.attach(router.address, [this](const Endpoint& at, const Endpoint& from, ByteView m) {
      shard.receive(at, from, m);
    });
    shard.strand.run([&] {
      shard.configure(std::make_shared<const policy::Snapshot>(router.config), router.rules);
      (void)shard.initiate(router.rule_id());
    });
  }
  crypto::OpenSslEngine engine;
  ikev2::Shard shard;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  exchange::FakeTimers timers;
  exchange::FakeNetwork network(timers);
  exchange::FakePki pki;
  Router left(timers, network, pki, "left", "172.16.172.34", "192.168.4.0/24", "172.16.172.39",
              "1.1.1.0/24", 0x1000);
  Router right(timers, network, pki, "right", "172.16.172.39", "1.1.1.0/24", "172.16.172.34",
               "192.168.4.0/24", 0x9000);
  right.start();
  Evil evil(left, timers, network);
  timers.run_for(Duration(1000));
  if (right.up() != 1) std::abort();
  ByteView input(data, size);
  while (input.size() > 4) {
    // IKE_AUTH, CREATE_CHILD_SA, INFORMATIONAL, IKE_FOLLOWUP_KE
    const auto kind = static_cast<wire::ExchangeType>(input[0] % 4 == 3 ? 44 : 35 + input[0] % 4);
    const auto first = static_cast<wire::PayloadType>(input[1]);
    const std::size_t wanted = static_cast<std::size_t>(input[2] << 8 | input[3]);
    input = input.subspan(4);
    const ByteView chain = input.first(std::min(wanted, input.size()));
    input = input.subspan(chain.size());
    Result<ikev2::Payloads> payloads = wire::parse_payloads(first, chain);
    if (!payloads) continue;
    evil.shard.strand.run([&] {
      for (ikev2::IkeSa* sa : evil.shard.all()) {
        if (sa->usable()) sa->spawn(ask(*sa, kind, *payloads));
      }
    });
    timers.run_for(Duration(500));
  }
  timers.run_for(Duration(200000));
  const bool bounded = right.manager->half_open() == 0 && right.database.reserved.empty() &&
                       right.status().size() <= 1 + size / 4;
  if (!bounded) std::abort();
  (void)right.manager->clear({});
  timers.run_for(Duration(200000));
  if (!right.status().empty() || !right.database.pairs.empty()) std::abort();
  return 0;
}
