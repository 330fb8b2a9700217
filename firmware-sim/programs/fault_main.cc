// SPDX-License-Identifier: Apache-2.0
// spa-fault: makes a running spa-sim fail, and lets it recover.
#include <sys/socket.h>

#include <array>
#include <boost/program_options.hpp>
#include <iostream>
#include <string>
#include <vector>

#include "firmware-sim/port/socket_path.h"

namespace {

namespace po = boost::program_options;
using namespace spa::card;

int complain(const std::string& text) {
  std::cerr << "spa-fault: " << text << "\n";
  return 1;
}

// The card's reply, which is one line, without its first letter.
Opened<std::string> ask(const std::string& path, const std::string& command) {
  const Opened<sockaddr_un> address = unix_address(path);
  if (!address) return tl::unexpected(address.error());
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid() ||
      ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0)
    return tl::unexpected(system_error(path));
  const std::string line = command + "\n";
  if (::send(fd.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0)
    return tl::unexpected(system_error(path));
  std::string reply;
  for (std::array<char, 256> part; reply.empty() || reply.back() != '\n';) {
    const auto length = ::recv(fd.get(), part.data(), part.size(), 0);
    if (length < 1) return tl::unexpected<std::string>(path + ": the card did not answer");
    reply.append(part.data(), static_cast<std::size_t>(length));
  }
  const std::string text = reply.substr(1, reply.size() - 2);
  if (reply[0] != '+') return tl::unexpected(text);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  po::options_description options("Options");
  auto add = options.add_options();
  add("control", po::value<std::string>(), "the socket that spa-sim --control made");
  add("version", "print the version and end");
  add("help", "print this and end");
  po::options_description all;
  all.add(options).add_options()("word", po::value<std::vector<std::string>>());
  po::positional_options_description words;
  words.add("word", -1);
  po::variables_map given;
  try {
    const int style =
        po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(argc, argv).options(all).style(style).positional(words).run(),
              given);
    po::notify(given);
  } catch (const po::error& error) {
    return complain(error.what());
  }
  if (given.contains("help")) {
    std::cout << "Usage: spa-fault --control PATH set KIND [NUMBER] | clear [KIND] | list\n"
                 "Makes a running spa-sim fail; clear without a kind ends all faults. spa-sim "
                 "--help names the kinds.\n\n"
              << options;
    return 0;
  }
  if (given.contains("version")) {
    std::cout << "spa-fault " SPA_RELEASE "\n";
    return 0;
  }
  if (!given.contains("control")) return complain("--control PATH is missing");
  if (!given.contains("word")) return complain("set, clear or list? See --help");
  std::string command;
  for (const std::string& word : given["word"].as<std::vector<std::string>>())
    command += (command.empty() ? "" : " ") + word;
  const Opened<std::string> reply = ask(given["control"].as<std::string>(), command);
  if (!reply) return complain(reply.error());
  std::cout << *reply << "\n";
  return 0;
}
