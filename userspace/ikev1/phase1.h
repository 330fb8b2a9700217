// SPDX-License-Identifier: Apache-2.0
// What main mode and aggressive mode have in common (RFC 2409 5): vendor IDs, NAT detection (RFC
// 3947 3), keys and hashes.
#pragma once

#include <string>

#include "userspace/ikev1/authentication.h"
#include "userspace/ikev1/values.h"

namespace spa::ikev1 {

// SAi_b
[[nodiscard]] Result<Bytes> body_of(const v1::SaPayload& sa);
[[nodiscard]] crypto::HashAlgorithm hash_of(const policy::IsakmpSuite& suite);
// Takes the suite that phase 1 is done with.
void take_suite(IsakmpSa& sa, const policy::IsakmpSuite& suite);

// All that we can do; an answer names only the NAT traversal that was chosen (RFC
// 3947 3.1, R-NAT-9, 10). DPD is announced (RFC 3706 5.1).
void add_vendor_ids(const IsakmpSa& sa, Payloads& to);
// What the peer can do; the best NAT traversal that both have.
void take_vendor_ids(IsakmpSa& sa, const Payloads& payloads);

// NAT-D of the peer's address and of ours. A data plane that can only do ESP in UDP pretends to be
// behind a NAT.
[[nodiscard]] Status add_nat_detection(const IsakmpSa& sa, Payloads& to);
void take_nat_detection(IsakmpSa& sa, const Incoming& message);
// To port 4500 when a NAT was found (RFC 3947 4); for the initiator.
void float_to_nat_port(IsakmpSa& sa);

// SKEYID and what follows from it. From here on phase 1 can be encrypted: the IV is given back.
// `identity`: of a peer that has named itself already.
[[nodiscard]] Result<crypto::v1::Iv> derive_keys(IsakmpSa& sa, ByteView shared,
                                                 const policy::Identity* identity);

// What the initiator's (or else the responder's) HASH is, for the identity with this body.
[[nodiscard]] Result<Bytes> hash_of_end(const IsakmpSa& sa, bool initiators, ByteView id_body);
// What the peer's must be, for the identity that it claims.
[[nodiscard]] Result<Bytes> hash_of_peer(const IsakmpSa& sa, const Incoming& message);
// Our identity, unless it went hidden before, and the proof of it.
[[nodiscard]] ike::Task<Result<Payloads>> introduce_ourselves(IsakmpSa& sa);

// Whether there is no other SA with this peer: then the peer may drop what it believes to have with
// us (RFC 2407 4.6.3.3).
[[nodiscard]] bool is_first_contact(const IsakmpSa& sa);
// Whether the peer says so, in a message that is authenticated.
[[nodiscard]] bool says_initial_contact(const Payloads& payloads);

// The attempt is over: recorded, logged, and the SA is gone.
void abort(IsakmpSa& sa, const std::string& cause);
// The peer did not prove itself.
void refuse_peer(IsakmpSa& sa, const std::string& cause);
// Everything that waited for phase 1 begins.
void begin_wanted(IsakmpSa& sa);

}  // namespace spa::ikev1
