// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/dispatcher.h"

#include <algorithm>

#include "userspace/ike/rule_table.h"

namespace spa::ike {

namespace {

// RFC 2408 3.1, RFC 7296 3.1: version octet of the header.
constexpr std::size_t kVersionOffset = 17;

template <typename T>
std::vector<T> joined(std::vector<T> a, std::vector<T> b) {
  a.insert(a.end(), std::make_move_iterator(b.begin()), std::make_move_iterator(b.end()));
  return a;
}

}  // namespace

Dispatcher::Dispatcher(std::unique_ptr<Manager> ikev1, std::unique_ptr<Manager> ikev2, LogSink& log,
                       const ports::Timers& clock)
    : ikev1_(std::move(ikev1)),
      ikev2_(std::move(ikev2)),
      clock_(clock),
      unknown_spi_log_(log),
      snapshot_(std::make_shared<const policy::Snapshot>()) {}

Manager& Dispatcher::of(const ports::PolicyId& rule) const {
  const policy::CryptoMapEntry* entry = entry_of(*snapshot_, rule);
  return entry != nullptr && entry->ikev2_profile.empty() ? *ikev1_ : *ikev2_;
}

Manager& Dispatcher::owner(std::uint32_t spi) const {
  return ikev1_->owns(spi) ? *ikev1_ : *ikev2_;
}

void Dispatcher::configure(policy::SnapshotPtr snapshot, std::vector<ports::PolicyRule> rules) {
  snapshot_ = snapshot ? snapshot : std::make_shared<const policy::Snapshot>();
  ikev1_->configure(snapshot, rules);
  ikev2_->configure(std::move(snapshot), std::move(rules));
}

std::vector<std::string> Dispatcher::would_close(
    const policy::Snapshot& snapshot, const std::vector<ports::PolicyRule>& rules) const {
  return joined(ikev1_->would_close(snapshot, rules), ikev2_->would_close(snapshot, rules));
}

void Dispatcher::receive(const Endpoint& local, const Endpoint& remote, ByteView message) {
  // What is no message at all, and versions that nobody knows, are IKEv2's to count and answer.
  const bool old = message.size() > kVersionOffset && message[kVersionOffset] >> 4 == 1;
  (old ? *ikev1_ : *ikev2_).receive(local, remote, message);
}

Status Dispatcher::initiate(const ports::PolicyId& rule) {
  return of(rule).initiate(rule);
}

void Dispatcher::set_local_addresses(std::vector<IpAddress> addresses) {
  ikev2_->set_local_addresses(std::move(addresses));
}

std::size_t Dispatcher::move_local(const IpAddress& from, const IpAddress& to) {
  return ikev2_->move_local(from, to);
}

std::size_t Dispatcher::clear(const SessionFilter& filter) {
  return ikev1_->clear(filter) + ikev2_->clear(filter);
}

void Dispatcher::shutdown(std::function<void()> done) {
  const auto last = [left = std::make_shared<int>(2), done = std::move(done)] {
    if (--*left == 0 && done) done();
  };
  ikev1_->shutdown(last);
  ikev2_->shutdown(last);
}

std::vector<IkeSaStatus> Dispatcher::status() const {
  auto list = joined(ikev1_->status(), ikev2_->status());
  std::ranges::sort(list, {}, &IkeSaStatus::id);
  return list;
}

std::vector<IkeSaStatus> Dispatcher::status_of(const std::vector<std::uint32_t>& ids) const {
  auto list = joined(ikev1_->status_of(ids), ikev2_->status_of(ids));
  std::ranges::sort(list, {}, &IkeSaStatus::id);
  return list;
}

Counters Dispatcher::counters() const {
  Counters sum = own_;
  sum += ikev1_->counters();
  return sum += ikev2_->counters();
}

std::size_t Dispatcher::half_open() const {
  return ikev1_->half_open() + ikev2_->half_open();
}

std::vector<DecisionRecord> Dispatcher::decisions() const {
  auto list = joined(ikev1_->decisions(), ikev2_->decisions());
  std::ranges::sort(list, {}, &DecisionRecord::started);
  return list;
}

std::vector<Bytes> Dispatcher::held_serials(ByteView issuer_der) const {
  auto list = joined(ikev1_->held_serials(issuer_der), ikev2_->held_serials(issuer_der));
  std::ranges::sort(list);
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

std::size_t Dispatcher::close_revoked(ByteView issuer_der, const std::vector<Bytes>& serials) {
  return ikev1_->close_revoked(issuer_der, serials) + ikev2_->close_revoked(issuer_der, serials);
}

bool Dispatcher::on_unknown_spi(const ports::UnknownSpi& unknown) {
  ++own_.unknown_ipsec_spi;
  unknown_spi_log_.write(unknown, clock_.now());
  return ikev2_->on_unknown_spi(unknown) || ikev1_->on_unknown_spi(unknown) ||
         recover_unknown_spi(unknown);
}

bool Dispatcher::recover_unknown_spi(const ports::UnknownSpi& unknown) {
  if (!snapshot_->isakmp.invalid_spi_recovery) return false;
  return ikev2_->recover_unknown_spi(unknown) || ikev1_->recover_unknown_spi(unknown);
}

bool Dispatcher::owns(std::uint32_t spi) const {
  return ikev1_->owns(spi) || ikev2_->owns(spi);
}

void Dispatcher::on_acquire(const ports::PolicyId& rule,
                            const std::optional<policy::SelectorPair>& packet) {
  of(rule).on_acquire(rule, packet);
}

void Dispatcher::on_expire(std::uint32_t spi, bool hard) {
  owner(spi).on_expire(spi, hard);
}

void Dispatcher::on_lost(std::uint32_t spi) {
  owner(spi).on_lost(spi);
}

void Dispatcher::on_mapping(std::uint32_t spi_in, const Endpoint& remote) {
  owner(spi_in).on_mapping(spi_in, remote);
}

}  // namespace spa::ike
