// SPDX-License-Identifier: Apache-2.0
// A stream of IKEv1 fragments: records of source, id, number, flags and a length, in any order and
// with gaps in time. The tables stay within their limits and the sums stay true.
#include <cstdlib>

#include "userspace/wire/v1/reassembler.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spa::wire::v1;
  constexpr std::size_t kRecord = 6;
  Reassembler::Limits limits;
  limits.fragments = 8;
  limits.sets_per_source = 2;
  limits.sets = 6;
  limits.octets = 4096;
  Reassembler reassembler(limits);
  spa::SteadyTime now{};
  Header header;
  header.initiator_cookie = 1;
  for (std::size_t at = 0; at + kRecord <= size; at += kRecord) {
    const std::uint8_t* record = data + at;
    const spa::Endpoint source{spa::IpAddress::v4(record[0] & 7U), record[0]};
    header.responder_cookie = record[1] >> 6;
    FragmentPayload fragment;
    fragment.id = record[1] & 7U;
    fragment.number = record[2];
    fragment.last = (record[3] & 1) != 0;
    fragment.data = spa::Bytes(static_cast<std::size_t>(record[4]) * 8, record[5]);
    now += std::chrono::milliseconds(record[3]) * 16;
    const auto whole = reassembler.add(source, header, fragment, now);
    if (whole && *whole && (*whole)->empty()) std::abort();
    if (reassembler.waiting_sets() > limits.sets) std::abort();
    if (reassembler.waiting_octets() > limits.octets) std::abort();
  }
  reassembler.expire(now + limits.timeout);
  if (reassembler.waiting_sets() != 0 || reassembler.waiting_octets() != 0) std::abort();
  return 0;
}
