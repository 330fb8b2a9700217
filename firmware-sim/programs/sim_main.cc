// SPDX-License-Identifier: Apache-2.0
// spa-sim: the card as a process, for QEMU to attach.
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "firmware-sim/model/device.h"
#include "firmware-sim/port/make_port.h"
#include "firmware-sim/port/pcap.h"
#include "firmware-sim/programs/control_socket.h"
#include "firmware-sim/programs/signals.h"
#include "firmware-sim/programs/sim_options.h"
#include "firmware-sim/transport/transport.h"

namespace {

using namespace spa::card;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick{250};

int complain(const std::string& text) {
  std::cerr << "spa-sim: " << text << "\n";
  return 1;
}

Opened<std::unique_ptr<Port>> open_port(const SimOptions& options) {
  Opened<std::unique_ptr<Port>> port = make_port(options.port);
  if (!port || options.pcap.empty()) return port;
  Opened<std::shared_ptr<PcapFile>> file = PcapFile::create(options.pcap);
  if (!file) return tl::unexpected(file.error());
  return std::make_unique<RecordingPort>(std::move(*port), std::move(*file));
}

void print_stats(const Device& device) {
  const PortCounters& port = device.counters();
  const spa::esp::EngineStats& esp = device.engine_stats();
  std::cout << "spa-sim: rx " << port.rx_frames << " frames (no buffer " << port.rx_no_buffer
            << "), tx " << port.tx_frames << " frames (errors " << port.tx_errors << "), esp in "
            << esp.rx_ok << " (auth " << esp.rx_auth << ", replay " << esp.rx_replay << ", format "
            << esp.rx_format << ", no SA " << esp.rx_no_sa << "), esp out " << esp.tx_ok
            << " (errors " << esp.tx_errors << "), public key " << port.pk_done << " (errors "
            << port.pk_errors << "), SAs " << device.sas_used() << std::endl;
}

std::unique_ptr<Transport> make_transport(const SimOptions& options) {
  if (options.interrupts.empty()) return vfio_user_transport(options.socket);
  return mpqemu_transport(options.socket, options.interrupts);
}

// How long nothing is due: neither the tick nor an interrupt that the card holds back (nanoseconds
// of the same clock).
timespec until(Clock::time_point tick, std::optional<std::uint64_t> deadline) {
  auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(tick - Clock::now());
  if (deadline) {
    const auto at = std::chrono::nanoseconds(*deadline);
    left = std::min(left, std::chrono::duration_cast<std::chrono::nanoseconds>(
                              at - Clock::now().time_since_epoch()));
  }
  left = std::max(left, std::chrono::nanoseconds{0});
  return {.tv_sec = left.count() / 1'000'000'000, .tv_nsec = left.count() % 1'000'000'000};
}

// Runs until a signal ends it.
void run(Device& device, Slot& slot, ControlSocket* control, const UniqueFd& signals,
         std::chrono::seconds stats_every) {
  bool more = false;
  auto next_tick = Clock::now() + kTick;
  auto next_stats = Clock::now() + stats_every;
  std::vector<pollfd> fds;
  while (true) {
    fds = {{signals.get(), POLLIN, 0}, {device.port_fd(), POLLIN, 0}, {device.pk_fd(), POLLIN, 0}};
    if (control != nullptr) control->watch(fds);
    const std::size_t own = fds.size();
    slot.watch(fds);
    const timespec wait = more ? timespec{} : until(next_tick, device.deadline());
    (void)::ppoll(fds.data(), fds.size(), &wait, nullptr);
    if (fds[0].revents != 0) {
      const int signal = next_signal(signals);
      if (signal == SIGTERM || signal == SIGINT) return;
      if (signal == SIGUSR1) print_stats(device);
    }
    if (std::any_of(fds.begin() + static_cast<std::ptrdiff_t>(own), fds.end(),
                    [](const pollfd& fd) { return fd.revents != 0; })) {
      slot.service();
    }
    if (control != nullptr) control->service();
    more = device.poll();
    const auto now = Clock::now();
    if (now >= next_tick) {
      device.tick();
      next_tick = now + kTick;
    }
    if (stats_every.count() > 0 && now >= next_stats) {
      print_stats(device);
      next_stats = now + stats_every;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse_sim_options(argc, argv);
  if (!options) return complain(options.error());
  if (options->action == SimOptions::Action::kHelp) {
    std::cout << sim_help();
    return 0;
  }
  if (options->action == SimOptions::Action::kVersion) {
    std::cout << "spa-sim " SPA_RELEASE ", hardware interface " << SPA_VERSION_MAJOR << "."
              << SPA_VERSION_MINOR << "\n";
    return 0;
  }
  // Before any thread starts, so that all of them leave the signals to the loop.
  const Opened<UniqueFd> signals = signal_fd();
  if (!signals) return complain(signals.error());
  Opened<std::unique_ptr<Port>> port = open_port(*options);
  if (!port) return complain(port.error());

  DmaMap dma;
  const std::unique_ptr<Transport> transport = make_transport(*options);
  Device device(options->config, dma, transport->interrupts(), std::move(*port));
  const auto log = [verbose = options->verbose](const std::string& text) {
    if (verbose) std::cerr << "spa-sim: " << text << std::endl;
  };
  const auto slot = transport->listen(device, dma, log);
  if (!slot) return complain(slot.error());
  for (const std::string& fault : options->faults) (void)device.fault(fault);
  std::unique_ptr<ControlSocket> control;
  if (!options->control.empty()) {
    auto opened = ControlSocket::listen(
        options->control, [&device](std::string_view text) { return device.fault(text); });
    if (!opened) return complain(opened.error());
    control = std::move(*opened);
  }
  std::cout << "spa-sim: listening on " << options->socket << std::endl;
  run(device, **slot, control.get(), *signals, std::chrono::seconds(options->stats_seconds));
  return 0;
}
