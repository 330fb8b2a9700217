// SPDX-License-Identifier: Apache-2.0
// What a transform set comes to in quick mode: ESP, AH or AH around ESP, with or without IPComp
// before it, and how a bundle of proposals says so (RFC 2407 4.4.3 to 4.5, RFC 2408 4.2, RFC 3173).
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "userspace/ike/cpi_reservation.h"
#include "userspace/ike/spi_reservation.h"
#include "userspace/ikev1/isakmp_sa.h"
#include "userspace/wire/v1/phase2_transform.h"
#include "userspace/wire/v1/sa_payload.h"

namespace spa::ikev1 {

// Algorithms, mode, group and lifetime.
struct Phase2Suite {
  ports::EspSuite esp;
  policy::EncapsulationMode mode = policy::EncapsulationMode::kTunnel;
  wire::DhId group = wire::DhId::kNone;
  policy::SaLifetime lifetime;
  [[nodiscard]] std::string to_string() const;
};
using Phase2Suites = std::vector<Phase2Suite>;

// What one end receives under, as SaPair has it.
struct Spis {
  std::uint32_t main = 0;  // of ESP, or of AH where there is no ESP
  std::uint32_t ah = 0;    // of the AH around ESP
  std::uint16_t cpi = 0;
  friend bool operator==(const Spis&, const Spis&) = default;
};

// Ours, until an SA is installed under them.
struct OwnSpis {
  ike::SpiReservation main;
  ike::SpiReservation ah;
  ike::CpiReservation cpi;
  [[nodiscard]] Spis numbers() const { return {main.spi(), ah.spi(), cpi.cpi()}; }
  // Gives back what a suite does not need.
  void keep_for(const ports::EspSuite& suite);
  void installed();
};
// What any of the suites needs. An error when the data plane has no number left.
[[nodiscard]] Result<OwnSpis> reserve_spis(IsakmpSa& sa, const Phase2Suites& suites);

// ESP, or AH where there is no ESP: what notifications about the pair name.
[[nodiscard]] wire::v1::ProtocolId main_protocol(const ports::EspSuite& suite);

// The alternatives in their order. Neighbours of one protocol share a proposal; protocols that
// belong together share a number (RFC 2408 4.2).
[[nodiscard]] wire::v1::SaPayload offer_of(const IsakmpSa& sa, const Phase2Suites& suites,
                                           const Spis& own);

// What a responder takes: the first transform of the bundle's main protocol that one of ours
// equals, with those of the other protocols that fit it.
struct Taken {
  Phase2Suite suite;           // with the shorter of both lifetimes
  policy::SaLifetime offered;  // by the peer
  Spis peer;
  std::vector<wire::v1::Proposal> answer;  // with the peer's SPIs still
};
// `willing`: a group that the peer may want although ours asks for none.
[[nodiscard]] std::optional<Taken> take_bundle(const IsakmpSa& sa, const Phase2Suites& ours,
                                               std::span<const wire::v1::Proposal> bundle,
                                               const std::function<bool(wire::DhId)>& willing,
                                               Steps& steps);

// The answer to an offer (RFC 2408 5.4, 5.6): which suite it is, with the shorter of both
// lifetimes, and the peer's SPIs.
struct Answered {
  Phase2Suite suite;
  Spis peer;
};
[[nodiscard]] Result<Answered> read_answer(const IsakmpSa& sa, const Phase2Suites& offered,
                                           const wire::v1::SaPayload& answer);
// Takes a peer's lifetime where it is shorter.
void shorten(policy::SaLifetime& ours, const policy::SaLifetime& theirs);
// Puts our SPIs in place of the peer's.
void set_spis(std::vector<wire::v1::Proposal>& proposals, const ports::EspSuite& suite,
              const Spis& own);

}  // namespace spa::ikev1
