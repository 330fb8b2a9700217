// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/encrypted_payload.h"

#include "userspace/wire/limits.h"

namespace spa::wire {
namespace {

bool numbers_fit(std::uint16_t number, std::uint16_t total) {
  return number >= 1 && number <= total && total <= kMaxFragments;
}

std::string complaint(std::uint16_t number, std::uint16_t total) {
  return "fragment " + std::to_string(number) + " of " + std::to_string(total);
}

// Header and generic header in front of `rest` octets of payload body.
void write_prefix(Writer& out, Header header, PayloadType type, PayloadType first_inner,
                  std::size_t rest) {
  const std::size_t payload = PayloadCursor::kGenericHeaderSize + rest;
  if (payload > 0xffff || Header::kSize + payload > kMaxMessageSize) {
    out.refuse("payload " + to_string(type) + " of " + std::to_string(payload) + " octets");
  }
  header.next_payload = type;
  header.length = static_cast<std::uint32_t>(Header::kSize + payload);
  write_header(out, header);
  out.u8(static_cast<std::uint8_t>(first_inner));
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(payload));
}

}  // namespace

Result<EncryptedPayload> parse_encrypted(Reader& body, PayloadType first_inner) {
  EncryptedPayload sk;
  sk.first_inner = first_inner;
  sk.body = to_bytes(body.rest());
  return body.finish(std::move(sk));
}

Result<EncryptedFragmentPayload> parse_encrypted_fragment(Reader& body, PayloadType first_inner) {
  EncryptedFragmentPayload skf;
  skf.first_inner = first_inner;
  skf.number = body.u16();
  skf.total = body.u16();
  if (body.ok() && !numbers_fit(skf.number, skf.total)) {
    body.refuse(complaint(skf.number, skf.total));
  }
  skf.body = to_bytes(body.rest());
  return body.finish(std::move(skf));
}

void write_body(Writer& out, const EncryptedPayload& sk) {
  out.bytes(sk.body);
}

void write_body(Writer& out, const EncryptedFragmentPayload& skf) {
  if (!numbers_fit(skf.number, skf.total)) out.refuse(complaint(skf.number, skf.total));
  out.u16(skf.number);
  out.u16(skf.total);
  out.bytes(skf.body);
}

Result<Bytes> encrypted_prefix(const Header& header, PayloadType first_inner,
                               std::size_t body_size) {
  Writer out;
  write_prefix(out, header, PayloadType::kEncrypted, first_inner, body_size);
  return out.take();
}

Result<Bytes> encrypted_fragment_prefix(const Header& header, PayloadType first_inner,
                                        std::uint16_t number, std::uint16_t total,
                                        std::size_t body_size) {
  Writer out;
  write_prefix(out, header, PayloadType::kEncryptedFragment, first_inner, 4 + body_size);
  if (!numbers_fit(number, total)) out.refuse(complaint(number, total));
  out.u16(number);
  out.u16(total);
  return out.take();
}

}  // namespace spa::wire
