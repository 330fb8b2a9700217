// SPDX-License-Identifier: Apache-2.0
// The ISAKMP header in front of every message of IKEv1 and IKEv2 (RFC 7296 3.1, RFC 2408 3.1), and
// the generic header in front of every payload (RFC 7296 3.2).
#pragma once

#include <cstddef>
#include <cstdint>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/registry.h"
#include "userspace/wire/writer.h"

namespace spa::wire {

struct Header {
  static constexpr std::size_t kSize = 28;
  static constexpr std::uint8_t kFlagInitiator = 0x08;
  static constexpr std::uint8_t kFlagVersion = 0x10;
  static constexpr std::uint8_t kFlagResponse = 0x20;
  static constexpr std::uint8_t kFlagEncryptionV1 = 0x01;

  std::uint64_t initiator_spi = 0;  // IKEv1: initiator cookie
  std::uint64_t responder_spi = 0;
  PayloadType next_payload = PayloadType::kNone;
  std::uint8_t major_version = 2;
  std::uint8_t minor_version = 0;
  ExchangeType exchange = ExchangeType::kIkeSaInit;
  std::uint8_t flags = 0;
  std::uint32_t message_id = 0;
  std::uint32_t length = 0;  // of the whole message; serialize() sets it

  [[nodiscard]] bool from_initiator() const { return (flags & kFlagInitiator) != 0; }
  [[nodiscard]] bool is_response() const { return (flags & kFlagResponse) != 0; }
  friend bool operator==(const Header&, const Header&) = default;
};

// Reads the header of a datagram without looking at payloads and without allocating on success. Any
// major version is accepted, so that the caller can answer INVALID_MAJOR_VERSION or hand the
// message to IKEv1; the length field must equal the datagram's size, which is at most
// kMaxMessageSize.
[[nodiscard]] Result<Header> parse_header(ByteView datagram);

// Appends the 28 octets as they are in `header`.
void write_header(Writer& out, const Header& header);

// One step along a chain of payloads.
struct PayloadView {
  PayloadType type = PayloadType::kNone;
  bool critical = false;
  PayloadType next = PayloadType::kNone;
  ByteView body;           // without the generic header
  std::size_t offset = 0;  // of the body, from the start of the message
};

// Walks a chain of payloads without allocating: what decides about cookies and half-open limits
// uses this. An Encrypted payload ends the chain; its `next` is the type of the first payload
// inside (RFC 7296 3.14).
class PayloadCursor {
 public:
  static constexpr std::size_t kGenericHeaderSize = 4;

  // `base` is the offset of chain[0] in the message, for errors.
  PayloadCursor(PayloadType first, ByteView chain, std::size_t base = Header::kSize)
      : reader_(chain, "payload chain", base), next_(first) {}

  // The next payload. False at the end and on an error; status() tells which.
  [[nodiscard]] bool advance(PayloadView& payload);
  [[nodiscard]] Status status() { return reader_.ok() ? Status{} : reader_.status(); }

 private:
  Reader reader_;
  PayloadType next_;
  std::size_t count_ = 0;
  bool ended_ = false;
};

}  // namespace spa::wire
