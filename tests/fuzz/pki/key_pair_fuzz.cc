// SPDX-License-Identifier: Apache-2.0
// A file of the key store: what is taken is printed again, and read again means the same.
#include "userspace/pki/key_store.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spa;
  const auto pair = pki::parse_key_pair({reinterpret_cast<const char*>(data), size});
  if (!pair) return 0;
  const auto printed = pki::print_key_pair(*pair);
  if (!printed) __builtin_trap();
  const auto again =
      pki::parse_key_pair({reinterpret_cast<const char*>(printed->data()), printed->size()});
  if (!again || again->label != pair->label || again->usage != pair->usage ||
      again->exportable != pair->exportable || again->generated != pair->generated)
    __builtin_trap();
  return 0;
}
