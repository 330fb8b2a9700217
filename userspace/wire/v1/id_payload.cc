// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/id_payload.h"

#include <bit>
#include <string>

namespace spa::wire::v1 {
namespace {

bool size_fits(IdType type, std::size_t size) {
  switch (type) {
    case IdType::kIpv4Addr:
      return size == 4;
    case IdType::kIpv4AddrSubnet:
    case IdType::kIpv4AddrRange:
      return size == 8;
    case IdType::kIpv6Addr:
      return size == 16;
    case IdType::kIpv6AddrSubnet:
    case IdType::kIpv6AddrRange:
      return size == 32;
    default:
      return true;
  }
}

std::string complaint(const IdPayload& id) {
  return "an identity of type " + to_string(id.type) + " with " + std::to_string(id.data.size()) +
         " octets";
}

Bytes joined(ByteView a, ByteView b) {
  Bytes out = to_bytes(a);
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

// The mask of a prefix, as long as its address.
Bytes mask_of(const IpPrefix& prefix) {
  Bytes mask(prefix.address.bytes().size());
  for (unsigned bit = 0; bit < prefix.length && bit < mask.size() * 8; ++bit) {
    mask[bit / 8] |= static_cast<std::uint8_t>(0x80 >> bit % 8);
  }
  return mask;
}

// The length of a mask without holes.
Result<unsigned> mask_length(ByteView mask) {
  unsigned length = 0;
  bool ended = false;
  for (const std::uint8_t octet : mask) {
    const auto ones = static_cast<unsigned>(std::countl_one(octet));
    if (static_cast<std::uint8_t>(octet << ones) != 0 || (ended && ones != 0)) {
      return fail(Errc::kUnsupported, "identity: the subnet mask " + to_hex(mask) + " has holes");
    }
    ended = ones < 8;
    length += ones;
  }
  return length;
}

}  // namespace

Result<IdPayload> parse_id(Reader& body) {
  IdPayload id;
  id.type = static_cast<IdType>(body.u8());
  id.protocol = body.u8();
  id.port = body.u16();
  id.data = to_bytes(body.rest());
  if (body.ok() && !size_fits(id.type, id.data.size())) body.refuse(complaint(id));
  return body.finish(std::move(id));
}

Result<IdPayload> parse_id_body(ByteView body) {
  Reader reader(body, "decrypted identity");
  return parse_id(reader);
}

void write_body(Writer& out, const IdPayload& id) {
  if (!size_fits(id.type, id.data.size())) out.refuse(complaint(id));
  out.bytes(id_body(id));
}

Bytes id_body(const IdPayload& id) {
  const std::uint8_t head[] = {static_cast<std::uint8_t>(id.type), id.protocol,
                               static_cast<std::uint8_t>(id.port >> 8),
                               static_cast<std::uint8_t>(id.port)};
  return joined(head, id.data);
}

IdPayload id_of(const IpAddress& address) {
  return {address.is_v6() ? IdType::kIpv6Addr : IdType::kIpv4Addr, 0, 0, to_bytes(address.bytes())};
}

IdPayload id_of(const IpPrefix& prefix, std::uint8_t protocol, std::uint16_t port) {
  return {prefix.address.is_v6() ? IdType::kIpv6AddrSubnet : IdType::kIpv4AddrSubnet, protocol,
          port, joined(prefix.first().bytes(), mask_of(prefix))};
}

IdPayload id_of_range(const IpAddress& first, const IpAddress& last, std::uint8_t protocol,
                      std::uint16_t port) {
  return {first.is_v6() ? IdType::kIpv6AddrRange : IdType::kIpv4AddrRange, protocol, port,
          joined(first.bytes(), last.bytes())};
}

Result<AddressRange> address_range(const IdPayload& id) {
  if (!size_fits(id.type, id.data.size())) return fail(Errc::kInvalid, complaint(id));
  const ByteView data(id.data);
  const std::size_t half = data.size() / 2;
  switch (id.type) {
    case IdType::kIpv4Addr:
    case IdType::kIpv6Addr: {
      const IpAddress address = IpAddress::from_bytes(data);
      return AddressRange{address, address};
    }
    case IdType::kIpv4AddrSubnet:
    case IdType::kIpv6AddrSubnet: {
      const Result<unsigned> length = mask_length(data.subspan(half));
      if (!length) return tl::unexpected<Error>(length.error());
      const IpPrefix prefix{IpAddress::from_bytes(data.first(half)), *length};
      return AddressRange{prefix.first(), prefix.last()};
    }
    case IdType::kIpv4AddrRange:
    case IdType::kIpv6AddrRange: {
      const AddressRange range{IpAddress::from_bytes(data.first(half)),
                               IpAddress::from_bytes(data.subspan(half))};
      if (range.last < range.first) {
        return fail(Errc::kInvalid, "identity: the range ends before it starts");
      }
      return range;
    }
    default:
      return fail(Errc::kInvalid, "identity: type " + to_string(id.type) + " has no addresses");
  }
}

}  // namespace spa::wire::v1
