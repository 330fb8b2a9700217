// SPDX-License-Identifier: Apache-2.0
// One tx queue: gathers frames from descriptors, cuts those that are to be cut, finishes checksums,
// encrypts in bursts, sends, completes in order.
#pragma once

#include <spa/hw.h>

#include <array>
#include <cstdint>
#include <vector>

#include "firmware-sim/model/core.h"
#include "firmware-sim/model/fault.h"
#include "firmware-sim/model/packet_out.h"
#include "firmware-sim/model/queue.h"
#include "firmware-sim/model/segmenter.h"

namespace spa::card {

class Transmitter {
 public:
  static constexpr std::size_t kBurst = 32;

  Transmitter(Core& core, Queue& queue);
  // Sends at most one burst. True when more waits that could be sent at once.
  bool poll();

 private:
  // What is known of a frame of the driver's until its completion.
  struct Request {
    spa_tx_desc first{};
    std::uint16_t last_index = 0;
    spa_status status = SPA_OK;
    std::size_t length = 0;  // octets gathered
  };
  // A frame for the wire.
  struct Frame {
    std::vector<std::uint8_t> octets;  // the longest frame, with room around it for packet mode
    std::size_t start = esp::kHeadroom;
    Request request;
    [[nodiscard]] MutableByteView view() {
      return MutableByteView(octets).subspan(start, request.length);
    }
    // Where a frame of the driver's goes.
    [[nodiscard]] MutableByteView room() {
      return MutableByteView(octets).subspan(esp::kHeadroom,
                                             octets.size() - esp::kHeadroom - esp::kTailroom);
    }
  };
  enum class Gathered { kFrame, kSuper, kNothing };

  [[nodiscard]] Gathered gather(Frame& frame);
  [[nodiscard]] Gathered gather_whole(std::span<const spa_tx_desc> parts, Frame& frame);
  [[nodiscard]] bool copy(const spa_tx_desc& part, Request& request, MutableByteView into);
  [[nodiscard]] bool skip_rest(Request& request);
  void finish(std::size_t count);
  void finish_inner_checksum(Frame& frame, const esp::Sa& sa);
  void encrypt(std::size_t count);
  void protect(std::size_t count);
  void emit(Frame& frame);
  void cut(Request request);
  [[nodiscard]] spa_status send_segments(const Request& request);
  void complete(const Request& request);

  Core& core_;
  Queue& queue_;
  FaultInjector faults_;
  std::array<Frame, kBurst> frames_;
  std::vector<std::uint8_t> super_;  // what is to be cut
  Segmenter segmenter_;
  PacketOut packet_out_;
  std::uint32_t epoch_ = 0;
  bool skipping_ = false;  // inside a frame of too many descriptors
};

}  // namespace spa::card
