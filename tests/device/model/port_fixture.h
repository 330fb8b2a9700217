// SPDX-License-Identifier: Apache-2.0
// A host whose card has a wire, an admin queue, one rx and one tx ring, with the port up.
#pragma once

#include "tests/device/model/sa_fixture.h"

namespace spa::card::test {

inline constexpr std::uint32_t kBufferSize = 2048;

class WiredHost : public Host {
 public:
  WiredHost(const Config& config, std::unique_ptr<Port> wire)
      : Host(config, std::move(wire)),
        admin_queue(start_queue(SPA_QUEUE_ADMIN, 16, sizeof(spa_admin_cmd))),
        rx(start_queue(SPA_QUEUE_RX(0), 16, sizeof(spa_rx_desc))),
        tx(start_queue(SPA_QUEUE_TX(0), 64, sizeof(spa_tx_desc))) {
    enable();
    port_set(SPA_PORT_UP);
  }

  void port_set(std::uint64_t flags) {
    spa_admin_cmd command{};
    command.opcode = to_le(std::uint16_t{SPA_CMD_PORT_SET});
    command.arg = to_le(flags);
    EXPECT_EQ(admin(admin_queue, command), unsigned{SPA_OK});
  }
  void add_sa(std::uint32_t index, const spa_sa& sa) {
    EXPECT_EQ(admin(admin_queue, sa_add(*this, index, sa)), unsigned{SPA_OK});
  }
  [[nodiscard]] spa_port_stats stats() {
    const std::uint64_t at = allocate(sizeof(spa_port_stats));
    spa_admin_cmd command{};
    command.opcode = to_le(std::uint16_t{SPA_CMD_STATS_READ});
    command.addr = to_le(at);
    command.length = to_le(std::uint32_t{sizeof(spa_port_stats)});
    EXPECT_EQ(admin(admin_queue, command), unsigned{SPA_OK});
    return get<spa_port_stats>(at);
  }

  // One frame in one descriptor.
  [[nodiscard]] spa_tx_desc descriptor(ByteView frame, std::uint16_t flags = SPA_TX_END) {
    spa_tx_desc entry{};
    entry.addr = to_le(place(frame));
    entry.length = to_le(static_cast<std::uint16_t>(frame.size()));
    entry.flags = to_le(flags);
    return entry;
  }
  [[nodiscard]] spa_tx_desc esp_descriptor(ByteView frame, std::uint32_t sa,
                                           std::uint32_t generation) {
    spa_tx_desc entry = descriptor(frame, SPA_TX_END | SPA_TX_ESP);
    entry.esp_offset = to_le(std::uint16_t{kEspAt});
    entry.sa_index = to_le(sa);
    entry.sa_generation = to_le(generation);
    return entry;
  }
  // Posts, rings, polls and gives the status; 0xff when no completion came.
  unsigned send(const spa_tx_desc& entry) {
    post(tx, entry);
    ring(tx);
    poll();
    const auto completion = next(tx);
    return completion ? completion->status : 0xffu;
  }

  void give_buffers(std::uint16_t count, std::uint32_t size = kBufferSize) {
    for (std::uint16_t i = 0; i < count; ++i) {
      const std::uint64_t address = allocate(size);
      buffers[rx.tail] = address;
      post(rx, spa_rx_desc{.addr = to_le(address), .length = to_le(size), .reserved = 0});
    }
    ring(rx);
  }
  [[nodiscard]] Bytes received(const spa_completion& completion) {
    const MutableByteView octets =
        at(buffers.at(from_le(completion.index)), from_le(completion.length));
    return {octets.begin(), octets.end()};
  }

  DriverQueue admin_queue;
  DriverQueue rx;
  DriverQueue tx;
  std::map<std::uint16_t, std::uint64_t> buffers;  // by index of the descriptor
};

// A wired card and the far end of its wire.
class PortTest : public ::testing::Test {
 protected:
  explicit PortTest(const Config& config = {}) : PortTest(config, QueuePort::pair()) {}

  [[nodiscard]] Bytes from_wire() {
    Bytes frame(20000);
    const auto length = wire->receive(frame);
    frame.resize(length.value_or(0));
    return frame;
  }
  [[nodiscard]] static Bytes plain_frame(const MacAddress& to, std::size_t size = 64) {
    Bytes frame(size);
    std::copy(to.begin(), to.end(), frame.begin());
    for (std::size_t i = 6; i < size; ++i) frame[i] = static_cast<std::uint8_t>(i);
    return frame;
  }

  std::unique_ptr<QueuePort> wire;
  WiredHost host;
  MacAddress mac = Config{}.mac;

 private:
  PortTest(const Config& config,
           std::pair<std::unique_ptr<QueuePort>, std::unique_ptr<QueuePort>> ends)
      : wire(std::move(ends.second)), host(config, std::move(ends.first)) {}
};

}  // namespace spa::card::test
