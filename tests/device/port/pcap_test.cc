// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/port/pcap.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "firmware-sim/port/queue_port.h"
#include "firmware-sim/rings/little_endian.h"

namespace spa::card {
namespace {

class Pcap : public ::testing::Test {
 protected:
  Pcap() {
    path = ::testing::TempDir() + "spa-pcap-XXXXXX";
    const UniqueFd made(::mkstemp(path.data()));
  }
  ~Pcap() override { ::unlink(path.c_str()); }

  [[nodiscard]] Bytes content() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string path;
};

TEST_F(Pcap, HasAHeaderOfTheClassicKind) {
  ASSERT_TRUE(PcapFile::create(path));
  const Bytes octets = content();
  ASSERT_EQ(octets.size(), 24u);
  EXPECT_EQ(load_le<std::uint32_t>(octets, 0), 0xa1b2c3d4u);
  EXPECT_EQ(load_le<std::uint16_t>(octets, 4), 2);
  EXPECT_EQ(load_le<std::uint16_t>(octets, 6), 4);
  EXPECT_EQ(load_le<std::uint32_t>(octets, 20), 1u) << "Ethernet";
}

TEST_F(Pcap, RecordsBothDirectionsAndIsCompleteAfterEveryFrame) {
  auto [near, far] = QueuePort::pair();
  RecordingPort port(std::move(near), *PcapFile::create(path));
  EXPECT_TRUE(port.send(Bytes(60, 1)));
  EXPECT_EQ(content().size(), 24u + 16 + 60);
  far->send(Bytes(100, 2));
  Bytes buffer(80);
  EXPECT_EQ(port.receive(buffer), std::optional<std::size_t>(100));
  const Bytes octets = content();
  ASSERT_EQ(octets.size(), 24u + 16 + 60 + 16 + 80);
  EXPECT_EQ(load_le<std::uint32_t>(octets, 24 + 8), 60u);
  EXPECT_EQ(load_le<std::uint32_t>(octets, 24 + 12), 60u);
  EXPECT_EQ(octets[40], 1);
  EXPECT_EQ(load_le<std::uint32_t>(octets, 100 + 8), 80u) << "what was kept";
  EXPECT_EQ(load_le<std::uint32_t>(octets, 100 + 12), 100u) << "what it was";
  EXPECT_EQ(port.receive(buffer), std::nullopt);
  EXPECT_EQ(content().size(), octets.size());
}

TEST_F(Pcap, SaysWhenTheFileCannotBeWritten) {
  const auto file = PcapFile::create("/dev/full");
  EXPECT_FALSE(file) << "the header cannot be written";
  EXPECT_FALSE(PcapFile::create("/no/such/folder/file"));
}

}  // namespace
}  // namespace spa::card
