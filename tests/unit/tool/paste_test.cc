// SPDX-License-Identifier: Apache-2.0
// The tool against a router that is the real command language over a real socket.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/session.h"
#include "userspace/control/line_reader.h"
#include "userspace/tool/options.h"
#include "userspace/tool/run.h"

namespace spa::tool {
namespace {

control::Response answer(config::Session& session, const control::Request& request) {
  control::Response response;
  const auto take = [&](config::Output output) {
    response.text = output.text;
    response.data = output.json;
    if (output.rejection)
      response.rejection = control::Rejection{
          output.rejection->kind == config::Rejection::Kind::kInvalid ? "invalid" : "other",
          output.rejection->text, output.rejection->column};
    response.closed = output.closed;
    response.asking = static_cast<control::Asking>(output.asking);
  };
  using Type = control::RequestType;
  if (request.type == Type::kExecute)
    take(session.execute(request.line,
                         request.json ? config::OutputFormat::kJson : config::OutputFormat::kText));
  if (request.type == Type::kComplete)
    for (const config::Choice& choice : session.complete(request.line))
      response.choices.push_back({choice.word, choice.help, choice.keyword});
  if (request.type == Type::kBeginBatch) session.begin_batch();
  if (request.type == Type::kEndBatch) take(session.end_batch());
  response.id = request.id;
  response.prompt = session.prompt();
  return response;
}

// Serves one connection.
class Router {
 public:
  Router() {
    path = testing::TempDir() + "spa-tool-test-" + std::to_string(::getpid());
    ::unlink(path.c_str());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~Router() {
    thread_.join();
    ::close(listener_);
    ::unlink(path.c_str());
  }

  config::FakeBackend backend;
  std::string path;

 private:
  void serve() {
    const int fd = ::accept(listener_, nullptr, nullptr);
    config::Configuration configuration(backend, "/nonexistent/startup-config");
    config::Session session(configuration, true);
    control::LineReader reader(control::kMaxRequest);
    std::array<char, 4096> buffer;
    for (;;) {
      const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (got <= 0 || !reader.feed({buffer.data(), static_cast<std::size_t>(got)})) break;
      while (const auto line = reader.next()) {
        const auto request = control::decode_request(*line);
        if (!request) break;
        std::string reply = control::encode(control::Reply(control::LogEvent{"%SYS-5-TEST: x"}));
        reply += control::encode(control::Reply(answer(session, *request)));
        if (::send(fd, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) break;
      }
    }
    ::close(fd);
  }

  int listener_ = -1;
  std::thread thread_;
};

struct Ran {
  int status;
  std::string out;
  std::string err;
};

class Paste : public testing::Test {
 protected:
  Ran paste(const std::string& text) {
    auto client = Client::connect(router.path);
    EXPECT_TRUE(client);
    std::istringstream file(text);
    std::ostringstream out, err;
    const int status = run_paste(**client, file, "a.cfg", false, {out, err});
    return {status, out.str(), err.str()};
  }
  Router router;
};

// `ipsec-tool plan -`: the daemon reads what came on standard input, and nothing changes.
TEST_F(Paste, PlansWithoutChangingAnything) {
  auto client = Client::connect(router.path);
  ASSERT_TRUE(client);
  std::ostringstream out, err;
  std::istringstream good("hostname right\n");
  EXPECT_EQ(run_plan(**client, "-", good, false, {out, err}), kDone);
  EXPECT_EQ(out.str(), "!Contextual Config Diffs:\n+hostname right\n!No SA is dropped\n");
  EXPECT_EQ(err.str(), "");
  std::istringstream bad("hostnime right\n");
  EXPECT_EQ(run_plan(**client, "-", bad, false, {out, err}), kRejected);
  EXPECT_NE(err.str().find("% 1 line is refused"), std::string::npos) << err.str();
  EXPECT_EQ(run_plan(**client, "a file.cfg", bad, false, {out, err}), kUnreachable);
  EXPECT_EQ(router.backend.applied, 0);
}

TEST_F(Paste, NeedsNoConfigureTerminal) {
  const Ran ran = paste(
      "!\nhostname left\ncrypto ikev2 keyring K\n peer P\n  address 10.0.0.1\n"
      "end\nshow clock\n");
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.status, kDone);
  EXPECT_EQ(router.backend.in_force->hostname, "left");
  EXPECT_EQ(router.backend.applied, 1);  // as one
  EXPECT_NE(ran.out.find("UTC Fri Jan 11 2002"), std::string::npos);
}

// R-PIX-1: what a PIX printed is pasted as it is.
TEST_F(Paste, TakesAPixConfiguration) {
  std::ifstream file(SPA_SOURCE_DIR "/tests/vectors/pix/pix520-1.cfg");
  std::stringstream text;
  text << file.rdbuf();
  const Ran ran = paste(text.str() + "write terminal\n");
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.status, kDone);
  EXPECT_EQ(router.backend.in_force->hostname, "pix520-1");
  EXPECT_EQ(router.backend.in_force->interfaces.at(0).crypto_map, "mymap");
  EXPECT_NE(ran.out.find("\nPIX Version 6.0(1)\nnameif ethernet0 outside security0\n"),
            std::string::npos);
}

TEST_F(Paste, NamesTheRejectedLine) {
  const Ran ran = paste("hostname left\n\ncrypto ikev2 profyl P\nip domain name x.y\n");
  EXPECT_EQ(ran.status, kRejected);
  EXPECT_EQ(ran.err,
            "a.cfg:3: crypto ikev2 profyl P\n"
            "                          ^\n"
            "% Invalid input detected at '^' marker.\n");
  EXPECT_EQ(router.backend.in_force->domain_name, "x.y");
}

TEST_F(Paste, RunsExecCommands) {
  const Ran ran = paste(
      "show clock\r\nconfigure terminal\r\nhostname right\r\nexit\r\n"
      "show running-config\r\n");
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.status, kDone);
  EXPECT_NE(ran.out.find("hostname right"), std::string::npos);
}

TEST_F(Paste, WarnsOfWhatTheWholeFileLacks) {
  const Ran ran = paste("crypto map m 10 ipsec-isakmp\n match address 101\n");
  EXPECT_EQ(ran.status, kDone);
  EXPECT_EQ(ran.out, "% Warning: crypto map m 10: access list 101 is not defined\n");
}

TEST_F(Paste, TellsThatNothingWasPutInForce) {
  router.backend.refuse_apply = true;
  const Ran ran = paste("hostname left\n");
  EXPECT_EQ(ran.status, kRejected);
  EXPECT_EQ(ran.err, "a.cfg: % Not put in force: the data plane is away\n");
}

// R-DLG-10: the answers stand in the file, and are nothing else there.
TEST_F(Paste, AnswersQuestionsFromTheFile) {
  const Ran ran = paste(
      "key config-key password-encryption\n! secret\n! secret!\nhostname left\n"
      "do show running-config\n");
  EXPECT_EQ(ran.status, kRejected);
  EXPECT_EQ(ran.err, "a.cfg:3: (an answer)\n% The keys differ; nothing was changed.\n");
  EXPECT_NE(ran.out.find("New key: \nConfirm key: \n"), std::string::npos);
  EXPECT_NE(ran.out.find("hostname left"), std::string::npos);
}

// A file that ends in the middle of a question.
TEST_F(Paste, SaysThatAnAnswerIsMissing) {
  const Ran ran = paste("key config-key password-encryption\na secret\n");
  EXPECT_EQ(ran.status, kRejected);
  EXPECT_EQ(ran.err,
            "a.cfg: the file ends before \"Confirm key: \" is answered: nothing was done\n");
}

class Script final : public Answers {
 public:
  explicit Script(std::vector<std::string> lines) : lines_(std::move(lines)) {}
  std::optional<std::string> next(const std::string& question, bool hidden) override {
    asked.push_back((hidden ? "hidden " : "") + question);
    if (at_ == lines_.size()) return std::nullopt;
    return lines_[at_++];
  }
  std::vector<std::string> asked;

 private:
  std::vector<std::string> lines_;
  std::size_t at_ = 0;
};

TEST(Command, AnswersQuestions) {
  Router router;
  auto client = Client::connect(router.path);
  ASSERT_TRUE(client);
  std::ostringstream out, err;
  Script nobody({});
  EXPECT_EQ(run_command(**client, "configure terminal", false, {out, err}, nobody), kDone);
  Script one({"a long secret"});
  EXPECT_EQ(run_command(**client, "key config-key password-encryption", false, {out, err}, one),
            kRejected);
  EXPECT_EQ(one.asked, (std::vector<std::string>{"hidden New key: ", "hidden Confirm key: "}));
  EXPECT_NE(err.str().find("no answer to \"Confirm key: \": nothing was done"), std::string::npos);
}

TEST(Command, RunsOne) {
  Router router;
  auto client = Client::connect(router.path);
  ASSERT_TRUE(client);
  std::vector<std::string> log;
  (*client)->on_log = [&](const std::string& line) { log.push_back(line); };
  std::ostringstream out, err;
  Script nobody({});
  EXPECT_EQ(run_command(**client, "show clock", true, {out, err}, nobody), kDone);
  EXPECT_EQ(out.str(), "{\n  \"time\": \"2002-01-11T04:17:48Z\",\n  \"synchronised\": false\n}\n");
  EXPECT_EQ(run_command(**client, "show nothing", false, {out, err}, nobody), kRejected);
  EXPECT_NE(err.str().find("     ^"), std::string::npos);
  EXPECT_EQ(log.size(), 2u);
}

TEST(Command, CompletesForTheShell) {
  Router router;
  auto client = Client::connect(router.path);
  ASSERT_TRUE(client);
  std::ostringstream out, err;
  EXPECT_EQ(run_completion(**client, "show crypto ikev2 s", {out, err}), kDone);
  EXPECT_EQ(out.str(), "sa\nsession\n");
}

TEST(Command, SaysThatNobodyAnswers) {
  const auto client = Client::connect("/nonexistent/spa.sock");
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().text,
            "cannot reach the daemon at /nonexistent/spa.sock: No such file or directory; is "
            "spa-iked running?");
}

}  // namespace
}  // namespace spa::tool
