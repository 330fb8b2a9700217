// SPDX-License-Identifier: Apache-2.0
// Every exchange, every datagram of it, every mishap: lost, doubled, late, overtaken, damaged, cut
// off for a while, an end that starts anew. Afterwards both ends have what they should, and nothing
// is left over (RFC 7296 2.1 to 2.4).
#include <algorithm>

#include "tests/exchange/scenario.h"
#include "userspace/wire/header.h"

namespace spa::exchange {
namespace {

// What happens to the n-th datagram of a scenario.
struct Mishap {
  std::string name;
  std::function<std::vector<Duration>(World& world, std::size_t n, std::size_t i, const Packet& p)>
      fate;
};

const std::vector<Duration> kArrives{Duration(5)};

Mishap delivered(const std::string& name, const std::vector<Duration>& when) {
  return {name, [when](World&, std::size_t n, std::size_t i, const Packet&) {
            return i == n ? when : kArrives;
          }};
}

// The datagram is kept back until the next one of either end has arrived.
std::vector<Duration> overtake(World& world, std::size_t n, std::size_t i, const Packet&) {
  if (i == n) return {};
  if (i == n + 1) {
    const Packet late = world.network.sent.at(world.network.sent.size() - 2);
    (void)world.timers.after(Duration(6), [&world, late] { world.network.deliver(late); });
  }
  return kArrives;
}

// Only of what is protected: IKE_SA_INIT has the checksum of UDP, which loses it.
std::vector<Duration> damage(World& world, std::size_t n, std::size_t i, const Packet& packet) {
  if (i != n) return kArrives;
  const auto exchange = static_cast<wire::ExchangeType>(packet.octets.at(18));
  if (exchange == wire::ExchangeType::kIkeSaInit) return {};
  Packet damaged = packet;
  damaged.octets.back() ^= 0x40;
  (void)world.timers.after(Duration(5), [&world, damaged] { world.network.deliver(damaged); });
  return {};
}

const std::vector<Mishap>& mishaps() {
  static const std::vector<Mishap> all{
      delivered("Nothing", kArrives),
      delivered("Lost", {}),
      {"LostTwice",
       [](World&, std::size_t n, std::size_t i, const Packet&) {
         return i == n || i == n + 1 ? std::vector<Duration>{} : kArrives;
       }},
      delivered("Doubled", {Duration(5), Duration(5)}),
      delivered("DoubledMuchLater", {Duration(5), Duration(9000)}),
      delivered("Late", {Duration(2500)}),          // after its retransmission
      delivered("MuchTooLate", {Duration(40000)}),  // when all is over
      {"Overtaken", overtake},
      {"Damaged", damage},
  };
  return all;
}

struct MatrixCase {
  const Scenario* scenario;
  const Mishap* mishap;
  std::size_t n;
};

std::vector<MatrixCase> every_mishap(const std::vector<Scenario>& scenarios) {
  std::vector<MatrixCase> cases;
  for (const Scenario& scenario : scenarios) {
    for (const Mishap& mishap : mishaps()) {
      const std::size_t count = mishap.name == "Nothing" ? 1 : scenario.datagrams;
      for (std::size_t n = 0; n < count; ++n) cases.push_back({&scenario, &mishap, n});
    }
  }
  return cases;
}

template <typename Case>
std::string name_of(const ::testing::TestParamInfo<Case>& given) {
  return given.param.scenario->name + "_" + given.param.mishap->name + "_" +
         std::to_string(given.param.n);
}

class ExchangeMatrix : public ::testing::TestWithParam<MatrixCase>, protected World {};

TEST_P(ExchangeMatrix, EndsAsItShould) {
  const Scenario* scenario = GetParam().scenario;
  const Mishap* mishap = GetParam().mishap;
  begin(*this, *scenario);
  const std::size_t first = network.sent.size();
  network.plan = [this, first, mishap, n = GetParam().n](std::size_t i, const Packet& packet) {
    return mishap->fate(*this, n, i - first, packet);
  };
  scenario->act(*this);
  run(Duration(150 * 1000));
  const std::size_t sent = network.sent.size() - first;
  if (mishap->name == "Nothing") {
    EXPECT_EQ(sent, scenario->datagrams);
  } else {
    EXPECT_GE(sent, scenario->datagrams);
  }
  expect_sas(scenario->outcome.ike_sas, scenario->outcome.pairs);
  expect_nothing_left_over();
}

INSTANTIATE_TEST_SUITE_P(Ikev2, ExchangeMatrix,
                         ::testing::ValuesIn(every_mishap(ikev2_scenarios())), name_of<MatrixCase>);

// What happens to everybody from the n-th datagram on. Afterwards there is traffic, and the tunnel
// is there again: one, at both ends.
struct Disaster {
  std::string name;
  Router World::* restarts = nullptr;  // begins anew when the datagram is sent
  Router World::* silenced = nullptr;  // nothing of it arrives for a while
};

const std::vector<Disaster>& disasters() {
  static const std::vector<Disaster> all{
      {"LeftRestarts", &World::left, nullptr},
      {"RightRestarts", &World::right, nullptr},
      {"LeftIsCutOff", nullptr, &World::left},
      {"RightIsCutOff", nullptr, &World::right},
  };
  return all;
}

struct DisasterCase {
  const Scenario* scenario;
  const Disaster* mishap;
  std::size_t n;
};

std::vector<DisasterCase> every_disaster(const std::vector<Scenario>& scenarios) {
  std::vector<DisasterCase> cases;
  for (const Scenario& scenario : scenarios) {
    // With an end that refuses the other there is no tunnel to come back.
    if (scenario.name.find("Refused") != std::string::npos || scenario.outcome.pairs == 0) continue;
    for (const Disaster& disaster : disasters()) {
      for (std::size_t n = 0; n < scenario.datagrams; ++n) {
        cases.push_back({&scenario, &disaster, n});
      }
    }
  }
  return cases;
}

class Disasters : public ::testing::TestWithParam<DisasterCase>, protected World {
 protected:
  // Only liveness checks tell an end that the other has forgotten it. They come after what the
  // scenario does.
  void watch_the_peer() {
    for (Router* r : {&left, &right}) {
      if (r->profile().dpd.interval_seconds == 0) r->profile().dpd = {900, 2, true};
    }
  }
  static constexpr Duration kOutage{1400 * 1000};
};

TEST_P(Disasters, TheTunnelComesBack) {
  const Scenario* scenario = GetParam().scenario;
  const Disaster* disaster = GetParam().mishap;
  Scenario watched = *scenario;
  watched.prepare = [this, scenario](World& world) {
    scenario->prepare(world);
    watch_the_peer();
  };
  begin(*this, watched);
  const std::size_t first = network.sent.size();
  network.plan = [this, first, disaster, n = GetParam().n](std::size_t i, const Packet& p) {
    if (i == first + n && disaster->restarts != nullptr) {
      Router& router = this->*disaster->restarts;
      (void)timers.after(Duration(1), [&router] { router.restart(); });
    }
    const bool mute = disaster->silenced != nullptr && i >= first + n &&
                      p.from.address == (this->*disaster->silenced).address;
    return mute ? std::vector<Duration>{} : kArrives;
  };
  scenario->act(*this);
  run(kOutage);
  EXPECT_EQ(violation(), "");
  network.plan = [](std::size_t, const Packet&) { return kArrives; };
  run(kOutage);
  // Everything that was agreed on by both is there at both, and nothing else.
  EXPECT_EQ(mismatch(left.database, right.database), "");
  left.traffic();
  run(Duration(200 * 1000));
  expect_sas(1, std::max<std::size_t>(1, left.database.pairs.size()));
  EXPECT_LE(left.database.pairs.size(), left.rules.size());
  expect_nothing_left_over();
}

INSTANTIATE_TEST_SUITE_P(Ikev2, Disasters, ::testing::ValuesIn(every_disaster(ikev2_scenarios())),
                         name_of<DisasterCase>);

}  // namespace
}  // namespace spa::exchange
