// SPDX-License-Identifier: Apache-2.0
// Receive side scaling: the Toeplitz hash of a frame's flow, and the table that turns it into a
// queue.
#pragma once

#include <spa/hw.h>

#include <array>
#include <cstdint>

#include "firmware-sim/base/octets.h"
#include "firmware-sim/esp/engine.h"
#include "firmware-sim/esp/ip_packet.h"

namespace spa::card {

struct FlowHash {
  std::uint32_t value = 0;
  spa_hash kind = SPA_HASH_NONE;
};

class Rss {
 public:
  Rss() { reset(); }
  // Power-on state: a key of the card's own, and no table.
  void reset();
  // SPA_OK or SPA_E_FIELD. `queues`: how many rx queues the card has.
  [[nodiscard]] spa_status set(const spa_rss& request, std::uint32_t queues);

  [[nodiscard]] FlowHash hash(const esp::RxFrame& frame) const;
  // The table's entry for a frame: an rx queue if has_table(), otherwise a number to deal out.
  [[nodiscard]] std::uint32_t entry(const FlowHash& hash) const {
    return table_[hash.kind == SPA_HASH_NONE ? 0 : hash.value % SPA_RSS_TABLE];
  }
  [[nodiscard]] bool has_table() const { return has_table_; }

 private:
  // Two addresses of IPv6 and two ports.
  static constexpr std::size_t kLongest = 36;
  struct Input {
    std::array<std::uint8_t, kLongest> octets{};
    std::size_t length = 0;
    void add(ByteView more);
  };
  void set_key(ByteView key);
  [[nodiscard]] std::uint32_t toeplitz(const Input& input) const;
  [[nodiscard]] FlowHash hash_packet(ByteView frame, const esp::IpPacket& ip, bool is_esp) const;
  [[nodiscard]] FlowHash hash_carried(const esp::RxFrame& frame) const;
  [[nodiscard]] FlowHash finish(Input input, bool ipv6, ByteView ports) const;
  [[nodiscard]] bool wants_ports(std::uint8_t protocol) const;

  std::uint32_t flags_ = 0;
  bool has_table_ = false;
  std::array<std::uint8_t, SPA_RSS_TABLE> table_{};
  // What each value of each octet of the input adds to the hash.
  std::array<std::array<std::uint32_t, 256>, kLongest> parts_{};
};

}  // namespace spa::card
