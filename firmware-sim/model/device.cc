// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/device.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "firmware-sim/rings/little_endian.h"

namespace spa::card {
namespace {

constexpr std::uint32_t kFeatures =
    SPA_FEATURE_ESP_CRYPTO | SPA_FEATURE_ESN | SPA_FEATURE_UDP_ENCAP | SPA_FEATURE_PK |
    SPA_FEATURE_ESP_CSUM | SPA_FEATURE_ESP_TSO | SPA_FEATURE_TSO | SPA_FEATURE_RX_CSUM |
    SPA_FEATURE_RSS | SPA_FEATURE_COALESCE | SPA_FEATURE_SHADOW | SPA_FEATURE_ESP_PACKET |
    SPA_FEATURE_SA_UPDATE | SPA_FEATURE_HEALTH | SPA_FEATURE_QUEUE_DROPS;
constexpr std::uint32_t kSpeedMbit = 10000;
constexpr std::uint32_t kNothingThere = 0xffffffff;  // what a bus reads where no card answers
constexpr std::uint32_t kQueueRegsEnd = SPA_QUEUE_REGS_BASE + SPA_QUEUES * SPA_QUEUE_REGS_STRIDE;
constexpr std::uint32_t kDoorbellsEnd = SPA_DOORBELL_BASE + SPA_QUEUES * SPA_DOORBELL_STRIDE;

esp::NowFunction clock_of(const Config& config) {
  if (config.now) return config.now;
  return [] {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
  };
}

bool between(std::uint32_t offset, std::uint32_t first, std::uint32_t end) {
  return offset >= first && offset < end;
}

}  // namespace

Device::Device(const Config& config, DmaSpace& dma, Interrupts& interrupts,
               std::unique_ptr<Port> port)
    : core_(config, dma, std::move(port)),
      interrupts_(interrupts, core_.faults),
      queue_host_{dma,          interrupts_,         core_.health,
                  core_.faults, config.ring_entries, clock_of(config)},
      queues_(make_queues()),
      test_(dma, interrupts_, core_.faults),
      diagnostics_(core_, queue_host_, queues_,
                   [this](std::uint32_t offset) { return reg_read(offset); }),
      events_(queues_[SPA_QUEUE_EVENT], core_.health),
      pk_(core_, queues(SPA_QUEUE_PK(0), config.pk_queues)),
      admin_(core_, queue_host_, queues_, pk_, diagnostics_),
      receiver_(core_, queues(SPA_QUEUE_RX(0), config.rx_queues)) {
  for (std::uint32_t i = 0; i < config.tx_queues; ++i) {
    transmitters_.push_back(std::make_unique<Transmitter>(core_, queues_[SPA_QUEUE_TX(i)]));
  }
  clear_tables();
  core_.mac = config.mac;
  link_was_up_ = core_.port->link_up();
}

Device::~Device() = default;

std::vector<Queue> Device::make_queues() {
  const Config& config = core_.config;
  std::vector<Queue> made;
  made.reserve(SPA_QUEUES);
  const auto add = [&](std::uint32_t sq_entry, std::uint32_t cq_entry, bool present) {
    made.emplace_back(queue_host_, static_cast<std::uint32_t>(made.size()), sq_entry, cq_entry,
                      present);
  };
  add(sizeof(spa_admin_cmd), sizeof(spa_completion), true);
  add(0, sizeof(spa_event), true);
  for (std::uint32_t i = 0; i < SPA_QUEUE_PK_MAX; ++i) {
    add(sizeof(spa_pk_cmd), sizeof(spa_completion), i < config.pk_queues);
  }
  for (std::uint32_t i = 0; i < SPA_QUEUE_RX_MAX; ++i) {
    add(sizeof(spa_rx_desc), sizeof(spa_completion), i < config.rx_queues);
  }
  for (std::uint32_t i = 0; i < SPA_QUEUE_TX_MAX; ++i) {
    add(sizeof(spa_tx_desc), sizeof(spa_completion), i < config.tx_queues);
  }
  return made;
}

// Empties the table, which keeps its cryptographic library, and makes the engine, which counts
// since it was made, anew.
void Device::clear_tables() {
  core_.sas.flush();
  core_.policies.flush();
  core_.engine = std::make_unique<esp::Engine>(
      core_.sas, [this](const esp::Event& event) { events_.post(event); });
}

void Device::bar_read(std::uint64_t offset, MutableByteView into) {
  std::fill(into.begin(), into.end(), std::uint8_t{0});
  if (offset % 4 != 0 || into.size() % 4 != 0) return;
  for (std::size_t i = 0; i < into.size() && offset + i < SPA_BAR_SIZE; i += 4) {
    store_le(into, i, reg_read(static_cast<std::uint32_t>(offset + i)));
  }
}

void Device::bar_write(std::uint64_t offset, ByteView from) {
  if (offset % 4 != 0 || from.size() % 4 != 0) return;
  for (std::size_t i = 0; i < from.size() && offset + i < SPA_BAR_SIZE; i += 4) {
    reg_write(static_cast<std::uint32_t>(offset + i), load_le<std::uint32_t>(from, i));
  }
}

std::uint32_t Device::status() const {
  if (core_.health.fatal()) return SPA_STATUS_READY | SPA_STATUS_FATAL;
  return SPA_STATUS_READY | (enabled_ ? SPA_STATUS_ENABLED : 0);
}

std::uint32_t Device::link() const {
  return core_.port->link_up() ? kSpeedMbit << 8 | 1 : 0;
}

// Registers that never change.
std::uint32_t Device::identity(std::uint32_t offset) const {
  const Config& config = core_.config;
  switch (offset) {
    case SPA_REG_MAGIC:
      return SPA_MAGIC;
    case SPA_REG_VERSION:
      return SPA_VERSION_MAJOR << 16 | SPA_VERSION_MINOR;
    case SPA_REG_FEATURES:
      return kFeatures;
    case SPA_REG_LIMIT_SA:
      return config.sa_entries;
    case SPA_REG_LIMIT_QUEUES:
      return config.rx_queues | config.tx_queues << 8 | config.pk_queues << 16;
    case SPA_REG_LIMIT_RING:
      return config.ring_entries;
    case SPA_REG_LIMIT_FRAME:
      return config.frame_octets;
    case SPA_REG_LIMIT_KEYS:
      return config.key_entries;
    case SPA_REG_LIMIT_POLICY:
      return config.policy_entries;
    case SPA_REG_LIMIT_PK_DATA:
      return SPA_PK_DATA_MAX;
    default:
      return 0;
  }
}

std::uint32_t Device::reg_read(std::uint32_t offset) const {
  if (core_.faults.has(kFaultDead)) return kNothingThere;
  if (between(offset, SPA_QUEUE_REGS_BASE, kQueueRegsEnd)) {
    const std::uint32_t at = offset - SPA_QUEUE_REGS_BASE;
    return queues_[at / SPA_QUEUE_REGS_STRIDE].read_register(at % SPA_QUEUE_REGS_STRIDE);
  }
  if (between(offset, SPA_REG_TEST_VALUE, SPA_REG_TEST_DMA_RESULT + 4)) return test_.read(offset);
  if (between(offset, SPA_REG_DIAG_ADDR_LO, SPA_REG_DIAG_LENGTH + 4))
    return diagnostics_.read(offset);
  switch (offset) {
    case SPA_REG_STATUS:
      return status();
    case SPA_REG_CONTROL:
      return enabled_ ? SPA_CONTROL_ENABLE : 0;
    case SPA_REG_HEARTBEAT:
      return core_.health.heartbeat();
    case SPA_REG_ERROR:
      return core_.health.error();
    case SPA_REG_ERROR_INFO:
      return core_.health.info();
    case SPA_REG_MAC_LO:
      return load_le<std::uint32_t>(core_.mac, 0);
    case SPA_REG_MAC_HI:
      return load_le<std::uint16_t>(core_.mac, 4);
    case SPA_REG_LINK:
      return link();
    default:
      return identity(offset);
  }
}

void Device::reg_write(std::uint32_t offset, std::uint32_t value) {
  if (core_.faults.has(kFaultDead)) return;
  // What has its own logic works although nothing else does.
  if (between(offset, SPA_REG_DIAG_ADDR_LO, SPA_REG_DIAG_LENGTH + 4)) {
    diagnostics_.write(offset, value);
    return;
  }
  if (core_.faults.silent() && offset != SPA_REG_CONTROL) return;
  if (between(offset, SPA_DOORBELL_BASE, kDoorbellsEnd)) {
    doorbell(offset - SPA_DOORBELL_BASE, value);
  } else if (between(offset, SPA_QUEUE_REGS_BASE, kQueueRegsEnd)) {
    const std::uint32_t at = offset - SPA_QUEUE_REGS_BASE;
    queues_[at / SPA_QUEUE_REGS_STRIDE].write_register(at % SPA_QUEUE_REGS_STRIDE, value);
  } else if (between(offset, SPA_REG_TEST_VALUE, SPA_REG_TEST_DMA_RESULT + 4)) {
    test_.write(offset, value);
  } else if (offset == SPA_REG_CONTROL) {
    control(value);
  }
}

void Device::doorbell(std::uint32_t offset, std::uint32_t value) {
  Queue& queue = queues_[offset / SPA_DOORBELL_STRIDE];
  if (offset % SPA_DOORBELL_STRIDE == 0) {
    queue.ring_sq(value);
  } else {
    queue.ring_cq(value);
  }
}

void Device::control(std::uint32_t value) {
  if ((value & SPA_CONTROL_RESET) != 0) {
    reset();
    return;
  }
  if (core_.faults.silent()) return;
  enabled_ = (value & SPA_CONTROL_ENABLE) != 0;
}

void Device::reset() {
  enabled_ = false;
  core_.faults.on_reset();
  for (Queue& queue : queues_) queue.reset();
  queue_host_.shadow.reset();
  queue_host_.raised = 0;
  core_.rss.reset();
  pk_.reset();
  core_.keys.reset();
  clear_tables();
  core_.health.reset();
  core_.counters = {};
  core_.mac = core_.config.mac;
  core_.port_flags = 0;
  test_.reset();
  diagnostics_.reset();
}

void Device::function_reset() {
  reset();
  core_.health.power_on();
  pci_.reset();
}

void Device::config_write(std::uint64_t offset, ByteView from) {
  if (pci_.write(offset, from)) function_reset();
}

bool Device::poll() {
  if (!core_.faults.may_work(queue_host_.now())) return false;
  const bool run = running();
  bool more = false;
  if (run) {
    for (Queue& queue : queues_) queue.read_shadow();
    admin_.poll();
    pk_.poll();
    for (auto& transmitter : transmitters_) more |= transmitter->poll();
  }
  more |= receiver_.poll(run);
  if (!run) return more;
  events_.flush();
  for (Queue& queue : queues_) queue.flush();
  if (!more) {
    for (Queue& queue : queues_) more |= queue.rest();
  }
  return more;
}

std::optional<std::uint64_t> Device::deadline() const {
  if (!running()) return std::nullopt;
  std::optional<std::uint64_t> first;
  if (core_.faults.has(kFaultSlow)) first = core_.faults.works_at();
  for (const Queue& queue : queues_) {
    const auto at = queue.interrupt_at();
    if (at && (!first || *at < *first)) first = at;
  }
  return first;
}

tl::expected<std::string, std::string> Device::fault(std::string_view command) {
  auto reply = core_.faults.command(command);
  if (core_.faults.take_lost_state()) {
    core_.sas.flush();
    core_.policies.flush();
  }
  return reply;
}

void Device::tick() {
  if (core_.faults.silent()) return;
  core_.health.beat();
  const bool up = core_.port->link_up();
  if (std::exchange(link_was_up_, up) != up && enabled_) {
    events_.post(esp::Event{.type = SPA_EVENT_LINK});
    events_.flush();
  }
}

}  // namespace spa::card
