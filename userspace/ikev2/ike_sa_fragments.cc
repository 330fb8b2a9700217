// SPDX-License-Identifier: Apache-2.0
// Protected messages as datagrams: whole, or in fragments where that is agreed on and needed (RFC
// 7383).
#include <algorithm>

#include "userspace/ikev2/ike_sa.h"
#include "userspace/ikev2/intermediate.h"
#include "userspace/ikev2/nat.h"
#include "userspace/ikev2/shard.h"
#include "userspace/wire/limits.h"

namespace spa::ikev2 {

namespace {

constexpr std::size_t kGenericHeader = 4;
constexpr std::size_t kFragmentHeader = 4;  // number and total
constexpr std::size_t kUdpHeader = 8;
constexpr std::size_t kUsualPacket = 1280;  // where no size is configured
constexpr std::size_t kMarker = 4;  // non-ESP marker (RFC 3948 2.2)

}  // namespace

// --- out ---

// RFC 7383 2.5.1
std::size_t IkeSa::message_limit() const {
  const std::size_t ip = remote.address.is_v6() ? 40 : 20;
  const std::size_t around = ip + kUdpHeader + (remote.port == kIkePort ? 0 : kMarker);
  const std::size_t configured = shard.snapshot->fragmentation_mtu;
  const std::size_t packet = configured != 0 ? configured : kUsualPacket;
  return packet > around ? packet - around : 0;
}

bool IkeSa::fits_in_packets(const Payloads& payloads) const {
  if (fragmentation) return true;
  const Result<wire::PayloadChain> chain = wire::serialize_payloads(payloads);
  if (!chain || !seal_) return false;
  return wire::Header::kSize + kGenericHeader + seal_->sealed_size(chain->octets.size()) <=
         message_limit();
}

Result<Bytes> IkeSa::seal_whole(const wire::Header& h, const wire::PayloadChain& chain) {
  Result<Bytes> message =
      wire::encrypted_prefix(h, chain.first, seal_->sealed_size(chain.octets.size()));
  if (!message) return message;
  if (Status sealed = seal_->seal(*message, chain.octets); !sealed) {
    return tl::unexpected(sealed.error());
  }
  return message;
}

Result<Bytes> IkeSa::seal_fragment(const wire::Header& h, wire::PayloadType first,
                                   const ike::FragmentNumbers& numbers, ByteView part) {
  Result<Bytes> message = wire::encrypted_fragment_prefix(h, first, numbers.number, numbers.total,
                                                          seal_->sealed_size(part.size()));
  if (!message) return message;
  if (Status sealed = seal_->seal(*message, part); !sealed) {
    return tl::unexpected(sealed.error());
  }
  return message;
}

Result<ike::Flight> IkeSa::seal(const wire::Header& h, const Payloads& payloads) {
  const Result<wire::PayloadChain> chain = wire::serialize_payloads(payloads);
  if (!chain) return tl::unexpected(chain.error());
  // What AUTH covers is the message as it is before it is cut (RFC 7383 3).
  if (h.exchange == wire::ExchangeType::kIkeIntermediate && handshake) {
    if (Status noted = note_intermediate(*this, h, chain->first, chain->octets); !noted) {
      return tl::unexpected(noted.error());
    }
  }
  const std::size_t limit = message_limit();
  const std::size_t size = chain->octets.size();
  const std::size_t whole = wire::Header::kSize + kGenericHeader + seal_->sealed_size(size);
  // RFC 7383 2.4: where both have announced it, and only what is protected.
  if (!fragmentation || whole <= limit) {
    Result<Bytes> message = seal_whole(h, *chain);
    if (!message) return tl::unexpected(message.error());
    return ike::flight_of(std::move(*message));
  }
  const std::size_t around = wire::Header::kSize + kGenericHeader + kFragmentHeader;
  const std::size_t fits = seal_->plaintext_limit(limit > around ? limit - around : 0);
  // No more fragments than a peer like us takes, even if they become longer than was asked for.
  const std::size_t least = (size + wire::kMaxFragments - 1) / wire::kMaxFragments;
  const std::size_t part = std::max({fits, least, std::size_t{1}});
  ike::FragmentNumbers numbers{h.message_id, 0,
                               static_cast<std::uint16_t>((size + part - 1) / part)};
  ike::Flight flight;
  for (ByteView rest = chain->octets; !rest.empty();
       rest = rest.subspan(std::min(part, rest.size()))) {
    ++numbers.number;
    // Only the first names the payload that begins the message (2.5).
    const auto first = numbers.number == 1 ? chain->first : wire::PayloadType::kNone;
    Result<Bytes> fragment =
        seal_fragment(h, first, numbers, rest.first(std::min(part, rest.size())));
    if (!fragment) return tl::unexpected(fragment.error());
    flight.datagrams.push_back(std::move(*fragment));
  }
  ++shard.counters.fragmented;
  shard.debug(*this, "message " + std::to_string(h.message_id) + " goes in " +
                         std::to_string(flight.datagrams.size()) + " fragments");
  return flight;
}

// --- in ---

// Whether a fragment belongs to a message that we wait for. Of a request that was answered before,
// the first fragment alone asks for the reply again, or each would bring all of it (2.6.1).
bool IkeSa::awaits_fragment(const wire::Header& h, std::uint16_t number) {
  using enum ike::ReplyWindow::Verdict;
  if (h.is_response()) return requests_.awaits(h.message_id);
  const auto verdict = replies_.judge(h.message_id);
  if (verdict == kResend) return number == 1;
  return verdict == kNew || (verdict == kAhead && usable());
}

void IkeSa::on_fragment(const wire::Header& h, ByteView datagram, const wire::PayloadView& skf,
                        const Endpoint& at, const Endpoint& from) {
  ++shard.counters.fragments;
  ike::Reassembly& reassembly = h.is_response() ? reply_fragments_ : request_fragments_;
  if (!fragmentation || skf.body.size() < kFragmentHeader) {
    ++shard.counters.fragments_ignored;
    return;
  }
  const ike::FragmentNumbers numbers{h.message_id,
                                     static_cast<std::uint16_t>(skf.body[0] << 8 | skf.body[1]),
                                     static_cast<std::uint16_t>(skf.body[2] << 8 | skf.body[3])};
  if (!awaits_fragment(h, numbers.number) || !reassembly.wants(numbers)) {
    ++shard.counters.fragments_ignored;
    return;
  }
  // Nothing is stored of a fragment before its integrity holds (2.6).
  const Result<Bytes> plain = open(datagram, skf.offset + kFragmentHeader);
  if (!plain) {
    ++shard.counters.integrity_failures;
    return;
  }
  const bool answered =
      !h.is_response() && replies_.judge(h.message_id) == ike::ReplyWindow::Verdict::kResend;
  if (answered) {
    ++shard.counters.replies_resent;
    send(replies_.cached(h.message_id));
    return;
  }
  shard.touch(*this);
  liveness.heard(shard.now());
  if (!h.is_response()) reassembly.forget_before(replies_.expected_id());
  switch (reassembly.add(numbers, skf.next, *plain)) {
    case ike::Reassembly::Outcome::kIncomplete:
      return;
    case ike::Reassembly::Outcome::kIgnored:
      ++shard.counters.fragments_ignored;
      return;
    case ike::Reassembly::Outcome::kTooMuch:
      ++shard.counters.fragments_over;
      return;
    case ike::Reassembly::Outcome::kComplete:
      break;
  }
  ++shard.counters.reassembled;
  shard.debug(*this, "message " + std::to_string(h.message_id) + " has come in " +
                         std::to_string(numbers.total) + " fragments");
  const ike::Reassembled whole = reassembly.take(h.message_id);
  on_plain(h, whole.first, whole.chain, at, from);
}

}  // namespace spa::ikev2
