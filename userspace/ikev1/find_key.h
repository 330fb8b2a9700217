// SPDX-License-Identifier: Apache-2.0
// Which key is for whom, and which profile a peer falls under (R-PROF-12, R-KEY-11, R-KEY-13).
#pragma once

#include <string>
#include <vector>

#include "userspace/policy/snapshot.h"

namespace spa::ikev1 {

// Whose keyrings are searched when no profile admits a peer. kEvery: those of every profile that
// terminates here, for the responder of main mode, who does not know yet whom he has before him:
// behind a NAT the address that a profile matches is in the identity alone. check() holds the key
// against the profile that it finds.
enum class Keyrings { kOfAdmitting, kEvery };

// The pre-shared key for a peer: the longest prefix in the keyrings of the profile or, without one,
// in those of a profile that admits this address, then in `default`. `identity`: a name that the
// peer has given in the clear (aggressive mode), which is looked for first.
[[nodiscard]] const policy::IsakmpKey* find_key(const policy::Snapshot& snapshot,
                                                const std::string& profile, const IpAddress& local,
                                                const IpAddress& peer,
                                                const policy::Identity* identity,
                                                Keyrings keyrings = Keyrings::kOfAdmitting);

// The RSA public key whose name or address is that of `identity`, in the same keyrings. An identity
// of another kind has none.
[[nodiscard]] const policy::RsaPublicKey* find_public_key(const policy::Snapshot& snapshot,
                                                          const std::string& profile,
                                                          const IpAddress& local,
                                                          const policy::Identity& identity);
// Whether any peer that comes to this address has one.
[[nodiscard]] bool has_public_keys(const policy::Snapshot& snapshot, const IpAddress& local);

// The profile whose statement names the identity best (R-PROF-12); empty when none does. `steps`
// learns why.
[[nodiscard]] std::string profile_by_identity(const policy::Snapshot& snapshot,
                                              const IpAddress& local,
                                              const policy::Identity& identity,
                                              std::vector<std::string>& steps);
// The same for an identity that nobody has proved yet.
[[nodiscard]] std::string likely_profile(const policy::Snapshot& snapshot, const IpAddress& local,
                                         const policy::Identity& identity);

}  // namespace spa::ikev1
