// SPDX-License-Identifier: Apache-2.0
// show crypto session [detail] (R-SHOW-35).
#pragma once

#include <string>
#include <vector>

#include "userspace/config/show/ikev2.h"
#include "userspace/config/show/ipsec_sa.h"

namespace spa::config {

[[nodiscard]] Pieces crypto_session_text(Backend& backend, const policy::SnapshotPtr& policy,
                                         bool detail, ScreenForm form);
[[nodiscard]] Pieces crypto_session_json(Backend& backend, const policy::SnapshotPtr& policy);

}  // namespace spa::config
