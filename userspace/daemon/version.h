// SPDX-License-Identifier: Apache-2.0
// The version of the project, from the top CMakeLists.txt.
#pragma once

namespace spa::daemon {
inline constexpr const char* kVersion = SPA_VERSION;
}
