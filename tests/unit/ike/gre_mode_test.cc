// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/gre_mode.h"

#include <gtest/gtest.h>

namespace spa::ike {
namespace {

using policy::EncapsulationMode;

ports::PolicyRule rule(std::uint8_t protocol, std::uint32_t dynamic) {
  ports::PolicyRule made;
  made.id = {"MAP", 10, 1, dynamic};
  made.selectors.local.protocol = made.selectors.remote.protocol = protocol;
  return made;
}

// R-GRE-2: between two ends; R-GRE-3, R-NAT-7, R-NAT-8: with many ends.
TEST(GreMode, ThroughANatThereIsNoChoice) {
  EXPECT_EQ(gre_mode_through_nat(rule(47, 0)), EncapsulationMode::kTunnel);
  EXPECT_EQ(gre_mode_through_nat(rule(47, 20)), EncapsulationMode::kTransport);
}

// R-GRE-1, R-NAT-6
TEST(GreMode, EverythingElseMayHaveEither) {
  EXPECT_EQ(gre_mode_through_nat(rule(0, 0)), std::nullopt);
  EXPECT_EQ(gre_mode_through_nat(rule(17, 20)), std::nullopt);
}

}  // namespace
}  // namespace spa::ike
