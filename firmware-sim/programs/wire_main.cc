// SPDX-License-Identifier: Apache-2.0
// spa-wire: a hub. Repeats every frame that comes in at one port to all the others.
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "firmware-sim/port/make_port.h"
#include "firmware-sim/port/pcap.h"
#include "firmware-sim/programs/signals.h"

namespace {

namespace po = boost::program_options;
using namespace spa::card;

constexpr std::size_t kLongestFrame = 65536;
constexpr int kBurst = 64;

int complain(const std::string& text) {
  std::cerr << "spa-wire: " << text << "\n";
  return 1;
}

po::options_description describe() {
  po::options_description options("Options");
  auto add = options.add_options();
  add("port", po::value<std::vector<std::string>>(),
      "a port of the hub, repeatable: tap:NAME or dgram:LOCAL,REMOTE (as spa-sim --port)");
  add("pcap", po::value<std::string>(), "record every frame to this file");
  add("version", "print the version and end");
  add("help", "print this and end");
  return options;
}

class Hub {
 public:
  void add(std::unique_ptr<Port> port) { ports_.push_back(std::move(port)); }
  void record(std::shared_ptr<PcapFile> file) { pcap_ = std::move(file); }

  // Repeats a burst of what waits at port `from`.
  void repeat(std::size_t from) {
    for (int i = 0; i < kBurst; ++i) {
      const auto length = ports_[from]->receive(buffer_);
      if (!length) return;
      if (*length > buffer_.size()) continue;
      const ByteView frame = ByteView(buffer_).first(*length);
      if (pcap_) pcap_->add(frame, frame.size());
      for (std::size_t to = 0; to < ports_.size(); ++to) {
        // A port that nobody has opened at the far end loses the frame, as an empty socket of a hub
        // does.
        if (to != from) (void)ports_[to]->send(frame);
      }
    }
  }

  void run(const UniqueFd& signals) {
    std::vector<pollfd> fds;
    for (const auto& port : ports_) fds.push_back({port->fd(), POLLIN, 0});
    fds.push_back({signals.get(), POLLIN, 0});
    while (true) {
      (void)::poll(fds.data(), fds.size(), -1);
      if (fds.back().revents != 0) {
        const int signal = next_signal(signals);
        if (signal == SIGTERM || signal == SIGINT) return;
      }
      for (std::size_t i = 0; i < ports_.size(); ++i) {
        if (fds[i].revents != 0) repeat(i);
      }
    }
  }

 private:
  std::vector<std::unique_ptr<Port>> ports_;
  std::shared_ptr<PcapFile> pcap_;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(kLongestFrame);
};

int run(const po::variables_map& given) {
  const Opened<UniqueFd> signals = signal_fd();
  if (!signals) return complain(signals.error());
  Hub hub;
  for (const std::string& text : given["port"].as<std::vector<std::string>>()) {
    Opened<std::unique_ptr<Port>> port = make_port(text);
    if (!port) return complain(port.error());
    hub.add(std::move(*port));
  }
  if (given.contains("pcap")) {
    Opened<std::shared_ptr<PcapFile>> file = PcapFile::create(given["pcap"].as<std::string>());
    if (!file) return complain(file.error());
    hub.record(std::move(*file));
  }
  std::cout << "spa-wire: ready" << std::endl;
  hub.run(*signals);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  po::variables_map given;
  try {
    const int style =
        po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    po::store(
        po::command_line_parser(argc, argv).options(describe()).style(style).positional({}).run(),
        given);
    po::notify(given);
  } catch (const po::error& error) {
    return complain(error.what());
  }
  if (given.contains("help")) {
    std::cout << "Usage: spa-wire --port PORT --port PORT ... [--pcap FILE]\n"
                 "A hub: repeats every frame of one port to all the others. Prints \"spa-wire: "
                 "ready\" when it runs;\n"
                 "SIGTERM and SIGINT end it cleanly.\n\n"
              << describe();
    return 0;
  }
  if (given.contains("version")) {
    std::cout << "spa-wire " SPA_RELEASE "\n";
    return 0;
  }
  if (!given.contains("port") || given["port"].as<std::vector<std::string>>().size() < 2) {
    return complain("a wire needs at least two --port; see --help");
  }
  return run(given);
}
