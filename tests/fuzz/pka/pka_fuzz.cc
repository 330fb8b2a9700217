// SPDX-License-Identifier: Apache-2.0
// A public-key operation: two octets of operation, two of algorithm, one that chooses a key, then
// the input. What the large modp groups cost is left out, the code is the same as for the small
// ones.
#include <cstdlib>
#include <cstring>

#include "firmware-sim/pka/pka.h"

namespace {

using namespace spa;

struct Fixture {
  keystore::KeyStore keys{8};
  pka::Pka pka{keys};
  std::uint32_t handles[3] = {};
  Fixture() {
    const std::uint16_t groups[] = {SPA_PK_X25519, SPA_PK_ECP256, SPA_PK_MODP768};
    for (std::size_t i = 0; i < 3; ++i)
      handles[i] = pka.execute({SPA_PK_DH_GENERATE, groups[i], 0, 1, SPA_PK_DATA_MAX}, {}).handle;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Fixture fixture;
  if (size < 5) return 0;
  pka::PkRequest request;
  request.op = card::load_be16(data);
  request.alg = card::load_be16(data + 2);
  request.owner = 1;
  request.key = fixture.handles[data[4] % 3];
  request.out_length = data[4] & 0x80 ? 64 : SPA_PK_DATA_MAX;
  if (request.op == SPA_PK_KEY_DESTROY) request.key ^= 0x10000;
  if (request.op <= SPA_PK_DH_DERIVE && request.alg >= SPA_PK_MODP1536 &&
      request.alg <= SPA_PK_MODP4096)
    return 0;
  const std::uint32_t used = fixture.keys.used();
  const pka::PkReply reply = fixture.pka.execute(request, {data + 5, size - 5});
  if (reply.status != SPA_OK && (!reply.out.empty() || reply.handle != 0)) std::abort();
  if (reply.out.size() > request.out_length) std::abort();
  if (reply.handle != 0 && fixture.keys.destroy(1, reply.handle) != SPA_OK) std::abort();
  if (fixture.keys.used() != used) std::abort();
  return 0;
}
