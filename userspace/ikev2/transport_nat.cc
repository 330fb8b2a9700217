// SPDX-License-Identifier: Apache-2.0
// RFC 7296 2.23.1
#include "userspace/ikev2/transport_nat.h"

namespace spa::ikev2 {

namespace {

void put_in_place(Selectors& selectors, const IpAddress& seen) {
  for (policy::TrafficSelector& s : selectors) s.first = s.last = seen;
}

}  // namespace

bool nat_between(const IkeSa& sa) {
  return sa.local_behind_nat || sa.remote_behind_nat;
}

std::optional<Ends> as_seen_here(const IkeSa& sa, Ends told) {
  const IpAddress& here = sa.local.address;
  const bool of_ends = is_single_pair(told.local, told.remote) &&
                       told.local.front().first.family() == here.family() &&
                       told.remote.front().first.family() == here.family();
  if (!of_ends) return std::nullopt;
  // Only what a NAT changes may differ: an end that is not behind one is where it says.
  if (sa.local_behind_nat) put_in_place(told.local, here);
  if (sa.remote_behind_nat) put_in_place(told.remote, sa.remote.address);
  return told;
}

std::optional<Ends> between_ends(const IkeSa& sa, const Ends& wanted) {
  const auto host = [](const IpAddress& address) {
    return policy::TrafficSelector::of({address, address.bits()});
  };
  Ends ends{narrow(wanted.local, host(sa.local.address)),
            narrow(wanted.remote, host(sa.remote.address))};
  if (ends.local.empty() || ends.remote.empty()) return std::nullopt;
  return ends;
}

}  // namespace spa::ikev2
