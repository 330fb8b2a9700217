// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/receiver.h"

#include <algorithm>

#include "firmware-sim/model/checksum.h"

namespace spa::card {
namespace {

constexpr std::size_t kEthernetHeader = 14;
constexpr std::size_t kAddresses = 12;   // both Ethernet addresses
constexpr std::size_t kFlowOctets = 54;  // up to where TCP over IPv4 ends its fixed header

// Spreads flows over queues: FNV-1a over the parts of the headers that are the same for all packets
// of a flow (IPv4 or IPv6 addresses, and the ports or the SPI behind an IPv4 header without
// options).
std::uint32_t flow_hash(ByteView frame) {
  std::uint32_t hash = 2166136261u;
  const auto mix = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to && i < frame.size(); ++i)
      hash = (hash ^ frame[i]) * 16777619u;
  };
  const std::uint16_t type = load_be16(&frame[kAddresses]);
  if (type == 0x0800) {
    mix(kEthernetHeader + 12, kEthernetHeader + 24);
  } else if (type == 0x86dd) {
    mix(kEthernetHeader + 8, kEthernetHeader + 44);
  } else {
    mix(0, std::min(kAddresses, kFlowOctets));
  }
  return hash;
}

}  // namespace

Receiver::Receiver(Core& core, std::span<Queue> queues)
    : core_(core), queues_(queues), faults_(core.config.faults) {
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
  for (std::size_t i = 0; i < count; ++i) deliver(burst_[i]);
  for (Queue& queue : queues_) queue.flush();
}

// Among the queues that run; null when none does.
Queue* Receiver::choose(ByteView frame) {
  const auto running = static_cast<std::uint32_t>(std::count_if(
      queues_.begin(), queues_.end(), [](const Queue& queue) { return queue.running(); }));
  if (running == 0) return nullptr;
  std::uint32_t skip = running == 1 ? 0 : flow_hash(frame) % running;
  for (Queue& queue : queues_) {
    if (queue.running() && skip-- == 0) return &queue;
  }
  return nullptr;
}

void Receiver::deliver(const esp::RxFrame& frame) {
  Queue* queue = choose(frame.frame);
  spa_rx_desc buffer{};
  if (queue == nullptr || queue->pending() == 0 || queue->room() == 0) {
    ++core_.counters.rx_no_buffer;
    return;
  }
  if (!queue->fetch(0, buffer)) return;
  if (from_le(buffer.length) < frame.frame.size()) {
    ++core_.counters.rx_no_buffer;
    return;
  }
  spa_completion completion{};
  completion.index = to_le(queue->head());
  completion.length = to_le(static_cast<std::uint32_t>(frame.frame.size()));
  completion.sa_index = to_le(frame.sa_index);
  completion.sa_generation = to_le(frame.sa_generation);
  completion.status = frame.status;
  std::uint16_t flags = 0;
  if (frame.is_esp) flags |= SPA_CPL_ESP;
  if (frame.decrypted) flags |= SPA_CPL_DECRYPTED;
  if (frame.decrypted ? inner_checksums_right(frame)
                      : !frame.is_esp && checksums_right(frame.frame)) {
    flags |= SPA_CPL_CSUM_OK;
    ++core_.counters.rx_csum_ok;
  }
  completion.flags = to_le(flags);
  queue->consume(1);
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
