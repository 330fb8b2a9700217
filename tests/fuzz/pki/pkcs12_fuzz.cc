// SPDX-License-Identifier: Apache-2.0
// A PKCS#12 file with the password "secret"; the time limit of the fuzzer watches over what opening
// it costs.
#include "userspace/pki/pkcs12.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spa;
  const auto parsed = pki::parse_pkcs12({data, size}, "secret");
  if (parsed && parsed->identity.der().empty()) __builtin_trap();
  return 0;
}
