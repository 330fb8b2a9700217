// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/lies.h"

#include <spa/hw.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace spa::card {
namespace {

// Of entries and of words in answers, so many are spoilt; the rest keeps the driver talking.
constexpr std::uint32_t kRarely = 12;

struct Field {
  std::size_t offset;
  std::size_t size;
};

#define SPA_FIELD(type, name)                \
  Field {                                    \
    offsetof(type, name), sizeof(type::name) \
  }
constexpr std::array kCompletion{
    SPA_FIELD(spa_completion, tag),      SPA_FIELD(spa_completion, length),
    SPA_FIELD(spa_completion, sa_index), SPA_FIELD(spa_completion, sa_generation),
    SPA_FIELD(spa_completion, index),    SPA_FIELD(spa_completion, flags),
    SPA_FIELD(spa_completion, status),   SPA_FIELD(spa_completion, seq)};
constexpr std::array kEvent{SPA_FIELD(spa_event, type),          SPA_FIELD(spa_event, family),
                            SPA_FIELD(spa_event, reserved0),     SPA_FIELD(spa_event, sa_index),
                            SPA_FIELD(spa_event, sa_generation), SPA_FIELD(spa_event, spi),
                            SPA_FIELD(spa_event, saddr),         SPA_FIELD(spa_event, daddr),
                            SPA_FIELD(spa_event, seq),           SPA_FIELD(spa_event, suppressed),
                            SPA_FIELD(spa_event, reserved1)};
#undef SPA_FIELD

}  // namespace

// At the limits, one beside the truth, one bit off, or noise.
void Lies::spoil(MutableByteView field) {
  std::uint8_t& octet = field[random_() % field.size()];
  switch (random_() % 6) {
    case 0:
      std::fill(field.begin(), field.end(), std::uint8_t{0});
      break;
    case 1:
      std::fill(field.begin(), field.end(), std::uint8_t{0xff});
      break;
    case 2:
      ++field[0];
      break;
    case 3:
      --field[0];
      break;
    case 4:
      octet ^= static_cast<std::uint8_t>(1u << random_() % 8);
      break;
    default:
      for (std::uint8_t& one : field) one = static_cast<std::uint8_t>(random_());
      break;
  }
}

void Lies::entry(MutableByteView octets) {
  if (!one_in(kRarely)) return;
  const std::span<const Field> fields = octets.size() == sizeof(spa_event)
                                            ? std::span<const Field>(kEvent)
                                            : std::span<const Field>(kCompletion);
  do {
    const Field& field = fields[random_() % fields.size()];
    spoil(octets.subspan(field.offset, field.size));
  } while (one_in(4));
}

void Lies::answer(MutableByteView octets) {
  for (std::size_t at = 0; at + 4 <= octets.size(); at += 4) {
    if (one_in(kRarely)) spoil(octets.subspan(at, 4));
  }
}

}  // namespace spa::card
