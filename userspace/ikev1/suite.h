// SPDX-License-Identifier: Apache-2.0
// The negotiation of phase 1 (RFC 2409 4, 5, appendix A; RFC 2408 5.4, 5.6): what we offer, what we
// choose from an offer, and whether an answer is one that we offered (R-POL-10..13).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "userspace/base/result.h"
#include "userspace/ikev1/trace/events.h"
#include "userspace/policy/isakmp.h"
#include "userspace/wire/v1/phase1_transform.h"
#include "userspace/wire/v1/sa_payload.h"

namespace spa::ikev1 {

using Suites = std::vector<policy::IsakmpSuite>;

// "AES-CBC-256, SHA2-256, RSA signature, 2048-bit MODP Group"
[[nodiscard]] std::string to_string(const policy::IsakmpSuite& suite);

[[nodiscard]] wire::v1::Phase1Transform to_transform(const policy::IsakmpSuite& suite);
// Nothing for an algorithm or method that policies do not have.
[[nodiscard]] std::optional<policy::IsakmpSuite> from_transform(
    const wire::v1::Phase1Transform& transform);

// The suites that are implemented. The reasons for leaving others out are added to `steps`.
[[nodiscard]] Suites usable(const Suites& configured, std::vector<std::string>& steps);

// One proposal with a transform for each suite.
[[nodiscard]] wire::v1::SaPayload offer(const Suites& suites);

// What a responder takes of an offer.
struct Choice {
  policy::IsakmpSuite suite;  // with the shorter of both lifetimes
  wire::v1::SaPayload answer;
};
// Each offered transform in turn is held against our suites in turn (R-POL-12).
// `checks` learns of each comparison, where somebody watches.
using Checks = std::vector<trace::TransformChecked>;
[[nodiscard]] std::optional<Choice> choose(const Suites& ours, const wire::v1::SaPayload& offered,
                                           std::vector<std::string>& steps,
                                           Checks* checks = nullptr);

// The answer to offer(suites): exactly one transform, one of those offered.
[[nodiscard]] Result<policy::IsakmpSuite> accept(const Suites& offered,
                                                 const wire::v1::SaPayload& answer,
                                                 Checks* checks = nullptr);

}  // namespace spa::ikev1
