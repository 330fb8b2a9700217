// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/reassembly.h"

#include "userspace/wire/limits.h"

namespace spa::ike {

Reassembly::~Reassembly() {
  while (!partial_.empty()) drop(partial_.begin());
}

void Reassembly::drop(Table::iterator at) {
  for (std::optional<Bytes>& part : at->second.parts) {
    if (part) secure_wipe(part->data(), part->size());
  }
  budget_.give_back(at->second.octets);
  partial_.erase(at);
}

bool Reassembly::wants(const FragmentNumbers& fragment) const {
  if (fragment.number == 0 || fragment.number > fragment.total ||
      fragment.total > wire::kMaxFragments) {
    return false;
  }
  const auto found = partial_.find(fragment.message_id);
  if (found == partial_.end() || fragment.total > found->second.parts.size()) return true;
  return fragment.total == found->second.parts.size() &&
         !found->second.parts[fragment.number - 1u].has_value();
}

Reassembly::Outcome Reassembly::add(const FragmentNumbers& fragment, wire::PayloadType first,
                                    ByteView plaintext) {
  if (!wants(fragment)) return Outcome::kIgnored;
  auto at = partial_.find(fragment.message_id);
  if (at != partial_.end() && at->second.parts.size() < fragment.total) {
    drop(at);
    at = partial_.end();
  }
  if (at == partial_.end()) {
    if (partial_.size() == kMessages) drop(partial_.begin());
    at = partial_.try_emplace(fragment.message_id).first;
    at->second.parts.resize(fragment.total);
  }
  Partial& partial = at->second;
  if (partial.octets + plaintext.size() > wire::kMaxMessageSize ||
      !budget_.take(plaintext.size())) {
    drop(at);
    return Outcome::kTooMuch;
  }
  partial.octets += plaintext.size();
  partial.parts[fragment.number - 1u] = to_bytes(plaintext);
  if (fragment.number == 1) partial.first = first;
  return ++partial.present == partial.parts.size() ? Outcome::kComplete : Outcome::kIncomplete;
}

Reassembled Reassembly::take(std::uint32_t message_id) {
  Reassembled whole;
  const auto at = partial_.find(message_id);
  if (at == partial_.end()) return whole;
  whole.first = at->second.first;
  whole.chain.reserve(at->second.octets);
  for (const std::optional<Bytes>& part : at->second.parts) {
    if (part) whole.chain.insert(whole.chain.end(), part->begin(), part->end());
  }
  drop(at);
  return whole;
}

void Reassembly::forget_before(std::uint32_t message_id) {
  while (!partial_.empty() && partial_.begin()->first < message_id) drop(partial_.begin());
}

}  // namespace spa::ike
