// SPDX-License-Identifier: Apache-2.0
// The card's engine with everything that belongs to a packet: table, sequence number, IV, padding,
// limits, replay window, counters.
#include <cstring>

#include "firmware-sim/esp/engine.h"
#include "tests/bench/workload.h"

namespace spa::bench {
namespace {

constexpr std::uint32_t kWindow = 1024;
constexpr std::uint32_t kFirstSpi = 0x1000;
constexpr std::size_t kFrameHeader = 14 + 20;  // Ethernet and IPv4

spa_sa make_sa(const Suite& suite, std::uint32_t index, bool outbound, bool tunnel) {
  spa_sa sa{};
  sa.flags = card::to_le<__le32>((outbound ? SPA_SA_OUTBOUND : 0u) | (tunnel ? SPA_SA_TUNNEL : 0u));
  sa.spi = card::from_be(kFirstSpi + index);
  const std::uint8_t local[4] = {192, 0, 2, 1};
  const std::uint8_t remote[4] = {198, 51, 100, 2};
  std::memcpy(sa.saddr, local, 4);
  std::memcpy(sa.daddr, remote, 4);
  sa.cipher = card::to_le<__le16>(static_cast<__le16>(suite.cipher));
  sa.auth = card::to_le<__le16>(static_cast<__le16>(suite.auth));
  sa.key_len = suite.key;
  sa.salt_len = suite.salt;
  sa.auth_key_len = suite.auth_key;
  sa.icv_len = suite.icv;
  if (!outbound) sa.replay_window = card::to_le<__le32>(kWindow);
  const Keys keys = keys_of(index);
  std::memcpy(sa.key, keys.key, suite.key);
  std::memcpy(sa.salt, keys.salt, suite.salt);
  std::memcpy(sa.auth_key, keys.auth_key, suite.auth_key);
  return sa;
}

bool fill(esp::SaTable& table, const Suite& suite, std::uint32_t sas, bool outbound, bool tunnel) {
  for (std::uint32_t i = 0; i < sas; ++i)
    if (table.add(i, make_sa(suite, i, outbound, tunnel)) != SPA_OK) return false;
  return true;
}

// An IPv4 header of `total` octets; its checksum is not looked at.
void write_ipv4(std::uint8_t* at, std::size_t total, std::uint8_t protocol) {
  static const std::uint8_t header[20] = {0x45, 0, 0,   0, 0, 0, 0x40, 0,  64,  0,
                                          0,    0, 192, 0, 2, 1, 198,  51, 100, 2};
  std::memcpy(at, header, sizeof header);
  card::store_be16(at + 2, static_cast<std::uint16_t>(total));
  at[9] = protocol;
}

// SPA_TX_ESP frames, as a driver would fill them.
class Sealer {
 public:
  Sealer(const Suite& suite, std::uint32_t sas) : table_(sas), engine_(table_) {
    ready_ = fill(table_, suite, sas, true, false);
    frames_.reserve(kBurst);
  }
  bool run(std::span<Packet> burst) {
    frames_.clear();
    for (const Packet& packet : burst) {
      card::store_be32(packet.esp, kFirstSpi + packet.sa);
      card::store_be32(packet.esp + 4, static_cast<std::uint32_t>(packet.sequence));
      frames_.push_back({{packet.esp - kFrameHeader, kFrameHeader + packet.length},
                         kFrameHeader,
                         packet.sa,
                         0,
                         0});
    }
    engine_.encrypt(frames_);
    for (const esp::TxFrame& frame : frames_)
      if (frame.status != SPA_OK) return false;
    return ready_;
  }

 private:
  esp::SaTable table_;
  esp::Engine engine_;
  std::vector<esp::TxFrame> frames_;
  bool ready_ = false;
};

class EngineSeal final : public Contender {
 public:
  EngineSeal(const Suite& suite, std::uint32_t sas) : sealer_(suite, sas) {}
  bool run(std::span<Packet> burst) override { return sealer_.run(burst); }

 private:
  Sealer sealer_;
};

class EngineOpen final : public Contender {
 public:
  EngineOpen(const Suite& suite, std::uint32_t sas)
      : sealer_(suite, sas), table_(sas), engine_(table_) {
    ready_ = fill(table_, suite, sas, false, false);
    frames_.reserve(kBurst);
  }
  void prepare(std::span<Packet> burst) override {
    ready_ = sealer_.run(burst) && ready_;
    for (const Packet& packet : burst) {
      std::uint8_t* ethernet = packet.esp - kFrameHeader;
      std::memset(ethernet, 2, 12);
      card::store_be16(ethernet + 12, 0x0800);
      write_ipv4(ethernet + 14, 20 + packet.length, 50);
    }
  }
  bool run(std::span<Packet> burst) override {
    frames_.clear();
    for (const Packet& packet : burst)
      frames_.push_back({{packet.esp - kFrameHeader, kFrameHeader + packet.length}});
    engine_.decrypt(frames_);
    for (const esp::RxFrame& frame : frames_)
      if (!frame.decrypted) return false;
    return ready_;
  }

 private:
  Sealer sealer_;
  esp::SaTable table_;
  esp::Engine engine_;
  std::vector<esp::RxFrame> frames_;
  bool ready_ = false;
};

// Whole packets into a tunnel.
class EnginePacket final : public Contender {
 public:
  EnginePacket(const Suite& suite, std::uint32_t sas) : table_(sas), engine_(table_) {
    ready_ = fill(table_, suite, sas, true, true);
    packets_.reserve(kBurst);
    overhead_ = 8u + suite.iv;
  }
  bool run(std::span<Packet> burst) override {
    packets_.clear();
    for (const Packet& packet : burst) {
      // The encrypted part without padding and trailer is the inner packet.
      const std::size_t inner = packet.text - 2;
      std::uint8_t* at = packet.esp + overhead_;
      write_ipv4(at, inner, 17);
      packets_.push_back({{{packet.esp - kHeadroom, kHeadroom + packet.length + kTailroom / 2},
                           static_cast<std::size_t>(at - (packet.esp - kHeadroom)),
                           inner},
                          packet.sa,
                          0});
    }
    engine_.encapsulate(packets_);
    for (const esp::EncapPacket& packet : packets_)
      if (packet.status != SPA_OK) return false;
    return ready_;
  }

 private:
  esp::SaTable table_;
  esp::Engine engine_;
  std::vector<esp::EncapPacket> packets_;
  std::size_t overhead_ = 0;
  bool ready_ = false;
};

}  // namespace

std::unique_ptr<Contender> make_engine_seal(const Suite& suite, std::uint32_t sas) {
  return std::make_unique<EngineSeal>(suite, sas);
}
std::unique_ptr<Contender> make_engine_open(const Suite& suite, std::uint32_t sas) {
  return std::make_unique<EngineOpen>(suite, sas);
}
std::unique_ptr<Contender> make_engine_packet(const Suite& suite, std::uint32_t sas) {
  return std::make_unique<EnginePacket>(suite, sas);
}

}  // namespace spa::bench
