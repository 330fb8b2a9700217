// SPDX-License-Identifier: Apache-2.0
// show crypto ikev2 sa [detailed], show crypto ikev2 session [detail] (R-SHOW-18).
#pragma once

#include <string>
#include <vector>

#include "userspace/config/backend.h"
#include "userspace/config/pieces.h"
#include "userspace/config/show/form.h"

namespace spa::config {

// A session: one IKE SA and the places of its children's cryptography, in the children's order.
struct Ikev2View {
  ike::IkeSaStatus sa;
  std::vector<SaState> children;
  std::string front_vrf{};  // empty: none (R-VRF-7)
  std::string inside_vrf{};
};
[[nodiscard]] std::vector<Ikev2View> ikev2_view(Backend& backend,
                                                std::vector<ike::IkeSaStatus> sas);
[[nodiscard]] std::vector<Ikev2View> ikev2_view(Backend& backend);  // of all

class SaRows;

[[nodiscard]] Pieces ikev2_sa_text(const SaRows& sas, bool detailed);
// Every form but the live one is the oldest that IKEv2 has (R-SHOW-18).
[[nodiscard]] Pieces ikev2_session_text(const SaRows& sas, bool detailed, ScreenForm form);
// The same data for both, children included.
[[nodiscard]] Pieces ikev2_json(const SaRows& sas);

}  // namespace spa::config
