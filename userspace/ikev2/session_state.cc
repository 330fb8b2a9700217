// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/session_state.h"

#include <algorithm>

#include "userspace/wire/reader.h"

namespace spa::ikev2 {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kMaxChainLength = 8;
constexpr std::size_t kMaxText = 512;
constexpr std::size_t kMaxKey = 64;  // of the longest PRF

// As wire::Writer, but what is written here is secret.
class SecretWriter {
 public:
  void number(std::uint64_t value, std::size_t width) {
    for (std::size_t i = width; i-- > 0;) {
      out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
  }
  void field(ByteView octets) {
    number(octets.size(), 2);
    out_.insert(out_.end(), octets.begin(), octets.end());
  }
  void text(const std::string& text) { field(as_bytes(text)); }
  void time(SteadyTime at) {
    number(static_cast<std::uint64_t>(
               std::chrono::duration_cast<Duration>(at.time_since_epoch()).count()),
           8);
  }
  void id(const wire::IdPayload& id) {
    number(static_cast<std::uint64_t>(id.side), 1);
    number(static_cast<std::uint64_t>(id.type), 1);
    field(id.data);
  }
  SecretBytes take() { return std::move(out_); }

 private:
  SecretBytes out_;
};

ByteView read_field(wire::Reader& in, std::size_t most) {
  const std::size_t size = in.u16();
  if (size > most) in.refuse("a field of " + std::to_string(size) + " octets");
  return in.bytes(size);
}

std::string read_text(wire::Reader& in) {
  const ByteView octets = read_field(in, kMaxText);
  return {octets.begin(), octets.end()};
}

SteadyTime read_time(wire::Reader& in) {
  // Beyond this the clock's own unit overflows.
  constexpr std::uint64_t kMost = 1ULL << 53;
  const std::uint64_t count = in.u64();
  if (count > kMost) in.refuse("a time out of range");
  return SteadyTime(Duration(static_cast<std::int64_t>(std::min(count, kMost))));
}

wire::IdPayload read_id(wire::Reader& in) {
  wire::IdPayload id;
  const std::uint8_t side = in.u8();
  if (side > 1) in.refuse("no side of an exchange");
  id.side = side == 0 ? wire::Side::kInitiator : wire::Side::kResponder;
  id.type = static_cast<wire::IdType>(in.u8());
  id.data = to_bytes(read_field(in, kMaxTicketChain));
  return id;
}

void read_chain(wire::Reader& in, std::vector<Bytes>& chain) {
  const std::size_t count = in.u8();
  if (count > kMaxChainLength) in.refuse("too many certificates");
  std::size_t total = 0;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    chain.push_back(to_bytes(read_field(in, kMaxTicketChain)));
    total += chain.back().size();
  }
  if (total > kMaxTicketChain) in.refuse("certificates of " + std::to_string(total) + " octets");
}

Status fits(const SessionState& state) {
  std::size_t chain = 0;
  for (const Bytes& certificate : state.chain) chain += certificate.size();
  const bool small = state.chain.size() <= kMaxChainLength && chain <= kMaxTicketChain &&
                     state.own_id.data.size() <= kMaxTicketChain &&
                     state.peer_id.data.size() <= kMaxTicketChain &&
                     state.profile.size() <= kMaxText && state.ppk_id.size() <= kMaxText &&
                     state.local_auth.size() <= kMaxText && state.sk_d.size() <= kMaxKey;
  if (small) return {};
  return fail(Errc::kExhausted, "the session's certificates or names do not fit into a ticket");
}

}  // namespace

Result<SecretBytes> serialize(const SessionState& state) {
  if (Status small = fits(state); !small) return tl::unexpected(small.error());
  SecretWriter out;
  out.number(kVersion, 1);
  out.number(static_cast<std::uint64_t>(state.suite.cipher.id), 2);
  out.number(state.suite.cipher.key_bits, 2);
  out.number(static_cast<std::uint64_t>(state.suite.integrity), 2);
  out.number(static_cast<std::uint64_t>(state.suite.prf), 2);
  out.number(static_cast<std::uint64_t>(state.suite.group), 2);
  out.field(state.sk_d);
  out.id(state.own_id);
  out.id(state.peer_id);
  out.text(state.profile);
  out.number(static_cast<std::uint64_t>(state.peer_method), 1);
  out.text(state.local_auth);
  out.number(state.chain.size(), 1);
  for (const Bytes& certificate : state.chain) out.field(certificate);
  out.text(state.ppk_id);
  out.number(state.additional_keys ? 1 : 0, 1);
  out.time(state.expires);
  out.number(state.authentication_ends ? 1 : 0, 1);
  out.time(state.authentication_ends.value_or(SteadyTime{}));
  return out.take();
}

Result<SessionState> parse_session_state(ByteView octets) {
  wire::Reader in(octets, "session state");
  SessionState state;
  if (in.u8() != kVersion) in.refuse("another version");
  state.suite.cipher.id = static_cast<wire::EncrId>(in.u16());
  state.suite.cipher.key_bits = in.u16();
  state.suite.integrity = static_cast<wire::IntegId>(in.u16());
  state.suite.prf = static_cast<wire::PrfId>(in.u16());
  state.suite.group = static_cast<wire::DhId>(in.u16());
  state.sk_d = to_secret(read_field(in, kMaxKey));
  state.own_id = read_id(in);
  state.peer_id = read_id(in);
  state.profile = read_text(in);
  const std::uint8_t method = in.u8();
  if (method > static_cast<std::uint8_t>(policy::AuthMethod::kEddsaSig)) in.refuse("no method");
  state.peer_method = static_cast<policy::AuthMethod>(method);
  state.local_auth = read_text(in);
  read_chain(in, state.chain);
  state.ppk_id = read_text(in);
  state.additional_keys = in.u8() != 0;
  state.expires = read_time(in);
  const bool ends = in.u8() != 0;
  const SteadyTime end = read_time(in);
  if (ends) state.authentication_ends = end;
  return in.finish(std::move(state));
}

}  // namespace spa::ikev2
