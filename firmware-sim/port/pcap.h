// SPDX-License-Identifier: Apache-2.0
// Records the frames of a port in a classic pcap file (microseconds, link type Ethernet).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "firmware-sim/port/port.h"
#include "firmware-sim/port/socket_path.h"

namespace spa::card {

class PcapFile {
 public:
  // Replaces the file. Every frame reaches the kernel before add() returns, so that a reader, or a
  // crash, finds whole records.
  [[nodiscard]] static Opened<std::shared_ptr<PcapFile>> create(const std::string& path);
  // `length` is the true length of the frame, of which `frame` may hold only the start.
  void add(ByteView frame, std::size_t length);
  // False after a record could not be written (a full disk); nothing is recorded from then on.
  [[nodiscard]] bool good() const { return good_; }

 private:
  explicit PcapFile(UniqueFd fd);
  UniqueFd fd_;
  bool good_ = true;
};

// Passes everything on to another port and records what went by, in both directions.
class RecordingPort final : public Port {
 public:
  RecordingPort(std::unique_ptr<Port> inner, std::shared_ptr<PcapFile> file);

  bool send(ByteView frame) override;
  std::optional<std::size_t> receive(MutableByteView buffer) override;
  [[nodiscard]] int fd() const override { return inner_->fd(); }
  [[nodiscard]] bool link_up() const override { return inner_->link_up(); }

 private:
  std::unique_ptr<Port> inner_;
  std::shared_ptr<PcapFile> file_;
};

}  // namespace spa::card
