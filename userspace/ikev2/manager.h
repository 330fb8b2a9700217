// SPDX-License-Identifier: Apache-2.0
// The IKEv2 side of the daemon: every IKE SA of one shard, from configuration and datagrams to SAs
// in the data plane (RFC 7296).
//
// One Manager belongs to one thread (ike/manager.h). With several shards the caller sends a
// datagram to the shard named by shard_of(); a first IKE_SA_INIT request may go to any shard that
// depends on the source address only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/ike/manager.h"
#include "userspace/ike/options.h"

namespace spa::ikev2 {

class Shard;

using Dependencies = ike::Dependencies;
using Options = ike::Options;
using SessionFilter = ike::SessionFilter;

// Which of its SPIs a datagram's header calls ours, and so which shard owns it; nothing for a first
// IKE_SA_INIT request or for what is no IKEv2 message.
[[nodiscard]] std::optional<std::uint8_t> shard_of(ByteView message);

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
  std::size_t clear(const SessionFilter& filter) override;
  void shutdown(std::function<void()> done) override;
  [[nodiscard]] std::vector<ike::IkeSaStatus> status() const override;
  [[nodiscard]] ike::Counters counters() const override;
  [[nodiscard]] std::size_t half_open() const override;
  [[nodiscard]] std::vector<ike::DecisionRecord> decisions() const override;
  [[nodiscard]] std::vector<Bytes> held_serials(ByteView issuer_der) const override;
  std::size_t close_revoked(ByteView issuer_der, const std::vector<Bytes>& serials) override;
  // RFC 7296 1.5
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

}  // namespace spa::ikev2
