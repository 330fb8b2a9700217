// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/engine.h"

#include "userspace/config/show/json.h"
#include "userspace/config/show/names.h"
#include "userspace/config/show/text.h"

namespace spa::config {
namespace {

struct Connection {
  std::uint32_t id = 0;
  std::string interface;
  std::string address;
  std::string algorithm;
  bool set = true;  // false: it has a number, and no keys yet
  std::uint64_t encrypted = 0;
  std::uint64_t decrypted = 0;
  std::string engine;
};

std::vector<Connection> connections_of(const policy::Snapshot& policy,
                                       const std::vector<Ikev2View>& sas) {
  std::vector<Connection> out;
  for (const Ikev2View& view : sas) {
    const ike::IkeSaStatus& sa = view.sa;
    const policy::Interface* interface = nullptr;
    for (const auto& candidate : policy.interfaces)
      for (const IpPrefix& address : candidate.addresses)
        if (address.address == sa.local.address) interface = &candidate;
    const std::string where = interface == nullptr ? "<none>" : interface->name;
    const bool set = sa.state != ike::IkeSaState::kInNegotiation;
    out.push_back(
        {sa.id, where, sa.local.address.to_string(),
         set ? connection_algorithm(sa.integrity, sa.cipher.id, sa.cipher.key_bits) : "NONE", set,
         0, 0, sa.dh_engine});
    for (std::size_t i = 0; i < sa.children.size(); ++i) {
      const ike::ChildSaStatus& child = sa.children[i];
      const ports::SaPairState& state = view.children[i];
      const policy::Interface* bound = interface_of(policy, child.rule.crypto_map);
      const std::string device = bound == nullptr ? where : bound->name;
      const std::string algorithm =
          connection_algorithm(child.suite.integrity, child.suite.cipher, child.suite.key_bits);
      const std::string address = child.local.address.to_string();
      const std::string place = place_text(state);
      out.push_back({child.id, device, address, algorithm, true, 0, state.in.packets, place});
      out.push_back({child.id + 1, device, address, algorithm, true, state.out.packets, 0, place});
    }
  }
  return out;
}

}  // namespace

std::string engine_connections_text(const policy::Snapshot& policy,
                                    const std::vector<Ikev2View>& sas,
                                    const std::vector<EngineView>& engines, ScreenForm form) {
  Screen screen;
  screen.line("  ID Interface       IP-Address      State  Algorithm           Encrypt  Decrypt");
  for (const Connection& row : connections_of(policy, sas))
    screen.line("%4u %-15s %-15s %-6s %-18s %8llu %8llu", row.id, c(row.interface), c(row.address),
                row.set ? "set" : "alloc", c(row.algorithm), n(row.encrypted), n(row.decrypted));
  // R-SHOW-10 ends here; which engine did what is ours.
  if (form != ScreenForm::kLive) return screen.take();
  for (const EngineView& engine : engines) {
    screen.blank();
    screen.line("crypto engine name:  %s", c(engine.name));
    screen.line("crypto engine type:  %s", engine.hardware ? "hardware" : "software");
    screen.line("             State:  %s", c(engine.state));
    if (!engine.device.empty()) screen.line("            Device:  %s", c(engine.device));
    if (!engine.data_plane.empty()) screen.line("        Data plane:  %s", c(engine.data_plane));
    screen.line("  DH calculations:  %llu", n(engine.dh_operations));
    screen.line("  RSA operations:   %llu", n(engine.rsa_operations));
    screen.line("  Failures:         %llu", n(engine.failures));
    screen.line("  IPSec SAs:        %u", engine.security_associations);
  }
  return screen.take();
}

std::string engine_connections_json(const policy::Snapshot& policy,
                                    const std::vector<Ikev2View>& sas,
                                    const std::vector<EngineView>& engines) {
  json::array rows, list;
  for (const Connection& row : connections_of(policy, sas))
    rows.push_back(json::object{{"id", row.id},
                                {"interface", row.interface},
                                {"address", row.address},
                                {"state", row.set ? "set" : "alloc"},
                                {"algorithm", row.algorithm},
                                {"encrypted", row.encrypted},
                                {"decrypted", row.decrypted},
                                {"engine", row.engine}});
  for (const EngineView& engine : engines)
    list.push_back(json::object{{"name", engine.name},
                                {"hardware", engine.hardware},
                                {"device", engine.device},
                                {"state", engine.state},
                                {"data_plane", engine.data_plane},
                                {"dh_operations", engine.dh_operations},
                                {"rsa_operations", engine.rsa_operations},
                                {"failures", engine.failures},
                                {"security_associations", engine.security_associations}});
  return json::serialize(
      json::object{{"connections", std::move(rows)}, {"engines", std::move(list)}});
}

}  // namespace spa::config
