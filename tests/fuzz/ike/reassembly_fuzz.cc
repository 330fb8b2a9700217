// SPDX-License-Identifier: Apache-2.0
// Fragments in any order and of any kind: each takes five octets (message ID, number, total, size,
// Next Payload), and 16 octets of its text count as one. What is taken is never more than the
// bounds, and what is complete is as long as its parts.
#include <cstdlib>
#include <map>

#include "userspace/ike/reassembly.h"
#include "userspace/wire/limits.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spa;
  constexpr std::size_t kBudget = 3000;
  ike::FragmentBudget budget(kBudget);
  {
    ike::Reassembly reassembly(budget);
    std::map<std::uint32_t, std::size_t> most;  // octets that a message was given at all
    for (; size >= 5; data += 5, size -= 5) {
      const ike::FragmentNumbers numbers{data[0] % 8u, data[1], data[2]};
      const Bytes text(16u * data[3], data[4]);
      const bool wanted = reassembly.wants(numbers);
      const auto outcome = reassembly.add(numbers, static_cast<wire::PayloadType>(data[4]), text);
      if (wanted != (outcome != ike::Reassembly::Outcome::kIgnored)) std::abort();
      if (wanted) most[numbers.message_id] += text.size();
      if (budget.used() > kBudget) std::abort();
      if (reassembly.messages() > ike::Reassembly::kMessages) std::abort();
      if (outcome != ike::Reassembly::Outcome::kComplete) continue;
      if (reassembly.take(numbers.message_id).chain.size() > most[numbers.message_id]) std::abort();
    }
  }
  if (budget.used() != 0) std::abort();
  return 0;
}
