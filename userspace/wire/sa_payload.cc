// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/sa_payload.h"

#include <string>

#include "userspace/wire/limits.h"

namespace spa::wire {
namespace {

constexpr std::uint16_t kKeyLength = 14;  // RFC 7296 3.3.5
constexpr std::uint16_t kShortForm = 0x8000;
constexpr std::uint8_t kMoreProposals = 2;
constexpr std::uint8_t kMoreTransforms = 3;
constexpr std::size_t kProposalHeader = 8;
constexpr std::size_t kTransformHeader = 8;

// The sizes that RFC 7296 3.3.1 gives the SPI of a proposal; other protocols may have any bounded
// one.
bool spi_size_fits(ProtocolId protocol, std::size_t size) {
  switch (protocol) {
    case ProtocolId::kIke:
      return size == 0 || size == 8;
    case ProtocolId::kAh:
    case ProtocolId::kEsp:
      return size == 4;
    default:
      return size <= kMaxSpiSize;
  }
}

std::string spi_complaint(ProtocolId protocol, std::size_t size) {
  return "an SPI of " + std::to_string(size) + " octets in a proposal for " + to_string(protocol);
}

void parse_attribute(Reader& reader, Transform& transform) {
  const std::uint16_t head = reader.u16();
  TransformAttribute attribute;
  attribute.type = head & 0x7fff;
  attribute.short_form = (head & kShortForm) != 0;
  attribute.value = to_bytes(reader.bytes(attribute.short_form ? 2 : reader.u16()));
  if (!reader.ok()) return;
  if (attribute.type == kKeyLength && attribute.short_form) {
    const auto bits = static_cast<std::uint16_t>(attribute.value[0] << 8 | attribute.value[1]);
    if (bits == 0) return reader.refuse("a key length of 0");
    if (transform.key_length != 0) return reader.refuse("two key lengths in one transform");
    transform.key_length = bits;
    return;
  }
  if (transform.unknown_attributes.size() == kMaxAttributes) {
    return reader.refuse("more than " + std::to_string(kMaxAttributes) + " attributes",
                         Errc::kExhausted);
  }
  transform.unknown_attributes.push_back(std::move(attribute));
}

// The "last substruc" octet and the length say the same thing twice; both must agree.
Reader substructure(Reader& list, std::uint8_t more, std::string_view what, std::size_t smallest) {
  const std::uint8_t marker = list.u8();
  list.skip(1);
  const std::uint16_t length = list.u16();
  if (list.ok() && length < smallest) {
    list.refuse("a " + std::string(what) + " of length " + std::to_string(length));
  }
  Reader inner = list.sub(static_cast<std::size_t>(length) - 4, what);
  if (list.ok() && marker != (list.remaining() == 0 ? 0 : more)) {
    list.refuse("a " + std::string(what) + " with marker " + std::to_string(marker) + " before " +
                std::to_string(list.remaining()) + " octets");
  }
  return inner;
}

Transform parse_transform(Reader& list) {
  Reader reader = substructure(list, kMoreTransforms, "transform", kTransformHeader);
  Transform transform;
  transform.type = static_cast<TransformType>(reader.u8());
  reader.skip(1);
  transform.id = reader.u16();
  while (reader.remaining() > 0) parse_attribute(reader, transform);
  list.absorb(reader);
  return transform;
}

Proposal parse_proposal(Reader& list) {
  Reader reader = substructure(list, kMoreProposals, "proposal", kProposalHeader);
  Proposal proposal;
  proposal.number = reader.u8();
  proposal.protocol = static_cast<ProtocolId>(reader.u8());
  const std::size_t spi_size = reader.u8();
  const std::size_t count = reader.u8();
  if (reader.ok() && !spi_size_fits(proposal.protocol, spi_size)) {
    reader.refuse(spi_complaint(proposal.protocol, spi_size));
  }
  if (reader.ok() && count > kMaxTransforms) {
    reader.refuse("more than " + std::to_string(kMaxTransforms) + " transforms", Errc::kExhausted);
  }
  proposal.spi = to_bytes(reader.bytes(spi_size));
  for (std::size_t i = 0; i < count && reader.ok(); ++i) {
    proposal.transforms.push_back(parse_transform(reader));
  }
  if (reader.remaining() > 0) {
    reader.refuse(std::to_string(reader.remaining()) + " octets after the last of " +
                  std::to_string(count) + " transforms");
  }
  list.absorb(reader);
  return proposal;
}

void write_attribute(Writer& out, const TransformAttribute& attribute) {
  const bool misfit =
      attribute.short_form ? attribute.value.size() != 2 : attribute.value.size() > 0xffff;
  if (attribute.type > 0x7fff || misfit) out.refuse("transform attribute that does not fit");
  out.u16(static_cast<std::uint16_t>(attribute.type | (attribute.short_form ? kShortForm : 0)));
  if (!attribute.short_form) out.u16(static_cast<std::uint16_t>(attribute.value.size()));
  out.bytes(attribute.value);
}

void write_transform(Writer& out, const Transform& transform, bool last) {
  const std::size_t start = out.size();
  out.u8(last ? 0 : kMoreTransforms);
  out.u8(0);
  out.u16(0);
  out.u8(static_cast<std::uint8_t>(transform.type));
  out.u8(0);
  out.u16(transform.id);
  if (transform.key_length != 0) {
    out.u16(kShortForm | kKeyLength);
    out.u16(transform.key_length);
  }
  if (transform.unknown_attributes.size() > kMaxAttributes) out.refuse("too many attributes");
  for (const TransformAttribute& attribute : transform.unknown_attributes) {
    if (attribute.type == kKeyLength && attribute.short_form) {
      out.refuse("key length among the unknown attributes");
    }
    write_attribute(out, attribute);
  }
  out.set_length16(start + 2, start);
}

void write_proposal(Writer& out, const Proposal& proposal, bool last) {
  const std::size_t start = out.size();
  if (!spi_size_fits(proposal.protocol, proposal.spi.size())) {
    out.refuse(spi_complaint(proposal.protocol, proposal.spi.size()));
  }
  if (proposal.transforms.size() > kMaxTransforms) out.refuse("too many transforms");
  out.u8(last ? 0 : kMoreProposals);
  out.u8(0);
  out.u16(0);
  out.u8(proposal.number);
  out.u8(static_cast<std::uint8_t>(proposal.protocol));
  out.u8(static_cast<std::uint8_t>(proposal.spi.size()));
  out.u8(static_cast<std::uint8_t>(proposal.transforms.size()));
  out.bytes(proposal.spi);
  for (std::size_t i = 0; i < proposal.transforms.size(); ++i) {
    write_transform(out, proposal.transforms[i], i + 1 == proposal.transforms.size());
  }
  out.set_length16(start + 2, start);
}

std::uint64_t big_endian(ByteView octets) {
  std::uint64_t value = 0;
  for (const std::uint8_t octet : octets) value = value << 8 | octet;
  return value;
}

Bytes octets_of(std::uint64_t value, std::size_t size) {
  Bytes out(size);
  for (std::size_t i = size; i-- > 0; value >>= 8) out[i] = static_cast<std::uint8_t>(value);
  return out;
}

}  // namespace

std::uint32_t spi32(const Proposal& proposal) {
  return proposal.spi.size() == 4 ? static_cast<std::uint32_t>(big_endian(proposal.spi)) : 0;
}

std::uint64_t spi64(const Proposal& proposal) {
  return proposal.spi.size() == 8 ? big_endian(proposal.spi) : 0;
}

Bytes spi_octets(std::uint32_t spi) {
  return octets_of(spi, 4);
}
Bytes spi_octets(std::uint64_t spi) {
  return octets_of(spi, 8);
}

Result<SaPayload> parse_sa(Reader& body) {
  SaPayload sa;
  while (body.remaining() > 0) {
    if (sa.proposals.size() == kMaxProposals) {
      body.refuse("more than " + std::to_string(kMaxProposals) + " proposals", Errc::kExhausted);
      break;
    }
    sa.proposals.push_back(parse_proposal(body));
  }
  if (body.ok() && sa.proposals.empty()) body.refuse("no proposal");
  return body.finish(std::move(sa));
}

void write_body(Writer& out, const SaPayload& sa) {
  if (sa.proposals.empty()) out.refuse("SA payload without a proposal");
  if (sa.proposals.size() > kMaxProposals) out.refuse("SA payload with too many proposals");
  for (std::size_t i = 0; i < sa.proposals.size(); ++i) {
    write_proposal(out, sa.proposals[i], i + 1 == sa.proposals.size());
  }
}

}  // namespace spa::wire
