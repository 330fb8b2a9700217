// SPDX-License-Identifier: Apache-2.0
// show crypto isakmp sa [detail], show crypto isakmp peers, show crypto isakmp policy, show crypto
// isakmp key (R-SHOW-1..6, 17, 22).
#pragma once

#include <string>
#include <vector>

#include "userspace/config/show/form.h"
#include "userspace/config/show/ikev2.h"
#include "userspace/policy/snapshot.h"

namespace spa::config {

// IKEv2's SAs among them are left out.
[[nodiscard]] Pieces isakmp_sa_text(const SaRows& sas, bool detail, ScreenForm form);
[[nodiscard]] Pieces isakmp_sa_json(const SaRows& sas);
// Peers of IKEv1 whose SA is up, each once.
[[nodiscard]] std::string isakmp_peers_text(const std::vector<Ikev2View>& sas);
[[nodiscard]] std::string isakmp_peers_json(const std::vector<Ikev2View>& sas);
[[nodiscard]] std::string isakmp_policy_text(const policy::Snapshot& snapshot, ScreenForm form);
[[nodiscard]] std::string isakmp_policy_json(const policy::Snapshot& snapshot);
// Its last suite alone (R-SHOW-38).
[[nodiscard]] std::string isakmp_default_policy_text(const policy::Snapshot& snapshot,
                                                     ScreenForm form);
[[nodiscard]] std::string isakmp_default_policy_json(const policy::Snapshot& snapshot);
[[nodiscard]] std::string isakmp_key_text(const policy::Snapshot& snapshot);
[[nodiscard]] std::string isakmp_key_json(const policy::Snapshot& snapshot);

}  // namespace spa::config
