// SPDX-License-Identifier: Apache-2.0
// The router's names of algorithms, and which of them are legacy.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "userspace/policy/ikev2.h"
#include "userspace/policy/ipsec.h"
#include "userspace/wire/transform_id.h"

namespace spa::config {

// The keywords of `encryption`, `integrity`, `prf` and `group` as alternatives of a pattern.
[[nodiscard]] std::string ike_cipher_keywords();
[[nodiscard]] std::string integrity_keywords();
[[nodiscard]] std::string group_keywords(std::string_view before);
// ML-KEM, for additional key exchanges only: its values are too long for a first message.
[[nodiscard]] std::string kem_keywords();

[[nodiscard]] std::optional<policy::Cipher> ike_cipher(std::string_view keyword);
[[nodiscard]] std::optional<wire::IntegId> integrity(std::string_view keyword);
[[nodiscard]] std::optional<wire::PrfId> prf(std::string_view keyword);
[[nodiscard]] std::optional<wire::DhId> group(std::string_view keyword);  // "14" or "group14"

// DES, MD5, groups 1 2 5: negotiated only with `crypto legacy-algorithms`.
[[nodiscard]] bool is_legacy(const policy::Cipher& cipher);
[[nodiscard]] bool is_legacy(wire::IntegId id);
[[nodiscard]] bool is_legacy(wire::PrfId id);
[[nodiscard]] bool is_legacy(wire::DhId id);
[[nodiscard]] std::string legacy_warning(std::string_view name);

}  // namespace spa::config
