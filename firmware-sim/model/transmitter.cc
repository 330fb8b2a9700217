// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/transmitter.h"

#include <algorithm>

#include "firmware-sim/model/checksum.h"

namespace spa::card {
namespace {

constexpr std::size_t kEthernetHeader = 14;
constexpr std::uint16_t kKnownFlags = SPA_TX_END | SPA_TX_ESP | SPA_TX_CSUM;

bool ends_frame(const spa_tx_desc& descriptor) {
  return (from_le(descriptor.flags) & SPA_TX_END) != 0;
}
bool wants(const spa_tx_desc& descriptor, std::uint16_t flag) {
  return (from_le(descriptor.flags) & flag) != 0;
}

// The flags that belong together; SPA_OK or why the frame is refused.
spa_status check_flags(const spa_tx_desc& first) {
  const std::uint16_t flags = from_le(first.flags);
  if ((flags & ~kKnownFlags) != 0) return SPA_E_FIELD;
  // A sum over ciphertext would be wrong, and one under it would cover the trailer.
  if ((flags & SPA_TX_ESP) != 0 && (flags & SPA_TX_CSUM) != 0) return SPA_E_FIELD;
  return SPA_OK;
}

}  // namespace

Transmitter::Transmitter(Core& core, Queue& queue)
    : core_(core), queue_(queue), faults_(core.config.faults) {
  for (Frame& frame : frames_) frame.octets.resize(core.config.frame_octets);
}

bool Transmitter::poll() {
  if (epoch_ != queue_.epoch()) {
    epoch_ = queue_.epoch();
    skipping_ = false;
  }
  std::size_t count = 0;
  const std::size_t most = std::min<std::size_t>(kBurst, queue_.room());
  while (count < most && gather(frames_[count]) == Gathered::kFrame) ++count;
  encrypt(count);
  for (std::size_t i = 0; i < count; ++i) send(frames_[i]);
  queue_.flush();
  return count == kBurst;
}

// Consumes the descriptors of the next frame. A frame whose end the driver has not posted yet stays
// where it is, unless it cannot end any more.
Transmitter::Gathered Transmitter::gather(Frame& frame) {
  frame.length = 0;
  frame.status = SPA_OK;
  if (skipping_) return skip_rest(frame) ? Gathered::kFrame : Gathered::kNothing;
  std::array<spa_tx_desc, SPA_TX_MAX_DESCS> parts;
  const std::uint16_t pending = queue_.pending();
  const auto most = static_cast<std::uint16_t>(std::min<std::size_t>(pending, parts.size()));
  std::uint16_t count = 0;
  bool whole = false;
  while (count < most && !whole) {
    if (!queue_.fetch(count, parts[count])) return Gathered::kNothing;
    whole = ends_frame(parts[count]);
    ++count;
  }
  if (!whole) {
    if (count < parts.size() && pending < queue_.sq_size()) return Gathered::kNothing;
    skipping_ = true;
    queue_.consume(count);
    return skip_rest(frame) ? Gathered::kFrame : Gathered::kNothing;
  }
  frame.first = parts[0];
  frame.last_index = static_cast<std::uint16_t>(queue_.head() + count - 1);
  frame.status = check_flags(frame.first);
  for (std::uint16_t i = 0; i < count && frame.status == SPA_OK; ++i) {
    if (!copy(parts[i], frame)) break;
  }
  queue_.consume(count);
  if (frame.status == SPA_OK && frame.length < kEthernetHeader) frame.status = SPA_E_FORMAT;
  return Gathered::kFrame;
}

// Consumes up to the end of a frame of too many descriptors. True when the end was found: then it
// is completed as an error.
bool Transmitter::skip_rest(Frame& frame) {
  while (queue_.pending() > 0) {
    spa_tx_desc part{};
    if (!queue_.fetch(0, part)) return false;
    frame.last_index = queue_.head();
    queue_.consume(1);
    if (!ends_frame(part)) continue;
    skipping_ = false;
    frame.first = spa_tx_desc{};
    frame.status = SPA_E_FIELD;
    return true;
  }
  return false;
}

bool Transmitter::copy(const spa_tx_desc& part, Frame& frame) {
  const std::size_t length = from_le(part.length);
  if (length == 0 || length > frame.octets.size() - frame.length) {
    frame.status = SPA_E_FIELD;
    return false;
  }
  const MutableByteView room = MutableByteView(frame.octets).subspan(frame.length, length);
  if (!core_.dma.read(from_le(part.addr), room)) {
    frame.status = SPA_E_DMA;
    return false;
  }
  frame.length += length;
  return true;
}

void Transmitter::encrypt(std::size_t count) {
  std::array<esp::TxFrame, kBurst> jobs;
  std::array<Frame*, kBurst> owners;
  std::size_t wanted = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Frame& frame = frames_[i];
    if (frame.status != SPA_OK || !wants(frame.first, SPA_TX_ESP)) continue;
    jobs[wanted] = esp::TxFrame{.frame = MutableByteView(frame.octets).first(frame.length),
                                .esp_offset = from_le(frame.first.esp_offset),
                                .sa_index = from_le(frame.first.sa_index),
                                .sa_generation = from_le(frame.first.sa_generation),
                                .seq_hi = from_le(frame.first.seq_hi)};
    owners[wanted++] = &frame;
  }
  if (wanted == 0) return;
  core_.engine->encrypt(std::span(jobs).first(wanted));
  for (std::size_t i = 0; i < wanted; ++i) owners[i]->status = jobs[i].status;
}

void Transmitter::send(Frame& frame) {
  const MutableByteView octets = MutableByteView(frame.octets).first(frame.length);
  if (frame.status == SPA_OK && wants(frame.first, SPA_TX_CSUM) &&
      !finish_checksum(octets, from_le(frame.first.csum_start), frame.first.csum_offset)) {
    frame.status = SPA_E_FIELD;
  }
  // A frame that the wire loses was still sent, as far as the driver is concerned.
  if (frame.status == SPA_OK && core_.port->send(octets)) {
    ++core_.counters.tx_frames;
    core_.counters.tx_bytes += octets.size();
  } else {
    ++core_.counters.tx_errors;
  }
  spa_completion completion{};
  completion.index = to_le(frame.last_index);
  completion.sa_index = to_le(std::uint32_t{SPA_SA_NONE});
  completion.length = to_le(static_cast<std::uint32_t>(frame.length));
  completion.status = frame.status;
  faults_.spoil_other(completion);
  queue_.post(completion);
}

}  // namespace spa::card
