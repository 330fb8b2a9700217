// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/accelerator.h"

#include <algorithm>
#include <optional>

#include "userspace/config/show/json.h"
#include "userspace/config/show/text.h"

namespace spa::config {
namespace {

using Counters = std::map<std::string, std::uint64_t>;

// The sum of what the device counts under these names; nothing when it has none of them.
std::optional<std::uint64_t> sum(const Counters& counters, const std::vector<std::string>& names) {
  std::optional<std::uint64_t> total;
  for (const std::string& name : names) {
    const auto found = counters.find(name);
    if (found != counters.end()) total = total.value_or(0) + found->second;
  }
  return total;
}

std::uint64_t count(const AcceleratorView& view, const std::string& name) {
  return sum(view.counters, {name}).value_or(0);
}

struct Row {
  const char* label;
  std::vector<std::string> counters;
};

// R-SHOW-26, in its order; the card's counters are those of <spa/hw.h> and of driver/counters.h.
const std::vector<Row> kDecryption{
    {"Packets RX", {"rx_frames"}},
    {"Packets TX", {"drv_rx_packets"}},
    {"ESP Packets", {"rx_esp_ok", "rx_esp_auth", "rx_esp_replay", "rx_esp_format", "rx_esp_no_sa"}},
    {"Packets Drop", {"rx_no_buffer", "rx_too_long", "rx_packet_selector", "rx_packet_blocked"}},
    {"Authentication Errors", {"rx_esp_auth"}},
    {"Decryption Errors", {"rx_esp_format"}},
    {"Replay Check Failed", {"rx_esp_replay"}},
    {"Policy Check Failed", {"rx_packet_selector"}},
    {"Illegal CLear Packet", {"rx_packet_blocked"}},
    {"Hard Life Drop", {"rx_esp_lifetime"}},
    {"SPI No Match", {"rx_esp_no_sa"}},
};
const std::vector<Row> kEncryption{
    {"Packets RX", {"drv_tx_packets"}},
    {"Packets TX", {"tx_frames"}},
    {"IPSec Packets", {"tx_esp_ok"}},
    {"Clear", {"tx_packet_bypassed"}},
    {"Packets Drop", {"tx_errors", "tx_esp_errors", "tx_packet_blocked", "tx_packet_no_sa"}},
    {"Encryption Errors", {"tx_esp_errors"}},
    {"Invalid SA", {"tx_packet_no_sa", "drv_tx_esp_stale"}},
};
constexpr std::size_t kDots = 25;

void block(Screen& screen, const std::string& title, const std::vector<Row>& rows,
           const Counters& counters) {
  screen.line("%s", c(title));
  screen.line("%s", c(std::string(title.size(), '=')));
  for (const Row& row : rows) {
    const auto value = sum(counters, row.counters);
    if (!value) continue;
    std::string label = row.label;
    if (label.size() < kDots) label.append(kDots - label.size(), '.');
    screen.line("%s: %llu", c(label), n(*value));
  }
  screen.blank();
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

bool has(const AcceleratorView& view, const std::string& capability) {
  return std::find(view.capabilities.begin(), view.capabilities.end(), capability) !=
         view.capabilities.end();
}

const EngineView* hardware_keys(const EngineInventory& inventory) {
  for (const EngineView& engine : inventory.engines) {
    if (engine.hardware && engine.device.starts_with("/dev/")) return &engine;
  }
  return nullptr;
}

const EngineView* software_keys(const EngineInventory& inventory) {
  for (const EngineView& engine : inventory.engines) {
    if (!engine.hardware && engine.data_plane.empty()) return &engine;
  }
  return nullptr;
}

std::string limit(std::uint32_t value) {
  return value == 0 ? "unknown" : std::to_string(value);
}

}  // namespace

std::string eli_text(const EngineInventory& inventory, std::size_t ike_sas, bool all) {
  Screen screen;
  const auto active = [](const AcceleratorView& view) { return view.state == "Active"; };
  const bool any = std::ranges::any_of(inventory.accelerators, active);
  screen.line("Hardware Encryption : %s", any ? "ACTIVE" : "INACTIVE");
  screen.line(" Number of hardware crypto engines = %zu", inventory.accelerators.size());
  for (const AcceleratorView& view : inventory.accelerators) {
    screen.blank();
    screen.line(" CryptoEngine %s details: state = %s", c(view.name), c(view.state));
    screen.line(" Device        : %s%s", c(view.device), view.in_process ? " (in process)" : "");
    screen.line(" Capability    : %s", c(joined(view.capabilities)));
    screen.blank();
    if (all) screen.line(" IKEv2-Session :     %zu active", ike_sas);
    screen.line(" IPSec-Session :     %u active, %s max, %llu failed, %llu created",
                view.sas_active, c(limit(view.sas_max)), n(count(view, "drv_sa_refused")),
                n(count(view, "drv_sa_added")));
  }
  if (const EngineView* keys = hardware_keys(inventory)) {
    screen.blank();
    screen.line(" DH calculations: P1 %llu, SS %llu", n(keys->dh_values), n(keys->dh_secrets));
  }
  if (const EngineView* keys = software_keys(inventory)) {
    screen.blank();
    screen.line("crypto engine %zu:Software Crypto Engine", inventory.accelerators.size() + 1);
    screen.line(" DH calculations: P1 %llu, SS %llu", n(keys->dh_values), n(keys->dh_secrets));
  }
  return screen.take();
}

std::string engine_brief_text(const EngineInventory& inventory) {
  Screen screen;
  for (const AcceleratorView& view : inventory.accelerators) {
    screen.line("        crypto engine name:  %s", c(view.name));
    screen.line("        crypto engine type:  hardware");
    screen.line("                     State:  %s",
                view.state == "Active" ? "Enabled" : c(view.state));
    screen.line("                  Location:  %s", c(view.device));
    screen.line("              Product Name:  %s", c(view.name));
    screen.line("                       DES:  %s", has(view, "DES") ? "Yes" : "No");
    screen.line("                     3 DES:  %s", has(view, "3DES") ? "Yes" : "No");
    screen.line("                   AES CBC:  %s", has(view, "AES") ? "Yes (128,192,256)" : "No");
    screen.line("                   AES GCM:  %s", has(view, "GCM") ? "Yes (128,192,256)" : "No");
    screen.line("          Maximum SA index:  %s", c(limit(view.sas_max)));
    screen.line("      Maximum RSA key size:  %s", has(view, "RSA") ? "4096" : "none");
    screen.blank();
  }
  for (const EngineView& engine : inventory.engines) {
    if (engine.hardware) continue;
    screen.line("        crypto engine name:  %s", c(engine.name));
    screen.line("        crypto engine type:  software");
    screen.line("       crypto engine state:  %s",
                engine.state == "Active" ? "installed" : c(engine.state));
    screen.line("     crypto engine in slot:  N/A");
    screen.blank();
  }
  return screen.take();
}

std::string accelerator_statistic_text(const EngineInventory& inventory) {
  Screen screen;
  if (inventory.accelerators.empty()) screen.line("there is no accelerator");
  for (const AcceleratorView& view : inventory.accelerators) {
    screen.line("VPN module %s, device %s", c(view.name), c(view.device));
    screen.blank();
    block(screen, "Decryption Side Data Path Statistics", kDecryption, view.counters);
    block(screen, "Encryption Side Data Path Statistics", kEncryption, view.counters);
  }
  return screen.take();
}

std::string accelerators_json(const EngineInventory& inventory, std::size_t ike_sas) {
  json::array list, keys;
  for (const AcceleratorView& view : inventory.accelerators) {
    json::array capabilities(view.capabilities.begin(), view.capabilities.end());
    json::object counters;
    for (const auto& [name, value] : view.counters) counters.emplace(name, value);
    list.push_back(json::object{{"name", view.name},
                                {"device", view.device},
                                {"in_process", view.in_process},
                                {"state", view.state},
                                {"capabilities", std::move(capabilities)},
                                {"sas_active", view.sas_active},
                                {"sas_max", view.sas_max},
                                {"counters", std::move(counters)}});
  }
  for (const EngineView& engine : inventory.engines) {
    if (!engine.data_plane.empty()) continue;
    keys.push_back(json::object{{"name", engine.name},
                                {"hardware", engine.hardware},
                                {"state", engine.state},
                                {"dh_values", engine.dh_values},
                                {"dh_secrets", engine.dh_secrets},
                                {"rsa_operations", engine.rsa_operations},
                                {"failures", engine.failures}});
  }
  return json::serialize(json::object{{"accelerators", std::move(list)},
                                      {"public_key_engines", std::move(keys)},
                                      {"ike_sas", ike_sas}});
}

}  // namespace spa::config
