// SPDX-License-Identifier: Apache-2.0
// Encrypted keys from a configuration: any text is refused, or gives a key that comes back from
// what it is encrypted to.
#include <cstdlib>

#include "userspace/crypto/type6.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spa;
  const ByteView master = as_bytes("a master key");
  const std::string_view word(reinterpret_cast<const char*>(data), size);
  const auto key = crypto::type6_decrypt(master, word);
  if (key && (!crypto::is_type6(word) || key->empty())) std::abort();
  const auto encrypted = crypto::type6_encrypt(master, {data, size});
  if (!encrypted) return 0;
  const auto back = crypto::type6_decrypt(master, *encrypted);
  if (!back || !constant_time_equal(*back, {data, size})) std::abort();
  return 0;
}
