// SPDX-License-Identifier: Apache-2.0
// What two ends agree on for a CHILD SA, wherever they do it: IKE_AUTH, a new one, or a rekeying
// (RFC 7296 2.7 to 2.9, 2.17).
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

#include "userspace/ike/spi_reservation.h"
#include "userspace/ikev2/child_sa.h"
#include "userspace/ikev2/child_terms.h"
#include "userspace/ikev2/ike_sa.h"
#include "userspace/ikev2/selectors.h"
#include "userspace/ikev2/shard.h"

namespace spa::ikev2 {

using ike::SpiReservation;

// Why there will be no CHILD SA: what the peer is told, and what our log says.
struct Refusal {
  wire::NotifyPayload notify;
  std::string text;
};
[[nodiscard]] Refusal refuse(wire::NotifyType type, std::string text);
template <typename T>
using Negotiated = tl::expected<T, Refusal>;

// What we ask for.
struct ChildOffer {
  ports::PolicyRule rule;
  Proposals proposals;
  SpiReservation spi;
  Selectors local;
  Selectors remote;
  wire::DhId group = wire::DhId::kNone;  // of our KE payload
  policy::EncapsulationMode mode = policy::EncapsulationMode::kTunnel;
  bool mode_required = false;
  Compression compression;
};

// What both ends want, not yet installed.
struct AgreedChild {
  ports::PolicyRule rule;
  wire::Proposal chosen;  // its SPI is the peer's
  SpiReservation spi;
  Selectors local;
  Selectors remote;
  policy::EncapsulationMode mode = policy::EncapsulationMode::kTunnel;
  Compression compression;
  std::shared_ptr<const ports::PolicyRule> own_rule;  // `rule` again, where it is none of the table
  bool narrowed_off = false;  // some of what was asked belongs to another CHILD SA
};

// `pfs`: the exchange can carry KE payloads. `replaces`: the CHILD SA that is rekeyed.
[[nodiscard]] Negotiated<ChildOffer> offer_child(IkeSa& sa, const ports::PolicyId& id, bool pfs,
                                                 const ChildSa* replaces, Steps& steps);
// Makes the offer one for the two hosts of this packet; false when it is none of the rule's.
[[nodiscard]] bool offer_pair(ChildOffer& offer, const std::optional<policy::SelectorPair>& packet);
// Whether the peer wants an offer for a single pair of addresses instead (SINGLE_PAIR_REQUIRED,
// 2.9), and it has become one. The rule is known as one of that kind from then on.
[[nodiscard]] bool insists_on_pair(IkeSa& sa, const Payloads& response, ChildOffer& offer);
// SA, TSi, TSr and the notifications beside them. The nonce and KE payloads that CREATE_CHILD_SA
// wants between SA and TSi are handed in.
void write_offer(const ChildOffer& offer, Payloads between, Payloads& to);
[[nodiscard]] Negotiated<AgreedChild> accept_child(const IkeSa& sa, ChildOffer offer,
                                                   const Payloads& response);

[[nodiscard]] Negotiated<AgreedChild> answer_child(IkeSa& sa, const Payloads& request, bool pfs,
                                                   const ChildSa* replaces, Steps& steps);
void write_answer(const AgreedChild& agreed, Payloads between, Payloads& to);

// The inputs of KEYMAT, in the roles of the exchange.
struct ChildKeying {
  ByteView nonce_i;
  ByteView nonce_r;
  ByteView shared_secret;    // empty without PFS
  bool we_initiated = true;  // the exchange, not the IKE SA
  ByteView more_secrets{};   // of additional key exchanges (RFC 9370 2.2.4)
};
// Derives the keys, puts the pair into the data plane and lists it under `sa`.
[[nodiscard]] Negotiated<ChildSa*> install_child(IkeSa& sa, AgreedChild agreed,
                                                 const ChildKeying& keying);
// The whole answer to the request for a CHILD SA in IKE_AUTH: installed, and its payloads written.
// A refusal is logged.
[[nodiscard]] Negotiated<ChildSa*> answer_with_child(IkeSa& sa, const Payloads& request,
                                                     const ChildKeying& keying, Payloads& to);
// Logs a refusal that is sent, and keeps its steps.
void log_refusal(IkeSa& sa, const Refusal& refusal, Steps steps);

}  // namespace spa::ikev2
