// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/sa_rows.h"

#include <memory>
#include <utility>

namespace spa::config {

void set_vrfs(const policy::Snapshot& policy, Ikev2View& view) {
  const IpAddress& local = view.sa.local.address;
  view.front_vrf = policy.front_vrf(local);
  view.inside_vrf = policy.inside_vrf(view.sa.profile, view.sa.version == 2, local);
}

SaRows::SaRows(Backend& backend, policy::SnapshotPtr policy, const std::string& vrf)
    : backend_(backend), policy_(std::move(policy)) {
  for (ike::IkeSaStatus& sa : backend.ike_sas()) {
    const Listed listed{sa.id, sa.version == 1, sa.remote.address.is_v6()};
    const bool negotiating = sa.state == ike::IkeSaState::kInNegotiation;
    if (!vrf.empty()) {
      Ikev2View view{std::move(sa), {}};
      set_vrfs(*policy_, view);
      if (view.front_vrf != vrf && view.inside_vrf != vrf) continue;
    }
    list_.push_back(listed);
    if (listed.ikev1 && negotiating) ++negotiating_ikev1_;
  }
}

std::vector<std::uint32_t> SaRows::ids(int version, std::optional<bool> v6) const {
  std::vector<std::uint32_t> out;
  for (const Listed& sa : list_)
    if (sa.ikev1 == (version == 1) && (!v6 || sa.v6 == *v6)) out.push_back(sa.id);
  return out;
}

std::size_t SaRows::count(int version, std::optional<bool> v6) const {
  return ids(version, v6).size();
}

Rows SaRows::rows(int version, std::optional<bool> v6, Make make) const {
  const auto wanted = std::make_shared<const std::vector<std::uint32_t>>(ids(version, v6));
  return {.count = wanted->size(),
          .make = [&backend = backend_, policy = policy_, wanted, make = std::move(make)](
                      std::size_t first, std::size_t end) {
            const auto begin = wanted->begin();
            const std::vector<std::uint32_t> these(begin + static_cast<std::ptrdiff_t>(first),
                                                   begin + static_cast<std::ptrdiff_t>(end));
            std::vector<Ikev2View> views = ikev2_view(backend, backend.ike_sas_of(these));
            for (Ikev2View& view : views) set_vrfs(*policy, view);
            return make(views);
          }};
}

}  // namespace spa::config
