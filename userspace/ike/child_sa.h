// SPDX-License-Identifier: Apache-2.0
// One CHILD SA pair (in IKEv1: IPsec SA pair) as the IKE SA that made it keeps it. Its keys are in
// the data plane only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/ike/status.h"
#include "userspace/policy/ipsec.h"
#include "userspace/policy/snapshot.h"
#include "userspace/policy/traffic.h"
#include "userspace/ports/sa_database.h"

namespace spa::ike {

class Shard;

struct ChildSa {
  enum class State : std::uint8_t {
    kInstalled,
    kRekeying,  // our request to replace it is under way
    kReplaced,  // the peer has replaced it and is to delete it
    kDeleting,  // our Delete is under way
  };
  std::uint32_t id = 0;
  std::uint32_t spi_in = 0;
  std::uint32_t spi_out = 0;
  std::uint32_t ah_spi_in = 0;  // of the AH around ESP, as SaPair has it
  std::uint32_t ah_spi_out = 0;
  std::uint16_t cpi_in = 0;  // of IPComp
  std::uint16_t cpi_out = 0;
  ports::PolicyId rule;
  std::uint32_t reqid = 0;
  State state = State::kInstalled;
  policy::EncapsulationMode mode = policy::EncapsulationMode::kTunnel;
  ports::EspSuite suite;
  wire::DhId pfs = wire::DhId::kNone;
  std::vector<policy::TrafficSelector> local;
  std::vector<policy::TrafficSelector> remote;
  policy::SaLifetime lifetime;
  std::uint32_t replay_window = 0;
  std::string device;
  std::shared_ptr<const ports::PolicyRule> own_rule;  // as SaPair has it
  SteadyTime installed{};
  std::optional<SteadyTime> rekey_at;  // nothing once it is being replaced
  SteadyTime expires{};
};

// The record of a pair that was just put into the data plane, with its number and its times.
[[nodiscard]] std::unique_ptr<ChildSa> describe(Shard& shard, const ports::SaPair& pair,
                                                wire::DhId pfs);
// As the show screens see it; what belongs to the IKE SA (end points, UDP encapsulation) is left to
// the caller.
[[nodiscard]] ChildSaStatus status_of(const ChildSa& child, SteadyTime now);

// The lifetime of a crypto map entry, where it names none that of the configuration.
[[nodiscard]] policy::SaLifetime lifetime_of(const policy::Snapshot& snapshot,
                                             const policy::CryptoMapEntry* entry);

}  // namespace spa::ike
