// SPDX-License-Identifier: Apache-2.0
// The soft data plane: the ESP engine of the card inside this process, a TUN device for the plain
// side and ESP in UDP for the other. Needs no ESP in the kernel, no module and no card.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "userspace/base/log.h"
#include "userspace/ports/esp_datagrams.h"
#include "userspace/ports/readiness.h"
#include "userspace/ports/sa_database.h"
#include "userspace/ports/timers.h"

namespace spa::dataplane {

// SO_MARK of the sockets that carry IKE and ESP: the routes into the TUN leave it alone.
inline constexpr std::uint32_t kSocketMark = 0x53500000;

struct SoftPlaneOptions {
  std::string tun_name = "ipsec%d";  // %d: the first free number
  // Of the TUN: 1500 less IPv6, UDP, ESP, IV, padding and the longest ICV.
  unsigned mtu = 1380;
  std::uint32_t sa_entries = 32768;  // SAs, both directions
};

// What was dropped and why.
struct SoftPlaneCounters {
  std::uint64_t tun_packets_in = 0;   // from the host, to be protected
  std::uint64_t tun_packets_out = 0;  // to the host
  std::uint64_t no_policy = 0;        // from the TUN, but no rule wants it
  std::uint64_t no_sa = 0;            // a rule wants it, and its queue is full or nobody listens
  std::uint64_t queued = 0;           // waited for an SA
  std::uint64_t not_ip = 0;
  std::uint64_t unknown_spi = 0;
  std::uint64_t auth_failures = 0;
  std::uint64_t replay_failures = 0;
  std::uint64_t format_failures = 0;
  std::uint64_t lifetime = 0;
  std::uint64_t selector_mismatch = 0;  // decrypted, but not what the SA may carry (RFC 4301 5.2)
  std::uint64_t encrypt_errors = 0;
  std::uint64_t send_errors = 0;
};

class SoftSaDatabase final : public ports::SaDatabase {
 public:
  // Makes the TUN device. kDenied, kIo: the system refuses. All references must outlive the
  // database; `udp` should be marked with kSocketMark.
  static Result<std::unique_ptr<SoftSaDatabase>> open(ports::Readiness& loop, ports::Timers& timers,
                                                      ports::EspDatagrams& udp, LogSink& log,
                                                      const SoftPlaneOptions& options = {});
  // Takes the routes and the device away again.
  ~SoftSaDatabase() override;

  void set_listener(ports::SaDatabaseListener* listener) override;
  [[nodiscard]] std::string name() const override { return "soft"; }
  [[nodiscard]] bool requires_udp_encapsulation() const override { return true; }
  [[nodiscard]] bool supports(const ports::EspSuite& suite) const override;
  Status add_rule(const ports::PolicyRule& rule) override;
  Status remove_rule(const ports::PolicyId& id) override;
  Result<std::uint32_t> allocate_spi(const IpAddress& local, const IpAddress& remote) override;
  void release_spi(const IpAddress& local, std::uint32_t spi) override;
  Result<std::uint16_t> allocate_cpi(const IpAddress& local, const IpAddress& remote) override;
  Status add(const ports::SaPair& pair) override;
  Status add_inbound(const ports::SaPair& pair) override;
  Status remove(std::uint32_t spi_in) override;
  Result<ports::SaPairState> query(std::uint32_t spi_in) override;
  std::optional<std::uint64_t> dropped_without_sa(const ports::PolicyId& id) override;
  Status update_endpoints(std::uint32_t spi_in, const Endpoint& local,
                          const Endpoint& remote) override;

  [[nodiscard]] std::string device() const;  // the TUN's name
  [[nodiscard]] SoftPlaneCounters counters() const;
  [[nodiscard]] std::uint32_t capacity() const;  // SAs, both directions

 private:
  struct Impl;
  explicit SoftSaDatabase(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spa::dataplane
