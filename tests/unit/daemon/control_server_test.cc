// SPDX-License-Identifier: Apache-2.0
// Sessions over the control socket: several at once, and clients that go away at bad moments.
#include "userspace/daemon/control_server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/configuration.h"
#include "userspace/config/master_key.h"
#include "userspace/config/tree.h"
#include "userspace/control/line_reader.h"
#include "userspace/control/protocol.h"

namespace spa::daemon {
namespace {

// A tool at the other end. The loop is run while it waits.
class Client {
 public:
  Client(net::Loop& loop, const std::string& path) : loop_(loop) {
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size());
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Client() { leave(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Goes away without a word, as a terminal does whose window is closed.
  void leave() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    loop_.run_for(Duration{20});
  }

  void send(const std::string& octets) {
    EXPECT_EQ(::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(octets.size()));
  }

  control::Response request(control::RequestType type, const std::string& line = {}) {
    control::Request request;
    request.id = ++id_;
    request.type = type;
    request.line = line;
    send(control::encode(request));
    const auto reply = next();
    const auto* response = reply ? std::get_if<control::Response>(&*reply) : nullptr;
    EXPECT_NE(response, nullptr) << line;
    if (response == nullptr) return {};
    EXPECT_EQ(response->id, id_);
    return *response;
  }

  control::Response type(const std::string& line) {
    return request(control::RequestType::kExecute, line);
  }
  // What was printed, and why it was refused.
  std::string said(const std::string& line) {
    const control::Response response = type(line);
    return response.text + (response.rejection ? response.rejection->text : "");
  }

  // The next message; none when the daemon has closed the connection.
  std::optional<control::Reply> next() {
    for (int rounds = 0; rounds < 1000; ++rounds) {
      if (const auto line = reader_.next()) {
        auto reply = control::decode_reply(*line);
        EXPECT_TRUE(reply);
        return reply ? std::optional(std::move(*reply)) : std::nullopt;
      }
      loop_.run_for(Duration{5});
      char buffer[4096];
      const ssize_t got = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
      if (got == 0) return std::nullopt;
      if (got > 0) EXPECT_TRUE(reader_.feed({buffer, static_cast<std::size_t>(got)}));
    }
    ADD_FAILURE() << "no answer";
    return std::nullopt;
  }

 private:
  net::Loop& loop_;
  int fd_ = -1;
  std::uint64_t id_ = 0;
  control::LineReader reader_{control::kMaxResponse};
};

class ControlServerTest : public testing::Test {
 protected:
  ControlServerTest() {
    auto listening = ControlServer::listen(loop, configuration, log, path);
    EXPECT_TRUE(listening) << listening.error().text;
    server = std::move(*listening);
  }
  bool runs(const std::string& text) const {
    return configuration.running_config().find(text) != std::string::npos;
  }

  std::string path = testing::TempDir() + "spa-control-" + std::to_string(::getpid());
  net::Loop loop;
  LogHub log{LogHub::Target::kStandardError};
  config::FakeBackend backend;
  config::Configuration configuration{backend, path + "-startup-config"};
  std::unique_ptr<ControlServer> server;
};

// R-CLI-1: whoever opens the socket is root, and in privileged EXEC.
TEST_F(ControlServerTest, BeginsInPrivilegedExec) {
  Client client(loop, path);
  EXPECT_EQ(client.request(control::RequestType::kPrompt).prompt, "Router#");
  EXPECT_EQ(client.type("disable").prompt, "Router>");
  EXPECT_EQ(client.type("enable").prompt, "Router#");
}

// Each stands in a mode of their own, and what both say is in force.
TEST_F(ControlServerTest, TwoOperatorsConfigureAtOnce) {
  Client one(loop, path), two(loop, path);
  one.type("configure terminal");
  two.type("configure terminal");
  EXPECT_EQ(one.type("crypto map M 10 ipsec-isakmp").prompt, "Router(config-crypto-map)#");
  EXPECT_EQ(two.type("interface FastEthernet0").prompt, "Router(config-if)#");
  EXPECT_EQ(one.said("set peer 192.0.2.1"), "");
  EXPECT_EQ(two.said("ip address 198.51.100.1 255.255.255.0"), "");
  EXPECT_EQ(one.said("match address A"), "% Warning: access list A is not defined\n");
  EXPECT_EQ(two.said("crypto map M"), "");
  EXPECT_TRUE(runs("crypto map M 10 ipsec-isakmp\n set peer 192.0.2.1\n match address A\n"));
  EXPECT_TRUE(
      runs("interface FastEthernet0\n ip address 198.51.100.1 255.255.255.0\n"
           " crypto map M\n"));
  // The same line: the last one counts, for both.
  EXPECT_EQ(one.said("set security-association lifetime seconds 900"), "");
  two.type("crypto map M 10");
  EXPECT_EQ(two.said("set security-association lifetime seconds 800"), "");
  EXPECT_NE(one.said("do show running-config").find("lifetime seconds 800\n"), std::string::npos);
  EXPECT_EQ(one.said("do show running-config").find("lifetime seconds 900\n"), std::string::npos);
  // A new name of the router is in the prompt of both.
  two.type("hostname left");
  EXPECT_EQ(one.type("!").prompt, "left(config-crypto-map)#");
}

// One deletes the block that the other stands in: nothing is written to where it was.
TEST_F(ControlServerTest, ABlockIsDeletedUnderAnOperator) {
  Client one(loop, path), two(loop, path);
  one.type("configure terminal");
  one.type("crypto isakmp policy 10");
  two.type("configure terminal");
  two.type("no crypto isakmp policy 10");
  const control::Response response = one.type("hash md5");
  EXPECT_EQ(response.text, "% The block you were in has been deleted.\n");
  EXPECT_TRUE(response.rejection);
  EXPECT_EQ(response.prompt, "Router(config)#");
  EXPECT_FALSE(runs("hash md5"));
  EXPECT_FALSE(runs("crypto isakmp policy"));
}

// Both dialogues go on side by side, and an answer is not taken for somebody else's.
TEST_F(ControlServerTest, TwoDialoguesAtOnce) {
  Client one(loop, path), two(loop, path);
  one.type("configure terminal");
  two.type("configure terminal");
  EXPECT_EQ(one.type("key config-key password-encryption").prompt, "New key: ");
  EXPECT_EQ(two.type("key config-key password-encryption").prompt, "New key: ");
  EXPECT_EQ(one.type("first-key-1").prompt, "Confirm key: ");
  EXPECT_EQ(two.type("second-key-2").prompt, "Confirm key: ");
  EXPECT_EQ(two.said("first-key-1"), "% The keys differ; nothing was changed.");
  EXPECT_EQ(one.said("first-key-1"), "");
  EXPECT_TRUE(configuration.master_key().is(as_bytes("first-key-1")));
}

// Who goes away has not answered: nothing happens, and the next one is asked from the start.
TEST_F(ControlServerTest, AClientLeavesDuringADialogue) {
  {
    Client client(loop, path);
    client.type("configure terminal");
    const control::Response asked = client.type("key config-key password-encryption");
    EXPECT_EQ(asked.asking, control::Asking::kHidden);
    EXPECT_EQ(client.type("first-key-1").prompt, "Confirm key: ");
  }
  EXPECT_FALSE(configuration.master_key().exists());
  Client other(loop, path);
  other.type("configure terminal");
  EXPECT_EQ(other.type("key config-key password-encryption").prompt, "New key: ");
  other.type("other-key-2");
  other.type("other-key-2");
  EXPECT_TRUE(configuration.master_key().exists());
  // The same with yes or no.
  {
    Client client(loop, path);
    client.type("configure terminal");
    client.type("no key config-key password-encryption");
  }
  EXPECT_TRUE(configuration.master_key().exists());
}

// Half a certificate is none.
TEST_F(ControlServerTest, AClientLeavesWhileACertificateIsTyped) {
  {
    Client client(loop, path);
    client.type("configure terminal");
    client.type("crypto pki trustpoint T");
    client.type("crypto pki certificate chain T");
    EXPECT_EQ(client.type("certificate ca 3B2FD307").prompt, "Router(config-pubkey)#");
    client.type("  308202E4 30820251");
  }
  EXPECT_TRUE(backend.store.empty());
  EXPECT_TRUE(runs("crypto pki trustpoint T\n"));
  Client other(loop, path);
  EXPECT_EQ(other.type("show clock").prompt, "Router#");
}

// A request that is cut off means nothing; one that makes no sense ends that connection alone.
TEST_F(ControlServerTest, HalfARequest) {
  Client other(loop, path);
  {
    Client client(loop, path);
    client.type("configure terminal");
    const std::string whole =
        control::encode(control::Request{9, control::RequestType::kExecute, "hostname gone"});
    client.send(whole.substr(0, whole.size() - 1));
  }
  EXPECT_FALSE(runs("hostname gone"));
  {
    Client client(loop, path);
    client.send("this is no request\n");
    const auto reply = client.next();
    ASSERT_TRUE(reply && std::holds_alternative<control::ProtocolError>(*reply));
    EXPECT_FALSE(client.next());
  }
  EXPECT_EQ(other.type("show clock").prompt, "Router#");
}

// A paste that nobody ends is put in force as far as it came.
TEST_F(ControlServerTest, AClientLeavesDuringABatch) {
  {
    Client client(loop, path);
    client.type("configure terminal");
    client.request(control::RequestType::kBeginBatch);
    client.type("hostname left");
    EXPECT_EQ(backend.applied, 0);
  }
  EXPECT_EQ(backend.applied, 1);
  EXPECT_EQ(backend.in_force->hostname, "left");
}

}  // namespace
}  // namespace spa::daemon
