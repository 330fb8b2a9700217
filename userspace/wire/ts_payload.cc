// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/ts_payload.h"

#include <string>

#include "userspace/wire/limits.h"

namespace spa::wire {
namespace {

// Octets of one address of the type; 0 for a type that this room does not know.
std::size_t address_size(TsType type) {
  switch (type) {
    case TsType::kIpv4AddrRange:
      return 4;
    case TsType::kIpv6AddrRange:
      return 16;
  }
  return 0;
}

TrafficSelector parse_selector(Reader& list) {
  TrafficSelector selector;
  selector.type = static_cast<TsType>(list.u8());
  selector.ip_protocol = list.u8();
  const std::size_t length = list.u16();
  const std::size_t address = address_size(selector.type);
  if (list.ok() && (address == 0 ? length < 4 : length != 8 + 2 * address)) {
    list.refuse("a selector of type " + to_string(selector.type) + " and length " +
                std::to_string(length));
  }
  Reader reader = list.sub(length - 4, "traffic selector");
  if (address == 0) {
    selector.unknown = to_bytes(reader.rest());
  } else {
    selector.start_port = reader.u16();
    selector.end_port = reader.u16();
    selector.start_address = IpAddress::from_bytes(reader.bytes(address));
    selector.end_address = IpAddress::from_bytes(reader.bytes(address));
    if (reader.ok() && selector.end_address < selector.start_address) {
      reader.refuse("the range " + selector.start_address.to_string() + " - " +
                    selector.end_address.to_string() + " is empty");
    }
  }
  (void)reader.done();
  list.absorb(reader);
  return selector;
}

void write_selector(Writer& out, const TrafficSelector& selector) {
  const std::size_t start = out.size();
  const std::size_t address = address_size(selector.type);
  out.u8(static_cast<std::uint8_t>(selector.type));
  out.u8(selector.ip_protocol);
  out.u16(0);
  if (address == 0) {
    TrafficSelector plain;
    plain.type = selector.type;
    plain.ip_protocol = selector.ip_protocol;
    plain.unknown = selector.unknown;
    if (selector != plain) out.refuse("a traffic selector of unknown type with a range");
    out.bytes(selector.unknown);
  } else {
    const ByteView first = selector.start_address.bytes();
    const ByteView last = selector.end_address.bytes();
    if (first.size() != address || last.size() != address ||
        selector.end_address < selector.start_address || !selector.unknown.empty()) {
      out.refuse("a traffic selector of type " + to_string(selector.type) + " from " +
                 selector.start_address.to_string() + " to " + selector.end_address.to_string());
    }
    out.u16(selector.start_port);
    out.u16(selector.end_port);
    out.bytes(first);
    out.bytes(last);
  }
  out.set_length16(start + 2, start);
}

}  // namespace

Result<TsPayload> parse_ts(Reader& body, Side side) {
  TsPayload ts;
  ts.side = side;
  const std::size_t count = body.u8();
  body.skip(3);
  if (body.ok() && count == 0) body.refuse("no traffic selector");
  for (std::size_t i = 0; i < count && body.ok(); ++i) {
    ts.selectors.push_back(parse_selector(body));
  }
  return body.finish(std::move(ts));
}

void write_body(Writer& out, const TsPayload& ts) {
  if (ts.selectors.empty() || ts.selectors.size() > kMaxSelectors) {
    out.refuse("TS payload with " + std::to_string(ts.selectors.size()) + " selectors");
  }
  out.u8(static_cast<std::uint8_t>(ts.selectors.size()));
  out.zeros(3);
  for (const TrafficSelector& selector : ts.selectors) write_selector(out, selector);
}

}  // namespace spa::wire
