// SPDX-License-Identifier: Apache-2.0
// show crypto ipsec sa [detail] (R-SHOW-7, 8, 30 and 37; R-MAP-24 to 30).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "userspace/config/backend.h"
#include "userspace/config/show/form.h"

namespace spa::config {

struct IpsecSaView {
  ike::ChildSaStatus child;
  SaState state;
};

// One permit line of a bound crypto map, with the SAs that stand for it (none, one, or two while
// one is being replaced).
struct IpsecIdentView {
  std::string interface;
  std::string device;
  ports::PolicyId rule;
  IpAddress local_address;
  IpAddress peer;
  std::uint16_t peer_port = 500;
  policy::SelectorPair selectors;
  std::uint32_t replay_window = 64;
  std::string front_vrf;  // empty: none
  std::string inside_vrf;
  std::vector<IpsecSaView> sas;  // the newest last
};

// Over all SAs of a line.
struct IpsecTotals {
  ports::SaCounters in;
  ports::SaCounters out;
  ports::CompressionCounters compression;
};
[[nodiscard]] IpsecTotals ipsec_totals(const IpsecIdentView& ident);

// The MTU of the Linux device; Ethernet's when there is no such device.
[[nodiscard]] unsigned mtu_of(const std::string& device);

[[nodiscard]] std::vector<IpsecIdentView> ipsec_view(const policy::Snapshot& policy,
                                                     Backend& backend);
// `detail` counts for the live form alone.
[[nodiscard]] std::string ipsec_sa_text(const std::vector<IpsecIdentView>& idents, bool detail,
                                        ScreenForm form);
[[nodiscard]] std::string ipsec_sa_json(const std::vector<IpsecIdentView>& idents);

}  // namespace spa::config
