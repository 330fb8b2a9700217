// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/diagnostics.h"

#include <algorithm>
#include <utility>

namespace spa::card {
namespace {

// The registers that can be read, by offset.
constexpr std::uint32_t kRegisters[] = {
#define SPA_X(name, offset, access, text) (access) == SPA_WO ? 0xffffffffu : (offset),
    SPA_REGISTERS(SPA_X)
#undef SPA_X
};
constexpr std::uint32_t kQueueRegisters[] = {
#define SPA_X(name, offset, access, text) offset,
    SPA_QUEUE_REGISTERS(SPA_X)
#undef SPA_X
};

// Sections of a dump, one after the other.
class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) { out_.resize(sizeof(spa_dump)); }

  void section(spa_dump_type type, std::size_t number, ByteView content) {
    spa_dump_section head{};
    head.type = to_le(static_cast<std::uint16_t>(type));
    head.number = to_le(static_cast<std::uint16_t>(number));
    head.length = to_le(static_cast<std::uint32_t>(content.size()));
    append(octets_of(std::as_const(head)));
    append(content);
    out_.resize((out_.size() + 7) / 8 * 8);
    ++sections_;
  }
  void finish() {
    spa_dump head{};
    head.magic = to_le(SPA_DUMP_MAGIC);
    head.version = to_le(std::uint16_t{SPA_DUMP_VERSION});
    head.sections = to_le(sections_);
    head.length = to_le(static_cast<std::uint32_t>(out_.size()));
    const ByteView octets = octets_of(std::as_const(head));
    std::copy(octets.begin(), octets.end(), out_.begin());
  }

 private:
  void append(ByteView octets) { out_.insert(out_.end(), octets.begin(), octets.end()); }
  Bytes& out_;
  std::uint16_t sections_ = 0;
};

void add_pair(Bytes& to, std::uint32_t offset, std::uint32_t value) {
  const std::size_t at = to.size();
  to.resize(at + 8);
  store_le(to, at, offset);
  store_le(to, at + 4, value);
}

template <typename Taken>
Bytes bitmap(std::uint32_t entries, Taken taken) {
  Bytes bits((entries + 7) / 8);
  for (std::uint32_t i = 0; i < entries; ++i)
    if (taken(i)) bits[i / 8] |= static_cast<std::uint8_t>(1u << i % 8);
  return bits;
}

}  // namespace

spa_port_stats port_stats(const Core& core, const QueueHost& host) {
  spa_port_stats out{};
  const PortCounters& port = core.counters;
  const esp::EngineStats& engine = core.engine->stats();
  const std::uint64_t rx_esp_errors = engine.rx_format + engine.rx_lifetime;
  out.rx_frames = to_le(port.rx_frames);
  out.rx_bytes = to_le(port.rx_bytes);
  out.rx_no_buffer = to_le(port.rx_no_buffer);
  out.rx_too_long = to_le(port.rx_too_long);
  out.rx_esp_ok = to_le(engine.rx_ok);
  out.rx_esp_auth = to_le(engine.rx_auth);
  out.rx_esp_replay = to_le(engine.rx_replay);
  out.rx_esp_format = to_le(rx_esp_errors);
  out.rx_esp_no_sa = to_le(engine.rx_no_sa);
  out.tx_frames = to_le(port.tx_frames);
  out.tx_bytes = to_le(port.tx_bytes);
  out.tx_errors = to_le(port.tx_errors);
  out.tx_esp_ok = to_le(engine.tx_ok);
  out.tx_esp_errors = to_le(engine.tx_errors);
  out.pk_done = to_le(port.pk_done);
  out.pk_errors = to_le(port.pk_errors);
  out.tx_tso_frames = to_le(port.tx_tso_frames);
  out.tx_tso_segments = to_le(port.tx_tso_segments);
  out.rx_csum_ok = to_le(port.rx_csum_ok);
  out.tx_packet_protected = to_le(port.tx_packet_protected);
  out.tx_packet_bypassed = to_le(port.tx_packet_bypassed);
  out.tx_packet_blocked = to_le(port.tx_packet_blocked);
  out.tx_packet_no_sa = to_le(port.tx_packet_no_sa);
  out.rx_packet_ok = to_le(port.rx_packet_ok);
  out.rx_packet_selector = to_le(port.rx_packet_selector);
  out.rx_packet_blocked = to_le(port.rx_packet_blocked);
  out.events_lost = to_le(core.health.events_lost());
  out.interrupts = to_le(host.raised);
  return out;
}

spa_health Diagnostics::health() const {
  spa_health out{};
  const Health& health = core_.health;
  out.heartbeat = to_le(health.heartbeat());
  out.status = to_le(read_(SPA_REG_STATUS));
  out.error = to_le(health.error());
  out.error_info = to_le(health.info());
  out.resets = to_le(health.resets());
  out.failures = to_le(health.failures());
  out.sas = to_le(core_.sas.used());
  out.policies = to_le(core_.policies.used());
  out.keys = to_le(core_.keys.used());
  std::uint64_t running = 0;
  std::uint64_t failed = 0;
  for (const Queue& queue : queues_) {
    const std::uint32_t status = queue.read_register(SPA_QREG_STATUS);
    if ((status & SPA_QUEUE_STATUS_RUNNING) != 0) running |= std::uint64_t{1} << queue.number();
    if ((status & SPA_QUEUE_STATUS_ERROR) != 0) failed |= std::uint64_t{1} << queue.number();
  }
  out.queues_running = to_le(running);
  out.queues_error = to_le(failed);
  out.events_lost = to_le(health.events_lost());
  out.interrupts = to_le(host_.raised);
  for (std::size_t i = 0; i < SPA_HEALTH_ERRORS; ++i) {
    const Health::Record& record = health.last(i);
    out.last[i].error = to_le(record.error);
    out.last[i].info = to_le(record.info);
    out.last[i].heartbeat = to_le(record.heartbeat);
  }
  return out;
}

std::uint32_t Diagnostics::read(std::uint32_t offset) const {
  switch (offset) {
    case SPA_REG_DIAG_ADDR_LO:
      return address_low_;
    case SPA_REG_DIAG_ADDR_HI:
      return address_high_;
    case SPA_REG_DIAG_SIZE:
      return size_;
    case SPA_REG_DIAG_RESULT:
      return result_;
    case SPA_REG_DIAG_LENGTH:
      return length_;
    default:
      return 0;
  }
}

void Diagnostics::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case SPA_REG_DIAG_ADDR_LO:
      address_low_ = value;
      break;
    case SPA_REG_DIAG_ADDR_HI:
      address_high_ = value;
      break;
    case SPA_REG_DIAG_SIZE:
      size_ = value;
      break;
    case SPA_REG_DIAG_CTRL:
      result_ = value == SPA_DIAG_DUMP ? dump() : SPA_E_OPCODE;
      break;
    default:
      break;
  }
}

void Diagnostics::reset() {
  address_low_ = address_high_ = size_ = length_ = 0;
  result_ = SPA_OK;
}

spa_status Diagnostics::dump() {
  const Bytes made = make_dump();
  length_ = static_cast<std::uint32_t>(made.size());
  if (made.size() > size_) return SPA_E_SPACE;
  const std::uint64_t address = std::uint64_t{address_high_} << 32 | address_low_;
  return core_.dma.write(address, made) ? SPA_OK : SPA_E_DMA;
}

Bytes Diagnostics::make_dump() const {
  Bytes out;
  Writer writer(out);
  Bytes pairs;
  for (const std::uint32_t offset : kRegisters)
    if (offset != 0xffffffffu) add_pair(pairs, offset, read_(offset));
  writer.section(SPA_DUMP_REGISTERS, 0, pairs);
  for (const Queue& queue : queues_) {
    if (queue.read_register(SPA_QREG_CQ_SIZE) == 0) continue;
    pairs.clear();
    for (const std::uint32_t offset : kQueueRegisters)
      add_pair(pairs, offset, queue.read_register(offset));
    writer.section(SPA_DUMP_QUEUE, queue.number(), pairs);
  }
  const spa_health now = health();
  writer.section(SPA_DUMP_HEALTH, 0, octets_of(now));
  const spa_port_stats stats = port_stats(core_, host_);
  writer.section(SPA_DUMP_PORT_STATS, 0, octets_of(stats));
  writer.section(SPA_DUMP_SA_BITMAP, 0, bitmap(core_.sas.entries(), [this](std::uint32_t i) {
                   return std::as_const(core_.sas).at(i) != nullptr;
                 }));
  writer.section(SPA_DUMP_POLICY_BITMAP, 0,
                 bitmap(core_.policies.entries(),
                        [this](std::uint32_t i) { return core_.policies.taken(i); }));
  writer.finish();
  return out;
}

}  // namespace spa::card
