// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/receiver.h"

#include <algorithm>

#include "firmware-sim/model/checksum.h"
#include "firmware-sim/model/packet_in.h"

namespace spa::card {
namespace {

constexpr std::size_t kEthernetHeader = 14;

}  // namespace

Receiver::Receiver(Core& core, std::span<Queue> queues)
    : core_(core), queues_(queues), faults_(core.faults) {
  for (auto& buffer : buffers_) buffer.resize(core.config.frame_octets);
}

bool Receiver::poll(bool deliver_frames) {
  const bool up = deliver_frames && (core_.port_flags & SPA_PORT_UP) != 0;
  std::size_t count = 0;
  std::size_t taken = 0;
  while (count < kBurst && taken < 2 * kBurst) {
    std::vector<std::uint8_t>& buffer = buffers_[count];
    const std::optional<std::size_t> length = core_.port->receive(buffer);
    if (!length) break;
    ++taken;
    if (!up || *length < kEthernetHeader) continue;
    if (*length > buffer.size()) {
      ++core_.counters.rx_too_long;
      continue;
    }
    const MutableByteView frame = MutableByteView(buffer).first(*length);
    if (wanted(frame)) burst_[count++] = esp::RxFrame{.frame = frame};
  }
  if (count > 0) decrypt_and_deliver(count);
  return taken >= kBurst;
}

bool Receiver::wanted(ByteView frame) const {
  if ((core_.port_flags & SPA_PORT_PROMISC) != 0) return true;
  const ByteView to = frame.first(core_.mac.size());
  if (std::equal(to.begin(), to.end(), core_.mac.begin())) return true;
  const bool broadcast =
      std::all_of(to.begin(), to.end(), [](std::uint8_t octet) { return octet == 0xff; });
  return broadcast || ((to[0] & 1) != 0 && (core_.port_flags & SPA_PORT_ALLMULTI) != 0);
}

void Receiver::decrypt_and_deliver(std::size_t count) {
  core_.engine->decrypt(std::span(burst_).first(count));
  for (std::size_t i = 0; i < count; ++i) {
    if (admit_packet(core_, burst_[i])) deliver(burst_[i]);
  }
  for (Queue& queue : queues_) queue.flush();
}

// The queue that the table names. Without one the driver gets all flows on the queues that run.
Queue* Receiver::choose(const FlowHash& hash) {
  std::uint32_t entry = core_.rss.entry(hash);
  if (core_.rss.has_table()) return queues_[entry].running() ? &queues_[entry] : nullptr;
  const auto running = static_cast<std::uint32_t>(std::count_if(
      queues_.begin(), queues_.end(), [](const Queue& queue) { return queue.running(); }));
  if (running == 0) return nullptr;
  entry %= running;
  for (Queue& queue : queues_) {
    if (queue.running() && entry-- == 0) return &queue;
  }
  return nullptr;
}

void Receiver::drop(Queue* queue) {
  ++core_.counters.rx_no_buffer;
  if (queue != nullptr) queue->drop();
}

void Receiver::deliver(const esp::RxFrame& frame) {
  const FlowHash hash = core_.rss.hash(frame);
  Queue* queue = choose(hash);
  spa_rx_desc buffer{};
  if (queue == nullptr || queue->pending() == 0 || queue->room() == 0) {
    drop(queue);
    return;
  }
  if (!queue->fetch(0, buffer)) return;
  if (from_le(buffer.length) < frame.frame.size()) {
    drop(queue);
    return;
  }
  spa_completion completion{};
  completion.tag = to_le(std::uint64_t{hash.kind} << 32 | hash.value);
  completion.index = to_le(queue->head());
  completion.length = to_le(static_cast<std::uint32_t>(frame.frame.size()));
  completion.sa_index = to_le(frame.sa_index);
  completion.sa_generation = to_le(frame.sa_generation);
  completion.status = frame.status;
  std::uint16_t flags = 0;
  if (frame.packet_mode) {
    flags |= SPA_CPL_PACKET;
    completion.seq[0] = to_le(static_cast<std::uint16_t>(frame.seq));
    completion.seq[1] = to_le(static_cast<std::uint16_t>(frame.seq >> 16));
  } else {
    if (frame.is_esp) flags |= SPA_CPL_ESP;
    if (frame.decrypted) flags |= SPA_CPL_DECRYPTED;
  }
  if (frame.decrypted ? inner_checksums_right(frame)
                      : !frame.is_esp && checksums_right(frame.frame)) {
    flags |= SPA_CPL_CSUM_OK;
    ++core_.counters.rx_csum_ok;
  }
  completion.flags = to_le(flags);
  queue->consume(1);
  if (core_.faults.garbage_due(kFaultGarbageRx)) core_.faults.noise(frame.frame);
  if (core_.dma.write(from_le(buffer.addr), frame.frame)) {
    ++core_.counters.rx_frames;
    core_.counters.rx_bytes += frame.frame.size();
  } else {
    completion.length = 0;
    completion.flags = 0;
    completion.status = SPA_E_DMA;
  }
  faults_.spoil_rx(completion);
  queue->post(completion);
}

}  // namespace spa::card
