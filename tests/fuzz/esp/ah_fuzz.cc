// SPDX-License-Identifier: Apache-2.0
// A packet from the wire through AH and IPComp; and the same octets as a packet to be sent, which
// must come back as they went if they were taken.
#include <cstdlib>

#include "firmware-sim/esp/ah.h"
#include "firmware-sim/esp/ipcomp.h"

namespace {

using namespace spa;

// Bit 0 tunnel, bit 1 IPv6, bit 2 ESN; even indices outbound.
spa_sa make_sa(std::uint32_t shape, bool outbound) {
  spa_sa sa{};
  sa.flags = (shape & 1 ? SPA_SA_TUNNEL : 0) | (shape & 2 ? SPA_SA_IPV6 : 0) |
             (shape & 4 ? SPA_SA_ESN : 0) | (outbound ? SPA_SA_OUTBOUND : 0);
  sa.spi = card::from_be(0x100 + shape);
  sa.saddr[0] = sa.daddr[0] = 1;
  sa.replay_window = outbound ? 0 : 32;
  sa.auth = SPA_AUTH_HMAC_SHA1_96;
  sa.auth_key_len = 20;
  sa.icv_len = 12;
  return sa;
}

void check(const esp::PacketBuffer& packet) {
  if (packet.offset > packet.buffer.size() || packet.length > packet.buffer.size() - packet.offset)
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::uint32_t shape = data[0] & 7u;
  esp::SaTable table(2, data[0] & 8 ? esp::Backend::kOpenSsl : esp::Backend::kAuto);
  if (table.add(0, make_sa(shape, true)) != SPA_OK) std::abort();
  if (table.add(1, make_sa(shape, false)) != SPA_OK) std::abort();
  esp::AhEngine engine(table);
  static esp::IpComp ipcomp;
  const card::ByteView input(data + 1, size - 1);

  card::Bytes wire(input.begin(), input.end());
  esp::DecapPacket arrived{{wire, 0, wire.size()}};
  engine.decapsulate({&arrived, 1});
  check(arrived.packet);

  card::Bytes room(input.begin(), input.end());
  room.resize(room.size() + (data[0] & 16 ? 65536 : 64));
  esp::PacketBuffer compressed{room, 0, input.size()};
  esp::IpCompSa sa{.cpi = 0x4242, .tunnel = (data[0] & 32) != 0};
  if (ipcomp.decompress(sa, compressed) == SPA_OK) check(compressed);

  card::Bytes memory(esp::kAhHeadroom);
  memory.insert(memory.end(), input.begin(), input.end());
  esp::EncapPacket out{{memory, esp::kAhHeadroom, input.size()}, 0, 0};
  engine.encapsulate({&out, 1});
  if (out.status != SPA_OK) return 0;
  check(out.packet);
  esp::DecapPacket in{out.packet};
  // In transport mode the addresses are the packet's own, for which there is no SA as a rule.
  engine.decapsulate({&in, 1});
  check(in.packet);
  // Arriving, an inner packet is looked at more closely than leaving. And the number may be the one
  // of the packet that came first, when that was genuine.
  const bool seen = in.status == SPA_E_REPLAY && arrived.status == SPA_OK;
  if ((shape & 1) != 0 && in.status != SPA_OK && in.status != SPA_E_FORMAT && !seen) std::abort();
  return 0;
}
