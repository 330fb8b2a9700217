// SPDX-License-Identifier: Apache-2.0
// The body of an IKEv1 SA payload, and what its transforms say in either phase.
#include <cstdlib>

#include "userspace/wire/v1/phase1_transform.h"
#include "userspace/wire/v1/phase2_transform.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spa::wire;
  using namespace spa::wire::v1;
  Reader body({data, size}, "SA payload");
  const spa::Result<v1::SaPayload> sa = v1::parse_sa(body);
  if (!sa) {
    if (sa.error().text.empty()) std::abort();
    return 0;
  }
  std::size_t grouped = 0;
  for (const auto bundle : bundles(*sa)) grouped += bundle.size();
  if (grouped != sa->proposals.size()) std::abort();
  for (const v1::Proposal& proposal : sa->proposals) {
    for (const v1::Transform& transform : proposal.transforms) {
      // What we understood must say the same when we write it.
      if (const auto phase1 = decode_phase1(transform)) {
        if (*decode_phase1(encode_phase1(1, *phase1)) != *phase1) std::abort();
      }
      if (const auto phase2 = decode_phase2(transform)) {
        if (*decode_phase2(encode_phase2(1, *phase2)) != *phase2) std::abort();
      }
    }
  }
  Writer out;
  v1::write_body(out, *sa);
  const auto octets = out.take();
  if (!octets) std::abort();
  Reader again(*octets, "SA payload");
  if (*v1::parse_sa(again) != *sa) std::abort();
  return 0;
}
