// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/header.h"

#include <gtest/gtest.h>

#include "tests/unit/wire/samples.h"
#include "userspace/wire/limits.h"

namespace spa::wire {
namespace {

// RFC 7296 3.1
const char* const kHeader = "1122334455667788 0000000000000000 21 20 22 08 00000000 0000001c";

TEST(Header, KnownOctets) {
  const Result<Header> header = parse_header(from_hex(kHeader));
  ASSERT_TRUE(header) << header.error().text;
  EXPECT_EQ(header->initiator_spi, 0x1122334455667788u);
  EXPECT_EQ(header->responder_spi, 0u);
  EXPECT_EQ(header->next_payload, PayloadType::kSa);
  EXPECT_EQ(header->major_version, 2);
  EXPECT_EQ(header->minor_version, 0);
  EXPECT_EQ(header->exchange, ExchangeType::kIkeSaInit);
  EXPECT_TRUE(header->from_initiator());
  EXPECT_FALSE(header->is_response());
  Writer out;
  write_header(out, *header);
  EXPECT_EQ(*out.take(), from_hex(kHeader));
}

// RFC 7296 2.5: another major version is recognised, so that it can be answered.
TEST(Header, OtherVersionsAreRecognised) {
  Bytes octets = from_hex(kHeader);
  octets[17] = 0x10;
  const Result<Header> v1 = parse_header(octets);
  ASSERT_TRUE(v1);
  EXPECT_EQ(v1->major_version, 1);
  octets[17] = 0x31;
  const Result<Header> v3 = parse_header(octets);
  ASSERT_TRUE(v3);
  EXPECT_EQ(v3->major_version, 3);
  const Result<Message> message = parse(octets);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code, Errc::kUnsupported);
  EXPECT_EQ(message.error().text, "header at offset 17: major version 3 is not IKEv2");
}

TEST(Header, RefusesTruncationAndWrongLength) {
  const Bytes octets = from_hex(kHeader);
  for (std::size_t size = 0; size < octets.size(); ++size) {
    EXPECT_FALSE(parse_header(ByteView(octets).first(size))) << size;
  }
  Bytes longer = octets;
  longer.push_back(0);
  const Result<Header> header = parse_header(longer);
  ASSERT_FALSE(header);
  EXPECT_EQ(header.error().text,
            "header at offset 28: the length field says 28 octets, the datagram has 29");
}

TEST(Header, RefusesAMessageBeyondTheLimit) {
  Bytes octets = from_hex(kHeader);
  octets.resize(kMaxMessageSize + 1);
  const auto size = static_cast<std::uint32_t>(octets.size());
  for (int i = 0; i < 4; ++i)
    octets[27 - static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(size >> (8 * i));
  const Result<Header> header = parse_header(octets);
  ASSERT_FALSE(header);
  EXPECT_EQ(header.error().code, Errc::kExhausted);
}

TEST(Header, RefusesAVersionThatDoesNotFit) {
  Header header;
  header.major_version = 16;
  Writer out;
  write_header(out, header);
  EXPECT_FALSE(out.take());
}

// RFC 7296 3.2
TEST(PayloadCursor, WalksAChain) {
  const Bytes chain = from_hex("29 00 0005 aa  00 80 0006 bbcc");
  PayloadCursor cursor(PayloadType::kNonce, chain);
  PayloadView view;
  ASSERT_TRUE(cursor.advance(view));
  EXPECT_EQ(view.type, PayloadType::kNonce);
  EXPECT_FALSE(view.critical);
  EXPECT_EQ(view.offset, 32u);
  EXPECT_EQ(to_hex(view.body), "aa");
  ASSERT_TRUE(cursor.advance(view));
  EXPECT_EQ(view.type, PayloadType::kNotify);
  EXPECT_TRUE(view.critical);
  EXPECT_EQ(to_hex(view.body), "bbcc");
  EXPECT_FALSE(cursor.advance(view));
  EXPECT_TRUE(cursor.status());
  EXPECT_FALSE(cursor.advance(view));
}

TEST(PayloadCursor, NamesWhatIsWrong) {
  const auto complaint = [](const char* chain) {
    const Bytes octets = from_hex(chain);
    PayloadCursor cursor(PayloadType::kNonce, octets);
    PayloadView view;
    while (cursor.advance(view)) {
    }
    const Status status = cursor.status();
    return status ? std::string() : status.error().text;
  };
  EXPECT_EQ(complaint("00 00 0003"), "payload chain at offset 32: payload Nonce has length 3");
  EXPECT_EQ(complaint("00 00 0006 aa"), "payload chain at offset 32: needs 2 octets, 1 are left");
  EXPECT_EQ(complaint("00 00 0005 aa bb"), "payload chain at offset 33: 1 octets too many");
  EXPECT_EQ(complaint("29 00 0004"), "payload chain at offset 32: needs 1 octets, 0 are left");
}

TEST(PayloadCursor, BoundsTheNumberOfPayloads) {
  Bytes chain;
  for (std::size_t i = 0; i <= kMaxPayloads; ++i) {
    const Bytes payload = from_hex("2b 00 0004");
    chain.insert(chain.end(), payload.begin(), payload.end());
  }
  const Result<std::vector<Payload>> payloads = parse_payloads(PayloadType::kVendorId, chain);
  ASSERT_FALSE(payloads);
  EXPECT_EQ(payloads.error().code, Errc::kExhausted);
}

}  // namespace
}  // namespace spa::wire
