// SPDX-License-Identifier: Apache-2.0
// The wire inside a process: two ports that are each other's far end, each with a bounded queue of
// frames. For one thread; a test or a second card plays the far end.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "firmware-sim/port/port.h"

namespace spa::card {

class QueuePort final : public Port {
 public:
  static constexpr std::size_t kMaxFrames = 4096;

  // Two ends of one wire.
  [[nodiscard]] static std::pair<std::unique_ptr<QueuePort>, std::unique_ptr<QueuePort>> pair();

  bool send(ByteView frame) override;
  std::optional<std::size_t> receive(MutableByteView buffer) override;
  [[nodiscard]] int fd() const override { return -1; }
  [[nodiscard]] bool link_up() const override { return true; }

 private:
  using Frames = std::deque<std::vector<std::uint8_t>>;
  QueuePort(std::shared_ptr<Frames> out, std::shared_ptr<Frames> in);

  std::shared_ptr<Frames> out_;
  std::shared_ptr<Frames> in_;
};

}  // namespace spa::card
