// SPDX-License-Identifier: Apache-2.0
// What two ends agree on in quick mode (RFC 2409 5.5, RFC 2407 4.5): transforms, identities,
// lifetimes, and the pair of SAs that comes of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "userspace/ike/inbound_half.h"
#include "userspace/ikev1/isakmp_sa.h"
#include "userspace/ikev1/phase2_suite.h"
#include "userspace/ikev1/shard.h"

namespace spa::ikev1 {

// What we ask for.
struct Phase2Offer {
  ports::PolicyRule rule;
  std::shared_ptr<const ports::PolicyRule> own_rule;  // as Phase2Agreed has it
  Phase2Suites suites;
  v1::SaPayload sa;
  OwnSpis own;
  policy::TrafficSelector local;
  policy::TrafficSelector remote;
};

// What both ends want, not yet installed.
struct Phase2Agreed {
  ports::PolicyRule rule;
  std::shared_ptr<const ports::PolicyRule> own_rule;  // `rule` again, where it is none of the table
  Phase2Suite suite;
  OwnSpis own;
  Spis peer;
  policy::TrafficSelector local;
  policy::TrafficSelector remote;
  v1::SaPayload answer;             // for the responder to send
  bool lifetime_shortened = false;  // ours is shorter than what was offered
};

// Why there will be none: what the peer is told, and what our log says.
struct Refusal {
  v1::NotifyType notify = v1::NotifyType::kNoProposalChosen;
  std::string text;
};
template <typename T>
using Negotiated = tl::expected<T, Refusal>;

[[nodiscard]] Negotiated<Phase2Offer> offer_phase2(IsakmpSa& sa, const ports::PolicyId& id,
                                                   Steps& steps);
// `answer`: the payloads of the responder's message.
[[nodiscard]] Negotiated<Phase2Agreed> accept_phase2(IsakmpSa& sa, Phase2Offer offer,
                                                     const Payloads& answer);
[[nodiscard]] Negotiated<Phase2Agreed> answer_phase2(IsakmpSa& sa, const Payloads& request,
                                                     Steps& steps);

// A selector as an identity; kUnsupported for a range of ports, which IKEv1 cannot express.
[[nodiscard]] Result<v1::IdPayload> to_id(const policy::TrafficSelector& selector);
[[nodiscard]] Result<policy::TrafficSelector> from_id(const v1::IdPayload& id);

// RESPONDER-LIFETIME (RFC 2407 4.5.3, 4.5.4, 4.6.3.1): the shorter life counts.
[[nodiscard]] v1::NotifyPayload responder_lifetime(const Phase2Agreed& agreed);

// The inputs of KEYMAT, in the roles of the exchange.
struct Phase2Keying {
  ByteView nonce_i;
  ByteView nonce_r;
  ByteView shared_secret;  // empty without PFS
};
// Derives the keys and puts the inbound half of the pair into the data plane, until install_phase2()
// puts the other beside it.
[[nodiscard]] Negotiated<ike::InboundHalf> install_inbound(IsakmpSa& sa, const Phase2Agreed& agreed,
                                                           const Phase2Keying& keying);
// Derives the keys, puts the pair into the data plane and lists it under `sa`.
[[nodiscard]] Negotiated<ChildSa*> install_phase2(IsakmpSa& sa, Phase2Agreed agreed,
                                                  const Phase2Keying& keying);

}  // namespace spa::ikev1
