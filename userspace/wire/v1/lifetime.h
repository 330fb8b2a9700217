// SPDX-License-Identifier: Apache-2.0
// Lifetimes among data attributes: a life type followed by the duration of that type, in phase 1
// (RFC 2409 appendix A), in phase 2 (RFC 2407 4.5.2) and in RESPONDER-LIFETIME (4.6.3.1).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "userspace/base/result.h"
#include "userspace/wire/v1/attribute.h"

namespace spa::wire::v1 {

struct Lifetimes {
  // Larger values from a peer are cut to 2^32 - 1.
  std::optional<std::uint32_t> seconds;
  std::optional<std::uint32_t> kilobytes;
  friend bool operator==(const Lifetimes&, const Lifetimes&) = default;
};
// Phase 1 has attribute types of its own (11 and 12 in place of 1 and 2).
enum class Phase : std::uint8_t { kOne = 1, kTwo = 2 };

// The data of RESPONDER-LIFETIME. kInvalid for a duration without a type, a type without a
// duration, a unit that comes twice or is not known, and for every other attribute.
[[nodiscard]] Result<Lifetimes> parse_lifetimes(ByteView data, Phase phase);
[[nodiscard]] Bytes lifetime_octets(const Lifetimes& lifetimes, Phase phase);

// Picks the lifetimes out of a list of attributes.
class LifetimeDecoder {
 public:
  explicit LifetimeDecoder(Phase phase);
  // The attribute belongs to a lifetime and has been taken in.
  [[nodiscard]] bool takes(const Attribute& attribute);
  // Ask after the last attribute.
  [[nodiscard]] Result<Lifetimes> finish() const;

 private:
  void duration(const Attribute& attribute);

  std::uint16_t type_;
  std::uint16_t duration_;
  std::optional<std::uint64_t> unit_;  // of a life type that waits for its duration
  Lifetimes lifetimes_;
  std::string fault_;
};

// Whether the duration in this unit came as an attribute of variable length and not as a short one.
[[nodiscard]] bool has_long_duration(const std::vector<Attribute>& attributes, Phase phase,
                                     bool kilobytes);

void append_lifetimes(std::vector<Attribute>& attributes, const Lifetimes& lifetimes, Phase phase);

}  // namespace spa::wire::v1
