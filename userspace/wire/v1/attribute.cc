// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/attribute.h"

#include <string>

namespace spa::wire::v1 {
namespace {

constexpr std::uint16_t kShortForm = 0x8000;

Bytes big_endian(std::uint64_t value, std::size_t size) {
  Bytes out(size);
  for (std::size_t i = size; i-- > 0; value >>= 8) out[i] = static_cast<std::uint8_t>(value);
  return out;
}

}  // namespace

Attribute short_attribute(std::uint16_t type, std::uint16_t value) {
  return {type, true, big_endian(value, 2)};
}

Attribute number_attribute(std::uint16_t type, std::uint32_t value) {
  if (value <= 0xffff) return short_attribute(type, static_cast<std::uint16_t>(value));
  return {type, false, big_endian(value, 4)};
}

Attribute long_attribute(std::uint16_t type, ByteView value) {
  return {type, false, to_bytes(value)};
}

std::optional<std::uint64_t> number_of(const Attribute& attribute) {
  if (attribute.value.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const std::uint8_t octet : attribute.value) {
    if (value >> 56 != 0) return std::nullopt;
    value = value << 8 | octet;
  }
  return value;
}

std::vector<Attribute> read_attributes(Reader& reader, std::size_t limit) {
  std::vector<Attribute> attributes;
  while (reader.remaining() > 0) {
    if (attributes.size() == limit) {
      reader.refuse("more than " + std::to_string(limit) + " attributes", Errc::kExhausted);
      break;
    }
    const std::uint16_t head = reader.u16();
    Attribute attribute;
    attribute.type = head & 0x7fff;
    attribute.short_form = (head & kShortForm) != 0;
    attribute.value = to_bytes(reader.bytes(attribute.short_form ? 2 : reader.u16()));
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

void write_attributes(Writer& out, const std::vector<Attribute>& attributes, std::size_t limit) {
  if (attributes.size() > limit) out.refuse("too many attributes");
  for (const Attribute& attribute : attributes) {
    const bool misfit =
        attribute.short_form ? attribute.value.size() != 2 : attribute.value.size() > 0xffff;
    if (attribute.type > 0x7fff || misfit) out.refuse("an attribute that does not fit");
    out.u16(static_cast<std::uint16_t>(attribute.type | (attribute.short_form ? kShortForm : 0)));
    if (!attribute.short_form) out.u16(static_cast<std::uint16_t>(attribute.value.size()));
    out.bytes(attribute.value);
  }
}

}  // namespace spa::wire::v1
