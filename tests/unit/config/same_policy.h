// SPDX-License-Identifier: Apache-2.0
// Whether two configurations mean the same, part by part, so that a difference has a name.
#pragma once

#include <gtest/gtest.h>

#include "userspace/policy/snapshot.h"

namespace spa::config {

inline void expect_same_policy(const policy::Snapshot& a, const policy::Snapshot& b) {
  EXPECT_EQ(a.hostname, b.hostname);
  EXPECT_EQ(a.domain_name, b.domain_name);
  EXPECT_EQ(a.legacy_algorithms, b.legacy_algorithms);
  EXPECT_EQ(a.nat_keepalive_seconds, b.nat_keepalive_seconds);
  EXPECT_EQ(a.isakmp.enabled, b.isakmp.enabled);
  EXPECT_EQ(a.isakmp.aggressive_mode, b.isakmp.aggressive_mode);
  EXPECT_EQ(a.isakmp.udp_encapsulation, b.isakmp.udp_encapsulation);
  EXPECT_EQ(a.isakmp.identity, b.isakmp.identity);
  EXPECT_EQ(a.isakmp.keepalive, b.isakmp.keepalive);
  EXPECT_EQ(a.isakmp.policies, b.isakmp.policies);
  EXPECT_EQ(a.isakmp.keyrings, b.isakmp.keyrings);
  EXPECT_EQ(a.isakmp.profiles, b.isakmp.profiles);
  EXPECT_EQ(a.transform_sets, b.transform_sets);
  EXPECT_EQ(a.access_lists, b.access_lists);
  EXPECT_EQ(a.crypto_maps, b.crypto_maps);
  EXPECT_EQ(a.dynamic_maps, b.dynamic_maps);
  EXPECT_EQ(a.interfaces, b.interfaces);
  EXPECT_EQ(a.default_lifetime, b.default_lifetime);
  EXPECT_EQ(a.replay_window, b.replay_window);
  EXPECT_EQ(a.trustpoints, b.trustpoints);
  EXPECT_EQ(a.certificate_maps, b.certificate_maps);
}

}  // namespace spa::config
