// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/selectors.h"

#include <algorithm>

namespace spa::ikev2 {

wire::TsPayload to_payload(const Selectors& selectors, wire::Side side) {
  wire::TsPayload payload;
  payload.side = side;
  for (const policy::TrafficSelector& s : selectors) {
    wire::TrafficSelector out;
    out.type = s.first.is_v6() ? wire::TsType::kIpv6AddrRange : wire::TsType::kIpv4AddrRange;
    out.ip_protocol = s.protocol;
    out.start_port = s.port_first;
    out.end_port = s.port_last;
    out.start_address = s.first;
    out.end_address = s.last;
    payload.selectors.push_back(std::move(out));
  }
  return payload;
}

Selectors from_payload(const wire::TsPayload& payload) {
  Selectors out;
  for (const wire::TrafficSelector& s : payload.selectors) {
    if (s.type != wire::TsType::kIpv4AddrRange && s.type != wire::TsType::kIpv6AddrRange) continue;
    policy::TrafficSelector selector;
    selector.protocol = s.ip_protocol;
    selector.port_first = s.start_port;
    selector.port_last = s.end_port;
    selector.first = s.start_address;
    selector.last = s.end_address;
    out.push_back(selector);
  }
  return out;
}

Selectors narrow(const Selectors& offered, const policy::TrafficSelector& limit) {
  Selectors out;
  for (const policy::TrafficSelector& s : offered) {
    policy::TrafficSelector common;
    if (!policy::intersect(s, limit, common)) continue;
    // A selector for one packet within a larger one adds nothing (2.9).
    const bool known = std::any_of(out.begin(), out.end(), [&](const policy::TrafficSelector& o) {
      return o.contains(common);
    });
    if (known) continue;
    std::erase_if(out, [&](const policy::TrafficSelector& o) { return common.contains(o); });
    out.push_back(common);
  }
  return out;
}

bool covers(const Selectors& outer, const Selectors& inner) {
  return !inner.empty() &&
         std::all_of(inner.begin(), inner.end(), [&](const policy::TrafficSelector& s) {
           return std::any_of(outer.begin(), outer.end(),
                              [&](const policy::TrafficSelector& o) { return o.contains(s); });
         });
}

bool is_single_pair(const Selectors& local, const Selectors& remote) {
  const auto one_address = [](const Selectors& list) {
    return !list.empty() && std::ranges::all_of(list, [&](const policy::TrafficSelector& s) {
      return s.first == s.last && s.first == list.front().first;
    });
  };
  return one_address(local) && one_address(remote);
}

std::optional<policy::TrafficSelector> of_host(const policy::TrafficSelector& limit,
                                               const IpAddress& host) {
  policy::TrafficSelector out;
  const auto all = policy::TrafficSelector::of({host, host.bits()});
  if (!policy::intersect(limit, all, out)) return std::nullopt;
  return out;
}

std::optional<policy::SelectorPair> of_hosts(const policy::SelectorPair& rule,
                                             const policy::SelectorPair& packet) {
  const auto local = of_host(rule.local, packet.local.first);
  const auto remote = of_host(rule.remote, packet.remote.first);
  if (!local || !remote || !is_single_pair({packet.local}, {packet.remote})) return std::nullopt;
  return policy::SelectorPair{*local, *remote};
}

std::string to_string(const Selectors& selectors) {
  std::string text;
  for (const policy::TrafficSelector& s : selectors) {
    text += (text.empty() ? "" : ", ") + s.to_string();
  }
  return text.empty() ? "nothing" : text;
}

}  // namespace spa::ikev2
