// SPDX-License-Identifier: Apache-2.0
#include "tests/exchange/malformed.h"

#include <set>

namespace spa::exchange {

namespace {

// A number in the chain: one octet or two.
struct Field {
  std::size_t offset;
  std::size_t width;
};

std::size_t number_at(ByteView chain, Field field) {
  return field.width == 1
             ? chain[field.offset]
             : static_cast<std::size_t>(chain[field.offset] << 8 | chain[field.offset + 1]);
}

// RFC 7296 3.3.1, 3.3.2
void fields_of_sa(ByteView chain, std::size_t at, std::size_t end, std::vector<Field>& out) {
  while (at + 8 <= end) {
    const std::size_t proposal_end = at + number_at(chain, {at + 2, 2});
    out.insert(out.end(), {{at + 2, 2}, {at + 6, 1}, {at + 7, 1}});
    std::size_t transform = at + 8 + chain[at + 6];
    while (transform + 8 <= proposal_end) {
      out.push_back({transform + 2, 2});
      transform += number_at(chain, {transform + 2, 2});
    }
    at = proposal_end;
  }
}

// RFC 7296 3.13
void fields_of_ts(ByteView chain, std::size_t at, std::size_t end, std::vector<Field>& out) {
  out.push_back({at, 1});
  at += 4;
  while (at + 8 <= end) {
    out.push_back({at + 2, 2});
    at += number_at(chain, {at + 2, 2});
  }
}

std::vector<Field> length_fields(wire::PayloadType first, ByteView chain) {
  std::vector<Field> out;
  wire::PayloadCursor cursor(first, chain, 0);
  wire::PayloadView payload;
  while (cursor.advance(payload)) {
    const std::size_t at = payload.offset;
    const std::size_t end = at + payload.body.size();
    out.push_back({at - 2, 2});
    switch (payload.type) {
      case wire::PayloadType::kSa:
        fields_of_sa(chain, at, end, out);
        break;
      case wire::PayloadType::kTsi:
      case wire::PayloadType::kTsr:
        fields_of_ts(chain, at, end, out);
        break;
      case wire::PayloadType::kNotify:
        out.push_back({at + 1, 1});  // SPI size
        break;
      case wire::PayloadType::kDelete:
        out.insert(out.end(), {{at + 1, 1}, {at + 2, 2}});  // SPI size, number of SPIs
        break;
      default:
        break;
    }
  }
  return out;
}

// RFC 2408 3.3, 3.5, 3.6
void fields_of_v1_sa(ByteView chain, std::size_t at, std::size_t end, std::vector<Field>& out) {
  at += 8;  // DOI and situation
  while (at + 8 <= end) {
    const std::size_t proposal_end = at + number_at(chain, {at + 2, 2});
    out.insert(out.end(), {{at + 2, 2}, {at + 6, 1}, {at + 7, 1}});
    std::size_t transform = at + 8 + chain[at + 6];
    while (transform + 8 <= proposal_end) {
      out.push_back({transform + 2, 2});
      const std::size_t transform_end = transform + number_at(chain, {transform + 2, 2});
      for (std::size_t attribute = transform + 8; attribute + 4 <= transform_end;) {
        const bool is_short = (chain[attribute] & 0x80) != 0;
        if (!is_short) out.push_back({attribute + 2, 2});
        attribute += 4 + (is_short ? 0 : number_at(chain, {attribute + 2, 2}));
      }
      transform = transform_end;
    }
    at = proposal_end;
  }
}

std::vector<Field> length_fields(wire::v1::PayloadType first, ByteView chain) {
  using wire::v1::PayloadType;
  std::vector<Field> out;
  wire::v1::PayloadCursor cursor(first, chain, wire::v1::PayloadCursor::Tail::kNone, 0);
  wire::v1::PayloadView payload;
  while (cursor.advance(payload)) {
    const std::size_t at = payload.offset;
    out.push_back({at - 2, 2});
    if (payload.type == PayloadType::kSa) {
      fields_of_v1_sa(chain, at, at + payload.body.size(), out);
    } else if (payload.type == PayloadType::kNotify) {
      out.push_back({at + 5, 1});  // SPI size
    } else if (payload.type == PayloadType::kDelete) {
      out.insert(out.end(), {{at + 5, 1}, {at + 6, 2}});  // SPI size, number of SPIs
    }
  }
  return out;
}

std::vector<Malformed> wrong_values(const std::vector<Field>& fields, ByteView chain) {
  std::vector<Malformed> all;
  for (const Field& field : fields) {
    const std::size_t right = number_at(chain, field);
    const std::size_t largest = field.width == 1 ? 0xff : 0xffff;
    for (const std::size_t wrong :
         std::set<std::size_t>{0, 1, (right - 1) & largest, right + 1, largest}) {
      if (wrong == right) continue;
      Bytes octets = to_bytes(chain);
      octets[field.offset + field.width - 1] = static_cast<std::uint8_t>(wrong);
      if (field.width == 2) octets[field.offset] = static_cast<std::uint8_t>(wrong >> 8);
      all.push_back({"length at " + std::to_string(field.offset) + " is " + std::to_string(wrong),
                     std::move(octets)});
    }
  }
  return all;
}

}  // namespace

std::vector<Malformed> every_prefix(ByteView chain) {
  std::vector<Malformed> all;
  for (std::size_t size = 0; size < chain.size(); ++size) {
    all.push_back({"cut at " + std::to_string(size), to_bytes(chain.first(size))});
  }
  return all;
}

std::vector<Malformed> every_wrong_length(wire::PayloadType first, ByteView chain) {
  return wrong_values(length_fields(first, chain), chain);
}

std::vector<Malformed> every_wrong_length(wire::v1::PayloadType first, ByteView chain) {
  return wrong_values(length_fields(first, chain), chain);
}

std::vector<Malformed> broken_copies(const Bytes& datagram) {
  std::vector<Malformed> all = every_prefix(datagram);
  const ByteView whole(datagram);
  const ByteView header = whole.first(wire::Header::kSize);
  const auto first = static_cast<wire::PayloadType>(datagram.at(16));
  for (Malformed& m : every_wrong_length(first, whole.subspan(wire::Header::kSize))) {
    Bytes octets = to_bytes(header);
    octets.insert(octets.end(), m.octets.begin(), m.octets.end());
    all.push_back({"in the chain: " + m.what, std::move(octets)});
  }
  for (const std::size_t wrong : {std::size_t{0}, datagram.size() - 1, datagram.size() + 1}) {
    Bytes octets = datagram;
    octets[26] = static_cast<std::uint8_t>(wrong >> 8);
    octets[27] = static_cast<std::uint8_t>(wrong);
    all.push_back({"the message's length is " + std::to_string(wrong), std::move(octets)});
  }
  std::erase_if(all, [](const Malformed& m) { return wire::parse(m.octets).has_value(); });
  return all;
}

}  // namespace spa::exchange
