// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/json.h"

#include <array>
#include <cstdio>
#include <utility>

#include "userspace/config/show/names.h"

namespace spa::config {

json::object endpoint_json(const Endpoint& endpoint) {
  return {{"address", endpoint.address.to_string()}, {"port", endpoint.port}};
}

std::string hex_json(std::uint64_t number, int digits) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "0x%0*llX", digits,
                static_cast<unsigned long long>(number));
  return buffer.data();
}

json::array selectors_json(const std::vector<policy::TrafficSelector>& selectors) {
  json::array out;
  for (const auto& selector : selectors)
    out.push_back(json::object{{"first", selector.first.to_string()},
                               {"last", selector.last.to_string()},
                               {"protocol", selector.protocol},
                               {"port_first", selector.port_first},
                               {"port_last", selector.port_last}});
  return out;
}

json::object counters_json(const ports::SaCounters& counters) {
  return {{"packets", counters.packets},
          {"bytes", counters.bytes},
          {"auth_failures", counters.auth_failures},
          {"replay_failures", counters.replay_failures},
          {"other_failures", counters.other_failures}};
}

json::object child_json(const ike::ChildSaStatus& child, const ports::SaPairState& state) {
  return {{"id", child.id},
          {"spi_in", hex_json(child.spi_in, 8)},
          {"spi_out", hex_json(child.spi_out, 8)},
          {"ah_spi_in", hex_json(child.ah_spi_in, 8)},
          {"ah_spi_out", hex_json(child.ah_spi_out, 8)},
          {"cpi_in", hex_json(child.cpi_in, 4)},
          {"cpi_out", hex_json(child.cpi_out, 4)},
          {"crypto_map", child.rule.crypto_map},
          {"sequence", child.rule.sequence},
          {"line", child.rule.line},
          {"mode", child.mode == policy::EncapsulationMode::kTunnel ? "tunnel" : "transport"},
          {"transform", transform_names(child.suite)},
          {"encryption", cipher_name(child.suite.cipher)},
          {"key_bits", child.suite.key_bits},
          {"integrity", hash_name(child.suite.integrity)},
          {"esn", child.suite.esn},
          {"udp_encapsulation", child.udp_encapsulation},
          {"pfs_group", static_cast<unsigned>(child.pfs)},
          {"selectors_local", selectors_json(child.selectors_local)},
          {"selectors_remote", selectors_json(child.selectors_remote)},
          {"lifetime_seconds", child.lifetime.seconds},
          {"lifetime_kilobytes", child.lifetime.kilobytes},
          {"remaining_seconds", child.remaining_seconds},
          {"replay_window", child.replay_window},
          {"local", endpoint_json(child.local)},
          {"remote", endpoint_json(child.remote)},
          {"device", child.device},
          {"in", counters_json(state.in)},
          {"out", counters_json(state.out)},
          {"offload_in", place_word(state.offload_in)},
          {"offload_out", place_word(state.offload_out)},
          {"offload_device", state.offload_device},
          {"offload_reason", state.offload_reason}};
}

void JsonList::add(std::string& out, const json::object& member) const {
  if (std::exchange(*begun_, true)) out += ',';
  out += json::serialize(member);
}

Pieces JsonList::pieces(const std::string& key, Rows rows) const {
  rows.before = "{\"" + key + "\":[";
  rows.behind = "]}";
  std::vector<Rows> parts;
  parts.push_back(std::move(rows));
  return pieces_of(std::move(parts));
}

}  // namespace spa::config
