// SPDX-License-Identifier: Apache-2.0
// Security association negotiation (RFC 7296 2.7, 3.3): what we offer, what we choose from an
// offer, and whether an answer is one that we offered. Every candidate that is passed over leaves a
// sentence that says why.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "userspace/base/result.h"
#include "userspace/crypto/cipher.h"
#include "userspace/crypto/engine.h"
#include "userspace/ike/esp_suite.h"
#include "userspace/policy/ikev2.h"
#include "userspace/policy/snapshot.h"
#include "userspace/ports/sa_database.h"
#include "userspace/wire/sa_payload.h"

namespace spa::ikev2 {

// The algorithms of an IKE SA.
struct IkeSuite {
  policy::Cipher cipher;
  wire::IntegId integrity = wire::IntegId::kNone;
  wire::PrfId prf{};
  wire::DhId group = wire::DhId::kNone;
  [[nodiscard]] std::string to_string() const;
  // kUnsupported for an algorithm that is not implemented.
  [[nodiscard]] Result<crypto::CipherSuite> cipher_suite() const;
  friend bool operator==(const IkeSuite&, const IkeSuite&) = default;
};

using Proposals = std::vector<wire::Proposal>;
using Steps = std::vector<std::string>;

// Our IKE proposals as they go on the wire, in order of preference: combined-mode ciphers and
// others apart (RFC 5282 8). Left out, with a step: what is not implemented, and legacy algorithms
// unless allowed. Empty when nothing is left.
[[nodiscard]] Proposals ike_proposals(const std::vector<const policy::Ikev2Proposal*>& configured,
                                      bool legacy, Steps& steps);

// Our ESP proposals for a crypto map entry. `pfs`: with the entry's group and its additional key
// exchanges (CREATE_CHILD_SA), without any otherwise (IKE_AUTH has no KE payload). What the data
// plane cannot do is left out.
[[nodiscard]] Proposals esp_proposals(const policy::Snapshot& snapshot,
                                      const policy::CryptoMapEntry& entry, bool pfs,
                                      const ports::SaDatabase& database, Steps& steps);

// An offered proposal that fits, reduced to one transform of each type; number and SPI are the
// offer's. Our order decides; only `preferred_group`, of which the peer has sent a KE value
// already, goes before other groups. Nothing when none fits.
[[nodiscard]] std::optional<wire::Proposal> choose(const Proposals& ours,
                                                   const wire::SaPayload& offered,
                                                   std::optional<wire::DhId> preferred_group,
                                                   Steps& steps);

// The answer to our offer: exactly one proposal, one transform of each type, all of them offered.
[[nodiscard]] Result<wire::Proposal> accept(const Proposals& offered,
                                            const wire::SaPayload& answer);

[[nodiscard]] Result<IkeSuite> ike_suite(const wire::Proposal& chosen);
[[nodiscard]] Result<ports::EspSuite> esp_suite(const wire::Proposal& chosen);
using ike::cipher_suite;
// RFC 5282 8: a peer that offers AES-GCM with an ICV of 12 or 8 octets and no longer one is taken
// too. Adds these, of the key lengths that are there, behind our own choices; we never offer them.
void add_short_icvs(Proposals& proposals);
// The group of a chosen or offered proposal, kNone without one; the first where there are several.
[[nodiscard]] wire::DhId group_of(const wire::Proposal& proposal);
// The methods of the additional key exchanges of a chosen proposal, in their order (RFC 9370).
[[nodiscard]] std::vector<wire::DhId> additional_methods(const wire::Proposal& chosen);
// Takes the additional key exchanges out of our proposals; those of them that are not optional go
// with them when `strictly`.
void drop_additional(Proposals& proposals, bool strictly);
// Leaves out the groups that no engine of this machine has, and with them a proposal in which
// nothing remains of what it asks for. Says so.
void leave_out_unsupported(Proposals& proposals, const crypto::PublicKeyEngine& engine,
                           Steps& steps);
// Proposals are numbered from 1 without gaps (3.3.1).
void renumber(Proposals& proposals);
// Puts an SPI in every proposal.
void set_spi(Proposals& proposals, const Bytes& spi);

// "ESP: ENCR_AES_GCM_16-256, No Extended Sequence Numbers"
[[nodiscard]] std::string to_string(const wire::Proposal& proposal);

}  // namespace spa::ikev2
