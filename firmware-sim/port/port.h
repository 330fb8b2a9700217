// SPDX-License-Identifier: Apache-2.0
// The wire side of the card: whole Ethernet frames, without FCS. A port never blocks and never
// stalls the card: what cannot be sent now is lost, as on a wire.
#pragma once

#include <cstddef>
#include <optional>

#include "firmware-sim/base/octets.h"

namespace spa::card {

class Port {
 public:
  virtual ~Port() = default;
  // False when the frame was lost.
  virtual bool send(ByteView frame) = 0;
  // Copies the next waiting frame into `buffer` and returns its true length, which exceeds the
  // buffer when the frame did not fit. Nothing when no frame waits.
  [[nodiscard]] virtual std::optional<std::size_t> receive(MutableByteView buffer) = 0;
  // A descriptor that polls readable while a frame waits; -1 where there is none.
  [[nodiscard]] virtual int fd() const = 0;
  [[nodiscard]] virtual bool link_up() const = 0;
};

// A port without a wire: loses what is sent.
class NoPort final : public Port {
 public:
  bool send(ByteView) override { return false; }
  std::optional<std::size_t> receive(MutableByteView) override { return std::nullopt; }
  [[nodiscard]] int fd() const override { return -1; }
  [[nodiscard]] bool link_up() const override { return false; }
};

}  // namespace spa::card
