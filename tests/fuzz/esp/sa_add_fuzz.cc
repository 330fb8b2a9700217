// SPDX-License-Identifier: Apache-2.0
// A struct spa_sa from the driver. What the table accepts must be usable: a packet goes out or in,
// and the entry can be read, found and removed.
#include <cstdlib>
#include <cstring>

#include "firmware-sim/esp/engine.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spa;
  spa_sa request{};
  if (size < sizeof request) return 0;
  std::memcpy(&request, data, sizeof request);
  static esp::SaTable table(4);
  const spa_status status = table.add(1, request);
  if (status != SPA_OK) {
    if (table.used() != 0 || table.at(1)) std::abort();
    return 0;
  }
  const std::uint32_t generation = card::from_le(request.generation);
  const esp::Sa& sa = *table.at(1);
  esp::Engine engine(table);
  card::Bytes inner(esp::kHeadroom + 60 + esp::kTailroom);
  inner[esp::kHeadroom] = sa.ipv6() ? 0x60 : 0x45;
  inner[esp::kHeadroom + (sa.ipv6() ? 5 : 3)] = sa.ipv6() ? 20 : 60;
  if (sa.ipv6()) inner[esp::kHeadroom + 6] = 17;
  if (sa.outbound()) {
    esp::EncapPacket job{{inner, esp::kHeadroom, 60}, 1, generation};
    engine.encapsulate({&job, 1});
    const bool last = sa.seq == (sa.esn() ? ~std::uint64_t{0} : 0xffffffffu);
    const bool spent = (sa.hard_packets != 0 && sa.packets >= sa.hard_packets) ||
                       (sa.hard_bytes != 0 && sa.bytes >= sa.hard_bytes);
    if (job.status != SPA_OK && !(job.status == SPA_E_SEQUENCE && last) &&
        !(job.status == SPA_E_LIFETIME && spent))
      std::abort();
  } else {
    if (table.find_inbound(sa.daddr, sa.spi, sa.ipv6()) != &sa) std::abort();
    card::store_be32(inner.data(), sa.spi);
    esp::DecapPacket job{{inner, 0, inner.size()}};
    job.esp_only = true;
    job.ipv6 = sa.ipv6();
    job.daddr = sa.daddr;
    engine.decapsulate({&job, 1});
    if (job.status == SPA_OK || job.sa_index != 1) std::abort();
  }
  if (table.remove(1, generation) != SPA_OK || table.used() != 0) std::abort();
  return 0;
}
