// SPDX-License-Identifier: Apache-2.0
// Configuration payload (RFC 7296 3.15).
#pragma once

#include <cstdint>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/registry.h"
#include "userspace/wire/writer.h"

namespace spa::wire {

struct ConfigAttribute {
  std::uint16_t type = 0;  // 15 bits
  Bytes value;
  friend bool operator==(const ConfigAttribute&, const ConfigAttribute&) = default;
};

struct ConfigPayload {
  ConfigType type = ConfigType::kRequest;
  std::vector<ConfigAttribute> attributes;
  friend bool operator==(const ConfigPayload&, const ConfigPayload&) = default;
};

[[nodiscard]] Result<ConfigPayload> parse_config(Reader& body);
void write_body(Writer& out, const ConfigPayload& config);

}  // namespace spa::wire
