// SPDX-License-Identifier: Apache-2.0
// Data attributes (RFC 2408 3.3): what transforms, some notifications and mode config consist of.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/writer.h"

namespace spa::wire::v1 {

struct Attribute {
  std::uint16_t type = 0;   // 15 bits, without the format bit
  bool short_form = false;  // TV: the value is exactly two octets; otherwise TLV
  Bytes value;
  friend bool operator==(const Attribute&, const Attribute&) = default;
};

// TV for a value of two octets.
[[nodiscard]] Attribute short_attribute(std::uint16_t type, std::uint16_t value);
// TV when the value fits into two octets, otherwise TLV with four octets (RFC 2409 appendix A: a
// variable attribute may be sent as basic when its value fits).
[[nodiscard]] Attribute number_attribute(std::uint16_t type, std::uint32_t value);
[[nodiscard]] Attribute long_attribute(std::uint16_t type, ByteView value);

// The value as a number, whichever form it has; nothing when it is empty or needs more than 64
// bits.
[[nodiscard]] std::optional<std::uint64_t> number_of(const Attribute& attribute);

// Reads attributes up to the reader's end; refuses more than `limit` of them. The caller ends with
// done().
[[nodiscard]] std::vector<Attribute> read_attributes(Reader& reader, std::size_t limit);
void write_attributes(Writer& out, const std::vector<Attribute>& attributes, std::size_t limit);

}  // namespace spa::wire::v1
