// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "firmware-sim/port/make_port.h"
#include "firmware-sim/port/queue_port.h"

namespace spa::card {
namespace {

class Dgram : public ::testing::Test {
 protected:
  Dgram() {
    std::string pattern = ::testing::TempDir() + "spa-port-XXXXXX";
    folder = ::mkdtemp(pattern.data());
  }
  ~Dgram() override { std::filesystem::remove_all(folder); }

  [[nodiscard]] Opened<std::unique_ptr<Port>> open(const std::string& local,
                                                   const std::string& remote) const {
    return make_port("dgram:" + folder + "/" + local + "," + folder + "/" + remote);
  }
  static Bytes receive(Port& port, std::size_t room = 2000) {
    Bytes buffer(room);
    const auto length = port.receive(buffer);
    buffer.resize(std::min(length.value_or(0), room));
    return buffer;
  }

  std::string folder;
};

TEST_F(Dgram, CarriesFramesBothWaysWithTheirBorders) {
  const auto a = open("a", "b");
  const auto b = open("b", "a");
  ASSERT_TRUE(a && b);
  const Bytes one(60, 1);
  const Bytes two(1514, 2);
  EXPECT_TRUE((*a)->send(one));
  EXPECT_TRUE((*a)->send(two));
  EXPECT_TRUE((*b)->send(two));
  EXPECT_EQ(receive(**b), one);
  EXPECT_EQ(receive(**b), two);
  EXPECT_EQ(receive(**a), two);
  Bytes buffer(10);
  EXPECT_EQ((*a)->receive(buffer), std::nullopt);
  EXPECT_TRUE((*a)->link_up());
}

TEST_F(Dgram, LosesWhatHasNoFarEndAndNeverWaits) {
  const auto a = open("a", "b");
  ASSERT_TRUE(a);
  EXPECT_FALSE((*a)->send(Bytes(60)));
  const auto b = open("b", "a");
  int sent = 0;
  while (sent < 1000000 && (*a)->send(Bytes(1500))) ++sent;
  EXPECT_LT(sent, 1000000) << "a far end that does not read fills up";
  EXPECT_GT(sent, 0);
}

TEST_F(Dgram, TellsTheTrueLengthOfAFrameThatDoesNotFit) {
  const auto a = open("a", "b");
  const auto b = open("b", "a");
  EXPECT_TRUE((*a)->send(Bytes(300, 7)));
  Bytes buffer(100);
  EXPECT_EQ((*b)->receive(buffer), std::optional<std::size_t>(300));
  EXPECT_TRUE((*a)->send(Bytes(50)));
  EXPECT_EQ((*b)->receive(buffer), std::optional<std::size_t>(50)) << "the rest is gone";
}

TEST_F(Dgram, RemovesItsSocketAndReplacesADeadOne) {
  {
    ASSERT_TRUE(open("a", "b"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder + "/a"));
  // The socket's file outlives the descriptor that nobody unlinked.
  {
    const UniqueFd dead = *bind_unix(folder + "/a", SOCK_DGRAM);
  }
  EXPECT_TRUE(std::filesystem::exists(folder + "/a"));
  EXPECT_TRUE(open("a", "b"));
}

TEST_F(Dgram, SaysWhatIsWrong) {
  const auto a = open("a", "b");
  const auto twice = open("a", "c");
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().find("another process"), std::string::npos);
  std::ofstream(folder + "/file") << "precious";
  const auto file = open("file", "b");
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().find("not a socket"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(folder + "/file"));
  EXPECT_FALSE(open(std::string(200, 'x'), "b"));
  EXPECT_FALSE(open("no/such/folder", "b"));
  for (const char* text : {"", "dgram", "dgram:", "dgram:/tmp/x", "dgram:,",
                           "tap:", "tap:a-name-that-is-too-long", "udp:1,2"}) {
    EXPECT_FALSE(make_port(text)) << text;
  }
}

TEST(NoWire, LosesEverythingAndHasNoLink) {
  const auto port = make_port("none");
  ASSERT_TRUE(port);
  EXPECT_FALSE((*port)->send(Bytes(60)));
  EXPECT_FALSE((*port)->link_up());
  EXPECT_EQ((*port)->fd(), -1);
}

TEST(QueueWire, IsBounded) {
  auto [a, b] = QueuePort::pair();
  for (std::size_t i = 0; i < QueuePort::kMaxFrames; ++i) ASSERT_TRUE(a->send(Bytes(1)));
  EXPECT_FALSE(a->send(Bytes(1)));
  EXPECT_TRUE(b->send(Bytes(1))) << "the other way is free";
}

}  // namespace
}  // namespace spa::card
