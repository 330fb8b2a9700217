// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/transport/qtest_port.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cstdlib>
#include <filesystem>

namespace spa::card::test {
namespace {

class Qtest : public ::testing::Test {
 protected:
  Qtest() {
    std::string pattern = ::testing::TempDir() + "spa-qtest-XXXXXX";
    folder = ::mkdtemp(pattern.data());
    auto opened = QtestPort::listen(folder + "/irq");
    EXPECT_TRUE(opened) << opened.error();
    port = std::move(*opened);
  }
  ~Qtest() override { std::filesystem::remove_all(folder); }

  UniqueFd connect() {
    UniqueFd qemu(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = unix_address(folder + "/irq");
    EXPECT_EQ(::connect(qemu.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address),
              0);
    port->service();
    return qemu;
  }
  static std::string receive(const UniqueFd& qemu) {
    std::array<char, 65536> text;
    const auto got = ::recv(qemu.get(), text.data(), text.size(), MSG_DONTWAIT);
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  }

  std::string folder;
  std::unique_ptr<QtestPort> port;
};

TEST_F(Qtest, WritesMemoryInQtestsLanguage) {
  EXPECT_FALSE(port->write32(0xfee00000, 1)) << "nobody is there yet";
  const UniqueFd qemu = connect();
  EXPECT_TRUE(port->write32(0xfee01004, 0x4023));
  EXPECT_TRUE(port->write32(0x1'0000'0000, 0xffffffff));
  EXPECT_EQ(receive(qemu), "writel 0xfee01004 0x4023\nwritel 0x100000000 0xffffffff\n");
}

TEST_F(Qtest, ReadsTheAnswersAndWaitsForTheNextQemu) {
  UniqueFd qemu = connect();
  EXPECT_EQ(::send(qemu.get(), "OK\nOK\n", 6, 0), 6);
  port->service();
  EXPECT_TRUE(port->write32(0, 0));
  qemu.reset();
  port->service();
  EXPECT_FALSE(port->write32(0, 0));
  const UniqueFd next = connect();
  EXPECT_TRUE(port->write32(4, 5));
  EXPECT_EQ(receive(next), "writel 0x4 0x5\n");
}

// A QEMU that stands still must not stop the card, and gets no half a command when it goes on.
TEST_F(Qtest, NeverWaitsForAQemuThatDoesNotRead) {
  const UniqueFd qemu = connect();
  std::size_t taken = 0;
  while (port->write32(0xfee00000, 0x4021)) ++taken;
  EXPECT_GT(taken, 0u);
  const std::string line = "writel 0xfee00000 0x4021\n";
  std::string all;
  for (std::string part = receive(qemu); !part.empty(); part = receive(qemu)) all += part;
  EXPECT_TRUE(port->write32(0xfee00000, 0x4021));
  all += receive(qemu);
  ASSERT_EQ(all.size(), (taken + 1) * line.size());
  for (std::size_t at = 0; at < all.size(); at += line.size()) {
    ASSERT_EQ(all.compare(at, line.size(), line), 0) << at;
  }
}

}  // namespace
}  // namespace spa::card::test
