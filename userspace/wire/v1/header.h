// SPDX-License-Identifier: Apache-2.0
// The ISAKMP header of IKEv1 (RFC 2408 3.1) and the walk along a chain of payloads (3.2).
#pragma once

#include <cstddef>
#include <cstdint>

#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/v1/registry.h"
#include "userspace/wire/writer.h"

namespace spa::wire::v1 {

struct Header {
  static constexpr std::size_t kSize = 28;
  static constexpr std::uint8_t kFlagEncryption = 0x01;
  static constexpr std::uint8_t kFlagCommit = 0x02;
  static constexpr std::uint8_t kFlagAuthenticationOnly = 0x04;

  std::uint64_t initiator_cookie = 0;
  std::uint64_t responder_cookie = 0;
  PayloadType next_payload = PayloadType::kNone;
  ExchangeType exchange = ExchangeType::kIdentityProtection;
  std::uint8_t flags = 0;
  std::uint32_t message_id = 0;  // 0 in phase 1
  std::uint32_t length = 0;      // of the whole message; serialize() sets it

  [[nodiscard]] bool encrypted() const { return (flags & kFlagEncryption) != 0; }
  [[nodiscard]] bool commit() const { return (flags & kFlagCommit) != 0; }
  friend bool operator==(const Header&, const Header&) = default;
};

// Reads the header of a datagram without allocating on success. kUnsupported for a version other
// than 1.x, kInvalid for a length field that is not the datagram's size, for an initiator cookie
// of zero (RFC 2408 5.2), and for flags beyond the three above.
[[nodiscard]] Result<Header> parse_header(ByteView datagram);
// Appends the 28 octets as they are in `header`, version 1.0.
void write_header(Writer& out, const Header& header);

struct PayloadView {
  PayloadType type = PayloadType::kNone;
  ByteView body;           // without the generic header
  std::size_t offset = 0;  // of the body, from the start of the message
};

// Walks a chain of payloads without allocating.
class PayloadCursor {
 public:
  static constexpr std::size_t kGenericHeaderSize = 4;
  enum class Tail : std::uint8_t {
    kNone,     // a message in the clear ends with its last payload, or is filled up with zeros to a
               // multiple of four octets: libreswan does that, though no RFC asks for it
    kPadding,  // a decrypted one goes on with padding, whatever its octets (RFC 2409 appendix B)
  };

  // `base` is the offset of chain[0] in the message, for errors.
  PayloadCursor(PayloadType first, ByteView chain, Tail tail, std::size_t base = Header::kSize)
      : reader_(chain, "payload chain", base), next_(first), base_(base), tail_(tail) {}

  // The next payload. False at the end and on an error; status() tells which. A reserved octet that
  // is not zero is refused (RFC 2408 5.3): with a wrong key it is the first thing that shows.
  [[nodiscard]] bool advance(PayloadView& payload);
  [[nodiscard]] Status status() { return reader_.ok() ? Status{} : reader_.status(); }
  // Octets of the payloads so far, from the start of the chain.
  [[nodiscard]] std::size_t consumed() const { return reader_.offset() - base_; }

 private:
  Reader reader_;
  PayloadType next_;
  std::size_t base_;
  Tail tail_;
  std::size_t count_ = 0;
  bool ended_ = false;
};

}  // namespace spa::wire::v1
