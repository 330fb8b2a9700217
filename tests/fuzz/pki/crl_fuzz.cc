// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/crl.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spa;
  const auto lists = pki::Crl::parse({data, size});
  if (!lists) return 0;
  for (const pki::Crl& crl : *lists) {
    (void)crl.issuer_attributes();
    (void)crl.current(WallTime{});
    for (const Bytes& serial : crl.serials()) {
      if (!crl.revokes(serial)) __builtin_trap();
    }
  }
  return 0;
}
