// SPDX-License-Identifier: Apache-2.0
// A responder of IKEv1 with an established tunnel is fed with datagrams of a stranger (stranger.h
// has the form of the input): the tunnel stays up, and what is half open goes (RFC 2408 4.8, RFC
// 2409 5.7).
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "tests/fuzz/ike/stranger.h"

namespace {

using namespace spa;

// What is wrong with the responder; null: nothing.
const char* complaint(const exchange::Router& router) {
  if (!fuzz::established(router)) return "no ISAKMP SA";
  if (router.database.pairs.empty()) return "no pair of SAs";
  if (router.manager->half_open() != 0) return "half open SAs";
  return nullptr;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto tunnel = std::make_unique<fuzz::Tunnel>(1);
  fuzz::send_as_stranger(*tunnel, {data, size});
  // The clock goes on from input to input: a renewal may have begun a moment ago.
  if (complaint(tunnel->right) != nullptr) tunnel->timers.run_for(Duration(1000));
  if (const char* wrong = complaint(tunnel->right)) {
    std::fprintf(stderr, "%s\n", wrong);
    std::abort();
  }
  return 0;
}
