// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/nat_rival.h"

namespace spa::ike {

namespace {

using Selectors = std::vector<policy::TrafficSelector>;

bool overlap(const Selectors& a, const Selectors& b) {
  return std::ranges::any_of(a, [&](const policy::TrafficSelector& one) {
    return std::ranges::any_of(b, [&](const policy::TrafficSelector& other) {
      policy::TrafficSelector common;
      return policy::intersect(one, other, common);
    });
  });
}

}  // namespace

bool has_in_transport(const ChildSa& child, const Selectors& local, const Selectors& remote) {
  return child.mode == policy::EncapsulationMode::kTransport && overlap(child.local, local) &&
         overlap(child.remote, remote);
}

std::string refusal_for(const policy::Identity& rival) {
  return rival.to_string() + " behind the same NAT protects these packets already: ";
}

}  // namespace spa::ike
