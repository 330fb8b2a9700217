// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/transport/stream_server.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "tests/device/transport/vfio_user_client.h"

namespace spa::card::test {
namespace {

class Server : public ::testing::Test {
 protected:
  Server() {
    std::string pattern = ::testing::TempDir() + "spa-server-XXXXXX";
    folder = ::mkdtemp(pattern.data());
    auto opened =
        StreamServer::listen(path(), vfio_user_over(card.device, card.dma, card.interrupts),
                             [this](const std::string& line) { log += line + "\n"; });
    EXPECT_TRUE(opened) << opened.error();
    server = std::move(*opened);
  }
  ~Server() override {
    server.reset();
    std::filesystem::remove_all(folder);
  }

  [[nodiscard]] std::string path() const { return folder + "/card.sock"; }

  UniqueFd connect() {
    UniqueFd client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = unix_address(path());
    EXPECT_EQ(
        ::connect(client.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address), 0);
    server->service();
    return client;
  }
  static void send(const UniqueFd& client, ByteView octets, int fd = -1) {
    iovec part{const_cast<std::uint8_t*>(octets.data()), octets.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof fd)> control{};
    msghdr out{};
    out.msg_iov = &part;
    out.msg_iovlen = 1;
    if (fd >= 0) {
      out.msg_control = control.data();
      out.msg_controllen = control.size();
      cmsghdr* head = CMSG_FIRSTHDR(&out);
      head->cmsg_level = SOL_SOCKET;
      head->cmsg_type = SCM_RIGHTS;
      head->cmsg_len = CMSG_LEN(sizeof fd);
      std::memcpy(CMSG_DATA(head), &fd, sizeof fd);
    }
    ASSERT_EQ(::sendmsg(client.get(), &out, MSG_NOSIGNAL), static_cast<ssize_t>(octets.size()));
  }
  // What has come back; empty when nothing has, or the connection is closed.
  static Bytes receive(const UniqueFd& client) {
    Bytes octets(8192);
    const auto got = ::recv(client.get(), octets.data(), octets.size(), MSG_DONTWAIT);
    octets.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return octets;
  }
  static bool closed(const UniqueFd& client) {
    std::uint8_t octet = 0;
    return ::recv(client.get(), &octet, 1, MSG_DONTWAIT) == 0;
  }

  Card card;
  std::string folder;
  std::string log;
  std::unique_ptr<StreamServer> server;
};

TEST_F(Server, AnswersMessagesThatComeInPieces) {
  const UniqueFd client = connect();
  const Bytes hello = message(vu::kVersion, version_body());
  for (const std::uint8_t octet : hello) {
    EXPECT_TRUE(receive(client).empty());
    send(client, {&octet, 1});
    server->service();
  }
  EXPECT_EQ(reply_error(receive(client)), 0u);
}

TEST_F(Server, AnswersMessagesThatComeTogetherAndKeepsDescriptorsApart) {
  const UniqueFd client = connect();
  const Memfd memory(4096);
  const UniqueFd event(::eventfd(0, EFD_NONBLOCK));
  send(client, message(vu::kVersion, version_body()));
  send(client, message(vu::kDmaMap, map_body(0, 0, 4096)), memory.share().get());
  send(client,
       message(vu::kDeviceSetIrqs,
               irq_body(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER, 1, 1)),
       event.get());
  send(client, message(vu::kRegionWrite, access_body(0, SPA_REG_TEST_IRQ, 4).u32(1)));
  server->service();
  EXPECT_EQ(card.dma.ranges(), 1u);
  std::uint64_t raised = 0;
  EXPECT_EQ(::read(event.get(), &raised, sizeof raised), static_cast<ssize_t>(sizeof raised));
  EXPECT_EQ(raised, 1u);
}

TEST_F(Server, SurvivesAClientThatGoesAndTakesTheNext) {
  for (int round = 0; round < 3; ++round) {
    UniqueFd client = connect();
    send(client, message(vu::kVersion, version_body()));
    server->service();
    EXPECT_FALSE(receive(client).empty());
    EXPECT_EQ(card.device.reg_read(SPA_REG_CONTROL), 0u) << "fresh for every client";
    card.device.reg_write(SPA_REG_CONTROL, SPA_CONTROL_ENABLE);
    send(client, Bytes(9));  // and half a header
    client.reset();
    server->service();
    server->service();
  }
  EXPECT_NE(log.find("closed the connection"), std::string::npos);
}

TEST_F(Server, DropsAClientThatTalksNonsense) {
  for (const std::uint32_t size : {0u, 15u, 0x7fffffffu, 0xffffffffu}) {
    const UniqueFd client = connect();
    send(client, Body().u16(1).u16(vu::kVersion).u32(size).u32(0).u32(0));
    server->service();
    EXPECT_TRUE(closed(client)) << size;
  }
  const UniqueFd client = connect();
  send(client, message(vu::kDeviceReset, {}));
  server->service();
  EXPECT_TRUE(closed(client));
  EXPECT_NE(log.find("before VERSION"), std::string::npos);
}

TEST_F(Server, RefusesASocketThatIsTaken) {
  Card other;
  const auto second = StreamServer::listen(
      path(), vfio_user_over(other.device, other.dma, other.interrupts), [](const std::string&) {});
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().find("another process"), std::string::npos);
  server.reset();
  EXPECT_FALSE(std::filesystem::exists(path())) << "removed at the end";
}

}  // namespace
}  // namespace spa::card::test
