// SPDX-License-Identifier: Apache-2.0
// The security association database and policy database of RFC 4301, behind which a data plane
// stands: kernel XFRM (with or without the card) or the in-process card. Called on the owner's
// thread; listeners are called there too.
#pragma once

#include <cstdint>
#include <memory>
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

// Which headers protected packets get, from the inside out (R-MAP-5; RFC 3173 2.1, RFC 4301 4.5).
struct Layers {
  bool ipcomp = false;
  bool esp = true;
  bool ah = false;
  friend bool operator==(const Layers&, const Layers&) = default;
};

// Algorithms and lengths of one SA pair, as negotiated: ESP, AH, or ESP with AH around it; and
// before either, compression.
struct EspSuite {
  wire::EncrId cipher{};  // 0: no ESP
  std::uint16_t key_bits = 0;
  wire::IntegId integrity = wire::IntegId::kNone;  // of ESP
  bool esn = false;                                // of ESP and AH
  wire::IntegId ah = wire::IntegId::kNone;         // kNone: no AH
  wire::IpCompId compression = wire::IpCompId::kNone;
  [[nodiscard]] bool has_esp() const { return cipher != wire::EncrId{}; }
  [[nodiscard]] bool has_ah() const { return ah != wire::IntegId::kNone; }
  [[nodiscard]] bool has_ipcomp() const { return compression != wire::IpCompId::kNone; }
  [[nodiscard]] Layers layers() const { return {has_ipcomp(), has_esp(), has_ah()}; }
  friend bool operator==(const EspSuite&, const EspSuite&) = default;
};

// KEYMAT of one direction (RFC 7296 2.17); the salt of a counter-mode cipher is the tail of
// `cipher`.
struct EspKeys {
  SecretBytes cipher;
  SecretBytes integrity;
  SecretBytes ah{};
};

// Identifies an entry of the policy database over its life: crypto map, sequence number and ACL
// line. Rules of a dynamic crypto map are made when a peer asks: `dynamic` is then the number of
// the entry in that map, and `line` counts what was made.
struct PolicyId {
  std::string crypto_map;
  std::uint32_t sequence = 0;
  std::uint32_t line = 0;
  std::uint32_t dynamic = 0;
  friend auto operator<=>(const PolicyId&, const PolicyId&) = default;
  [[nodiscard]] std::string to_string() const;  // "map 10 line 1", "map 65535 dynamic 10 line 1"
};

// One line of a bound crypto map: what must be protected even before an SA exists, or what must
// not be (R-MAP-20). Rules are asked in the order of their ids.
struct PolicyRule {
  PolicyId id;
  policy::SelectorPair selectors;
  // A deny line, or a line whose packets are dropped (RFC 4301 4.4.1: BYPASS, DISCARD); nothing of
  // what follows means anything then.
  bool clear = false;
  bool discard = false;
  policy::EncapsulationMode mode = policy::EncapsulationMode::kTunnel;
  // Tunnel end points. Without a remote one: a template of a dynamic crypto map, from which rules
  // are made when peers ask (SaPair::own_rule).
  IpAddress local;
  IpAddress remote;
  std::uint32_t reqid = 0;  // ties the SAs of this rule to it; not 0, unique
  std::string device;       // Linux device of the interface that carries the map
  Layers layers;            // expected until an SA pair says otherwise
  bool reverse_route =
      false;  // the host gets a route to what is protected, as long as there are SAs
  // Where the rule applies: to what goes through the virtual device of this number, and comes out
  // of it. 0: to all that the host sends (R-VRF-8).
  struct Scope {
    std::uint32_t if_id = 0;
    std::string device;
    std::uint32_t table = 0;  // in which what is protected is routed to the device; 0: the main one
    friend bool operator==(const Scope&, const Scope&) = default;
  };
  Scope scope{};
  [[nodiscard]] bool protects() const { return !clear && !discard; }
  [[nodiscard]] bool is_template() const { return protects() && remote.empty(); }
};

// One SA pair, both directions; a rekeyed pair is simply a new one with the same rule.
struct SaPair {
  PolicyId rule;
  std::uint32_t reqid = 0;
  Endpoint local;  // with ports when `udp_encapsulation`
  Endpoint remote;
  bool udp_encapsulation = false;
  policy::EncapsulationMode mode = policy::EncapsulationMode::kTunnel;
  // Host order; the inbound one was given out by allocate_spi() and names the pair. ESP's, or AH's
  // where there is no ESP.
  std::uint32_t spi_in = 0;
  std::uint32_t spi_out = 0;
  // Of the AH around ESP (allocate_spi() too); otherwise 0.
  std::uint32_t ah_spi_in = 0;
  std::uint32_t ah_spi_out = 0;
  // Of IPComp, where the suite has it; the inbound one is from allocate_cpi().
  std::uint16_t cpi_in = 0;
  std::uint16_t cpi_out = 0;
  EspSuite suite;
  EspKeys keys_in;
  EspKeys keys_out;
  std::uint32_t replay_window = 64;  // packets
  policy::SaLifetime lifetime;       // soft limits are derived by the data plane
  // What was negotiated, possibly narrower than the rule, all of it protected by this pair.
  std::vector<policy::TrafficSelector> selectors_local;
  std::vector<policy::TrafficSelector> selectors_remote;
  std::string device;
  std::uint32_t if_id = 0;  // of its rule's scope; RuleKeeper sees to it
  // A rule that comes into force with its first pair and goes with its last one; null where `rule`
  // is one of the configuration. RuleKeeper sees to it.
  std::shared_ptr<const PolicyRule> own_rule;
};

struct SaCounters {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t auth_failures = 0;
  std::uint64_t replay_failures = 0;
  std::uint64_t other_failures = 0;
};

// R-MAP-8; zero where the data plane does not count them.
struct CompressionCounters {
  std::uint64_t compressed = 0;
  std::uint64_t not_compressed = 0;  // sent as they were
  std::uint64_t decompressed = 0;
  std::uint64_t decompress_failures = 0;
  friend bool operator==(const CompressionCounters&, const CompressionCounters&) = default;
};

// Where an SA's cryptography is done.
enum class OffloadState { kSoftware, kCard, kInProcess };

struct SaPairState {
  SaCounters in;
  SaCounters out;
  CompressionCounters compression;
  OffloadState offload_in = OffloadState::kSoftware;
  OffloadState offload_out = OffloadState::kSoftware;
  std::string offload_device;  // "spa0" where a card does it
  std::string offload_reason;  // why not, where a card was asked for and did not take it
};

// A protected packet came for an SPI that no SA here has; nobody has authenticated it.
struct UnknownSpi {
  IpAddress remote;  // where it says it is from
  std::uint32_t spi = 0;
  bool ah = false;    // otherwise ESP
  IpAddress local{};  // where it came to
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
  // Whether that peer can be told, or will be.
  virtual bool on_unknown_spi(const UnknownSpi& /*unknown*/) { return false; }
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
  // All of the suite together: a bundle may be refused although each of its parts is taken.
  [[nodiscard]] virtual bool supports(const EspSuite& suite) const = 0;

  virtual Status add_rule(const PolicyRule& rule) = 0;
  virtual Status remove_rule(const PolicyId& id) = 0;

  // A fresh inbound SPI (256..2^32-1) for ESP or AH between these addresses. Give it back unless it
  // is installed.
  virtual Result<std::uint32_t> allocate_spi(const IpAddress& local, const IpAddress& remote) = 0;
  virtual void release_spi(const IpAddress& local, std::uint32_t spi) = 0;
  // The same for IPComp: a CPI of the negotiated range, 256..61439 (RFC 3173 3.3).
  virtual Result<std::uint16_t> allocate_cpi(const IpAddress& local, const IpAddress& remote);
  virtual void release_cpi(const IpAddress& local, std::uint16_t cpi);

  // Inbound first, then outbound; all or nothing. From then on outbound traffic uses the newest
  // pair of its rule.
  virtual Status add(const SaPair& pair) = 0;
  // The inbound half alone, for a peer that may send before we may: add() with the same pair brings
  // the other half, or takes both away where it fails; remove() ends it.
  virtual Status add_inbound(const SaPair& pair) = 0;
  // Unknown SPIs are kNotFound. Keys are wiped.
  virtual Status remove(std::uint32_t spi_in) = 0;
  virtual Result<SaPairState> query(std::uint32_t spi_in) = 0;
  // Packets of a rule that were dropped because there was no SA for them yet, since the rule is
  // here. Nothing: this data plane does not know them by rule, or has no such rule.
  [[nodiscard]] virtual std::optional<std::uint64_t> dropped_without_sa(const PolicyId& /*id*/) {
    return std::nullopt;
  }
  // NAT mapping or MOBIKE: new end points for an installed pair.
  virtual Status update_endpoints(std::uint32_t spi_in, const Endpoint& local,
                                  const Endpoint& remote) = 0;
};

}  // namespace spa::ports
