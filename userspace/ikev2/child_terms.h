// SPDX-License-Identifier: Apache-2.0
// What two ends agree on about a CHILD SA beside its algorithms: encapsulation and compression (RFC
// 7296 1.3.1, 2.22).
#pragma once

#include "userspace/ike/cpi_reservation.h"
#include "userspace/ikev2/child_sa.h"
#include "userspace/ikev2/ike_sa.h"
#include "userspace/ikev2/shard.h"
#include "userspace/wire/ipcomp_notice.h"

namespace spa::ikev2 {

// The mode that we want for a rule. GRE between two ends goes through a NAT in tunnel mode only
// (R-GRE-2).
[[nodiscard]] policy::EncapsulationMode wanted_mode(const IkeSa& sa, const ports::PolicyRule& rule);

[[nodiscard]] wire::ProtocolId protocol_of(const ChildSa& child);

// `mode transport require` in the first transform set: no falling back to tunnel mode (R-MAP-4).
[[nodiscard]] bool mode_required(const policy::Snapshot& snapshot,
                                 const policy::CryptoMapEntry& entry);

struct Compression {
  wire::IpCompId transform = wire::IpCompId::kNone;
  ike::CpiReservation cpi;  // ours
  std::uint16_t peer_cpi = 0;
  [[nodiscard]] bool wanted() const { return transform != wire::IpCompId::kNone; }
};

// What the transform set behind these algorithms wants and the data plane can do, with a CPI of
// ours; nothing otherwise, which is no reason to fail.
[[nodiscard]] Compression compression_for(IkeSa& sa, const policy::CryptoMapEntry& entry,
                                          const ports::EspSuite& suite);
// Notes what the peer says; without a word about our transform nothing is compressed.
void meet(Compression& compression, const Payloads& from_peer);

// AH covers the addresses and so does not pass a NAT (R-NAT-15): proposals without it.
void leave_out_ah(Proposals& proposals, Steps& steps);

}  // namespace spa::ikev2
