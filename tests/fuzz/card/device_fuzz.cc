// SPDX-License-Identifier: Apache-2.0
// A driver that does anything, over memory that holds anything. The input's second half fills the
// host's memory; the first half is a row of steps of 8 octets: what (1), where (3), value (4).
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "firmware-sim/model/device.h"
#include "firmware-sim/port/queue_port.h"
#include "firmware-sim/transport/in_process.h"

namespace {

using namespace spa::card;

constexpr std::uint64_t kBase = 0x10000;
constexpr std::size_t kMemory = 64 * 1024;
constexpr std::size_t kStep = 8;
constexpr std::uint32_t kRing = 8;

// One card for all inputs: function_reset() is power-on state.
class Driver {
 public:
  Driver() : Driver(QueuePort::pair()) {}

  void restart(ByteView content) {
    (void)device_.fault("clear");
    device_.function_reset();
    while (
        device_.poll()) {  // a port that is down throws away what the last input left on the wire
    }
    std::fill(memory_.begin(), memory_.end(), std::uint8_t{0});
    std::copy_n(content.begin(), std::min(content.size(), memory_.size()), memory_.begin());
  }

  void step(std::uint8_t what, std::uint32_t where, std::uint32_t value) {
    const std::uint32_t queue = where % SPA_QUEUES;
    switch (what % 11) {
      case 0:
        device_.reg_write(where % (2 * SPA_BAR_SIZE), value);
        break;
      case 1:
        start_queue(queue, value);
        break;
      case 2:
        ring_sq(queue, value);
        break;
      case 3:
        device_.reg_write(SPA_DOORBELL_CQ(queue), value);
        break;
      case 4:
        memory_[where % kMemory] = static_cast<std::uint8_t>(value);
        break;
      case 5:
        wire_->send(ByteView(memory_).subspan(where % 4096, value % 12000));
        break;
      case 6:
        config(where, value);
        break;
      case 7:
        command(where, value);
        break;
      case 8:
        fault(value);
        break;
      case 9:
        dump(where, value);
        break;
      default:
        device_.poll();
        device_.tick();
        (void)device_.reg_read(where % SPA_BAR_SIZE);
        break;
    }
  }

 private:
  explicit Driver(std::pair<std::unique_ptr<QueuePort>, std::unique_ptr<QueuePort>> ends)
      : memory_(kMemory),
        interrupts_([](unsigned) {}),
        wire_(std::move(ends.second)),
        device_(Config{.sa_entries = 64,
                       .policy_entries = 64,
                       .rx_queues = 2,
                       .ring_entries = 64,
                       .key_entries = 4,
                       .pk_threads = 0},
                dma_, interrupts_, std::move(ends.first)) {
    (void)dma_.add(kBase, memory_.data(), memory_.size());
  }
  // A set-up that works, so that the fuzzer gets to what lies behind.
  void start_queue(std::uint32_t queue, std::uint32_t at) {
    const auto base = static_cast<std::uint32_t>(kBase + (at & 0xffc0));
    device_.reg_write(SPA_REG_CONTROL, SPA_CONTROL_ENABLE);
    device_.reg_write(SPA_REG_QUEUE(queue, SPA_QREG_SQ_BASE_LO), base);
    device_.reg_write(SPA_REG_QUEUE(queue, SPA_QREG_SQ_SIZE), queue == SPA_QUEUE_EVENT ? 0 : kRing);
    device_.reg_write(SPA_REG_QUEUE(queue, SPA_QREG_CQ_BASE_LO), base ^ 0x4000);
    device_.reg_write(SPA_REG_QUEUE(queue, SPA_QREG_CQ_SIZE), kRing);
    device_.reg_write(SPA_REG_QUEUE(queue, SPA_QREG_CONTROL), SPA_QUEUE_CONTROL_ENABLE);
  }
  void ring_sq(std::uint32_t queue, std::uint32_t value) {
    const std::uint32_t head = device_.reg_read(SPA_REG_QUEUE(queue, SPA_QREG_SQ_HEAD));
    device_.reg_write(SPA_DOORBELL_SQ(queue), head + value % (kRing + 1));
    device_.poll();
  }
  // A command with the length that belongs to it, so that the fuzzer gets to what it does.
  void command(std::uint32_t where, std::uint32_t value) {
    const auto opcode = static_cast<std::uint16_t>(value % (SPA_CMD_HEALTH_READ + 2));
    spa_admin_cmd made{};
    made.opcode = opcode;
    made.index = value >> 8 & 7;
    made.generation = value >> 11 & 1;
    made.arg = value >> 8;
    made.addr = kBase + (opcode == SPA_CMD_SHADOW_SET ? where & 0xf000 : where & 0xffff);
    made.length = length_of(opcode);
    if (device_.reg_read(SPA_REG_QUEUE(SPA_QUEUE_ADMIN, SPA_QREG_STATUS)) == 0)
      start_queue(SPA_QUEUE_ADMIN, 0);
    const std::uint32_t head = device_.reg_read(SPA_REG_QUEUE(SPA_QUEUE_ADMIN, SPA_QREG_SQ_HEAD));
    const ByteView octets = octets_of(std::as_const(made));
    std::copy(octets.begin(), octets.end(),
              memory_.begin() + static_cast<std::ptrdiff_t>(head % kRing * sizeof made));
    ring_sq(SPA_QUEUE_ADMIN, 1);
    device_.reg_write(SPA_DOORBELL_CQ(SPA_QUEUE_ADMIN),
                      device_.reg_read(SPA_REG_QUEUE(SPA_QUEUE_ADMIN, SPA_QREG_CQ_TAIL)));
  }
  static std::uint32_t length_of(std::uint16_t opcode) {
    switch (opcode) {
      case SPA_CMD_SA_ADD:
        return sizeof(spa_sa);
      case SPA_CMD_SA_READ:
        return sizeof(spa_sa_stats);
      case SPA_CMD_STATS_READ:
        return sizeof(spa_port_stats);
      case SPA_CMD_SA_UPDATE:
        return sizeof(spa_sa_update);
      case SPA_CMD_POLICY_ADD:
        return sizeof(spa_policy);
      case SPA_CMD_RSS_SET:
        return sizeof(spa_rss);
      case SPA_CMD_SHADOW_SET:
        return SPA_SHADOW_SIZE;
      case SPA_CMD_HEALTH_READ:
        return sizeof(spa_health);
      default:
        return 0;
    }
  }
  void fault(std::uint32_t value) {
    constexpr std::array<const char*, 9> kCommands{
        "set hang",       "set silent-death", "set lose-state",          "set stall-queue 8",
        "set garbage-rx", "set status",       "set garbage-completions", "set lies",
        "clear"};
    (void)device_.fault(kCommands[value % kCommands.size()]);
  }
  void dump(std::uint32_t where, std::uint32_t value) {
    device_.reg_write(SPA_REG_DIAG_ADDR_LO, static_cast<std::uint32_t>(kBase + (where & 0xffff)));
    device_.reg_write(SPA_REG_DIAG_SIZE, value & 0xffff);
    device_.reg_write(SPA_REG_DIAG_CTRL, SPA_DIAG_DUMP);
  }
  void config(std::uint32_t offset, std::uint32_t value) {
    device_.config_write(offset % 0x1010,
                         ByteView(reinterpret_cast<const std::uint8_t*>(&value), sizeof value));
  }

  std::vector<std::uint8_t> memory_;
  DmaMap dma_;
  CallbackInterrupts interrupts_;
  std::unique_ptr<QueuePort> wire_;
  Device device_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  ByteView steps = input.first(size / 2);
  static Driver driver;
  driver.restart(input.subspan(size / 2));
  for (; steps.size() >= kStep; steps = steps.subspan(kStep)) {
    const std::uint32_t where = load_be32(&steps[0]) & 0xffffff;
    driver.step(steps[0], where, load_be32(&steps[4]));
  }
  return 0;
}
