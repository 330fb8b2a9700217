// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/lifetime.h"

#include <algorithm>
#include <string>

#include "userspace/wire/v1/limits.h"

namespace spa::wire::v1 {
namespace {

constexpr std::uint64_t kSeconds = 1;
constexpr std::uint64_t kKilobytes = 2;
constexpr std::uint64_t kLongest = 0xffffffff;

std::uint16_t life_type(Phase phase) {
  return phase == Phase::kOne ? 11 : 1;
}
std::uint16_t life_duration(Phase phase) {
  return phase == Phase::kOne ? 12 : 2;
}

}  // namespace

LifetimeDecoder::LifetimeDecoder(Phase phase)
    : type_(life_type(phase)), duration_(life_duration(phase)) {}

bool LifetimeDecoder::takes(const Attribute& attribute) {
  if (attribute.type == duration_) {
    duration(attribute);
    return true;
  }
  if (attribute.type != type_) return false;
  if (unit_) fault_ = "a life type without a duration";
  unit_ = number_of(attribute).value_or(0);
  return true;
}

void LifetimeDecoder::duration(const Attribute& attribute) {
  // A duration of more than 64 bits is longer than any that we keep.
  const bool empty = attribute.value.empty();
  const auto value =
      static_cast<std::uint32_t>(std::min(number_of(attribute).value_or(kLongest), kLongest));
  std::optional<std::uint32_t>* slot = unit_ == kSeconds     ? &lifetimes_.seconds
                                       : unit_ == kKilobytes ? &lifetimes_.kilobytes
                                                             : nullptr;
  if (!unit_) {
    fault_ = "a life duration without a type";
  } else if (slot == nullptr) {
    fault_ = "life type " + std::to_string(*unit_);
  } else if (slot->has_value() || empty || value == 0) {
    fault_ = slot->has_value() ? "a lifetime that comes twice" : "a life duration of 0";
  } else {
    *slot = value;
  }
  unit_.reset();
}

bool has_long_duration(const std::vector<Attribute>& attributes, Phase phase, bool kilobytes) {
  std::uint64_t unit = 0;
  for (const Attribute& attribute : attributes) {
    if (attribute.type == life_type(phase)) unit = number_of(attribute).value_or(0);
    const bool wanted = unit == (kilobytes ? kKilobytes : kSeconds);
    if (attribute.type == life_duration(phase) && wanted) return !attribute.short_form;
  }
  return false;
}

Result<Lifetimes> LifetimeDecoder::finish() const {
  if (!fault_.empty()) return fail(Errc::kInvalid, fault_);
  if (unit_) return fail(Errc::kInvalid, "a life type without a duration");
  return lifetimes_;
}

void append_lifetimes(std::vector<Attribute>& attributes, const Lifetimes& lifetimes, Phase phase) {
  const auto add = [&](std::uint64_t unit, std::optional<std::uint32_t> value) {
    if (!value) return;
    attributes.push_back(short_attribute(life_type(phase), static_cast<std::uint16_t>(unit)));
    attributes.push_back(number_attribute(life_duration(phase), *value));
  };
  add(kSeconds, lifetimes.seconds);
  add(kKilobytes, lifetimes.kilobytes);
}

Result<Lifetimes> parse_lifetimes(ByteView data, Phase phase) {
  Reader reader(data, "RESPONDER-LIFETIME");
  LifetimeDecoder decoder(phase);
  for (const Attribute& attribute : read_attributes(reader, kMaxDataAttributes)) {
    if (reader.ok() && !decoder.takes(attribute)) {
      reader.refuse("attribute " + std::to_string(attribute.type));
    }
  }
  if (Status status = reader.done(); !status) return tl::unexpected<Error>(status.error());
  return decoder.finish();
}

Bytes lifetime_octets(const Lifetimes& lifetimes, Phase phase) {
  std::vector<Attribute> attributes;
  append_lifetimes(attributes, lifetimes, phase);
  Writer out;
  write_attributes(out, attributes, kMaxDataAttributes);
  return out.take().value_or(Bytes{});
}

}  // namespace spa::wire::v1
