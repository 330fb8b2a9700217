// SPDX-License-Identifier: Apache-2.0
#include "tests/exchange/seeded_random.h"

#include <openssl/rand.h>

#include <random>

// OpenSSL 3 would rather have a provider; this takes ten lines.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace spa::exchange {

namespace {

constexpr int kNonceSize = 32;
std::mt19937 generator;
std::optional<std::uint8_t> first_octet;

std::size_t drawn = 0;
std::size_t failing = SIZE_MAX;

int bytes(unsigned char* out, int size) {
  if (drawn++ == failing) return 0;
  for (int i = 0; i < size; ++i) out[i] = static_cast<unsigned char>(generator());
  if (size == kNonceSize && first_octet) out[0] = *first_octet;
  return 1;
}

int status() {
  return 1;
}

const RAND_METHOD kSeeded{nullptr, bytes, nullptr, nullptr, bytes, status};

}  // namespace

SeededRandom::SeededRandom(std::uint32_t seed) {
  generator.seed(seed);
  first_octet.reset();
  drawn = 0;
  failing = SIZE_MAX;
  RAND_set_rand_method(&kSeeded);
}

SeededRandom::~SeededRandom() {
  RAND_set_rand_method(nullptr);
}

void SeededRandom::begin_with(std::optional<std::uint8_t> octet) {
  first_octet = octet;
}

std::size_t SeededRandom::draws() const {
  return drawn;
}

void SeededRandom::fail_at(std::size_t n) {
  failing = n;
}

}  // namespace spa::exchange
