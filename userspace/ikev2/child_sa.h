// SPDX-License-Identifier: Apache-2.0
// One CHILD SA pair as the IKE SA that made it keeps it. Its keys are in the data plane only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "userspace/base/clock.h"
#include "userspace/ike/arbiter.h"
#include "userspace/ikev2/selectors.h"
#include "userspace/policy/ipsec.h"
#include "userspace/ports/sa_database.h"

namespace spa::ikev2 {

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
  ports::PolicyId rule;
  std::uint32_t reqid = 0;
  State state = State::kInstalled;
  policy::EncapsulationMode mode = policy::EncapsulationMode::kTunnel;
  ports::EspSuite suite;
  wire::DhId pfs = wire::DhId::kNone;
  Selectors local;
  Selectors remote;
  policy::SaLifetime lifetime;
  std::uint32_t replay_window = 0;
  std::string device;
  SteadyTime installed{};
  std::optional<SteadyTime> rekey_at;  // nothing once it is being replaced
  SteadyTime expires{};
};

// A rekeying of the same SA that the peer completed while ours was under way (RFC 7296 2.8.1): the
// child's old SPI, the exchange and what it made.
struct ChildCollision {
  std::uint32_t old_spi_in = 0;
  ike::ExchangeNonces nonces;
  std::uint32_t new_spi_in = 0;
};

}  // namespace spa::ikev2
