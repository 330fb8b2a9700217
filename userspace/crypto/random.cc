// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/random.h"

#include <openssl/rand.h>

#include <array>
#include <cstring>

#include "userspace/crypto/openssl_util.h"

namespace spa::crypto {

Status random_fill(MutableByteView out) {
  if (out.empty()) return {};
  if (RAND_bytes_ex(nullptr, out.data(), out.size(), 0) != 1) {
    return openssl_failure("random generator");
  }
  return {};
}

Result<Bytes> random_bytes(std::size_t count) {
  Bytes out(count);
  if (Status status = random_fill(out); !status) {
    return tl::unexpected<Error>(std::move(status.error()));
  }
  return out;
}

Result<std::uint64_t> random_nonzero_u64() {
  std::uint64_t value = 0;
  while (value == 0) {
    std::array<std::uint8_t, sizeof value> octets{};
    if (Status status = random_fill(octets); !status) {
      return tl::unexpected<Error>(std::move(status.error()));
    }
    std::memcpy(&value, octets.data(), octets.size());
  }
  return value;
}

}  // namespace spa::crypto
