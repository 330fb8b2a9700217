// SPDX-License-Identifier: Apache-2.0
// Who we are, who the peer is, and how either proves it in phase 1 (RFC 2409 5.1, 5.2, 5.4), and
// which profile a peer falls under (R-PROF, R-KEY).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "userspace/ike/task.h"
#include "userspace/ikev1/find_key.h"
#include "userspace/ikev1/isakmp_sa.h"
#include "userspace/ikev1/shard.h"

namespace spa::ikev1 {

// --- ourselves ---

// The suites whose method we can do with this peer, in order; `profile`: the bound one, if any.
[[nodiscard]] Suites possible(Shard& shard, const std::string& profile, const IpAddress& local,
                              const IpAddress& peer, const policy::Identity* identity,
                              Suites suites, Steps& steps,
                              Keyrings keyrings = Keyrings::kOfAdmitting);
struct Self {
  policy::Identity identity;
  std::optional<ports::LocalCertificate> certificate;
};
// Our identity, and our certificate where we sign.
[[nodiscard]] Result<Self> self(IsakmpSa& sa);
// HASH_I or HASH_R, or a signature of it with certificates before it. Takes `hash`.
[[nodiscard]] ike::Task<Result<Payloads>> prove(IsakmpSa& sa, const Self& self, Bytes hash);
// What a peer has to send certificates of: CERTREQ payloads with our authorities (RFC 4945 3.2).
void add_certificate_requests(IsakmpSa& sa, Payloads& to);
void take_certificate_requests(IsakmpSa& sa, const Payloads& payloads);

// --- the peer ---

struct Verified {
  policy::Identity identity;
  std::string profile;
  std::optional<ports::PeerCertificate> certificate;
};
// Checks that the message proves the identity that its sender claims, and finds the profile.
// `hash`: what the peer must have computed. The error names the cause in full; the peer is not
// told.
[[nodiscard]] ike::Task<Result<Verified>> check(IsakmpSa& sa, const Incoming& message, Bytes hash);

// Both ends are authenticated: takes identities and lifetimes, and the SA is up. Older SAs with the
// same peer hand over what was made under them.
void establish(IsakmpSa& sa, const Verified& verified);

}  // namespace spa::ikev1
