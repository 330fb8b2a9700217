// SPDX-License-Identifier: Apache-2.0
// show crypto session [detail] (R-SHOW-35).
#pragma once

#include <string>
#include <vector>

#include "userspace/config/show/ikev2.h"
#include "userspace/config/show/ipsec_sa.h"

namespace spa::config {

[[nodiscard]] std::string crypto_session_text(const std::vector<Ikev2View>& sas,
                                              const std::vector<IpsecIdentView>& idents,
                                              bool detail, ScreenForm form);
[[nodiscard]] std::string crypto_session_json(const std::vector<Ikev2View>& sas,
                                              const std::vector<IpsecIdentView>& idents);

}  // namespace spa::config
