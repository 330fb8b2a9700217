// SPDX-License-Identifier: Apache-2.0
// show crypto pki trustpoints [status] (R-SHOW-24).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "userspace/config/backend.h"
#include "userspace/config/show/keys.h"

namespace spa::config {

struct TrustpointView {
  std::string name;
  std::optional<CertificateView> authority;
  std::optional<CertificateView> own;
  std::optional<KeyPairView> key;  // the one that the trustpoint uses
  bool pending = false;            // a request is not answered yet
};

// Those of the policy in force, in its order.
[[nodiscard]] std::vector<TrustpointView> trustpoint_views(Backend& backend,
                                                           const policy::Snapshot& policy);
[[nodiscard]] std::string trustpoints_text(const std::vector<TrustpointView>& trustpoints);
[[nodiscard]] std::string trustpoints_status_text(const std::vector<TrustpointView>& trustpoints);
[[nodiscard]] std::string trustpoints_json(const std::vector<TrustpointView>& trustpoints);

}  // namespace spa::config
