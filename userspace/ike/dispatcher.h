// SPDX-License-Identifier: Apache-2.0
// The managers of both IKE versions as one: a datagram goes to the version that its header names,
// traffic and commands to the version that the crypto map entry asks for (an ikev2-profile: IKEv2,
// none: IKEv1), an event of the data plane to the owner of the SPI. What both have is merged.
#pragma once

#include <memory>

#include "userspace/ike/manager.h"
#include "userspace/ike/unknown_spi_log.h"
#include "userspace/ports/timers.h"

namespace spa::ike {

class Dispatcher final : public Manager {
 public:
  // The log is for lines that belong to neither version.
  Dispatcher(std::unique_ptr<Manager> ikev1, std::unique_ptr<Manager> ikev2, LogSink& log,
             const ports::Timers& clock);

  void configure(policy::SnapshotPtr snapshot, std::vector<ports::PolicyRule> rules) override;
  [[nodiscard]] std::vector<std::string> would_close(
      const policy::Snapshot& snapshot, const std::vector<ports::PolicyRule>& rules) const override;
  void receive(const Endpoint& local, const Endpoint& remote, ByteView message) override;
  Status initiate(const ports::PolicyId& rule) override;
  void set_local_addresses(std::vector<IpAddress> addresses) override;
  std::size_t move_local(const IpAddress& from, const IpAddress& to) override;
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

  void on_acquire(const ports::PolicyId& rule,
                  const std::optional<policy::SelectorPair>& packet) override;
  void on_expire(std::uint32_t spi, bool hard) override;
  void on_lost(std::uint32_t spi) override;
  void on_mapping(std::uint32_t spi_in, const Endpoint& remote) override;

 private:
  [[nodiscard]] Manager& of(const ports::PolicyId& rule) const;
  [[nodiscard]] Manager& owner(std::uint32_t spi) const;

  std::unique_ptr<Manager> ikev1_;
  std::unique_ptr<Manager> ikev2_;
  const ports::Timers& clock_;
  UnknownSpiLog unknown_spi_log_;
  Counters own_;
  policy::SnapshotPtr snapshot_;
};

}  // namespace spa::ike
