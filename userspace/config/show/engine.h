// SPDX-License-Identifier: Apache-2.0
// show crypto engine connections active (R-SHOW-10) and which engine does what.
#pragma once

#include <string>
#include <vector>

#include "userspace/config/show/ikev2.h"

namespace spa::config {

[[nodiscard]] std::string engine_connections_text(const policy::Snapshot& policy,
                                                  const std::vector<Ikev2View>& sas,
                                                  const std::vector<EngineView>& engines,
                                                  ScreenForm form);
[[nodiscard]] std::string engine_connections_json(const policy::Snapshot& policy,
                                                  const std::vector<Ikev2View>& sas,
                                                  const std::vector<EngineView>& engines);

}  // namespace spa::config
