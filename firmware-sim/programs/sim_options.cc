// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/programs/sim_options.h"

#include <spa/hw.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cstdio>
#include <random>
#include <sstream>

#include "firmware-sim/model/faults.h"

namespace spa::card {
namespace {

namespace po = boost::program_options;

constexpr std::uint32_t kMostSas = 1u << 20;

po::options_description describe() {
  po::options_description options("Options");
  auto add = options.add_options();
  add("socket", po::value<std::string>(), "unix socket to listen at for QEMU");
  add("transport", po::value<std::string>()->default_value("vfio-user"),
      "what QEMU attaches the card with: vfio-user, or mpqemu (x-pci-proxy-dev of QEMU 7.2)");
  add("interrupts", po::value<std::string>(),
      "with mpqemu: unix socket to listen at for QEMU's qtest chardev, which carries interrupts");
  add("port", po::value<std::string>()->default_value("none"),
      "the wire: none, tap:NAME, or dgram:LOCAL,REMOTE (two unix socket paths, the framing of "
      "QEMU's -netdev dgram)");
  add("pcap", po::value<std::string>(), "record every frame on the wire to this file");
  add("mac", po::value<std::string>(),
      "station address aa:bb:cc:dd:ee:ff (default: random, locally administered)");
  add("sa-table", po::value<std::uint32_t>()->default_value(16384), "entries of the SA table");
  add("queues", po::value<std::uint32_t>()->default_value(1), "rx and tx queues, 1 to 16");
  add("engine", po::value<std::string>()->default_value("auto"),
      "ESP cryptography: auto, ipsec-mb or openssl");
  add("fault", po::value<std::string>(), "fail from the start: KIND or KIND=NUMBER, a list");
  add("control", po::value<std::string>(), "unix socket at which spa-fault makes the card fail");
  add("stats", po::value<unsigned>()->default_value(0),
      "print counters every so many seconds; 0: never");
  add("verbose", "say what happens on the transport");
  add("version", "print the version and end");
  add("help", "print this and end");
  return options;
}

tl::unexpected<std::string> wrong(const std::string& text) {
  return tl::unexpected<std::string>(text);
}

MacAddress random_mac() {
  std::random_device random;
  MacAddress mac{};
  for (std::uint8_t& octet : mac) octet = static_cast<std::uint8_t>(random());
  mac[0] = static_cast<std::uint8_t>((mac[0] & 0xfc) | 0x02);  // locally administered, not a group
  return mac;
}

tl::expected<MacAddress, std::string> parse_mac(const std::string& text) {
  MacAddress mac{};
  int end = 0;
  const int found = std::sscanf(text.c_str(), "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0],
                                &mac[1], &mac[2], &mac[3], &mac[4], &mac[5], &end);
  if (found != 6 || static_cast<std::size_t>(end) != text.size()) {
    return wrong("--mac: '" + text + "' is not of the form aa:bb:cc:dd:ee:ff");
  }
  if ((mac[0] & 1) != 0) return wrong("--mac: " + text + " is a group address");
  return mac;
}

// "KIND,KIND=NUMBER" as commands; they are tried here, so that a typing error ends the program and
// not the test that needed the fault.
tl::expected<std::vector<std::string>, std::string> parse_faults(const std::string& text) {
  std::vector<std::string> commands;
  Faults trial(kFaultNone);
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    std::replace(word.begin(), word.end(), '=', ' ');
    commands.push_back("set " + word);
    const auto reply = trial.command(commands.back());
    if (!reply) return wrong("--fault: " + reply.error() + "; see --help");
  }
  return commands;
}

tl::expected<esp::Backend, std::string> parse_engine(const std::string& text) {
  if (text == "auto") return esp::Backend::kAuto;
  if (text == "openssl") return esp::Backend::kOpenSsl;
  if (text == "ipsec-mb") {
    if (esp::make_crypto_backend(esp::Backend::kIpsecMb) != nullptr) return esp::Backend::kIpsecMb;
    return wrong(
        "--engine: ipsec-mb is missing here, the library or the processor's instructions for it");
  }
  return wrong("--engine: '" + text + "' is none of auto, ipsec-mb, openssl");
}

tl::expected<std::string, std::string> parse_transport(const po::variables_map& given) {
  const auto& name = given["transport"].as<std::string>();
  const std::string interrupts =
      given.contains("interrupts") ? given["interrupts"].as<std::string>() : "";
  if (name == "mpqemu") {
    if (interrupts.empty()) return wrong("--transport mpqemu needs --interrupts PATH");
    return interrupts;
  }
  if (name != "vfio-user") return wrong("--transport: '" + name + "' is none of vfio-user, mpqemu");
  if (!interrupts.empty()) return wrong("--interrupts: only with --transport mpqemu");
  return interrupts;
}

tl::expected<SimOptions, std::string> interpret(const po::variables_map& given) {
  SimOptions options;
  if (given.contains("help")) options.action = SimOptions::Action::kHelp;
  if (given.contains("version")) options.action = SimOptions::Action::kVersion;
  if (options.action != SimOptions::Action::kRun) return options;
  if (!given.contains("socket")) return wrong("--socket PATH is missing");
  options.socket = given["socket"].as<std::string>();
  const auto interrupts = parse_transport(given);
  if (!interrupts) return wrong(interrupts.error());
  options.interrupts = *interrupts;
  options.port = given["port"].as<std::string>();
  if (given.contains("pcap")) options.pcap = given["pcap"].as<std::string>();
  options.stats_seconds = given["stats"].as<unsigned>();
  if (given.contains("control")) options.control = given["control"].as<std::string>();
  options.verbose = given.contains("verbose");

  Config& config = options.config;
  const auto mac = given.contains("mac") ? parse_mac(given["mac"].as<std::string>()) : random_mac();
  if (!mac) return wrong(mac.error());
  config.mac = *mac;
  config.sa_entries = given["sa-table"].as<std::uint32_t>();
  if (config.sa_entries == 0 || config.sa_entries > kMostSas) {
    return wrong("--sa-table: from 1 to " + std::to_string(kMostSas));
  }
  config.rx_queues = config.tx_queues = given["queues"].as<std::uint32_t>();
  if (config.rx_queues == 0 || config.rx_queues > SPA_QUEUE_RX_MAX)
    return wrong("--queues: from 1 to 16");
  const auto engine = parse_engine(given["engine"].as<std::string>());
  if (!engine) return wrong(engine.error());
  config.backend = *engine;
  const auto faults = parse_faults(given.contains("fault") ? given["fault"].as<std::string>() : "");
  if (!faults) return wrong(faults.error());
  options.faults = *faults;
  return options;
}

}  // namespace

tl::expected<SimOptions, std::string> parse_sim_options(int argc, const char* const* argv) {
  po::variables_map given;
  try {
    // No positional arguments, and no options by their first letters: scripts would break when one
    // is added.
    const int style =
        po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    po::store(
        po::command_line_parser(argc, argv).options(describe()).style(style).positional({}).run(),
        given);
    po::notify(given);
  } catch (const po::error& error) {
    return wrong(error.what());
  }
  return interpret(given);
}

std::string sim_help() {
  std::ostringstream text;
  text
      << "Usage: spa-sim --socket PATH [--port PORT] [options]\n"
         "The IPsec offload card as a process. QEMU attaches it with\n"
         "  -device "
         "'{\"driver\":\"vfio-user-pci\",\"socket\":{\"type\":\"unix\",\"path\":\"PATH\"}}'\n"
         "(QEMU 10.1 or later; Debian 12's 7.2: see --transport and spa-sim(1)) and must share its "
         "memory\n"
         "(-object memory-backend-memfd,share=on). The socket is ready when\n"
         "\"spa-sim: listening on PATH\" has been printed. SIGTERM and SIGINT end it cleanly; "
         "SIGUSR1 prints the\n"
         "counters. A pcap file is complete after every frame.\n\n"
      << describe();
  return text.str();
}

}  // namespace spa::card
