// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/port/queue_port.h"

#include <algorithm>

namespace spa::card {

QueuePort::QueuePort(std::shared_ptr<Frames> out, std::shared_ptr<Frames> in)
    : out_(std::move(out)), in_(std::move(in)) {}

std::pair<std::unique_ptr<QueuePort>, std::unique_ptr<QueuePort>> QueuePort::pair() {
  auto one = std::make_shared<Frames>();
  auto two = std::make_shared<Frames>();
  return {std::unique_ptr<QueuePort>(new QueuePort(one, two)),
          std::unique_ptr<QueuePort>(new QueuePort(two, one))};
}

bool QueuePort::send(ByteView frame) {
  if (out_->size() >= kMaxFrames) return false;
  out_->emplace_back(frame.begin(), frame.end());
  return true;
}

std::optional<std::size_t> QueuePort::receive(MutableByteView buffer) {
  if (in_->empty()) return std::nullopt;
  const std::vector<std::uint8_t> frame = std::move(in_->front());
  in_->pop_front();
  std::copy_n(frame.begin(), std::min(frame.size(), buffer.size()), buffer.begin());
  return frame.size();
}

}  // namespace spa::card
