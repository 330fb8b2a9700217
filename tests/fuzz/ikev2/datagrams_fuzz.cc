// SPDX-License-Identifier: Apache-2.0
// A responder with an established tunnel is fed with datagrams of a stranger (stranger.h has the
// form of the input): the tunnel stays up, and what is half open goes.
#include <cstdlib>
#include <memory>

#include "tests/fuzz/ike/stranger.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto tunnel = std::make_unique<spa::fuzz::Tunnel>(2);
  spa::fuzz::send_as_stranger(*tunnel, {data, size});
  if (tunnel->right.up() != 1 || tunnel->right.manager->half_open() != 0) std::abort();
  return 0;
}
