// SPDX-License-Identifier: Apache-2.0
// spa-sim, spa-wire and spa-connect as processes: what they print, how they refuse, how they end.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "firmware-sim/port/make_port.h"
#include "tests/device/transport/vfio_user_client.h"

extern char** environ;

namespace spa::card::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int kPatienceMs = 20000;

// A program under test, with its output and its errors in one pipe. Ended with the object.
class Process {
 public:
  explicit Process(std::vector<std::string> words) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    output_.reset(ends[0]);
    const UniqueFd in(ends[1]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, in.get(), STDERR_FILENO);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    EXPECT_EQ(::posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ), 0);
    ::posix_spawn_file_actions_destroy(&actions);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (pid_ > 0) (void)end(SIGKILL);
  }

  // The next line; what there is when no more comes.
  std::string line() {
    std::string text;
    char letter = 0;
    pollfd readable{.fd = output_.get(), .events = POLLIN, .revents = 0};
    while (::poll(&readable, 1, kPatienceMs) == 1 && ::read(output_.get(), &letter, 1) == 1 &&
           letter != '\n') {
      text += letter;
    }
    return text;
  }
  std::string rest() {
    std::string text;
    for (std::string next = line(); !next.empty(); next = line()) text += next + "\n";
    return text;
  }
  void signal(int number) const { ::kill(pid_, number); }
  // The exit status; 128 and more for a signal.
  int end(int number = 0) {
    if (number != 0) signal(number);
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
  UniqueFd output_;
};

class Programs : public ::testing::Test {
 protected:
  Programs() {
    std::string pattern = ::testing::TempDir() + "spa-programs-XXXXXX";
    folder = ::mkdtemp(pattern.data());
  }
  ~Programs() override { std::filesystem::remove_all(folder); }

  [[nodiscard]] std::string path(const std::string& name) const { return folder + "/" + name; }

  // The complaint of a program that must not start.
  static std::string complaint(std::vector<std::string> words,
                               const std::string& program = SPA_SIM) {
    words.insert(words.begin(), program);
    Process process(words);
    std::string text = process.rest();
    EXPECT_EQ(process.end(), 1) << text;
    EXPECT_THAT(text, StartsWith(std::filesystem::path(program).filename().string() + ": "));
    return text;
  }

  std::string folder;
};

UniqueFd connected(const std::string& to) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = unix_address(to);
  EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address), 0);
  return fd;
}

TEST_F(Programs, SimListensServesAndEndsCleanly) {
  const std::string socket = path("card.sock");
  Process sim({SPA_SIM, "--socket", socket, "--port", "dgram:" + path("near") + "," + path("far"),
               "--pcap", path("wire.pcap"), "--mac", "02:11:22:33:44:55"});
  EXPECT_EQ(sim.line(), "spa-sim: listening on " + socket);
  const UniqueFd client = connected(socket);
  const auto ask = [&](std::uint16_t command, ByteView body) {
    const Bytes question = message(command, body);
    EXPECT_EQ(::write(client.get(), question.data(), question.size()),
              static_cast<ssize_t>(question.size()));
    Bytes reply(4096);
    const auto got = ::read(client.get(), reply.data(), reply.size());
    reply.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return reply;
  };
  EXPECT_EQ(reply_error(ask(vu::kVersion, version_body())), 0u);
  const Bytes mac = ask(vu::kRegionRead, access_body(0, SPA_REG_MAC_LO, 4));
  EXPECT_EQ(load_le<std::uint32_t>(mac, vu::kHeaderSize + 16), 0x33221102u);
  sim.signal(SIGUSR1);
  EXPECT_THAT(sim.line(), HasSubstr("esp in 0"));
  EXPECT_EQ(sim.end(SIGTERM), 0);
  EXPECT_FALSE(std::filesystem::exists(socket));
  EXPECT_FALSE(std::filesystem::exists(path("near")));
  EXPECT_TRUE(std::filesystem::exists(path("wire.pcap")));
}

// Issue: "Failure is a feature: ... on command, so that recovery can be tested".
TEST_F(Programs, FaultMakesARunningCardFail) {
  const std::string control = path("control.sock");
  Process sim({SPA_SIM, "--socket", path("card.sock"), "--control", control, "--fault",
               "drop-irq=50,rx-length"});
  EXPECT_THAT(sim.line(), StartsWith("spa-sim: listening"));
  const auto fault = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {SPA_FAULT, "--control", control});
    Process client(words);
    const std::string text = client.rest();
    return std::pair(client.end(), text);
  };
  EXPECT_EQ(fault({"list"}), (std::pair<int, std::string>(0, "drop-irq 50, rx-length\n")));
  EXPECT_EQ(fault({"set", "hang"}).first, 0);
  EXPECT_EQ(fault({"set", "stall-queue", "24"}).first, 0);
  EXPECT_EQ(fault({"clear", "drop-irq"}).first, 0);
  EXPECT_EQ(fault({"list"}).second, "hang, stall-queue 24, rx-length\n");
  EXPECT_EQ(fault({"clear"}).first, 0);
  EXPECT_EQ(fault({"list"}).second, "none\n");
  const auto [status, text] = fault({"set", "sulk"});
  EXPECT_EQ(status, 1);
  EXPECT_EQ(text, "spa-fault: 'sulk' is no fault that the card knows\n");
  EXPECT_EQ(fault({"set", "stall-queue", "40"}).first, 1);
  // A client that stays, as QEMU does, keeps nobody out, and may write as it likes.
  const UniqueFd stays = connected(control);
  const auto asks = [&](std::string_view part) {
    (void)::send(stays.get(), part.data(), part.size(), 0);
  };
  asks("set ha");
  EXPECT_EQ(fault({"list"}).second, "none\n");
  asks("ng\nlist\nsulk\n");
  const std::string answers = "+done\n+hang\n-'sulk' is none of set, clear, list\n";
  std::string heard(answers.size(), ' ');
  EXPECT_EQ(::recv(stays.get(), heard.data(), heard.size(), MSG_WAITALL),
            static_cast<ssize_t>(answers.size()));
  EXPECT_EQ(heard, answers);
  EXPECT_EQ(fault({}).first, 1);
  EXPECT_EQ(sim.end(SIGTERM), 0);
  EXPECT_FALSE(std::filesystem::exists(control));
  EXPECT_EQ(fault({"list"}).first, 1) << "nobody listens";
}

TEST_F(Programs, SimSaysWhatIsWrongWithItsCommandLine) {
  const std::string socket = path("card.sock");
  EXPECT_THAT(complaint({}), HasSubstr("--socket"));
  EXPECT_THAT(complaint({"--sock", socket}), HasSubstr("--sock"));
  EXPECT_THAT(complaint({"--socket", socket, "stray"}), HasSubstr("positional"));
  EXPECT_THAT(complaint({"--socket", socket, "--port", "pigeon:x"}),
              HasSubstr("dgram:LOCAL,REMOTE"));
  EXPECT_THAT(complaint({"--socket", socket, "--mac", "01:00:00:00:00:00"}), HasSubstr("group"));
  EXPECT_THAT(complaint({"--socket", socket, "--mac", "02:00:00:00:00"}),
              HasSubstr("aa:bb:cc:dd:ee:ff"));
  EXPECT_THAT(complaint({"--socket", socket, "--sa-table", "0"}), HasSubstr("--sa-table"));
  EXPECT_THAT(complaint({"--socket", socket, "--sa-table", "many"}), HasSubstr("sa-table"));
  EXPECT_THAT(complaint({"--socket", socket, "--queues", "17"}), HasSubstr("--queues"));
  EXPECT_THAT(complaint({"--socket", socket, "--engine", "steam"}), HasSubstr("steam"));
  EXPECT_THAT(complaint({"--socket", socket, "--fault", "rx-length,gremlins"}),
              HasSubstr("gremlins"));
  EXPECT_THAT(complaint({"--socket", socket, "--transport", "pigeon"}), HasSubstr("mpqemu"));
  EXPECT_THAT(complaint({"--socket", socket, "--transport", "mpqemu"}), HasSubstr("--interrupts"));
  EXPECT_THAT(complaint({"--socket", socket, "--interrupts", path("irq")}),
              HasSubstr("only with --transport mpqemu"));
  EXPECT_THAT(complaint({"--socket", "/no/such/folder/card.sock"}), HasSubstr("No such file"));
  EXPECT_THAT(complaint({"--socket", socket, "--pcap", "/no/such/folder/wire.pcap"}),
              HasSubstr("wire.pcap"));
  EXPECT_FALSE(std::filesystem::exists(socket));
}

TEST_F(Programs, HelpAndVersionAreNoErrors) {
  for (const char* program : {SPA_SIM, SPA_WIRE, SPA_CONNECT}) {
    Process help({program, "--help"});
    EXPECT_THAT(help.line(), StartsWith("Usage: "));
    EXPECT_EQ(help.end(), 0);
    Process version({program, "--version"});
    EXPECT_THAT(version.line(), HasSubstr("0."));
    EXPECT_EQ(version.end(), 0);
  }
}

// What tools/vm --qemu stock does: a proxy's message goes through a descriptor that spa-connect has
// opened, and the interrupt comes out of the other socket.
TEST_F(Programs, SimServesAProxyThatSpaConnectHasConnected) {
  Process sim({SPA_SIM, "--transport", "mpqemu", "--socket", path("card.sock"), "--interrupts",
               path("irq.sock")});
  EXPECT_EQ(sim.line(), "spa-sim: listening on " + path("card.sock"));
  std::ofstream(path("question")) << std::string("\3\0\0\0\0\0\0\0\14\0\0\0\0\0\0\0", 16)
                                  << std::string("\0\0\0\0\0\0\0\0\2\0\0\0", 12);
  Process qemu({SPA_CONNECT, "7=" + path("card.sock"), "--", "/bin/sh", "-c",
                "cat " + path("question") + " >&7; head -c 24 <&7 | od -An -tx1 -j16 -w8"});
  EXPECT_EQ(qemu.line(), " 50 53 00 00 00 00 00 00") << "the vendor's number";
  EXPECT_EQ(qemu.end(), 0);
  EXPECT_TRUE(std::filesystem::exists(path("irq.sock")));
  EXPECT_EQ(sim.end(SIGTERM), 0);
  EXPECT_FALSE(std::filesystem::exists(path("irq.sock")));
}

TEST_F(Programs, ConnectSaysWhatIsWrongWithItsCommandLine) {
  EXPECT_THAT(complaint({"20"}, SPA_CONNECT), HasSubstr("FD=PATH"));
  EXPECT_THAT(complaint({"2=x", "--", "true"}, SPA_CONNECT), HasSubstr("from 3 to 255"));
  EXPECT_THAT(complaint({"20x=x", "--", "true"}, SPA_CONNECT), HasSubstr("from 3 to 255"));
  EXPECT_THAT(complaint({"20=" + path("nobody"), "--", "true"}, SPA_CONNECT),
              HasSubstr("No such file"));
  EXPECT_THAT(complaint({"--"}, SPA_CONNECT), HasSubstr("no command"));
  EXPECT_THAT(complaint({"--", "/no/such/program"}, SPA_CONNECT), HasSubstr("No such file"));
}

TEST_F(Programs, WireRepeatsToAllOthersAndRecords) {
  std::vector<std::string> words{SPA_WIRE, "--pcap", path("wire.pcap")};
  std::vector<std::unique_ptr<Port>> ends;
  for (const std::string name : {"a", "b", "c"}) {
    words.insert(words.end(), {"--port", "dgram:" + path(name + ".hub") + "," + path(name)});
    ends.push_back(*make_port("dgram:" + path(name) + "," + path(name + ".hub")));
  }
  Process wire(words);
  EXPECT_EQ(wire.line(), "spa-wire: ready");
  EXPECT_TRUE(ends[0]->send(Bytes(60, 9)));
  Bytes buffer(100);
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    pollfd readable{.fd = ends[i]->fd(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&readable, 1, kPatienceMs), 1);
    EXPECT_EQ(ends[i]->receive(buffer), std::optional<std::size_t>(60));
  }
  EXPECT_EQ(ends[0]->receive(buffer), std::nullopt) << "not back where it came from";
  EXPECT_EQ(wire.end(SIGTERM), 0);
  EXPECT_EQ(std::filesystem::file_size(path("wire.pcap")), 24u + 16 + 60);
  EXPECT_FALSE(std::filesystem::exists(path("a.hub")));
}

TEST_F(Programs, WireNeedsTwoPorts) {
  Process wire({SPA_WIRE, "--port", "dgram:" + path("a") + "," + path("b")});
  EXPECT_THAT(wire.rest(), HasSubstr("at least two"));
  EXPECT_EQ(wire.end(), 1);
}

}  // namespace
}  // namespace spa::card::test
