// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/fragment_payload.h"

#include <string>

#include "userspace/wire/v1/limits.h"

namespace spa::wire::v1 {
namespace {

constexpr std::uint8_t kLastFragment = 0x01;
constexpr std::size_t kFragmentHeader = 4;
constexpr std::size_t kOverhead =
    Header::kSize + PayloadCursor::kGenericHeaderSize + kFragmentHeader;

void write_datagram(Writer& out, Header header, const FragmentPayload& fragment) {
  header.next_payload = PayloadType::kFragment;
  header.flags = 0;
  header.length = static_cast<std::uint32_t>(kOverhead + fragment.data.size());
  write_header(out, header);
  const std::size_t start = out.size();
  out.u8(static_cast<std::uint8_t>(PayloadType::kNone));
  out.u8(0);
  out.u16(0);
  write_body(out, fragment);
  out.set_length16(start + 2, start);
}

}  // namespace

Result<FragmentPayload> parse_fragment(Reader& body) {
  FragmentPayload fragment;
  fragment.id = body.u16();
  fragment.number = body.u8();
  fragment.last = (body.u8() & kLastFragment) != 0;
  fragment.data = to_bytes(body.rest());
  if (body.ok() && fragment.number == 0) body.refuse("fragment number 0");
  if (body.ok() && fragment.data.empty()) body.refuse("no data");
  return body.finish(std::move(fragment));
}

void write_body(Writer& out, const FragmentPayload& fragment) {
  if (fragment.number == 0) out.refuse("fragment number 0");
  if (fragment.data.empty()) out.refuse("a fragment without data");
  out.u16(fragment.id);
  out.u8(fragment.number);
  out.u8(fragment.last ? kLastFragment : 0);
  out.bytes(fragment.data);
}

Result<std::vector<Bytes>> split_message(ByteView message, std::uint16_t id, std::size_t limit) {
  const Result<Header> header = parse_header(message);
  if (!header) return tl::unexpected<Error>(header.error());
  if (limit <= kOverhead) {
    return fail(Errc::kInvalid, "a fragment of " + std::to_string(limit) + " octets has no room");
  }
  const std::size_t room = limit - kOverhead;
  if ((message.size() + room - 1) / room > kMaxV1Fragments) {
    return fail(Errc::kExhausted, "a message of " + std::to_string(message.size()) +
                                      " octets in fragments of " + std::to_string(limit));
  }
  std::vector<Bytes> datagrams;
  for (std::size_t at = 0; at < message.size(); at += room) {
    FragmentPayload fragment;
    fragment.id = id;
    fragment.number = static_cast<std::uint8_t>(datagrams.size() + 1);
    fragment.last = at + room >= message.size();
    fragment.data = to_bytes(message.subspan(at, std::min(room, message.size() - at)));
    Writer out;
    write_datagram(out, *header, fragment);
    Result<Bytes> datagram = out.take();
    if (!datagram) return tl::unexpected<Error>(std::move(datagram.error()));
    datagrams.push_back(std::move(*datagram));
  }
  return datagrams;
}

}  // namespace spa::wire::v1
