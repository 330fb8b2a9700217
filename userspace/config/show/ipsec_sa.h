// SPDX-License-Identifier: Apache-2.0
// show crypto ipsec sa [detail] (R-SHOW-7, 8, 30 and 37; R-MAP-24 to 30).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "userspace/config/backend.h"
#include "userspace/config/pieces.h"
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
  // For want of an SA (R-MAP-31); nothing where nobody knows.
  std::optional<std::uint64_t> dropped;
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

// The lines that there were when a screen was asked for; the SAs of each are looked at when its row
// is made. What is kept until then is about a hundred octets for each.
class IpsecIdents {
 public:
  IpsecIdents(policy::SnapshotPtr policy, Backend& backend);  // `backend` outlives it
  IpsecIdents(const IpsecIdents&) = delete;
  IpsecIdents& operator=(const IpsecIdents&) = delete;

  struct Ident {
    const policy::Interface* interface = nullptr;
    const policy::CryptoMap* map = nullptr;
    const policy::CryptoMapEntry* entry = nullptr;
    std::uint32_t line = 0;   // of the access list; 0: of a dynamic crypto map
    std::uint32_t child = 0;  // which SA there
    IpAddress peer{};
    const std::string* front_vrf = nullptr;
    const std::string* inside_vrf = nullptr;
    std::vector<std::uint32_t> owners{};  // the IKE SAs of its SAs
  };
  [[nodiscard]] const std::vector<Ident>& list() const { return list_; }
  // Only these from now on.
  void keep(const std::function<bool(const Ident&)>& wanted);

  // As they are now. What a peer was granted and has lost is left out.
  [[nodiscard]] std::vector<IpsecIdentView> views(const std::vector<std::size_t>& places) const;
  [[nodiscard]] std::vector<IpsecIdentView> views(std::size_t first, std::size_t end) const;

 private:
  struct Listing;
  using SasById = std::map<std::uint32_t, ike::IkeSaStatus>;
  [[nodiscard]] std::optional<IpsecIdentView> view(const Ident& ident, const SasById& sas) const;
  void look_at(IpsecIdentView& view, const ike::IkeSaStatus& sa,
               const ike::ChildSaStatus& child) const;
  [[nodiscard]] IpAddress tunnel_source(const Ident& ident) const;

  policy::SnapshotPtr policy_;
  Backend& backend_;
  std::vector<Ident> list_;
  std::set<std::string> vrfs_;  // names that list_ points to
};
using IpsecIdentsPtr = std::shared_ptr<const IpsecIdents>;

// All of them, now.
[[nodiscard]] std::vector<IpsecIdentView> ipsec_view(const policy::Snapshot& policy,
                                                     Backend& backend);
// `detail` counts for the live form alone.
[[nodiscard]] Pieces ipsec_sa_text(const IpsecIdentsPtr& idents, bool detail, ScreenForm form);
[[nodiscard]] Pieces ipsec_sa_json(const IpsecIdentsPtr& idents);

}  // namespace spa::config
