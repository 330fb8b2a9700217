// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/original_address.h"

#include "userspace/wire/v1/nat_payload.h"
#include "userspace/wire/v1/phase2_transform.h"

namespace spa::ikev1 {

namespace {

bool is_behind_nat(const IsakmpSa& sa) {
  return sa.nat != v1::NatTraversal::kNone && (sa.local_behind_nat || sa.remote_behind_nat);
}

// `as_told`: what the peer calls this end.
void translate(policy::TrafficSelector& selector, const std::optional<IpAddress>& as_told,
               const IpAddress& here) {
  if (selector.first != selector.last || selector.first.family() != here.family()) return;
  if (as_told && selector.first != *as_told) return;
  selector.first = selector.last = here;
}

}  // namespace

void add_original_addresses(const IsakmpSa& sa, bool we_begin, Payloads& to) {
  if (!is_behind_nat(sa)) return;
  const v1::PayloadType type = v1::nat_oa_type(sa.nat);
  to.emplace_back(v1::NatOaPayload{type, we_begin ? sa.local.address : sa.remote.address});
  to.emplace_back(v1::NatOaPayload{type, we_begin ? sa.remote.address : sa.local.address});
}

bool offers_transport(const v1::SaPayload& offered) {
  for (const v1::Proposal& proposal : offered.proposals) {
    for (const v1::Transform& transform : proposal.transforms) {
      const auto decoded = v1::decode_phase2(transform);
      return decoded && decoded->encapsulation && !v1::is_tunnel(*decoded->encapsulation);
    }
  }
  return false;
}

policy::SelectorPair as_seen_here(const IsakmpSa& sa, const Payloads& message, bool we_began,
                                  policy::SelectorPair told) {
  if (!is_behind_nat(sa)) return told;
  const auto originals = v1::find_all<v1::NatOaPayload>(message);
  std::optional<IpAddress> peer;
  std::optional<IpAddress> we;
  if (originals.size() == 2) {  // NAT-OAi is the address of who began
    we = originals[we_began ? 0 : 1]->address;
    peer = originals[we_began ? 1 : 0]->address;
  }
  // Only what a NAT changes may differ: an end that is not behind one is where it says.
  if (sa.remote_behind_nat) translate(told.remote, peer, sa.remote.address);
  if (sa.local_behind_nat) translate(told.local, we, sa.local.address);
  return told;
}

}  // namespace spa::ikev1
