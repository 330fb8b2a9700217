// SPDX-License-Identifier: Apache-2.0
// As much DER (X.690) as an RSA public key needs, strictly: definite, shortest lengths, nothing
// left over. OpenSSL's own decoder takes half a millisecond for it, twenty times the verification
// that follows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "firmware-sim/base/octets.h"

namespace spa::pka {

inline constexpr std::uint8_t kDerInteger = 0x02;
inline constexpr std::uint8_t kDerBitString = 0x03;
inline constexpr std::uint8_t kDerSequence = 0x30;

class DerReader {
 public:
  explicit DerReader(card::ByteView octets) : rest_(octets) {}

  // The contents of the next element, which must have this tag. Failure is sticky: views are empty
  // then.
  card::ByteView take(std::uint8_t tag) {
    const std::optional<std::size_t> length = header(tag);
    if (!length || *length > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    const card::ByteView contents = rest_.first(*length);
    rest_ = rest_.subspan(*length);
    return contents;
  }

  // A positive INTEGER without its sign octet.
  card::ByteView take_positive() {
    card::ByteView value = take(kDerInteger);
    const bool sign_octet = value.size() > 1 && value[0] == 0;
    if (value.empty() || (value[0] & 0x80) != 0 || (sign_octet && (value[1] & 0x80) == 0))
      failed_ = true;
    return sign_octet ? value.subspan(1) : value;
  }

  // Whether everything was read and well-formed.
  [[nodiscard]] bool done() const { return !failed_ && rest_.empty(); }

 private:
  // Tag and length octets; lengths beyond 65535 cannot occur in what the card accepts.
  std::optional<std::size_t> header(std::uint8_t tag) {
    if (rest_.size() < 2 || rest_[0] != tag) return std::nullopt;
    const std::uint8_t first = rest_[1];
    rest_ = rest_.subspan(2);
    if (first < 0x80) return first;
    const std::size_t octets = first & 0x7fu;
    if (octets < 1 || octets > 2 || rest_.size() < octets) return std::nullopt;
    const std::size_t length = octets == 1 ? rest_[0] : card::load_be16(rest_.data());
    rest_ = rest_.subspan(octets);
    if (length < (octets == 1 ? 0x80u : 0x100u)) return std::nullopt;
    return length;
  }

  card::ByteView rest_;
  bool failed_ = false;
};

}  // namespace spa::pka
