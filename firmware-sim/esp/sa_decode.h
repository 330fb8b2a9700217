// SPDX-License-Identifier: Apache-2.0
// From the wire form of an SA to the one the engine works with; every field is checked.
#pragma once

#include <spa/hw.h>

#include "firmware-sim/esp/sa_table.h"

namespace spa::esp {

// SPA_OK, SPA_E_FIELD, SPA_E_UNSUPPORTED or SPA_E_CRYPTO (weak key). `keys` borrows from `request`.
[[nodiscard]] spa_status decode_sa(const spa_sa& request, Sa& sa, TransformKeys& keys);

}  // namespace spa::esp
