// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/header.h"

#include <algorithm>
#include <string>

#include "userspace/wire/v1/limits.h"

namespace spa::wire::v1 {
namespace {

constexpr std::uint8_t kVersion = 0x10;
constexpr std::uint8_t kKnownFlags =
    Header::kFlagEncryption | Header::kFlagCommit | Header::kFlagAuthenticationOnly;

}  // namespace

Result<Header> parse_header(ByteView datagram) {
  Reader reader(datagram, "header");
  Header header;
  header.initiator_cookie = reader.u64();
  header.responder_cookie = reader.u64();
  header.next_payload = static_cast<PayloadType>(reader.u8());
  const std::uint8_t version = reader.u8();
  header.exchange = static_cast<ExchangeType>(reader.u8());
  header.flags = reader.u8();
  header.message_id = reader.u32();
  header.length = reader.u32();
  // RFC 2408 5.2: the minor version of a peer may be higher than ours.
  if (reader.ok() && version >> 4 != kVersion >> 4) {
    reader.refuse("major version " + std::to_string(version >> 4) + " is not IKEv1",
                  Errc::kUnsupported);
  }
  if (reader.ok() && header.initiator_cookie == 0) reader.refuse("the initiator cookie is zero");
  if (reader.ok() && (header.flags & ~kKnownFlags) != 0) {
    reader.refuse("flags " + std::to_string(header.flags));
  }
  if (reader.ok() && header.length != datagram.size()) {
    reader.refuse("the length field says " + std::to_string(header.length) +
                  " octets, the datagram has " + std::to_string(datagram.size()));
  }
  if (reader.ok() && datagram.size() > kMaxMessageSize) {
    reader.refuse("the message is longer than " + std::to_string(kMaxMessageSize) + " octets",
                  Errc::kExhausted);
  }
  if (const Status status = reader.status(); !status) {
    return tl::unexpected<Error>(status.error());
  }
  return header;
}

void write_header(Writer& out, const Header& header) {
  if (header.initiator_cookie == 0) out.refuse("header: the initiator cookie is zero");
  if ((header.flags & ~kKnownFlags) != 0) out.refuse("header: a flag that IKEv1 does not have");
  out.u64(header.initiator_cookie);
  out.u64(header.responder_cookie);
  out.u8(static_cast<std::uint8_t>(header.next_payload));
  out.u8(kVersion);
  out.u8(static_cast<std::uint8_t>(header.exchange));
  out.u8(header.flags);
  out.u32(header.message_id);
  out.u32(header.length);
}

namespace {

// Takes fewer than four octets of zero that make the message's length a multiple of four.
void take_alignment(Reader& reader) {
  constexpr std::size_t kWord = 4;
  const std::size_t rest = reader.remaining();
  if (rest >= kWord || (reader.offset() + rest) % kWord != 0) return;
  Reader ahead = reader;
  const ByteView filling = ahead.bytes(rest);
  if (std::ranges::all_of(filling, [](std::uint8_t octet) { return octet == 0; })) reader = ahead;
}

}  // namespace

bool PayloadCursor::advance(PayloadView& payload) {
  if (ended_ || !reader_.ok()) return false;
  if (next_ == PayloadType::kNone) {
    ended_ = true;
    if (tail_ == Tail::kNone) {
      take_alignment(reader_);
      (void)reader_.done();
    }
    return false;
  }
  if (++count_ > kMaxPayloads) {
    reader_.refuse("more than " + std::to_string(kMaxPayloads) + " payloads", Errc::kExhausted);
    return false;
  }
  payload.type = next_;
  const auto next = static_cast<PayloadType>(reader_.u8());
  const std::uint8_t reserved = reader_.u8();
  const std::uint16_t length = reader_.u16();
  if (reader_.ok() && reserved != 0) {
    reader_.refuse("payload " + to_string(payload.type) + " has a reserved octet of " +
                   std::to_string(reserved));
  }
  if (reader_.ok() && length < kGenericHeaderSize) {
    reader_.refuse("payload " + to_string(payload.type) + " has length " + std::to_string(length));
  }
  payload.offset = reader_.offset();
  payload.body = reader_.bytes(length - kGenericHeaderSize);
  if (!reader_.ok()) return false;
  next_ = next;
  return true;
}

}  // namespace spa::wire::v1
