// SPDX-License-Identifier: Apache-2.0
// SPA_TX_TSO: one frame of headers and much payload becomes many, each with its own lengths,
// numbers and checksums; with SPA_TX_ESP each is an ESP packet complete but for cryptography.
// Frames come from the driver: every offset is checked against what it says it is.
#pragma once

#include <spa/hw.h>

#include <cstddef>
#include <cstdint>

#include "firmware-sim/base/octets.h"
#include "firmware-sim/esp/sa_table.h"

namespace spa::card {

class Segmenter {
 public:
  // `super`: the frame, which must outlive the segmenter's use. `sa`: with SPA_TX_ESP the SA that
  // the descriptor names. `longest`: octets of a frame. SPA_OK, SPA_E_FIELD, SPA_E_FORMAT,
  // SPA_E_SPACE (a segment would be too long), SPA_E_SEQUENCE (numbers run out), SPA_E_UNSUPPORTED.
  [[nodiscard]] spa_status begin(const spa_tx_desc& first, ByteView super, const esp::Sa* sa,
                                 std::size_t longest);

  [[nodiscard]] std::size_t segments() const { return segments_; }
  // Writes segment `number` into `frame`, which holds at least `longest` octets; its length.
  [[nodiscard]] std::size_t write(std::size_t number, MutableByteView frame) const;
  // The upper half of the ESP sequence number of that segment.
  [[nodiscard]] std::uint32_t seq_hi(std::size_t number) const {
    return static_cast<std::uint32_t>((sequence_ + number) >> 32);
  }

 private:
  // An IP header in the frame: where it is, and its family.
  struct IpAt {
    std::size_t at = 0;
    bool ipv6 = false;
    std::size_t header = 0;  // octets, without extension headers
  };
  [[nodiscard]] spa_status find_headers(std::size_t upper, bool tcp);
  [[nodiscard]] spa_status find_esp(const spa_tx_desc& first, std::size_t upper);
  [[nodiscard]] bool find_ip(std::size_t at, std::size_t limit, IpAt& out) const;
  [[nodiscard]] std::size_t trailer(std::size_t payload) const;
  void finish_upper(std::size_t number, std::size_t length, MutableByteView frame) const;
  void finish_ip(const IpAt& ip, std::size_t number, std::size_t end, MutableByteView frame) const;
  void finish_esp(std::size_t number, std::size_t text_end, MutableByteView frame) const;

  ByteView super_;
  const esp::Sa* sa_ = nullptr;  // null: plain segmentation
  IpAt outer_;
  IpAt inner_;             // the header whose addresses the checksum covers; may be outer_
  bool tunnel_ = false;    // inner_ is a header of its own
  std::size_t esp_ = 0;    // the SPI
  std::size_t upper_ = 0;  // the TCP or UDP header
  bool tcp_ = false;
  std::size_t payload_ = 0;
  std::size_t mss_ = 0;
  std::size_t segments_ = 0;
  std::uint8_t next_header_ = 0;
  std::uint64_t sequence_ = 0;  // of the first segment
};

}  // namespace spa::card
