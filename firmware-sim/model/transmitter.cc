// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/transmitter.h"

#include <algorithm>
#include <utility>

#include "firmware-sim/model/checksum.h"

namespace spa::card {
namespace {

constexpr std::size_t kEthernetHeader = 14;
constexpr std::uint16_t kKnownFlags =
    SPA_TX_END | SPA_TX_ESP | SPA_TX_CSUM | SPA_TX_TSO | SPA_TX_PACKET;

bool ends_frame(const spa_tx_desc& descriptor) {
  return (from_le(descriptor.flags) & SPA_TX_END) != 0;
}
bool wants(const spa_tx_desc& descriptor, std::uint16_t flag) {
  return (from_le(descriptor.flags) & flag) != 0;
}

}  // namespace

Transmitter::Transmitter(Core& core, Queue& queue)
    : core_(core),
      queue_(queue),
      faults_(core.faults),
      super_(SPA_TX_MAX_SUPER),
      packet_out_(core) {
  for (Frame& frame : frames_)
    frame.octets.resize(esp::kHeadroom + core.config.frame_octets + esp::kTailroom);
}

bool Transmitter::poll() {
  if (epoch_ != queue_.epoch()) {
    epoch_ = queue_.epoch();
    skipping_ = false;
  }
  std::size_t waiting = 0;
  std::size_t taken = 0;
  const std::size_t most = std::min<std::size_t>(kBurst, queue_.room());
  for (; taken < most; ++taken) {
    const Gathered gathered = gather(frames_[waiting]);
    if (gathered == Gathered::kNothing) break;
    if (gathered == Gathered::kFrame) {
      ++waiting;
      continue;
    }
    const Request super = frames_[waiting].request;
    finish(std::exchange(waiting, 0));
    cut(super);
  }
  finish(waiting);
  queue_.flush();
  return taken == kBurst;
}

// Consumes the descriptors of the next frame. A frame whose end the driver has not posted yet stays
// where it is, unless it cannot end any more.
Transmitter::Gathered Transmitter::gather(Frame& frame) {
  frame.request = Request{};
  frame.start = esp::kHeadroom;
  if (skipping_) return skip_rest(frame.request) ? Gathered::kFrame : Gathered::kNothing;
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
    return skip_rest(frame.request) ? Gathered::kFrame : Gathered::kNothing;
  }
  frame.request.last_index = static_cast<std::uint16_t>(queue_.head() + count - 1);
  queue_.consume(count);
  return gather_whole(std::span(parts).first(count), frame);
}

Transmitter::Gathered Transmitter::gather_whole(std::span<const spa_tx_desc> parts, Frame& frame) {
  Request& request = frame.request;
  request.first = parts[0];
  if ((from_le(request.first.flags) & ~kKnownFlags) != 0 ||
      (wants(request.first, SPA_TX_ESP) && wants(request.first, SPA_TX_PACKET)))
    request.status = SPA_E_FIELD;
  const bool super = wants(request.first, SPA_TX_TSO);
  for (const spa_tx_desc& part : parts) {
    if (request.status != SPA_OK ||
        !copy(part, request, super ? MutableByteView(super_) : frame.room()))
      break;
  }
  if (request.status == SPA_OK && request.length < kEthernetHeader) request.status = SPA_E_FORMAT;
  return super && request.status == SPA_OK ? Gathered::kSuper : Gathered::kFrame;
}

// Consumes up to the end of a frame of too many descriptors. True when the end was found: then it
// is completed as an error.
bool Transmitter::skip_rest(Request& request) {
  while (queue_.pending() > 0) {
    spa_tx_desc part{};
    if (!queue_.fetch(0, part)) return false;
    request.last_index = queue_.head();
    queue_.consume(1);
    if (!ends_frame(part)) continue;
    skipping_ = false;
    request.status = SPA_E_FIELD;
    return true;
  }
  return false;
}

bool Transmitter::copy(const spa_tx_desc& part, Request& request, MutableByteView into) {
  const std::size_t length = from_le(part.length);
  if (length == 0 || length > into.size() - request.length) {
    request.status = SPA_E_FIELD;
    return false;
  }
  if (!core_.dma.read(from_le(part.addr), into.subspan(request.length, length))) {
    request.status = SPA_E_DMA;
    return false;
  }
  request.length += length;
  return true;
}

// The first `count` frames: checksums, cryptography, the wire, completions.
void Transmitter::finish(std::size_t count) {
  for (Frame& frame : std::span(frames_).first(count)) {
    Request& request = frame.request;
    if (request.status != SPA_OK || !wants(request.first, SPA_TX_CSUM)) continue;
    if (wants(request.first, SPA_TX_ESP)) {
      esp::Sa* sa = nullptr;
      request.status =
          core_.sas.get(from_le(request.first.sa_index), from_le(request.first.sa_generation), sa);
      if (request.status == SPA_OK) finish_inner_checksum(frame, *sa);
    } else if (!finish_checksum(frame.view(), from_le(request.first.csum_start),
                                request.first.csum_offset)) {
      request.status = SPA_E_FIELD;
    }
  }
  encrypt(count);
  protect(count);
  for (Frame& frame : std::span(frames_).first(count)) {
    emit(frame);
    complete(frame.request);
  }
}

// The sum of an upper layer ends before the padding of the ESP trailer.
void Transmitter::finish_inner_checksum(Frame& frame, const esp::Sa& sa) {
  Request& request = frame.request;
  const std::size_t start = from_le(request.first.csum_start);
  const std::size_t text =
      std::size_t{from_le(request.first.esp_offset)} + 8 + sa.transform.iv_length;
  const std::size_t tail = sa.transform.icv_length + std::size_t{2};
  if (start < text || request.length < tail || request.length - tail < start) {
    request.status = SPA_E_FIELD;
    return;
  }
  const std::size_t padding = frame.view()[request.length - tail];
  if (padding > request.length - tail - start ||
      !finish_checksum(frame.view().first(request.length - tail - padding), start,
                       request.first.csum_offset))
    request.status = SPA_E_FIELD;
}

void Transmitter::encrypt(std::size_t count) {
  std::array<esp::TxFrame, kBurst> jobs;
  std::array<Request*, kBurst> owners;
  std::size_t wanted = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Request& request = frames_[i].request;
    if (request.status != SPA_OK || !wants(request.first, SPA_TX_ESP)) continue;
    jobs[wanted] = esp::TxFrame{.frame = frames_[i].view(),
                                .esp_offset = from_le(request.first.esp_offset),
                                .sa_index = from_le(request.first.sa_index),
                                .sa_generation = from_le(request.first.sa_generation),
                                .seq_hi = from_le(request.first.seq_hi)};
    owners[wanted++] = &request;
  }
  if (wanted == 0) return;
  core_.engine->encrypt(std::span(jobs).first(wanted));
  for (std::size_t i = 0; i < wanted; ++i) owners[i]->status = jobs[i].status;
}

void Transmitter::protect(std::size_t count) {
  std::array<PacketOut::Job, kBurst> jobs;
  std::array<Frame*, kBurst> owners;
  std::size_t wanted = 0;
  for (Frame& frame : std::span(frames_).first(count)) {
    if (frame.request.status != SPA_OK || !wants(frame.request.first, SPA_TX_PACKET)) continue;
    jobs[wanted] = {.buffer = frame.octets, .start = frame.start, .length = frame.request.length};
    owners[wanted++] = &frame;
  }
  if (wanted == 0) return;
  packet_out_.run(std::span(jobs).first(wanted));
  for (std::size_t i = 0; i < wanted; ++i) {
    owners[i]->start = jobs[i].start;
    owners[i]->request.length = jobs[i].length;
    owners[i]->request.status = jobs[i].status;
  }
}

// A frame that the wire loses was still sent, as far as the driver is concerned.
void Transmitter::emit(Frame& frame) {
  if (frame.request.status == SPA_OK && core_.port->send(frame.view())) {
    ++core_.counters.tx_frames;
    core_.counters.tx_bytes += frame.request.length;
  } else {
    ++core_.counters.tx_errors;
  }
}

// Sends what stands in super_ in segments and completes it as one frame.
void Transmitter::cut(Request request) {
  const esp::Sa* sa = nullptr;
  if (wants(request.first, SPA_TX_ESP)) {
    esp::Sa* found = nullptr;
    request.status =
        core_.sas.get(from_le(request.first.sa_index), from_le(request.first.sa_generation), found);
    sa = found;
  }
  if (request.status == SPA_OK) {
    request.status = segmenter_.begin(request.first, ByteView(super_).first(request.length), sa,
                                      core_.config.frame_octets);
  }
  if (request.status == SPA_OK) {
    ++core_.counters.tx_tso_frames;
    request.status = send_segments(request);
  } else {
    ++core_.counters.tx_errors;
  }
  complete(request);
}

// The first failure, but all segments that can be sent are sent: their sequence numbers are used.
spa_status Transmitter::send_segments(const Request& request) {
  spa_status worst = SPA_OK;
  for (std::size_t next = 0; next < segmenter_.segments();) {
    const std::size_t count = std::min(kBurst, segmenter_.segments() - next);
    for (Frame& frame : std::span(frames_).first(count)) {
      frame.request = request;
      frame.request.first.seq_hi = to_le(segmenter_.seq_hi(next));
      frame.start = esp::kHeadroom;
      frame.request.length = segmenter_.write(next++, frame.room());
    }
    encrypt(count);
    protect(count);
    for (Frame& frame : std::span(frames_).first(count)) {
      emit(frame);
      if (worst == SPA_OK) worst = frame.request.status;
    }
    core_.counters.tx_tso_segments += count;
  }
  return worst;
}

void Transmitter::complete(const Request& request) {
  spa_completion completion{};
  completion.index = to_le(request.last_index);
  completion.sa_index = to_le(std::uint32_t{SPA_SA_NONE});
  completion.length = to_le(static_cast<std::uint32_t>(request.length));
  completion.status = request.status;
  faults_.spoil_other(completion);
  queue_.post(completion);
}

}  // namespace spa::card
