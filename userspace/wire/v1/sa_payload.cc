// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/sa_payload.h"

#include <string>

#include "userspace/wire/v1/limits.h"

namespace spa::wire::v1 {
namespace {

constexpr std::uint8_t kMoreProposals = 2;   // "next payload" is a proposal
constexpr std::uint8_t kMoreTransforms = 3;  // "next payload" is a transform
constexpr std::size_t kProposalHeader = 8;
constexpr std::size_t kTransformHeader = 8;

bool spi_size_fits(ProtocolId protocol, std::size_t size) {
  switch (protocol) {
    case ProtocolId::kAh:
    case ProtocolId::kEsp:
      return size == 4;
    case ProtocolId::kIpcomp:
      return size == 2 || size == 4;  // RFC 3173 4.1
    default:
      return size <= kMaxSpiSize;  // RFC 2409 5: "may be 0 to 16" and is ignored
  }
}

std::string spi_complaint(ProtocolId protocol, std::size_t size) {
  return "an SPI of " + std::to_string(size) + " octets in a proposal for " + to_string(protocol);
}

// The "next payload" octet and the length say the same thing twice; both must agree.
Reader substructure(Reader& list, std::uint8_t more, std::string_view what, std::size_t smallest) {
  const std::uint8_t marker = list.u8();
  const std::uint8_t reserved = list.u8();
  const std::uint16_t length = list.u16();
  if (list.ok() && reserved != 0) {
    list.refuse("a " + std::string(what) + " with a reserved octet of " + std::to_string(reserved));
  }
  if (list.ok() && length < smallest) {
    list.refuse("a " + std::string(what) + " of length " + std::to_string(length));
  }
  Reader inner = list.sub(static_cast<std::size_t>(length) - 4, what);
  if (list.ok() && marker != (list.remaining() == 0 ? 0 : more)) {
    list.refuse("a " + std::string(what) + " with next payload " + std::to_string(marker) +
                " before " + std::to_string(list.remaining()) + " octets");
  }
  return inner;
}

Transform parse_transform(Reader& list) {
  Reader reader = substructure(list, kMoreTransforms, "transform", kTransformHeader);
  Transform transform;
  transform.number = reader.u8();
  transform.id = reader.u8();
  reader.skip(2);
  transform.attributes = read_attributes(reader, kMaxDataAttributes);
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
  if (reader.ok() && count == 0) reader.refuse("no transform");
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

void write_transform(Writer& out, const Transform& transform, bool last) {
  const std::size_t start = out.size();
  out.u8(last ? 0 : kMoreTransforms);
  out.u8(0);
  out.u16(0);
  out.u8(transform.number);
  out.u8(transform.id);
  out.u16(0);
  write_attributes(out, transform.attributes, kMaxDataAttributes);
  out.set_length16(start + 2, start);
}

void write_proposal(Writer& out, const Proposal& proposal, bool last) {
  const std::size_t start = out.size();
  if (!spi_size_fits(proposal.protocol, proposal.spi.size())) {
    out.refuse(spi_complaint(proposal.protocol, proposal.spi.size()));
  }
  if (proposal.transforms.empty()) out.refuse("a proposal without a transform");
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

}  // namespace

std::uint32_t spi32(const Proposal& proposal) {
  if (proposal.spi.size() != 2 && proposal.spi.size() != 4) return 0;
  std::uint32_t value = 0;
  for (const std::uint8_t octet : proposal.spi) value = value << 8 | octet;
  return value;
}

Bytes spi_octets(std::uint32_t spi) {
  return {static_cast<std::uint8_t>(spi >> 24), static_cast<std::uint8_t>(spi >> 16),
          static_cast<std::uint8_t>(spi >> 8), static_cast<std::uint8_t>(spi)};
}

Bytes cpi_octets(std::uint16_t cpi) {
  return {static_cast<std::uint8_t>(cpi >> 8), static_cast<std::uint8_t>(cpi)};
}

std::vector<std::span<const Proposal>> bundles(const SaPayload& sa) {
  std::vector<std::span<const Proposal>> out;
  for (std::size_t i = 0; i < sa.proposals.size();) {
    std::size_t end = i + 1;
    while (end < sa.proposals.size() && sa.proposals[end].number == sa.proposals[i].number) ++end;
    out.emplace_back(sa.proposals.data() + i, end - i);
    i = end;
  }
  return out;
}

Result<SaPayload> parse_sa(Reader& body) {
  SaPayload sa;
  const std::uint32_t doi = body.u32();
  if (body.ok() && doi != static_cast<std::uint32_t>(Doi::kIpsec)) {
    body.refuse("DOI " + std::to_string(doi) + " is not IPsec", Errc::kUnsupported);
  }
  sa.situation = body.u32();
  if (body.ok() && sa.situation != SaPayload::kSituationIdentityOnly) {
    body.refuse("situation " + std::to_string(sa.situation) + " has more than identities",
                Errc::kUnsupported);
  }
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
  if (sa.situation != SaPayload::kSituationIdentityOnly) out.refuse("an SA payload with labels");
  if (sa.proposals.empty()) out.refuse("SA payload without a proposal");
  if (sa.proposals.size() > kMaxProposals) out.refuse("SA payload with too many proposals");
  out.u32(static_cast<std::uint32_t>(Doi::kIpsec));
  out.u32(sa.situation);
  for (std::size_t i = 0; i < sa.proposals.size(); ++i) {
    write_proposal(out, sa.proposals[i], i + 1 == sa.proposals.size());
  }
}

}  // namespace spa::wire::v1
