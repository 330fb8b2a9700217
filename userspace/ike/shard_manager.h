// SPDX-License-Identifier: Apache-2.0
// The manager of one IKE version in front of the shard that does the work: one thing at a time on
// the shard's strand. What the versions do differently is in their shards.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "userspace/ike/manager.h"

namespace spa::ike {

// `VersionShard` is ikev1::Shard or ikev2::Shard. The members are in shard_manager_members.h, for
// the one file of each version that instantiates them.
template <typename VersionShard>
class ShardManager : public Manager {
 public:
  // Drops everything without a word to the peers; see shutdown().
  ~ShardManager() override;
  ShardManager(const ShardManager&) = delete;
  ShardManager& operator=(const ShardManager&) = delete;

  // ike::Manager
  void configure(policy::SnapshotPtr snapshot, std::vector<ports::PolicyRule> rules) override;
  [[nodiscard]] std::vector<std::string> would_close(
      const policy::Snapshot& snapshot, const std::vector<ports::PolicyRule>& rules) const override;
  void receive(const Endpoint& local, const Endpoint& remote, ByteView message) override;
  Status initiate(const ports::PolicyId& rule) override;
  std::size_t clear(const SessionFilter& filter) override;
  void shutdown(std::function<void()> done) override;
  [[nodiscard]] std::vector<IkeSaStatus> status() const override;
  [[nodiscard]] std::vector<IkeSaStatus> status_of(
      const std::vector<std::uint32_t>& ids) const override;
  [[nodiscard]] Counters counters() const override;
  [[nodiscard]] std::size_t half_open() const override;
  [[nodiscard]] std::vector<DecisionRecord> decisions() const override;
  [[nodiscard]] std::vector<Bytes> held_serials(ByteView issuer_der) const override;
  std::size_t close_revoked(ByteView issuer_der, const std::vector<Bytes>& serials) override;
  bool on_unknown_spi(const ports::UnknownSpi& unknown) override;
  bool recover_unknown_spi(const ports::UnknownSpi& unknown) override;
  [[nodiscard]] bool owns(std::uint32_t spi) const override;

  // From the data plane, or from the dispatcher in front of several managers.
  void on_acquire(const ports::PolicyId& rule,
                  const std::optional<policy::SelectorPair>& packet) override;
  void on_expire(std::uint32_t spi, bool hard) override;
  void on_lost(std::uint32_t spi) override;
  void on_mapping(std::uint32_t spi_in, const Endpoint& remote) override;

 protected:
  // `facility` names the version in syslog messages ("IKEV2").
  ShardManager(std::unique_ptr<VersionShard> shard, std::string_view facility);
  [[nodiscard]] VersionShard& shard() { return *shard_; }

 private:
  std::unique_ptr<VersionShard> shard_;
  const std::string facility_;
};

}  // namespace spa::ike
