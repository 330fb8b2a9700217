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

}  // namespace

std::vector<Malformed> every_prefix(ByteView chain) {
  std::vector<Malformed> all;
  for (std::size_t size = 0; size < chain.size(); ++size) {
    all.push_back({"cut at " + std::to_string(size), to_bytes(chain.first(size))});
  }
  return all;
}

std::vector<Malformed> every_wrong_length(wire::PayloadType first, ByteView chain) {
  std::vector<Malformed> all;
  for (const Field& field : length_fields(first, chain)) {
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
