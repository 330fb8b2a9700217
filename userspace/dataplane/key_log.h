// SPDX-License-Identifier: Apache-2.0
// For tests only: where the environment variable SPA_DEBUG_ESP_KEYS names a file and the process
// runs as root, the keys of every SA are appended to it (mode 0600) in the form of Wireshark's
// esp_sa table, so that a capture can be decrypted. Never set it in production.
#pragma once

#include "userspace/ports/sa_database.h"

namespace spa::dataplane {

// Does nothing when the variable is not set.
void log_keys_for_tests(const ports::SaPair& pair);

}  // namespace spa::dataplane
