// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/show/sa_count.h"

#include "userspace/config/show/json.h"
#include "userspace/config/show/names.h"
#include "userspace/config/show/text.h"

namespace spa::config {
namespace {

struct IsakmpCounts {
  unsigned active = 0;
  unsigned negotiating = 0;
  unsigned dead = 0;
};

IsakmpCounts isakmp_counts(const std::vector<Ikev2View>& sas) {
  IsakmpCounts counts;
  for (const Ikev2View& view : sas) {
    if (view.sa.version != 1) continue;
    switch (view.sa.state) {
      case ike::IkeSaState::kInNegotiation:
        ++counts.negotiating;
        break;
      case ike::IkeSaState::kReady:
      case ike::IkeSaState::kRekeying:
        ++counts.active;
        break;
      case ike::IkeSaState::kDeleting:
        ++counts.dead;
        break;
    }
  }
  return counts;
}

struct IpsecCounts {
  std::size_t total = 0;
  std::size_t rekeying = 0;  // a newer pair of the same rule is there
};

// Both directions of each pair, as the router counts.
IpsecCounts ipsec_counts(const std::vector<Ikev2View>& sas) {
  IpsecCounts counts;
  for (const Ikev2View& view : sas) {
    for (const ike::ChildSaStatus& child : view.sa.children) {
      counts.total += 2;
      for (const ike::ChildSaStatus& other : view.sa.children) {
        if (other.rule != child.rule || other.id <= child.id) continue;
        counts.rekeying += 2;
        break;
      }
    }
  }
  return counts;
}

struct Spi {
  std::uint32_t spi = 0;
  const char* protocol = "esp";
  bool inbound = true;
  std::uint32_t connection = 0;
  const ike::ChildSaStatus* child = nullptr;
  const ports::SaPairState* state = nullptr;
  [[nodiscard]] const Endpoint& destination() const {
    return inbound ? child->local : child->remote;
  }
};

std::vector<Spi> spis_of(const std::vector<Ikev2View>& sas, std::uint32_t only) {
  std::vector<Spi> out;
  for (const Ikev2View& view : sas) {
    for (std::size_t i = 0; i < view.sa.children.size(); ++i) {
      const ike::ChildSaStatus& child = view.sa.children[i];
      for (const bool in : {true, false}) {
        const std::uint32_t main = in ? child.spi_in : child.spi_out;
        const std::uint32_t around = in ? child.ah_spi_in : child.ah_spi_out;
        const std::uint32_t id = in ? child.id : child.id + 1;
        const auto add = [&](std::uint32_t spi, const char* protocol) {
          if (spi != 0 && (only == 0 || only == spi))
            out.push_back({spi, protocol, in, id, &child, &view.children[i]});
        };
        if (child.suite.has_esp()) add(main, "esp");
        if (child.suite.has_ah()) add(child.suite.has_esp() ? around : main, "ah");
      }
    }
  }
  return out;
}

}  // namespace

std::string isakmp_sa_count_text(const std::vector<Ikev2View>& sas) {
  const IsakmpCounts counts = isakmp_counts(sas);
  Screen screen;
  screen.line("Active ISAKMP SA's: %u", counts.active);
  screen.line("Standby ISAKMP SA's: 0");  // nothing here stands by for another router
  screen.line("Currently being negotiated ISAKMP SA's: %u", counts.negotiating);
  screen.line("Dead ISAKMP SA's: %u", counts.dead);
  return screen.take();
}

std::string isakmp_sa_count_json(const std::vector<Ikev2View>& sas) {
  const IsakmpCounts counts = isakmp_counts(sas);
  return json::serialize(json::object{{"active", counts.active},
                                      {"standby", 0},
                                      {"negotiating", counts.negotiating},
                                      {"dead", counts.dead}});
}

std::string ipsec_sa_count_text(const std::vector<Ikev2View>& sas) {
  const IpsecCounts counts = ipsec_counts(sas);
  Screen screen;
  screen.line("IPsec SA total: %zu, active: %zu, rekeying: %zu, unused: 0, invalid: 0",
              counts.total, counts.total - counts.rekeying, counts.rekeying);
  return screen.take();
}

std::string ipsec_sa_count_json(const std::vector<Ikev2View>& sas) {
  const IpsecCounts counts = ipsec_counts(sas);
  return json::serialize(json::object{{"total", counts.total},
                                      {"active", counts.total - counts.rekeying},
                                      {"rekeying", counts.rekeying},
                                      {"unused", 0},
                                      {"invalid", 0}});
}

std::string spi_lookup_text(const std::vector<Ikev2View>& sas, std::uint32_t only, bool detail) {
  Screen screen;
  screen.line("SPI         Prot  Direction  Destination      Conn-id  Crypto map");
  for (const Spi& row : spis_of(sas, only)) {
    screen.line("0x%08X  %-4s  %-9s  %-15s  %7u  %s", row.spi, row.protocol,
                row.inbound ? "inbound" : "outbound", c(row.destination().address.to_string()),
                row.connection, c(row.child->rule.to_string()));
    if (!detail) continue;
    screen.line("            transform: %s", c(transform_names(row.child->suite)));
    screen.line("            peer %s port %u, remaining %u seconds",
                c(row.child->remote.address.to_string()), row.child->remote.port,
                row.child->remaining_seconds);
    screen.line("            Engine: %s", c(place_text(*row.state)));
  }
  return screen.take();
}

std::string spi_lookup_json(const std::vector<Ikev2View>& sas, std::uint32_t only) {
  json::array list;
  for (const Spi& row : spis_of(sas, only))
    list.push_back(json::object{{"spi", hex_json(row.spi, 8)},
                                {"protocol", row.protocol},
                                {"inbound", row.inbound},
                                {"destination", row.destination().address.to_string()},
                                {"connection", row.connection},
                                {"sa", child_json(*row.child, *row.state)}});
  return json::serialize(json::object{{"spis", std::move(list)}});
}

}  // namespace spa::config
