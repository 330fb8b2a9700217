// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/selector_blocks.h"

#include <array>

namespace spa::kernel {

namespace {

// The address after this one; unspecified after the last of its family.
IpAddress successor(const IpAddress& address) {
  std::array<std::uint8_t, 16> octets{};
  const ByteView from = address.bytes();
  std::copy(from.begin(), from.end(), octets.begin());
  for (std::size_t i = from.size(); i-- > 0;) {
    if (++octets[i] != 0) return IpAddress::from_bytes(ByteView(octets.data(), from.size()));
  }
  return {};
}

// The shortest prefix that begins at `first` and ends at `last` at the latest.
IpPrefix largest_prefix(const IpAddress& first, const IpAddress& last) {
  for (unsigned length = 0; length < first.bits(); ++length) {
    const IpPrefix prefix{first, length};
    if (prefix.first() == first && prefix.last() <= last) return prefix;
  }
  return {first, first.bits()};
}

}  // namespace

std::vector<policy::TrafficSelector> cut_into_blocks(const policy::TrafficSelector& selector,
                                                     std::size_t most) {
  std::vector<policy::TrafficSelector> with_prefixes;
  for (IpAddress at = selector.first; !at.empty() && at <= selector.last;) {
    if (with_prefixes.size() == most) return {};
    const IpPrefix prefix = largest_prefix(at, selector.last);
    with_prefixes.push_back(policy::TrafficSelector::of(prefix, selector.protocol));
    at = successor(prefix.last());
  }
  std::vector<policy::TrafficSelector> pieces;
  for (std::uint32_t port = selector.port_first; port <= selector.port_last;) {
    std::uint32_t length = 0x10000;
    while (port % length != 0 || port + length - 1 > selector.port_last) length /= 2;
    for (policy::TrafficSelector piece : with_prefixes) {
      if (pieces.size() == most) return {};
      piece.port_first = static_cast<std::uint16_t>(port);
      piece.port_last = static_cast<std::uint16_t>(port + length - 1);
      pieces.push_back(piece);
    }
    port += length;
  }
  return pieces;
}

}  // namespace spa::kernel
