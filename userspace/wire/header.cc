// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/header.h"

#include "userspace/wire/limits.h"

namespace spa::wire {

Result<Header> parse_header(ByteView datagram) {
  Reader reader(datagram, "header");
  Header header;
  header.initiator_spi = reader.u64();
  header.responder_spi = reader.u64();
  header.next_payload = static_cast<PayloadType>(reader.u8());
  const std::uint8_t version = reader.u8();
  header.major_version = version >> 4;
  header.minor_version = version & 0x0f;
  header.exchange = static_cast<ExchangeType>(reader.u8());
  header.flags = reader.u8();
  header.message_id = reader.u32();
  header.length = reader.u32();
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
  out.u64(header.initiator_spi);
  out.u64(header.responder_spi);
  out.u8(static_cast<std::uint8_t>(header.next_payload));
  if (header.major_version > 15 || header.minor_version > 15) {
    out.refuse("header: a version number has four bits");
  }
  out.u8(static_cast<std::uint8_t>(header.major_version << 4 | header.minor_version));
  out.u8(static_cast<std::uint8_t>(header.exchange));
  out.u8(header.flags);
  out.u32(header.message_id);
  out.u32(header.length);
}

bool PayloadCursor::advance(PayloadView& payload) {
  if (ended_ || !reader_.ok()) return false;
  if (next_ == PayloadType::kNone) {
    ended_ = true;
    (void)reader_.done();
    return false;
  }
  if (++count_ > kMaxPayloads) {
    reader_.refuse("more than " + std::to_string(kMaxPayloads) + " payloads", Errc::kExhausted);
    return false;
  }
  payload.type = next_;
  payload.next = static_cast<PayloadType>(reader_.u8());
  payload.critical = (reader_.u8() & 0x80) != 0;
  const std::uint16_t length = reader_.u16();
  if (reader_.ok() && length < kGenericHeaderSize) {
    reader_.refuse("payload " + to_string(payload.type) + " has length " + std::to_string(length));
  }
  payload.offset = reader_.offset();
  payload.body = reader_.bytes(length - kGenericHeaderSize);
  if (!reader_.ok()) return false;
  // What follows an Encrypted payload's `next` is inside it (RFC 7296 3.14).
  const bool last =
      payload.type == PayloadType::kEncrypted || payload.type == PayloadType::kEncryptedFragment;
  next_ = last ? PayloadType::kNone : payload.next;
  return true;
}

}  // namespace spa::wire
