// SPDX-License-Identifier: Apache-2.0
// The ESP engine (RFC 4303) with two faces over one core, both in bursts.
//
// Crypto mode is the card behind the kernel's XFRM: encrypt() and decrypt() work in place on whole
// Ethernet frames and leave every header where it is. Packet mode is the in-process data plane:
// encapsulate() turns an IP packet into an ESP packet and decapsulate() does the reverse.
// An engine belongs to the thread that owns its table; its event sink must not change the table.
#pragma once

#include <spa/hw.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "firmware-sim/base/octets.h"
#include "firmware-sim/esp/events.h"
#include "firmware-sim/esp/sa_table.h"

namespace spa::esp {

// ---- Crypto mode

// A frame complete but for cryptography (SPA_TX_ESP in <spa/hw.h>); ESP runs to the end of the
// frame.
struct TxFrame {
  card::MutableByteView frame;
  std::uint32_t esp_offset = 0;  // octets from the start of the frame to the SPI
  std::uint32_t sa_index = 0;
  std::uint32_t sa_generation = 0;
  std::uint32_t seq_hi = 0;
  spa_status status = SPA_E_INTERNAL;  // out
};

struct RxFrame {
  card::MutableByteView frame;
  spa_status status = SPA_E_INTERNAL;  // out, as all that follows; SPA_OK too where !is_esp
  std::uint32_t sa_index = SPA_SA_NONE;
  std::uint32_t sa_generation = 0;
  bool is_esp = false;     // ESP for an SA of the table
  bool decrypted = false;  // ICV verified, plain text in place; otherwise the frame is as it was
  // The SA is one of packet mode. With `decrypted` and SPA_OK, `payload` is then a whole IP packet
  // (none with length 0: a dummy); otherwise the frame must be dropped.
  bool packet_mode = false;
  std::uint32_t seq = 0;  // with `decrypted`: lower half of the sequence number
  std::size_t link = 0;   // with packet_mode: octets of the Ethernet header
  // With `decrypted`, and a trailer that makes sense: what ESP carried. Otherwise next_header
  // is 59.
  std::uint8_t next_header = 59;
  bool outer_ipv6 = false;
  std::size_t payload = 0;  // offset in the frame
  std::size_t payload_length = 0;
  Address saddr{};  // of the packet that carried it
  Address daddr{};
};

// ---- Packet mode

// Room that packet mode needs around a packet.
inline constexpr std::size_t kHeadroom = 80;  // outer IPv6, UDP, ESP header, IV
inline constexpr std::size_t kTailroom = 64;  // padding, trailer, ICV

// A packet somewhere inside a buffer of the caller's.
struct PacketBuffer {
  card::MutableByteView buffer;
  std::size_t offset = 0;
  std::size_t length = 0;
  [[nodiscard]] card::MutableByteView view() const { return buffer.subspan(offset, length); }
};

struct EncapPacket {
  PacketBuffer packet;  // in: the IP packet; out: the ESP packet (SPI first with esp_only)
  std::uint32_t sa_index = 0;
  std::uint32_t sa_generation = 0;
  spa_status status = SPA_E_INTERNAL;  // out; the packet is spoiled unless SPA_OK
  std::uint64_t sequence = 0;          // out
};

struct DecapPacket {
  PacketBuffer packet;  // in: IP packet, or from the SPI on with esp_only; out: the inner IP packet
  bool esp_only = false;
  bool ipv6 = false;  // with esp_only: family and addresses of the packet that carried it
  Address saddr{};
  Address daddr{};
  spa_status status = SPA_E_INTERNAL;  // out; not ESP at all: SPA_E_UNSUPPORTED
  std::uint32_t sa_index = SPA_SA_NONE;
  std::uint32_t sa_generation = 0;
  bool dummy = false;  // out, with SPA_OK: next header 59, drop it (RFC 4303 2.6)
};

struct EngineStats {
  std::uint64_t tx_ok = 0;
  std::uint64_t tx_errors = 0;
  std::uint64_t rx_ok = 0;
  std::uint64_t rx_auth = 0;
  std::uint64_t rx_replay = 0;
  std::uint64_t rx_format = 0;
  std::uint64_t rx_no_sa = 0;
  std::uint64_t rx_lifetime = 0;
};

class Engine {
 public:
  explicit Engine(SaTable& table, EventSink sink = {}, NowFunction now = {});
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Crypto mode, outbound. Status: SPA_OK; SPA_E_FIELD (index, direction, SPI does not fit, seq_hi
  // without ESN), SPA_E_NOT_FOUND, SPA_E_STALE, SPA_E_FORMAT (lengths), SPA_E_SEQUENCE (number 0),
  // SPA_E_LIFETIME. The frame is unchanged unless SPA_OK. An SA of packet mode is refused
  // (SPA_E_FIELD): its numbers are the card's.
  void encrypt(std::span<TxFrame> burst);
  [[nodiscard]] spa_status encrypt(card::MutableByteView frame, std::uint32_t esp_offset,
                                   std::uint32_t sa_index, std::uint32_t sa_generation,
                                   std::uint32_t seq_hi);

  // Crypto mode, inbound. Ethernet II, one 802.1Q tag, IPv4 or IPv6, ESP or UDP-encapsulated ESP;
  // all else, fragments included, is left alone. Status with is_esp: SPA_OK, SPA_E_AUTH,
  // SPA_E_REPLAY, SPA_E_FORMAT, SPA_E_LIFETIME.
  void decrypt(std::span<RxFrame> burst);
  [[nodiscard]] RxFrame decrypt(card::MutableByteView frame);

  // Packet mode. Adds to the statuses above: SPA_E_SPACE (head- or tailroom), SPA_E_FORMAT (not an
  // IP packet, or one that the mode cannot carry), SPA_E_SEQUENCE (numbers used up).
  void encapsulate(std::span<EncapPacket> burst);

  // Packet mode. SPA_E_NOT_FOUND: unknown SPI. Padding, next header and the inner header are
  // checked; ECN is combined as RFC 6040 says.
  void decapsulate(std::span<DecapPacket> burst);

  [[nodiscard]] const EngineStats& stats() const { return stats_; }

  struct Core;  // engine_core.h, for the engine's own files

 private:
  EngineStats stats_;
  std::unique_ptr<Core> core_;
};

}  // namespace spa::esp
