// SPDX-License-Identifier: Apache-2.0
// The texts in which certificates and keys are stored.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/base/clock.h"
#include "userspace/base/result.h"
#include "userspace/crypto/key.h"
#include "userspace/pki/certificate.h"

namespace spa::pki {

[[nodiscard]] std::string to_pem(const std::vector<Certificate>& certificates);
[[nodiscard]] Result<SecretBytes> to_pem(const crypto::PrivateKey& key);  // PKCS#8

// An empty or missing file holds none.
[[nodiscard]] Result<std::vector<Certificate>> read_certificates(const std::string& path,
                                                                 std::size_t limit);
[[nodiscard]] Result<std::optional<crypto::PrivateKey>> read_private_key(const std::string& path);

// "2026-11-21 18:30:00 UTC"
[[nodiscard]] std::string to_text(WallTime time);

}  // namespace spa::pki
