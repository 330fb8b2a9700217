// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/manager.h"

#include <algorithm>

#include "userspace/ikev1/shard.h"

namespace spa::ikev1 {

Manager::Manager(const Dependencies& dependencies, const Options& options)
    : shard_(std::make_unique<Shard>(dependencies, options)) {}

Manager::~Manager() = default;

void Manager::configure(policy::SnapshotPtr snapshot, std::vector<ports::PolicyRule> rules) {
  shard_->strand.run(
      [shard = shard_.get(), snapshot = std::move(snapshot), rules = std::move(rules)]() mutable {
        shard->configure(std::move(snapshot), std::move(rules));
      });
}

std::vector<std::string> Manager::would_close(const policy::Snapshot&,
                                              const std::vector<ports::PolicyRule>& rules) const {
  return shard_->would_close(rules);
}

void Manager::receive(const Endpoint& local, const Endpoint& remote, ByteView message) {
  shard_->receive(local, remote, message);
}

Status Manager::initiate(const ports::PolicyId& rule) {
  Status status;
  if (shard_->strand.busy()) return fail(Errc::kState, "called from within a callback");
  shard_->strand.run([&] { status = shard_->initiate(rule); });
  return status;
}

std::size_t Manager::clear(const ike::SessionFilter& filter) {
  std::size_t count = 0;
  if (shard_->strand.busy()) return 0;
  shard_->strand.run([&] { count = shard_->clear(filter); });
  return count;
}

void Manager::shutdown(std::function<void()> done) {
  shard_->strand.run([shard = shard_.get(), done = std::move(done)]() mutable {
    shard->shutdown(std::move(done));
  });
}

std::vector<ike::IkeSaStatus> Manager::status() const {
  std::vector<ike::IkeSaStatus> list;
  for (const IsakmpSa* sa : shard_->all()) list.push_back(sa->status());
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return list;
}

ike::Counters Manager::counters() const {
  return shard_->counters;
}

std::size_t Manager::half_open() const {
  return shard_->half_open();
}

std::vector<ike::DecisionRecord> Manager::decisions() const {
  return shard_->decisions.all();
}

std::vector<Bytes> Manager::held_serials(ByteView issuer_der) const {
  std::vector<Bytes> serials;
  for (const IsakmpSa* sa : shard_->all()) {
    if (!sa->held || !std::ranges::equal(sa->held->issuer_der, issuer_der)) continue;
    if (std::find(serials.begin(), serials.end(), sa->held->serial) == serials.end()) {
      serials.push_back(sa->held->serial);
    }
  }
  return serials;
}

std::size_t Manager::close_revoked(ByteView issuer_der, const std::vector<Bytes>& serials) {
  std::size_t count = 0;
  if (shard_->strand.busy()) return 0;
  shard_->strand.run([&] { count = shard_->close_revoked(issuer_der, serials); });
  return count;
}

void Manager::on_acquire(const ports::PolicyId& rule, const std::optional<policy::SelectorPair>&) {
  shard_->strand.run([shard = shard_.get(), rule] {
    const Status started = shard->initiate(rule);
    if (started) return;
    // Packets may ask again and again: the reason is for those who look.
    shard->log_limited(Severity::kNotice, "CRYPTO", "ACQUIRE_IGNORED", started.error().text);
  });
}

void Manager::on_expire(std::uint32_t spi, bool hard) {
  shard_->strand.run([shard = shard_.get(), spi, hard] { shard->on_expire(spi, hard); });
}

void Manager::on_lost(std::uint32_t spi) {
  shard_->strand.run([shard = shard_.get(), spi] { shard->on_expire(spi, true); });
}

void Manager::on_mapping(std::uint32_t spi_in, const Endpoint& remote) {
  shard_->strand.run([shard = shard_.get(), spi_in, remote] { shard->on_mapping(spi_in, remote); });
}

bool Manager::on_unknown_spi(const IpAddress& remote, std::uint32_t spi) {
  const auto peers = shard_->with_peer(remote);
  const bool known =
      std::any_of(peers.begin(), peers.end(), [](const IsakmpSa* sa) { return sa->usable(); });
  shard_->strand.run(
      [shard = shard_.get(), remote, spi] { (void)shard->on_unknown_spi(remote, spi); });
  return known;
}

bool Manager::owns(std::uint32_t spi) const {
  const auto list = shard_->all();
  return std::any_of(list.begin(), list.end(), [&](const IsakmpSa* sa) {
    return sa->child(spi) != nullptr || sa->child_by_outbound(spi) != nullptr;
  });
}

}  // namespace spa::ikev1
