// SPDX-License-Identifier: Apache-2.0
// A whole responder, from its birth to its last deletion: datagrams of strangers, of a peer that
// is half open or authenticated and protects what it likes, time that passes, commands of the
// operator. Its tables stay bounded, and nothing is left over.
//
// Input: any number of steps, each an octet that says which and what it takes:
//   0 LENGTH OCTETS               a datagram as it is
//   1 LENGTH OCTETS               the same, under the SPIs of the peer's SA and with the right
//   length 2                             the peer begins anew 3                             the
//   peer begins anew and proves itself 4 EXCHANGE TYPE LENGTH OCTETS the chain of payloads, well
//   protected 5 N                           N half seconds pass 6 N                           the
//   operator or the data plane does something 7 N                           the N-th datagram of
//   the peer comes again
// LENGTH is two octets.
#include <cstdlib>
#include <memory>

#include "tests/exchange/bare_peer.h"
#include "tests/exchange/seeded_random.h"

namespace {

using namespace spa;

// What is left of the input.
class Steps {
 public:
  explicit Steps(ByteView input) : input_(input) {}
  [[nodiscard]] bool more() const { return !input_.empty(); }
  std::uint8_t octet() {
    if (input_.empty()) return 0;
    const std::uint8_t value = input_[0];
    input_ = input_.subspan(1);
    return value;
  }
  Bytes octets() {
    const std::size_t high = octet();
    const std::size_t wanted = high << 8 | octet();
    const ByteView taken = input_.first(std::min(wanted, input_.size()));
    input_ = input_.subspan(taken.size());
    return to_bytes(taken);
  }

 private:
  ByteView input_;
};

class Responder {
 public:
  Responder() {
    exchange::BarePeer::invite(router_, address_);
    router_.profile().dpd = {30, 2, true};
    router_.options.half_open_max = 64;
    router_.options.cookie_threshold = 16;
    router_.start();
  }
  void step(Steps& input) {
    switch (input.octet() % 8) {
      case 0:
        return say(input.octets());
      case 1:
        return say(under_our_spis(input.octets()));
      case 2:
        known_ = peer_.init();
        return;
      case 3:
        known_ = peer_.establish();
        return;
      case 4:
        return say_protected(input);
      case 5:
        timers_.run_for(Duration(500 * input.octet()));
        return;
      case 6:
        return act(input.octet());
      default:
        if (!said_.empty()) (void)peer_.send(said_[input.octet() % said_.size()]);
        return;
    }
  }
  void check() {
    const bool bounded = router_.manager->half_open() <= router_.options.half_open_max &&
                         router_.database.reserved.size() <= router_.status().size() + 8 &&
                         timers_.pending() <= 4 * router_.status().size() + 64;
    if (!bounded) std::abort();
  }
  void end() {
    (void)router_.manager->clear({});
    timers_.run_for(Duration(200 * 1000));
    const bool clean = router_.status().empty() && router_.database.pairs.empty() &&
                       router_.database.reserved.empty() && router_.manager->half_open() == 0 &&
                       router_.timers.pending() == 0;
    if (!clean) std::abort();
  }

 private:
  void say(Bytes octets) {
    (void)peer_.send(octets);
    if (said_.size() < 64) said_.push_back(std::move(octets));
  }
  [[nodiscard]] Bytes under_our_spis(Bytes octets) const {
    if (octets.size() < wire::Header::kSize) octets.resize(wire::Header::kSize);
    for (std::size_t i = 0; i < 8; ++i) {
      octets[i] = static_cast<std::uint8_t>(peer_.spi_i >> (56 - 8 * i));
      octets[8 + i] = static_cast<std::uint8_t>(peer_.spi_r >> (56 - 8 * i));
    }
    for (std::size_t i = 0; i < 4; ++i) {
      octets[24 + i] = static_cast<std::uint8_t>(octets.size() >> (24 - 8 * i));
    }
    return octets;
  }
  void say_protected(Steps& input) {
    const auto kind = static_cast<wire::ExchangeType>(input.octet());
    const auto first = static_cast<wire::PayloadType>(input.octet());
    const Bytes chain = input.octets();
    if (known_) say(peer_.seal(kind, first, chain));
  }
  void act(std::uint8_t what) {
    switch (what % 5) {
      case 0:
        return router_.traffic(what % router_.rules.size());
      case 1:
        return router_.expire_first(false);
      case 2:
        return router_.expire_first(true);
      case 3:
        (void)router_.manager->on_unknown_spi({address_, what});
        return;
      default:
        (void)router_.manager->clear({});
        return;
    }
  }

  const IpAddress address_ = *IpAddress::parse("198.51.100.7");
  exchange::FakeTimers timers_;
  exchange::FakeNetwork network_{timers_};
  exchange::FakePki pki_;
  exchange::Router router_{timers_,         network_,         pki_,
                           "right",         "172.16.172.39",  "1.1.1.0/24",
                           "172.16.172.34", "192.168.4.0/24", 0x9000};
  exchange::BarePeer peer_{network_, address_, router_};
  bool known_ = false;
  std::vector<Bytes> said_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const exchange::SeededRandom random(1);
  Responder responder;
  Steps input(ByteView(data, size));
  for (int steps = 0; steps < 64 && input.more(); ++steps) {
    responder.step(input);
    responder.check();
  }
  responder.end();
  return 0;
}
