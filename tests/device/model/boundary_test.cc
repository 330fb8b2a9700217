// SPDX-License-Identifier: Apache-2.0
// Every register, and every word of every structure that a driver writes, at its limits and beyond.
// Issue: "the simulator never crashes and never touches memory outside the guest's". The host's
// memory is exactly as long as it is mapped, so a sanitizer sees a step beyond it; here the test
// also knows which part of it the card may write.
#include "tests/device/model/super_frame.h"

namespace spa::card::test {
namespace {

constexpr std::array<std::uint32_t, 9> kValues{
    0, 1, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};

// A status that the contract knows; 0xff: no completion, which only a card that stopped may do.
bool known(unsigned status) {
  return status <= SPA_E_NO_SA;
}

class Boundary : public PortTest {
 protected:
  Boundary() : PortTest(Config{.sa_entries = 64, .policy_entries = 64}) {
    EXPECT_TRUE(host.dma.add(kOutput, output_.data(), output_.size()));
    host.give_buffers(8);
    host.keep();
  }
  // What the card writes goes where no ring is, whatever the low word of its address says.
  static constexpr std::uint64_t kOutput = 0x2'0000'0000;
  [[nodiscard]] bool fatal() const { return (host.read(SPA_REG_STATUS) & SPA_STATUS_FATAL) != 0; }
  // The octets of a structure with one 16-bit word replaced, one word after the other.
  template <typename T, typename Use>
  void each_word(const T& good, Use use) {
    for (std::size_t at = 0; at + 2 <= sizeof(T); at += 2) {
      for (const std::uint16_t value : {0, 1, 0x7fff, 0x8000, 0xfffe, 0xffff}) {
        T entry = good;
        store_le(octets_of(entry), at, value);
        SCOPED_TRACE("octet " + std::to_string(at) + ", value " + std::to_string(value));
        use(entry);
        ASSERT_FALSE(HasFatalFailure());
        ASSERT_FALSE(fatal());
        host.rewind();
        while (!from_wire().empty()) {
        }
      }
    }
  }
  [[nodiscard]] spa_admin_cmd command(std::uint16_t opcode, std::uint64_t address,
                                      std::size_t length) {
    spa_admin_cmd made{};
    made.opcode = to_le(opcode);
    made.index = to_le(3u);
    made.generation = to_le(7u);
    made.addr = to_le(address);
    made.length = to_le(static_cast<std::uint32_t>(length));
    return made;
  }
  unsigned submit(spa_admin_cmd made) {
    host.post(host.admin_queue, made);
    host.ring(host.admin_queue);
    host.poll();
    const auto completion = host.next(host.admin_queue);
    return completion ? completion->status : 0xffu;
  }
  std::vector<std::uint8_t> output_ = std::vector<std::uint8_t>(0x10000 + 4096);

  void clean() {
    EXPECT_EQ(submit(command(SPA_CMD_SA_FLUSH, 0, 0)), unsigned{SPA_OK});
    EXPECT_EQ(submit(command(SPA_CMD_POLICY_FLUSH, 0, 0)), unsigned{SPA_OK});
  }
};

TEST_F(Boundary, EveryRegisterTakesEveryValueAndAResetMendsIt) {
  for (std::uint32_t offset = 0; offset < SPA_BAR_SIZE + 8; offset += 4) {
    if (offset == SPA_QUEUE_REGS_BASE + SPA_QUEUES * SPA_QUEUE_REGS_STRIDE)
      offset = SPA_DOORBELL_BASE;  // nothing is between them
    if (offset == SPA_DOORBELL_BASE + SPA_QUEUES * SPA_DOORBELL_STRIDE) offset = SPA_BAR_SIZE;
    for (const std::uint32_t value : kValues) {
      host.device.reg_write(offset, value);
      host.device.poll();
      (void)host.device.reg_read(offset);
    }
  }
  host.write(SPA_REG_CONTROL, SPA_CONTROL_RESET);
  EXPECT_EQ(host.read(SPA_REG_STATUS), std::uint32_t{SPA_STATUS_READY});
  host.admin_queue = host.start_queue(SPA_QUEUE_ADMIN, 16, sizeof(spa_admin_cmd));
  host.enable();
  EXPECT_EQ(submit({}), unsigned{SPA_OK});
}

TEST_F(Boundary, AccessesOfEveryWidthAndAlignment) {
  for (std::uint64_t offset = SPA_BAR_SIZE - 16; offset < SPA_BAR_SIZE + 16; ++offset) {
    for (std::size_t width = 0; width <= 16; ++width) {
      Bytes octets(width, 0xff);
      host.device.bar_write(offset, octets);
      host.device.bar_read(offset, octets);
    }
  }
  Bytes octets(8);
  host.device.bar_read(~std::uint64_t{3}, octets);
  EXPECT_EQ(octets, Bytes(8));
}

TEST_F(Boundary, EveryQueueRegisterOfEveryQueueBeforeItStarts) {
  for (std::uint32_t queue = 0; queue < SPA_QUEUES; ++queue) {
    for (std::uint32_t reg = 0; reg < SPA_QUEUE_REGS_STRIDE; reg += 4) {
      for (const std::uint32_t value : kValues) {
        host.write(SPA_REG_CONTROL, SPA_CONTROL_RESET);
        host.enable();
        host.write(SPA_REG_QUEUE(queue, SPA_QREG_SQ_SIZE), queue == SPA_QUEUE_EVENT ? 0 : 8);
        host.write(SPA_REG_QUEUE(queue, SPA_QREG_CQ_SIZE), 8);
        host.write(SPA_REG_QUEUE(queue, reg), value);
        host.write(SPA_REG_QUEUE(queue, SPA_QREG_CONTROL), SPA_QUEUE_CONTROL_ENABLE);
        host.write(SPA_DOORBELL_SQ(queue), 8);
        host.write(SPA_DOORBELL_CQ(queue), SPA_DOORBELL_ARM);
        host.device.poll();
        host.device.tick();
      }
    }
  }
  host.write(SPA_REG_CONTROL, SPA_CONTROL_RESET);
  EXPECT_EQ(host.read(SPA_REG_STATUS), std::uint32_t{SPA_STATUS_READY});
}

TEST_F(Boundary, EveryWordOfATxDescriptor) {
  host.add_sa(5, gcm_sa(true));
  const auto sent = [&](const spa_tx_desc& entry) {
    spa_tx_desc ends = entry;
    ends.flags |= to_le(std::uint16_t{SPA_TX_END});
    EXPECT_TRUE(known(host.send(ends)));
  };
  host.keep();
  const Bytes esp = esp_frame(1, 58, mac);
  each_word(host.esp_descriptor(esp, 5, 7), sent);
  const Bytes packet = in_ethernet(mac, ip_packet({}, 900));
  spa_tx_desc tso = host.descriptor(packet, SPA_TX_END | SPA_TX_TSO | SPA_TX_CSUM);
  tso.mss = to_le(std::uint16_t{100});
  tso.csum_start = to_le(std::uint16_t{34});
  tso.csum_offset = 16;
  host.keep();
  each_word(tso, sent);
  tso.flags |= to_le(std::uint16_t{SPA_TX_ESP});
  tso.sa_index = to_le(5u);
  tso.sa_generation = to_le(7u);
  each_word(tso, sent);
}

TEST_F(Boundary, EveryWordOfAFrameThatIsCut) {
  host.add_sa(5, gcm_sa(true));
  host.keep();
  Bytes frame = esp_frame(1, 2, mac);
  frame.resize(kTextAt);
  const Bytes packet = ip_packet({}, 700);
  frame.insert(frame.end(), packet.begin(), packet.end());
  for (std::size_t at = 0; at < kTextAt + 60; ++at) {
    for (const std::uint8_t value : {0x00, 0x01, 0x0f, 0x40, 0x7f, 0x80, 0xff}) {
      Bytes changed = frame;
      changed[at] = value;
      spa_tx_desc entry = host.esp_descriptor(changed, 5, 7);
      entry.flags |= to_le(std::uint16_t{SPA_TX_TSO});
      entry.mss = to_le(std::uint16_t{256});
      entry.csum_start = to_le(std::uint16_t{kTextAt + 20});
      entry.csum_offset = 16;
      entry.next_header = 4;
      EXPECT_TRUE(known(host.send(entry))) << at;
      while (!from_wire().empty()) {
      }
      host.rewind();
    }
  }
}

TEST_F(Boundary, EveryWordOfAnRxDescriptor) {
  each_word(spa_rx_desc{.addr = to_le(kOutput), .length = to_le(64u), .reserved = 0},
            [&](const spa_rx_desc& entry) {
              // A buffer that is too short stays for ever, so each gets a queue of its own.
              host.write(SPA_REG_QUEUE(SPA_QUEUE_RX(0), SPA_QREG_CONTROL), 0);
              host.rx = host.start_queue(SPA_QUEUE_RX(0), 16, sizeof(spa_rx_desc));
              host.post(host.rx, entry);
              host.ring(host.rx);
              wire->send(plain_frame(mac, 64));
              host.poll();
              const auto completion = host.next(host.rx);
              ASSERT_TRUE(!completion || known(completion->status));
            });
}

TEST_F(Boundary, EveryWordOfEveryAdminCommand) {
  for (std::uint16_t opcode = 0; opcode <= SPA_CMD_HEALTH_READ + 2; ++opcode) {
    const std::uint64_t address = kOutput + 0x1000;
    for (const std::size_t length : {64u, 128u, 192u, 256u, 384u}) {
      each_word(command(opcode, address, length),
                [&](const spa_admin_cmd& entry) { ASSERT_TRUE(known(submit(entry))); });
    }
    clean();
  }
}

TEST_F(Boundary, EveryWordOfAnSa) {
  spa_sa good = gcm_sa(true);
  good.flags |= to_le(std::uint32_t{SPA_SA_PACKET | SPA_SA_TUNNEL});
  good.reqid = to_le(1u);
  good.selector.family = 4;
  const std::uint64_t address = host.allocate(sizeof good);
  const Bytes packet = in_ethernet(mac, ip_packet({}, 100));
  const spa_tx_desc frame = host.descriptor(packet, SPA_TX_END | SPA_TX_PACKET);
  host.keep();
  for (const bool outbound : {true, false}) {
    if (!outbound) good.flags &= ~std::uint32_t{SPA_SA_OUTBOUND};
    each_word(good, [&](const spa_sa& entry) {
      host.put(address, entry);
      ASSERT_TRUE(known(submit(command(SPA_CMD_SA_ADD, address, sizeof entry))));
      ASSERT_TRUE(known(host.send(frame)));
      wire->send(esp_frame(1, 58, mac));
      host.poll();
      ASSERT_EQ(submit(command(SPA_CMD_SA_FLUSH, 0, 0)), unsigned{SPA_OK});
    });
  }
}

TEST_F(Boundary, EveryWordOfAPolicyAnUpdateAndAnRssTable) {
  spa_policy policy{};
  policy.selector.family = 4;
  policy.direction = SPA_POLICY_OUT;
  policy.action = SPA_POLICY_PROTECT;
  policy.reqid = to_le(1u);
  const std::uint64_t address = host.allocate(384);
  const Bytes packet = in_ethernet(mac, ip_packet({}, 100));
  const spa_tx_desc frame = host.descriptor(packet, SPA_TX_END | SPA_TX_PACKET);
  host.keep();
  each_word(policy, [&](const spa_policy& entry) {
    host.put(address, entry);
    ASSERT_TRUE(known(submit(command(SPA_CMD_POLICY_ADD, address, sizeof entry))));
    ASSERT_TRUE(known(host.send(frame)));
    wire->send(packet);
    host.poll();
    ASSERT_EQ(submit(command(SPA_CMD_POLICY_FLUSH, 0, 0)), unsigned{SPA_OK});
  });
  host.add_sa(3, gcm_sa(true));
  host.keep();
  each_word(spa_sa_update{.flags = to_le(std::uint32_t{SPA_SA_UPDATE_SEQ | SPA_SA_UPDATE_LIMITS})},
            [&](const spa_sa_update& entry) {
              host.put(address, entry);
              ASSERT_TRUE(known(submit(command(SPA_CMD_SA_UPDATE, address, sizeof entry))));
            });
  each_word(spa_rss{.flags = to_le(std::uint32_t{SPA_RSS_IPV4})}, [&](const spa_rss& entry) {
    host.put(address, entry);
    ASSERT_TRUE(known(submit(command(SPA_CMD_RSS_SET, address, sizeof entry))));
    wire->send(packet);
    host.poll();
  });
}

TEST_F(Boundary, EveryWordOfAPublicKeyCommand) {
  DriverQueue pk = host.start_queue(SPA_QUEUE_PK(0), 16, sizeof(spa_pk_cmd));
  host.keep();
  spa_pk_cmd good{};
  good.op = to_le(std::uint16_t{SPA_PK_DH_GENERATE});
  good.alg = to_le(std::uint16_t{SPA_PK_X25519});
  good.in_addr = to_le(kOutput);
  good.out_addr = to_le(kOutput + 0x100);
  good.out_length = to_le(32u);
  each_word(good, [&](const spa_pk_cmd& entry) {
    host.post(pk, entry);
    host.ring(pk);
    const auto completion = host.wait(pk);
    ASSERT_TRUE(completion);
    ASSERT_TRUE(known(completion->status));
    if (completion->status == SPA_OK) {
      spa_admin_cmd release = command(SPA_CMD_OWNER_RELEASE, 0, 0);
      release.index = entry.owner;
      ASSERT_EQ(submit(release), unsigned{SPA_OK});
    }
  });
}

TEST_F(Boundary, EveryDoorbellValueOnEveryQueue) {
  for (std::uint32_t queue = 0; queue < SPA_QUEUES; ++queue) {
    for (const std::uint32_t value : kValues) {
      for (const std::uint32_t bell : {SPA_DOORBELL_SQ(queue), SPA_DOORBELL_CQ(queue)}) {
        host.write(bell, value);
        host.device.poll();
      }
    }
  }
  host.write(SPA_REG_CONTROL, SPA_CONTROL_RESET);
  EXPECT_FALSE(fatal());
}

}  // namespace
}  // namespace spa::card::test
