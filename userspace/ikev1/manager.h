// SPDX-License-Identifier: Apache-2.0
// The IKEv1 side of the daemon: every ISAKMP SA of one thread, from configuration and datagrams to
// IPsec SAs in the data plane (RFC 2407, RFC 2408, RFC 2409).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "userspace/ike/manager.h"
#include "userspace/ike/options.h"

namespace spa::ikev1 {

class Shard;

using Dependencies = ike::Dependencies;
using Options = ike::Options;

class Manager final : public ike::Manager {
 public:
  explicit Manager(const Dependencies& dependencies, const Options& options = {});
  // Drops everything without a word to the peers; see shutdown().
  ~Manager() override;
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  // ike::Manager
  void configure(policy::SnapshotPtr snapshot, std::vector<ports::PolicyRule> rules) override;
  [[nodiscard]] std::vector<std::string> would_close(
      const policy::Snapshot& snapshot, const std::vector<ports::PolicyRule>& rules) const override;
  void receive(const Endpoint& local, const Endpoint& remote, ByteView message) override;
  Status initiate(const ports::PolicyId& rule) override;
  std::size_t clear(const ike::SessionFilter& filter) override;
  void shutdown(std::function<void()> done) override;
  [[nodiscard]] std::vector<ike::IkeSaStatus> status() const override;
  [[nodiscard]] ike::Counters counters() const override;
  [[nodiscard]] std::size_t half_open() const override;
  [[nodiscard]] std::vector<ike::DecisionRecord> decisions() const override;
  [[nodiscard]] std::vector<Bytes> held_serials(ByteView issuer_der) const override;
  std::size_t close_revoked(ByteView issuer_der, const std::vector<Bytes>& serials) override;
  bool on_unknown_spi(const IpAddress& remote, std::uint32_t spi) override;
  [[nodiscard]] bool owns(std::uint32_t spi) const override;

  // From the data plane, or from the dispatcher in front of several managers.
  void on_acquire(const ports::PolicyId& rule,
                  const std::optional<policy::SelectorPair>& packet) override;
  void on_expire(std::uint32_t spi, bool hard) override;
  void on_lost(std::uint32_t spi) override;
  void on_mapping(std::uint32_t spi_in, const Endpoint& remote) override;

 private:
  std::unique_ptr<Shard> shard_;
};

}  // namespace spa::ikev1
