// SPDX-License-Identifier: Apache-2.0
// The security association database and policy database of RFC 4301, behind which a data plane
// stands: kernel XFRM (with or without the card) or the in-process card. Called on the owner's
// thread; listeners are called there too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/policy/ipsec.h"
#include "userspace/policy/traffic.h"
#include "userspace/wire/transform_id.h"

namespace spa::ports {

// Algorithms and lengths of one ESP SA, as negotiated.
struct EspSuite {
  wire::EncrId cipher{};
  std::uint16_t key_bits = 0;
  wire::IntegId integrity = wire::IntegId::kNone;
  bool esn = false;
  friend bool operator==(const EspSuite&, const EspSuite&) = default;
};

// KEYMAT of one direction (RFC 7296 2.17); the salt of a counter-mode cipher is the tail of
// `cipher`.
struct EspKeys {
  SecretBytes cipher;
  SecretBytes integrity;
};

// Identifies an entry of the policy database over its life: crypto map, sequence number and ACL
// line.
struct PolicyId {
  std::string crypto_map;
  std::uint32_t sequence = 0;
  std::uint32_t line = 0;
  friend auto operator<=>(const PolicyId&, const PolicyId&) = default;
  [[nodiscard]] std::string to_string() const;  // "map 10 line 1"
};

// What must be protected even before an SA exists: one permit line of a bound crypto map.
struct PolicyRule {
  PolicyId id;
  policy::SelectorPair selectors;
  policy::EncapsulationMode mode = policy::EncapsulationMode::kTunnel;
  IpAddress local;  // tunnel end points
  IpAddress remote;
  std::uint32_t reqid = 0;  // ties the SAs of this rule to it; not 0, unique
  std::string device;       // Linux device of the interface that carries the map
};

// One SA pair, both directions; a rekeyed pair is simply a new one with the same rule.
struct SaPair {
  PolicyId rule;
  std::uint32_t reqid = 0;
  Endpoint local;  // with ports when `udp_encapsulation`
  Endpoint remote;
  bool udp_encapsulation = false;
  policy::EncapsulationMode mode = policy::EncapsulationMode::kTunnel;
  std::uint32_t spi_in = 0;  // host order; was given out by allocate_spi()
  std::uint32_t spi_out = 0;
  EspSuite suite;
  EspKeys keys_in;
  EspKeys keys_out;
  std::uint32_t replay_window = 64;  // packets
  policy::SaLifetime lifetime;       // soft limits are derived by the data plane
  // What was negotiated, possibly narrower than the rule, all of it protected by this pair.
  std::vector<policy::TrafficSelector> selectors_local;
  std::vector<policy::TrafficSelector> selectors_remote;
  std::string device;
};

struct SaCounters {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t auth_failures = 0;
  std::uint64_t replay_failures = 0;
  std::uint64_t other_failures = 0;
};

// Where an SA's cryptography is done.
enum class OffloadState { kSoftware, kCard, kInProcess };

struct SaPairState {
  SaCounters in;
  SaCounters out;
  OffloadState offload_in = OffloadState::kSoftware;
  OffloadState offload_out = OffloadState::kSoftware;
  std::string offload_device;  // "spa0" where a card does it
  std::string offload_reason;  // why not, where a card was asked for and did not take it
};

class SaDatabaseListener {
 public:
  virtual ~SaDatabaseListener() = default;
  // Traffic for a rule that has no SA (XFRM acquire, or a packet in the TUN). `packet` is what is
  // known of it.
  virtual void on_acquire(const PolicyId& rule,
                          const std::optional<policy::SelectorPair>& packet) = 0;
  // `hard`: the SA is gone already. Otherwise it is time to rekey. `spi` belongs to either
  // direction.
  virtual void on_expire(std::uint32_t spi, bool hard) = 0;
  // The SAs went away without us (interface down, somebody flushed them).
  virtual void on_lost(std::uint32_t spi) = 0;
  // The peer's encapsulation end point changed (NAT).
  virtual void on_mapping(std::uint32_t spi_in, const Endpoint& remote) = 0;
};

class SaDatabase {
 public:
  virtual ~SaDatabase() = default;
  virtual void set_listener(SaDatabaseListener* listener) = 0;  // not owned; may be null

  // "kernel" or "soft".
  [[nodiscard]] virtual std::string name() const = 0;
  // The peer must be told that it is behind a NAT, so that ESP travels in UDP: no raw ESP in this
  // data plane.
  [[nodiscard]] virtual bool requires_udp_encapsulation() const = 0;
  [[nodiscard]] virtual bool supports(const EspSuite& suite) const = 0;

  virtual Status add_rule(const PolicyRule& rule) = 0;
  virtual Status remove_rule(const PolicyId& id) = 0;

  // A fresh inbound SPI (256..2^32-1) for ESP between these addresses. Give it back unless it is
  // installed.
  virtual Result<std::uint32_t> allocate_spi(const IpAddress& local, const IpAddress& remote) = 0;
  virtual void release_spi(const IpAddress& local, std::uint32_t spi) = 0;

  // Inbound first, then outbound; all or nothing. From then on outbound traffic uses the newest
  // pair of its rule.
  virtual Status add(const SaPair& pair) = 0;
  // Unknown SPIs are kNotFound. Keys are wiped.
  virtual Status remove(std::uint32_t spi_in) = 0;
  virtual Result<SaPairState> query(std::uint32_t spi_in) = 0;
  // NAT mapping or MOBIKE: new end points for an installed pair.
  virtual Status update_endpoints(std::uint32_t spi_in, const Endpoint& local,
                                  const Endpoint& remote) = 0;
};

}  // namespace spa::ports
