// SPDX-License-Identifier: Apache-2.0
// A data plane with what lives and dies with SAs: the rules of dynamic crypto maps, made from what
// a peer was granted, and reverse routes (R-MAP-22). Templates stay outside the data plane.
#pragma once

#include <map>
#include <memory>

#include "userspace/base/log.h"
#include "userspace/kernel/reverse_routes.h"
#include "userspace/ports/sa_database.h"

namespace spa::dataplane {

class RuleKeeper final : public ports::SaDatabase, private ports::SaDatabaseListener {
 public:
  // `routes` may be null: no reverse routes. `log` must outlive the keeper.
  RuleKeeper(std::unique_ptr<ports::SaDatabase> plane, kernel::RouteAdder* routes, LogSink& log);
  ~RuleKeeper() override;

  void set_listener(ports::SaDatabaseListener* listener) override { listener_ = listener; }
  [[nodiscard]] std::string name() const override { return plane_->name(); }
  [[nodiscard]] bool requires_udp_encapsulation() const override {
    return plane_->requires_udp_encapsulation();
  }
  [[nodiscard]] bool supports(const ports::EspSuite& suite) const override {
    return plane_->supports(suite);
  }
  Status add_rule(const ports::PolicyRule& rule) override;
  Status remove_rule(const ports::PolicyId& id) override;
  Result<std::uint32_t> allocate_spi(const IpAddress& local, const IpAddress& remote) override {
    return plane_->allocate_spi(local, remote);
  }
  void release_spi(const IpAddress& local, std::uint32_t spi) override {
    plane_->release_spi(local, spi);
  }
  Result<std::uint16_t> allocate_cpi(const IpAddress& local, const IpAddress& remote) override {
    return plane_->allocate_cpi(local, remote);
  }
  void release_cpi(const IpAddress& local, std::uint16_t cpi) override {
    plane_->release_cpi(local, cpi);
  }
  // kExists too where another peer protects the same traffic under a dynamic crypto map.
  Status add(const ports::SaPair& pair) override;
  Status add_inbound(const ports::SaPair& pair) override;
  Status remove(std::uint32_t spi_in) override;
  Result<ports::SaPairState> query(std::uint32_t spi_in) override { return plane_->query(spi_in); }
  Status update_endpoints(std::uint32_t spi_in, const Endpoint& local,
                          const Endpoint& remote) override;

  [[nodiscard]] std::size_t own_rules() const;

 private:
  struct Rule {
    ports::PolicyRule rule;
    bool own = false;  // goes with its last pair
    unsigned pairs = 0;
    bool routed = false;
  };

  void on_acquire(const ports::PolicyId& rule,
                  const std::optional<policy::SelectorPair>& packet) override;
  void on_expire(std::uint32_t spi, bool hard) override;
  void on_lost(std::uint32_t spi) override;
  void on_mapping(std::uint32_t spi_in, const Endpoint& remote) override;
  bool on_unknown_spi(const IpAddress& remote, std::uint32_t spi) override;

  // The rule that a pair is to stand under: its own one, made if need be.
  Result<Rule*> rule_for(const ports::SaPair& pair);
  using Adder = Status (ports::SaDatabase::*)(const ports::SaPair& pair);
  Status add_under_rule(const ports::SaPair& pair, Adder add);
  void gained(Rule& rule, const ports::SaPair& pair);
  void gone(std::uint32_t spi_in);
  void set_route(Rule& rule, bool wanted);

  std::unique_ptr<ports::SaDatabase> plane_;
  kernel::RouteAdder* routes_;
  LogSink& log_;
  ports::SaDatabaseListener* listener_ = nullptr;
  std::map<ports::PolicyId, Rule> rules_;  // without templates
  std::map<ports::PolicyId, ports::PolicyRule> templates_;
  std::map<std::uint32_t, ports::PolicyId> pairs_;  // by inbound SPI
};

}  // namespace spa::dataplane
