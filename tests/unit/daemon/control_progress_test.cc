// SPDX-License-Identifier: Apache-2.0
// A command that is not over at once, over the control socket.
#include "userspace/daemon/control_server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/configuration.h"
#include "userspace/control/line_reader.h"
#include "userspace/control/protocol.h"
#include "userspace/net/loop.h"

namespace spa::daemon {
namespace {

// A client that writes all of its requests at once and reads until it has so many replies.
std::vector<control::Reply> converse(const std::string& path, const std::vector<std::string>& lines,
                                     std::size_t replies) {
  std::vector<control::Reply> got;
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  std::string requests;
  for (std::size_t i = 0; i < lines.size(); ++i)
    requests +=
        control::encode(control::Request{i + 1, control::RequestType::kExecute, lines[i], false});
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(fd, requests.data(), requests.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(requests.size())) {
    control::LineReader reader(1 << 20);
    char buffer[4096];
    while (got.size() < replies) {
      const ssize_t size = ::recv(fd, buffer, sizeof buffer, 0);
      if (size <= 0 || !reader.feed({buffer, static_cast<std::size_t>(size)})) break;
      while (const auto line = reader.next())
        if (auto reply = control::decode_reply(*line)) got.push_back(std::move(*reply));
    }
  }
  ::close(fd);
  return got;
}

// R-PKI-3: what a command prints before it is over comes at once, its answer when it is, and the
// requests behind it wait for that.
TEST(ControlServer, AnswersInOrderWhileACommandTakesItsTime) {
  net::Loop loop;
  LogHub log(LogHub::Target::kStandardError);
  config::FakeBackend backend;
  const std::string path = testing::TempDir() + "spa-control-test-" + std::to_string(getpid());
  config::Configuration configuration(backend, path + ".startup-config");
  auto server = ControlServer::listen(loop, configuration, log, path);
  ASSERT_TRUE(server) << server.error().text;
  std::vector<control::Reply> replies;
  std::thread client([&] {
    replies = converse(path,
                       {"configure terminal", "hostname left", "ip domain-name example.com",
                        "crypto key generate rsa modulus 512", "hostname right"},
                       6);
    loop.stop();
  });
  std::string meanwhile;
  std::function<void()> work = [&] {
    if (!backend.background.empty()) {
      meanwhile = configuration.snapshot()->hostname;
      backend.finish_background();
    }
    (void)loop.after(Duration(20), work);
  };
  work();
  loop.run_for(Duration(30000));
  client.join();
  ASSERT_EQ(replies.size(), 6u);
  EXPECT_EQ(meanwhile, "left");
  const auto* progress = std::get_if<control::Progress>(&replies[3]);
  ASSERT_NE(progress, nullptr);
  EXPECT_EQ(progress->id, 4u);
  EXPECT_NE(progress->text.find("% Generating 512 bit RSA keys"), std::string::npos);
  const auto* answer = std::get_if<control::Response>(&replies[4]);
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(answer->id, 4u);
  EXPECT_EQ(answer->text, "[OK]\n\n");
  EXPECT_EQ(answer->prompt, "left(config)#");
  EXPECT_EQ(std::get<control::Response>(replies[5]).prompt, "right(config)#");
}

}  // namespace
}  // namespace spa::daemon
