// SPDX-License-Identifier: Apache-2.0
// Proving who we are and checking who the peer is (RFC 7296 2.15, RFC 7427), and finding the
// profile that a peer falls under (R-PROF).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "userspace/ike/task.h"
#include "userspace/ikev2/ike_sa.h"
#include "userspace/ikev2/shard.h"

namespace spa::ikev2 {

// Our side of an IKE_AUTH message.
struct Proof {
  policy::Identity identity;
  wire::IdPayload id;
  std::vector<wire::CertPayload> certificates;
  wire::AuthPayload auth;
};
// Signs or computes AUTH as the profile wants. `side`: which end of the IKE SA we are. The error
// says what is missing here.
[[nodiscard]] ike::Task<Result<Proof>> prove(IkeSa& sa, policy::SnapshotPtr snapshot,
                                             const policy::Ikev2Profile& profile, wire::Side side);

// The peer's side.
struct Claim {
  wire::IdPayload id;
  policy::Identity identity;
  wire::AuthPayload auth;
  std::vector<Bytes> chain;  // DER, leaf first
  // RFC 8784: the key that the peer mixed in, and its AUTH for the case that we do not have it.
  std::optional<std::string> ppk_identity;
  std::optional<wire::AuthPayload> auth_without_ppk;
};
// kInvalid when the payloads do not make a claim, for instance because AUTH is missing (EAP).
[[nodiscard]] Result<Claim> read_claim(const Payloads& payloads, wire::Side side);
// How the claim is to be proven; kUnsupported for other methods than shared keys, RSA, ECDSA and
// Ed25519.
[[nodiscard]] Result<policy::AuthMethod> method_of(const Claim& claim);

// What AUTH of an end covers (2.15): its first message, the other's nonce, its identity.
[[nodiscard]] Result<Bytes> signed_part(const IkeSa& sa, bool ours, const wire::IdPayload& id);
// Whether a profile is for this local address and method; a step says why not.
[[nodiscard]] bool accepts(const policy::Ikev2Profile& profile, const IpAddress& local,
                           policy::AuthMethod method, Steps& steps);
// Whether it lets this identity in, or a certificate that its maps name.
[[nodiscard]] bool admits(IkeSa& sa, const policy::Ikev2Profile& profile,
                          const policy::Identity& identity,
                          const std::optional<ports::PeerCertificate>& certificate);
// A certificate of the peer that passed, or why not.
[[nodiscard]] ike::Task<Result<ports::PeerCertificate>> judge_chain(
    IkeSa& sa, std::vector<Bytes> chain, std::vector<std::string> trustpoints);
// Whether the identity stands in the certificate.
[[nodiscard]] Status carries(IkeSa& sa, const ports::PeerCertificate& certificate,
                             const policy::Identity& identity);

// A claim that was found to be true.
struct Verified {
  std::string profile;
  std::optional<ports::PeerCertificate> certificate;
};
// Checks that the claim holds under `profile`, or finds the profile when that is empty. The error
// names the cause in full; the peer is not told more than AUTHENTICATION_FAILED.
[[nodiscard]] ike::Task<Result<Verified>> check(IkeSa& sa, policy::SnapshotPtr snapshot,
                                                std::string profile, Claim claim);

// The complete profile whose `match identity remote` statements fit best: exact ones before
// domains, longer prefixes before shorter ones, `any` last. Null when none does.
[[nodiscard]] const policy::Ikev2Profile* profile_by_identity(const policy::Snapshot& snapshot,
                                                              const IpAddress& local,
                                                              const policy::Identity& identity,
                                                              policy::AuthMethod method,
                                                              Steps& steps);

// The IDr that an initiator asks for: when the profile admits exactly one identity.
[[nodiscard]] std::optional<policy::Identity> sole_identity(const policy::Ikev2Profile& profile);

// Both ends are authenticated: takes identities and lifetimes, and the SA is up.
void establish(IkeSa& sa, const policy::Snapshot& snapshot, const policy::Ikev2Profile& profile,
               const Claim& claim, const Verified& verified);

}  // namespace spa::ikev2
