// SPDX-License-Identifier: Apache-2.0
// Who does the cryptography: the engines for public keys, and what does ESP.
#include <algorithm>

#include "userspace/daemon/daemon.h"
#include "userspace/kernel/device_feature.h"
#include "userspace/kernel/device_statistics.h"

namespace spa::daemon {
namespace {

config::EngineView engine_of(const crypto::EngineCounters& counters) {
  using Operation = crypto::EngineOperation;
  const auto of = [](const auto& list, Operation operation) {
    return list[static_cast<std::size_t>(operation)];
  };
  config::EngineView view;
  view.name = counters.name;
  view.dh_operations =
      of(counters.done, Operation::kGenerate) + of(counters.done, Operation::kDerive);
  view.rsa_operations = of(counters.done, Operation::kSign) + of(counters.done, Operation::kVerify);
  view.dh_values = of(counters.done, Operation::kGenerate);
  view.dh_secrets = of(counters.done, Operation::kDerive);
  for (const std::uint64_t failed : counters.failed) view.failures += failed;
  return view;
}

// How many SAs are done where, both directions counted.
struct SaPlaces {
  std::uint32_t software = 0;
  std::uint32_t in_process = 0;
  std::vector<std::pair<std::string, std::uint32_t>> cards;  // by device, as they are met

  [[nodiscard]] std::uint32_t on(const std::string& device) const {
    const auto found =
        std::ranges::find(cards, device, &std::pair<std::string, std::uint32_t>::first);
    return found == cards.end() ? 0 : found->second;
  }
  void add(ports::OffloadState place, const std::string& device) {
    if (place == ports::OffloadState::kSoftware) ++software;
    if (place == ports::OffloadState::kInProcess) ++in_process;
    if (place != ports::OffloadState::kCard) return;
    auto found = std::ranges::find(cards, device, &std::pair<std::string, std::uint32_t>::first);
    if (found == cards.end()) found = cards.insert(found, {device, 0});
    ++found->second;
  }
};

SaPlaces count_sas(const ike::Manager& manager, ports::SaDatabase& database) {
  SaPlaces places;
  for (const ike::IkeSaStatus& sa : manager.status()) {
    for (const ike::ChildSaStatus& child : sa.children) {
      const auto state = database.query(child.spi_in);
      if (!state) continue;
      places.add(state->offload_in, state->offload_device);
      places.add(state->offload_out, state->offload_device);
    }
  }
  return places;
}

// The algorithms of <spa/hw.h>. Of another maker's device nothing but its counters is known.
const std::vector<std::string> kCardCapabilities{"DES", "3DES", "AES", "GCM", "RSA", "IPv6"};

config::AcceleratorView in_process_card(const dataplane::SoftSaDatabase& plane) {
  const dataplane::SoftPlaneCounters c = plane.counters();
  config::AcceleratorView view;
  view.name = "SPA-IPSEC";
  view.device = plane.device();
  view.in_process = true;
  view.state = "Active";
  view.capabilities = kCardCapabilities;
  view.sas_max = plane.capacity();
  view.counters = {
      {"drv_rx_packets", c.tun_packets_out}, {"drv_tx_packets", c.tun_packets_in},
      {"rx_esp_auth", c.auth_failures},      {"rx_esp_replay", c.replay_failures},
      {"rx_esp_format", c.format_failures},  {"rx_esp_no_sa", c.unknown_spi},
      {"rx_esp_lifetime", c.lifetime},       {"rx_packet_selector", c.selector_mismatch},
      {"tx_esp_errors", c.encrypt_errors},   {"tx_errors", c.send_errors},
      {"tx_packet_no_sa", c.no_sa}};
  return view;
}

}  // namespace

std::vector<config::EngineView> Daemon::engines() {
  std::vector<config::EngineView> views;
  for (const crypto::EngineCounters& counters : engines_->counters()) {
    config::EngineView view = engine_of(counters);
    view.hardware = views.empty() && !engines_->card_device().empty();
    view.device = view.hardware ? engines_->card_device() : "";
    view.state = view.hardware && !engines_->card_alive() ? "Failed" : "Active";
    views.push_back(std::move(view));
  }
  // ESP: one engine for software or the in-process card, and one for each card that holds SAs.
  config::EngineView software;
  software.name = soft_ ? "in-process card" : "kernel software";
  software.state = "Active";
  software.data_plane = sa_database_->name();
  const SaPlaces places = count_sas(*manager_, *sa_database_);
  software.security_associations = places.software + places.in_process;
  for (const auto& [device, count] : places.cards) {
    config::EngineView view;
    view.name = "SPA-IPSEC";
    view.hardware = true;
    view.device = device;
    view.state = "Active";
    view.data_plane = "kernel";
    view.security_associations = count;
    views.push_back(std::move(view));
  }
  views.push_back(std::move(software));
  return views;
}

std::vector<config::AcceleratorView> Daemon::accelerators() {
  std::vector<config::AcceleratorView> views;
  const SaPlaces places = count_sas(*manager_, *sa_database_);
  if (soft_ != nullptr) {
    views.push_back(in_process_card(*soft_));
    const std::uint64_t pairs = manager_->counters().child_sas_created;
    views.back().counters["drv_sa_added"] = 2 * pairs;
    views.back().sas_active = places.in_process;
  }
  for (const kernel::Device& device : interfaces_->devices()) {
    const auto offload = kernel::device_feature(device.name, "esp-hw-offload");
    if (!offload || !*offload) continue;
    config::AcceleratorView view;
    view.name = device.name;
    view.device = device.name;
    view.state = device.up ? "Active" : "Down";
    view.sas_active = places.on(device.name);
    if (auto statistics = kernel::device_statistics(device.name)) {
      view.counters = std::move(statistics->counters);
      if (statistics->driver == "spa") {
        view.name = "SPA-IPSEC";
        view.capabilities = kCardCapabilities;
        const auto most = view.counters.find("drv_sas_max");
        if (most != view.counters.end()) view.sas_max = static_cast<std::uint32_t>(most->second);
      }
    }
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace spa::daemon
