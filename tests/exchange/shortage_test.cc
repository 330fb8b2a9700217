// SPDX-License-Identifier: Apache-2.0
// Every exchange with something missing here: a data plane that is full, no SPIs, no randomness.
// The negotiation may fail; what is half made is taken back at both ends, and the next one
// succeeds.
#include <algorithm>

#include "tests/exchange/scenario.h"
#include "tests/exchange/seeded_random.h"

namespace spa::exchange {
namespace {

struct Shortage {
  const char* name;
  Router World::* router;
  bool FakeSaDatabase::* refuses;
};

constexpr std::array kShortages{
    Shortage{"LeftIsFull", &World::left, &FakeSaDatabase::refuse_adds},
    Shortage{"RightIsFull", &World::right, &FakeSaDatabase::refuse_adds},
    Shortage{"LeftHasNoSpis", &World::left, &FakeSaDatabase::refuse_spis},
    Shortage{"RightHasNoSpis", &World::right, &FakeSaDatabase::refuse_spis},
};

// A world for one case; the tests below go over many.
class Needy : public World {
 public:
  explicit Needy(const Scenario& scenario) : scenario_(scenario) {
    scenario_.prepare = [this, prepare = scenario.prepare](World& world) {
      prepare(world);
      for (Router* r : {&left, &right}) {
        if (r->profile().dpd.interval_seconds == 0) r->profile().dpd = {900, 2, true};
      }
    };
    begin(*this, scenario_);
  }
  void act() {
    scenario_.act(*this);
    run(Duration(150 * 1000));
  }
  // Both ends agree; afterwards everything works, and nothing is left over.
  void expect_recovery() {
    run(Duration(1000 * 1000));
    EXPECT_EQ(mismatch(left.database, right.database), "");
    EXPECT_EQ(violation(), "");
    for (const Router* r : {&left, &right}) {
      EXPECT_TRUE(r->database.reserved.empty()) << r->name;
      EXPECT_EQ(r->manager->half_open(), 0U) << r->name;
    }
    const bool refused = scenario_.name.find("Refused") != std::string::npos;
    if (!refused) {
      left.traffic();
      run(Duration(100 * 1000));
      const std::size_t pairs = left.database.pairs.size();
      expect_sas(1, scenario_.outcome.pairs == 0 ? pairs : std::max<std::size_t>(1, pairs));
    }
    expect_nothing_left_over();
  }

 private:
  Scenario scenario_;
};

class Shortages : public ::testing::TestWithParam<const Scenario*> {};

// RFC 7296 1.2, 2.21: the IKE SA stands, its peer is told to drop the other half.
TEST_P(Shortages, OfTheDataPlane) {
  for (const Shortage& shortage : kShortages) {
    SCOPED_TRACE(shortage.name);
    Needy world(*GetParam());
    FakeSaDatabase& database = (world.*shortage.router).database;
    database.*shortage.refuses = true;
    world.act();
    database.*shortage.refuses = false;
    world.expect_recovery();
    if (HasFailure()) return;
  }
}

// How often both draw random octets in the course of an exchange.
std::size_t draws_of(const Scenario& scenario) {
  const SeededRandom random(4711);
  Needy world(scenario);
  const std::size_t before = random.draws();
  world.act();
  return random.draws() - before;
}

// The n-th time there are none: no nonce, no key, no SPI.
TEST_P(Shortages, OfRandomness) {
  const std::size_t draws = draws_of(*GetParam());
  EXPECT_LT(draws, 40U);
  for (std::size_t n = 0; n < draws; ++n) {
    SCOPED_TRACE("draw " + std::to_string(n));
    SeededRandom random(4711);
    Needy world(*GetParam());
    random.fail_at(random.draws() + n);
    world.act();
    world.expect_recovery();
    if (HasFailure()) return;
  }
}

std::vector<const Scenario*> every_scenario() {
  std::vector<const Scenario*> all;
  for (const Scenario& scenario : ikev2_scenarios()) all.push_back(&scenario);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Ikev2, Shortages, ::testing::ValuesIn(every_scenario()),
                         [](const auto& given) { return given.param->name; });

}  // namespace
}  // namespace spa::exchange
