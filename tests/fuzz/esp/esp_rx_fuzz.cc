// SPDX-License-Identifier: Apache-2.0
// A frame from the wire through both faces of the engine. Half of the SAs use NULL encryption, and
// the input's ICV is made right for them now and then, so that the fuzzer also reaches what lies
// behind it: the trailer, the inner packet, ECN, the checksums.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdlib>
#include <cstring>

#include "firmware-sim/esp/engine.h"
#include "firmware-sim/esp/ip_packet.h"

namespace {

using namespace spa;

// Inbound SAs with SPI 0x100 + i: bit 0 tunnel, bit 1 IPv6, bit 2 UDP, bit 3 ESN, bit 4 AES-GCM.
constexpr std::uint32_t kSas = 32;

spa_sa make_sa(std::uint32_t i) {
  spa_sa sa{};
  sa.flags = (i & 1 ? SPA_SA_TUNNEL : 0) | (i & 2 ? SPA_SA_IPV6 : 0) |
             (i & 4 ? SPA_SA_UDP_ENCAP : 0) | (i & 8 ? SPA_SA_ESN : 0);
  sa.spi = card::from_be(0x100 + i);
  sa.daddr[0] = 1;
  if (i & 4) sa.encap_sport = sa.encap_dport = card::from_be(std::uint16_t{4500});
  sa.replay_window = card::to_le<__le32>(32);
  const bool gcm = (i & 16) != 0;
  sa.cipher = card::to_le<__le16>(gcm ? SPA_CIPHER_AES_GCM_16 : SPA_CIPHER_NULL);
  sa.auth = card::to_le<__le16>(gcm ? SPA_AUTH_NONE : SPA_AUTH_HMAC_SHA1_96);
  sa.key_len = gcm ? 16 : 0;
  sa.salt_len = gcm ? 4 : 0;
  sa.auth_key_len = gcm ? 0 : 20;
  sa.icv_len = gcm ? 16 : 12;
  return sa;
}

// Makes the ICV of a NULL-encrypted packet right; the keys are all zeros.
void authenticate(card::MutableByteView frame) {
  const auto ip = esp::parse_ethernet(frame);
  const auto at = ip ? esp::locate_esp(frame, *ip) : std::nullopt;
  if (!at || at->length < 8 + 12) return;
  card::Bytes input(frame.begin() + static_cast<std::ptrdiff_t>(at->esp),
                    frame.begin() + static_cast<std::ptrdiff_t>(at->esp + at->length - 12));
  if ((at->spi & 8) != 0) input.insert(input.end(), 4, 0);
  const std::uint8_t key[20] = {};
  std::uint8_t digest[EVP_MAX_MD_SIZE];
  HMAC(EVP_sha1(), key, sizeof key, input.data(), input.size(), digest, nullptr);
  std::memcpy(&frame[at->esp + at->length - 12], digest, 12);
}

// Whatever the engine says, offset and length must lie in the buffer, and what it lets pass is as
// long as its own header says.
void decapsulate(esp::Engine& engine, card::Bytes packet, bool esp_only, bool ipv6) {
  esp::DecapPacket job{{packet, 0, packet.size()}};
  job.esp_only = esp_only;
  job.ipv6 = ipv6;
  job.daddr[0] = 1;
  engine.decapsulate({&job, 1});
  if (job.packet.offset > packet.size() || job.packet.length > packet.size() - job.packet.offset)
    std::abort();
  if (job.status != SPA_OK || job.dummy) return;
  const card::ByteView inner = job.packet.view();
  if (inner.size() < 20) std::abort();
  const bool six = inner[0] >> 4 == 6;
  if (inner.size() != (six ? 40u + card::load_be16(&inner[4]) : card::load_be16(&inner[2])))
    std::abort();
}

// A table with fresh windows: SAs that have seen packets are made anew.
void refresh(esp::SaTable& table) {
  for (std::uint32_t i = 0; i < kSas; ++i) {
    const esp::Sa* sa = table.at(i);
    if (sa && sa->packets == 0) continue;
    if (sa && table.remove(i, 0) != SPA_OK) std::abort();
    if (table.add(i, make_sa(i)) != SPA_OK) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static esp::SaTable fast(kSas);
  static esp::SaTable plain(kSas, esp::Backend::kOpenSsl);
  if (size < 1) return 0;
  esp::SaTable& table = data[0] & 1 ? fast : plain;
  refresh(table);
  esp::Engine engine(table);
  card::Bytes frame(data + 1, data + size);
  if (data[0] & 2) authenticate(frame);
  const card::Bytes before = frame;
  const esp::RxFrame rx = engine.decrypt(frame);
  if (rx.decrypted != (rx.is_esp && rx.status == SPA_OK)) std::abort();
  if (!rx.decrypted && frame != before) std::abort();
  refresh(table);
  if (before.size() > 14) decapsulate(engine, {before.begin() + 14, before.end()}, false, false);
  if (before.size() > 34)
    decapsulate(engine, {before.begin() + 34, before.end()}, true, data[0] & 4);
  return 0;
}
