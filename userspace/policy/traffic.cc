// SPDX-License-Identifier: Apache-2.0
#include "userspace/policy/traffic.h"

#include <algorithm>

namespace spa::policy {

TrafficSelector TrafficSelector::of(const IpPrefix& prefix, std::uint8_t protocol) {
  TrafficSelector selector;
  selector.protocol = protocol;
  selector.first = prefix.first();
  selector.last = prefix.last();
  return selector;
}

bool TrafficSelector::contains(const TrafficSelector& other) const {
  return first.family() == other.first.family() && first <= other.first && other.last <= last &&
         (protocol == 0 || protocol == other.protocol) && port_first <= other.port_first &&
         other.port_last <= port_last;
}

IpPrefix TrafficSelector::covering_prefix() const {
  for (unsigned length = first.bits(); length > 0; --length) {
    const IpPrefix prefix{first, length};
    if (prefix.last() >= last) return {prefix.first(), length};
  }
  return {IpPrefix{first, 0}.first(), 0};
}

bool TrafficSelector::is_exact_prefix() const {
  const IpPrefix prefix = covering_prefix();
  return prefix.first() == first && prefix.last() == last;
}

std::string TrafficSelector::to_string() const {
  return first.to_string() + "-" + last.to_string() + " proto " + std::to_string(protocol) +
         " port " + std::to_string(port_first) + "-" + std::to_string(port_last);
}

bool intersect(const TrafficSelector& a, const TrafficSelector& b, TrafficSelector& out) {
  if (a.first.family() != b.first.family()) return false;
  if (a.protocol != 0 && b.protocol != 0 && a.protocol != b.protocol) return false;
  TrafficSelector common;
  common.protocol = a.protocol != 0 ? a.protocol : b.protocol;
  common.first = std::max(a.first, b.first);
  common.last = std::min(a.last, b.last);
  common.port_first = std::max(a.port_first, b.port_first);
  common.port_last = std::min(a.port_last, b.port_last);
  if (common.first > common.last || common.port_first > common.port_last) return false;
  out = common;
  return true;
}

SelectorPair AclEntry::selectors() const {
  SelectorPair pair{TrafficSelector::of(source, protocol),
                    TrafficSelector::of(destination, protocol)};
  pair.local.port_first = source_port_first;
  pair.local.port_last = source_port_last;
  pair.remote.port_first = destination_port_first;
  pair.remote.port_last = destination_port_last;
  return pair;
}

}  // namespace spa::policy
