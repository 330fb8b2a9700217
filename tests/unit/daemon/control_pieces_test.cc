// SPDX-License-Identifier: Apache-2.0
// Long screens over the control socket.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <string>

#include "tests/unit/config/fake_backend.h"
#include "tests/unit/config/many_peers.h"
#include "userspace/config/session.h"
#include "userspace/control/line_reader.h"
#include "userspace/control/protocol.h"
#include "userspace/daemon/control_server.h"

namespace spa::daemon {
namespace {

constexpr std::size_t kPeers = 600;

class ControlPiecesTest : public testing::Test {
 protected:
  ControlPiecesTest() {
    EXPECT_TRUE(configuration.load(config::kDynamicHub));
    config::establish(backend, kPeers, true);
    auto listening = ControlServer::listen(loop, configuration, log, path);
    EXPECT_TRUE(listening) << listening.error().text;
    server = std::move(*listening);
  }

  [[nodiscard]] int connect() const {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size());
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
  }
  static void ask(int fd, std::uint64_t id, const std::string& line, bool json = false) {
    const std::string text =
        control::encode(control::Request{id, control::RequestType::kExecute, line, json});
    EXPECT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }

  // Lets the daemon work until it makes no more; how much it has made.
  std::size_t settle() {
    std::size_t before = 0;
    for (int still = 0, rounds = 0; still < 20 && rounds < 5000; ++rounds) {
      loop.run_for(Duration{5});
      still = before != 0 && backend.looked_at == before ? still + 1 : 0;
      before = backend.looked_at;
    }
    return before;
  }

  // The next message.
  std::optional<control::Reply> next(int fd, control::LineReader& reader) {
    for (int rounds = 0; rounds < 5000; ++rounds) {
      if (const auto line = reader.next()) {
        auto reply = control::decode_reply(*line);
        EXPECT_TRUE(reply);
        return reply ? std::optional(std::move(*reply)) : std::nullopt;
      }
      char buffer[65536];
      const ssize_t got = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
      if (got > 0)
        EXPECT_TRUE(reader.feed({buffer, static_cast<std::size_t>(got)}));
      else
        loop.run_for(Duration{1});
    }
    ADD_FAILURE() << "no answer";
    return std::nullopt;
  }

  // Everything up to the answer: its text, and its data.
  std::pair<std::string, std::string> all(int fd, std::uint64_t id) {
    control::LineReader reader(control::kMaxResponse);
    std::string text, data;
    while (auto reply = next(fd, reader)) {
      if (const auto* progress = std::get_if<control::Progress>(&*reply)) {
        EXPECT_EQ(progress->id, id);
        EXPECT_LT(progress->text.size() + progress->data.size(), 256u * 1024);
        text += progress->text;
        data += progress->data;
        ++parts;
        continue;
      }
      const auto* answer = std::get_if<control::Response>(&*reply);
      if (answer == nullptr) continue;
      EXPECT_EQ(answer->id, id);
      EXPECT_EQ(answer->prompt, "hub#");
      EXPECT_EQ(answer->data, "");
      return {text + answer->text, data};
    }
    return {};
  }

  std::string path = testing::TempDir() + "spa-control-pieces-" + std::to_string(::getpid());
  net::Loop loop;
  LogHub log{LogHub::Target::kStandardError};
  config::FakeBackend backend;
  config::Configuration configuration{backend, path + "-startup-config"};
  std::unique_ptr<ControlServer> server;
  std::size_t parts = 0;
};

// R-SHOW-37: the first lines are there before the last SA has been looked at.
TEST_F(ControlPiecesTest, TheFirstLinesComeAtOnce) {
  const int fd = connect();
  ask(fd, 1, "show crypto ipsec sa");
  control::LineReader reader(control::kMaxResponse);
  const auto reply = next(fd, reader);
  const auto* first = reply ? std::get_if<control::Progress>(&*reply) : nullptr;
  ASSERT_NE(first, nullptr);
  EXPECT_NE(first->text.find("interface: Ethernet0\n"), std::string::npos);
  EXPECT_LT(backend.looked_at, kPeers / 2);
  ::close(fd);
}

// The same octets as at once, in text and in JSON; what is asked behind it is answered behind it.
TEST_F(ControlPiecesTest, NothingIsLostOrChanged) {
  config::Session whole(configuration, true);
  const int fd = connect();
  ask(fd, 1, "show crypto ipsec sa");
  EXPECT_TRUE(all(fd, 1).first == whole.execute("show crypto ipsec sa").text);
  EXPECT_GT(parts, 10u);
  ask(fd, 2, "show crypto ipsec sa", true);
  EXPECT_TRUE(all(fd, 2).second ==
              whole.execute("show crypto ipsec sa", config::OutputFormat::kJson).json);
  ask(fd, 3, "show crypto ipsec sa | count current_peer");
  EXPECT_EQ(all(fd, 3).first, "Number of lines which match regexp = 600\n");
  ask(fd, 4, "show crypto isakmp sa");
  ask(fd, 5, "show crypto session");
  control::LineReader reader(control::kMaxResponse);
  for (std::uint64_t id = 4; id <= 5;) {
    const auto reply = next(fd, reader);
    ASSERT_TRUE(reply);
    if (const auto* progress = std::get_if<control::Progress>(&*reply))
      EXPECT_EQ(progress->id, id);
    else
      EXPECT_EQ(std::get<control::Response>(*reply).id, id++);
  }
  ::close(fd);
}

// Who does not read holds nobody up, and no more is made than fits into the socket.
TEST_F(ControlPiecesTest, AClientThatDoesNotRead) {
  const int slow = connect();
  ask(slow, 1, "show crypto ipsec sa");
  const std::size_t made = settle();
  EXPECT_GT(made, 0u);
  EXPECT_LT(made, kPeers / 2);
  const int other = connect();
  ask(other, 7, "show crypto isakmp sa | count QM_IDLE");
  EXPECT_EQ(all(other, 7).first, "Number of lines which match regexp = 600\n");
  ::close(other);
  EXPECT_EQ(backend.looked_at, made + kPeers);
  // It goes on where it was.
  config::Session whole(configuration, true);
  EXPECT_TRUE(all(slow, 1).first == whole.execute("show crypto ipsec sa").text);
  ::close(slow);
}

// Who leaves in the middle costs nothing any more.
TEST_F(ControlPiecesTest, AClientThatLeaves) {
  const int fd = connect();
  ask(fd, 1, "show crypto ipsec sa");
  const std::size_t made = settle();
  EXPECT_LT(made, kPeers / 2);
  ::close(fd);
  EXPECT_EQ(settle(), made);
  const int other = connect();
  ask(other, 2, "show clock");
  EXPECT_NE(all(other, 2).first, "");
  ::close(other);
}

}  // namespace
}  // namespace spa::daemon
