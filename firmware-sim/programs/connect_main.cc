// SPDX-License-Identifier: Apache-2.0
// spa-connect: starts a program with connections to unix sockets already open, at descriptors of
// known numbers: x-pci-proxy-dev of QEMU takes its socket no other way.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "firmware-sim/port/socket_path.h"

namespace {

using namespace spa::card;

constexpr int kFirst = 3;
constexpr int kLast = 255;

constexpr std::string_view kHelp =
    "Usage: spa-connect FD=PATH... -- COMMAND [ARGUMENT...]\n"
    "Connects to the unix stream socket at each PATH and runs COMMAND with the connection as its\n"
    "descriptor FD, a number from 3 to 255. For example, a card of spa-sim --transport mpqemu:\n"
    "  spa-connect 20=card.sock -- qemu-system-x86_64 ... -device x-pci-proxy-dev,id=card,fd=20\n";

int complain(const std::string& text) {
  std::cerr << "spa-connect: " << text << "\n";
  return 1;
}

struct Connection {
  int number = -1;
  UniqueFd socket;
};

Opened<Connection> connect_as(std::string_view word) {
  const auto wrong = [&](const std::string& why) {
    return tl::unexpected<std::string>("'" + std::string(word) + "': " + why);
  };
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) return wrong("not of the form FD=PATH; see --help");
  Connection made;
  const auto [end, error] = std::from_chars(word.data(), word.data() + equals, made.number);
  if (error != std::errc{} || end != word.data() + equals || made.number < kFirst ||
      made.number > kLast) {
    return wrong("the descriptor is a number from 3 to 255");
  }
  const std::string path(word.substr(equals + 1));
  const Opened<sockaddr_un> address = unix_address(path);
  if (!address) return tl::unexpected(address.error());
  made.socket = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(made.socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) !=
      0) {
    return tl::unexpected(system_error(path));
  }
  return made;
}

// Out of the way of every number that may be asked for, then to its own.
bool place(std::vector<Connection>& connections) {
  for (Connection& each : connections) {
    each.socket = UniqueFd(::fcntl(each.socket.get(), F_DUPFD_CLOEXEC, kLast + 1));
    if (!each.socket.valid()) return false;
  }
  return std::all_of(connections.begin(), connections.end(), [](const Connection& each) {
    return ::dup2(each.socket.get(), each.number) == each.number;
  });
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Connection> connections;
  int at = 1;
  for (; at < argc && argv[at] != std::string_view("--"); ++at) {
    if (argv[at] == std::string_view("--help")) {
      std::cout << kHelp;
      return 0;
    }
    if (argv[at] == std::string_view("--version")) {
      std::cout << "spa-connect " SPA_RELEASE "\n";
      return 0;
    }
    Opened<Connection> made = connect_as(argv[at]);
    if (!made) return complain(made.error());
    connections.push_back(std::move(*made));
  }
  if (at + 1 >= argc) return complain("no command after --; see --help");
  if (!place(connections)) return complain(system_error("descriptors"));
  ::execvp(argv[at + 1], argv + at + 1);
  return complain(system_error(argv[at + 1]));
}
