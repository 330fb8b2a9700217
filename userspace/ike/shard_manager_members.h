// SPDX-License-Identifier: Apache-2.0
// The members of ShardManager: included where a version's shard is known, by one file each.
#pragma once

#include <algorithm>
#include <utility>

#include "userspace/ike/shard_manager.h"

namespace spa::ike {

template <typename VersionShard>
ShardManager<VersionShard>::ShardManager(std::unique_ptr<VersionShard> shard,
                                         std::string_view facility)
    : shard_(std::move(shard)), facility_(facility) {}

template <typename VersionShard>
ShardManager<VersionShard>::~ShardManager() = default;

template <typename VersionShard>
void ShardManager<VersionShard>::configure(policy::SnapshotPtr snapshot,
                                           std::vector<ports::PolicyRule> rules) {
  shard_->strand.run(
      [shard = shard_.get(), snapshot = std::move(snapshot), rules = std::move(rules)]() mutable {
        shard->configure(std::move(snapshot), std::move(rules));
      });
}

template <typename VersionShard>
std::vector<std::string> ShardManager<VersionShard>::would_close(
    const policy::Snapshot&, const std::vector<ports::PolicyRule>& rules) const {
  return shard_->would_close(rules);
}

template <typename VersionShard>
void ShardManager<VersionShard>::receive(const Endpoint& local, const Endpoint& remote,
                                         ByteView message) {
  shard_->receive(local, remote, message);
}

template <typename VersionShard>
Status ShardManager<VersionShard>::initiate(const ports::PolicyId& rule) {
  Status status;
  if (shard_->strand.busy()) return fail(Errc::kState, "called from within a callback");
  shard_->strand.run([&] { status = shard_->initiate(rule); });
  return status;
}

template <typename VersionShard>
std::size_t ShardManager<VersionShard>::clear(const SessionFilter& filter) {
  std::size_t count = 0;
  if (shard_->strand.busy()) return 0;
  shard_->strand.run([&] { count = shard_->clear(filter); });
  return count;
}

template <typename VersionShard>
void ShardManager<VersionShard>::shutdown(std::function<void()> done) {
  shard_->strand.run([shard = shard_.get(), done = std::move(done)]() mutable {
    shard->shutdown(std::move(done));
  });
}

template <typename VersionShard>
std::vector<IkeSaStatus> ShardManager<VersionShard>::status() const {
  std::vector<IkeSaStatus> list;
  for (const auto* sa : shard_->all()) list.push_back(sa->status());
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return list;
}

template <typename VersionShard>
std::vector<IkeSaStatus> ShardManager<VersionShard>::status_of(
    const std::vector<std::uint32_t>& ids) const {
  std::vector<std::uint32_t> wanted = ids;
  std::sort(wanted.begin(), wanted.end());
  std::vector<IkeSaStatus> list;
  for (const auto* sa : shard_->all())
    if (std::binary_search(wanted.begin(), wanted.end(), sa->id)) list.push_back(sa->status());
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return list;
}

template <typename VersionShard>
Counters ShardManager<VersionShard>::counters() const {
  return shard_->counters;
}

template <typename VersionShard>
std::size_t ShardManager<VersionShard>::half_open() const {
  return shard_->half_open();
}

template <typename VersionShard>
std::vector<DecisionRecord> ShardManager<VersionShard>::decisions() const {
  return shard_->decisions.all();
}

template <typename VersionShard>
std::vector<Bytes> ShardManager<VersionShard>::held_serials(ByteView issuer_der) const {
  std::vector<Bytes> serials;
  for (const auto* sa : shard_->all()) {
    if (!sa->held || !std::ranges::equal(sa->held->issuer_der, issuer_der)) continue;
    if (std::find(serials.begin(), serials.end(), sa->held->serial) == serials.end()) {
      serials.push_back(sa->held->serial);
    }
  }
  return serials;
}

template <typename VersionShard>
std::size_t ShardManager<VersionShard>::close_revoked(ByteView issuer_der,
                                                      const std::vector<Bytes>& serials) {
  std::size_t count = 0;
  if (shard_->strand.busy()) return 0;
  shard_->strand.run([&] { count = shard_->close_revoked(issuer_der, serials); });
  return count;
}

template <typename VersionShard>
void ShardManager<VersionShard>::on_acquire(const ports::PolicyId& rule,
                                            const std::optional<policy::SelectorPair>& packet) {
  shard_->strand.run([this, rule, packet] {
    if (auto* known = shard_->rule(rule)) known->packet = packet;
    const Status started = shard_->initiate(rule);
    if (started) return;
    // Packets may ask again and again: the reason is for those who look.
    shard_->log_limited(Severity::kNotice, facility_, "ACQUIRE_IGNORED", started.error().text);
  });
}

template <typename VersionShard>
void ShardManager<VersionShard>::on_expire(std::uint32_t spi, bool hard) {
  shard_->strand.run([shard = shard_.get(), spi, hard] { shard->on_expire(spi, hard); });
}

template <typename VersionShard>
void ShardManager<VersionShard>::on_lost(std::uint32_t spi) {
  shard_->strand.run([shard = shard_.get(), spi] { shard->on_expire(spi, true); });
}

template <typename VersionShard>
void ShardManager<VersionShard>::on_mapping(std::uint32_t spi_in, const Endpoint& remote) {
  shard_->strand.run([shard = shard_.get(), spi_in, remote] { shard->on_mapping(spi_in, remote); });
}

template <typename VersionShard>
bool ShardManager<VersionShard>::on_unknown_spi(const ports::UnknownSpi& unknown) {
  const auto peers = shard_->with_peer(unknown.remote);
  // One that we are making will do too: it says so when it is up.
  const bool known = std::any_of(peers.begin(), peers.end(), [](const auto* sa) {
    return sa->usable() || (sa->initiator && sa->handshake != nullptr);
  });
  shard_->strand.run([shard = shard_.get(), unknown] { (void)shard->on_unknown_spi(unknown); });
  return known;
}

template <typename VersionShard>
bool ShardManager<VersionShard>::recover_unknown_spi(const ports::UnknownSpi& unknown) {
  if (shard_->rule_for_recovery(unknown.remote, VersionShard::kIsIkev2) == nullptr) return false;
  shard_->strand.run([shard = shard_.get(), unknown] {
    const ports::PolicyRule* rule =
        shard->rule_for_recovery(unknown.remote, VersionShard::kIsIkev2);
    if (rule == nullptr || !shard->may_recover(unknown.remote)) return;
    const Status begun = shard->begin_recovery(*rule, unknown);
    if (!begun) {
      shard->debug_line(unknown.remote, "no recovery of an unknown SPI: " + begun.error().text);
    }
  });
  return true;
}

template <typename VersionShard>
bool ShardManager<VersionShard>::owns(std::uint32_t spi) const {
  return !shard_->with_child(spi).empty();
}

}  // namespace spa::ike
