// SPDX-License-Identifier: Apache-2.0
// The kernel data plane: XFRM states and policies over netlink, in software or offloaded in crypto
// mode to a device that can (the card). RFC 4301's databases, held by Linux.
#pragma once

#include <memory>

#include "userspace/base/log.h"
#include "userspace/ports/readiness.h"
#include "userspace/ports/sa_database.h"

namespace spa::kernel {

// Whether this kernel can do ESP: a throwaway state is really added and deleted. kUnsupported:
// there is XFRM but no ESP, or no XFRM at all; kDenied: not privileged. The text says which.
[[nodiscard]] Status kernel_has_esp();

struct KernelPlaneOptions {
  // Offer SAs to the device of their SaPair where it has the feature esp-hw-offload; what the
  // device refuses runs in software, and the state says why.
  bool offload = true;
};

class KernelSaDatabase final : public ports::SaDatabase {
 public:
  // kIo, kDenied: netlink cannot be opened. `log` must outlive the database.
  static Result<std::unique_ptr<KernelSaDatabase>> open(ports::Readiness& loop, LogSink& log,
                                                        const KernelPlaneOptions& options = {});
  // Removes the states and policies that it made.
  ~KernelSaDatabase() override;

  void set_listener(ports::SaDatabaseListener* listener) override;
  [[nodiscard]] std::string name() const override { return "kernel"; }
  [[nodiscard]] bool requires_udp_encapsulation() const override { return false; }
  [[nodiscard]] bool supports(const ports::EspSuite& suite) const override;
  Status add_rule(const ports::PolicyRule& rule) override;
  Status remove_rule(const ports::PolicyId& id) override;
  Result<std::uint32_t> allocate_spi(const IpAddress& local, const IpAddress& remote) override;
  void release_spi(const IpAddress& local, std::uint32_t spi) override;
  Result<std::uint16_t> allocate_cpi(const IpAddress& local, const IpAddress& remote) override;
  void release_cpi(const IpAddress& local, std::uint16_t cpi) override;
  Status add(const ports::SaPair& pair) override;
  Status add_inbound(const ports::SaPair& pair) override;
  Status remove(std::uint32_t spi_in) override;
  Result<ports::SaPairState> query(std::uint32_t spi_in) override;
  Status update_endpoints(std::uint32_t spi_in, const Endpoint& local,
                          const Endpoint& remote) override;

 private:
  struct Impl;
  explicit KernelSaDatabase(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spa::kernel
