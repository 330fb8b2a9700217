// SPDX-License-Identifier: Apache-2.0
// Traffic Selector payloads TSi and TSr (RFC 7296 3.13).
#pragma once

#include <cstdint>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/wire/id_payload.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/registry.h"
#include "userspace/wire/writer.h"

namespace spa::wire {

struct TrafficSelector {
  TsType type = TsType::kIpv4AddrRange;
  std::uint8_t ip_protocol = 0;    // 0: any
  std::uint16_t start_port = 0;    // for ICMP: type and code (RFC 7296 3.13.1)
  std::uint16_t end_port = 65535;  // start 65535, end 0 is OPAQUE
  IpAddress start_address;
  IpAddress end_address;
  Bytes unknown;  // the octets after the length, for a type other than the two address ranges
  friend bool operator==(const TrafficSelector&, const TrafficSelector&) = default;
};

struct TsPayload {
  Side side = Side::kInitiator;
  std::vector<TrafficSelector> selectors;  // at least one
  friend bool operator==(const TsPayload&, const TsPayload&) = default;
};

[[nodiscard]] Result<TsPayload> parse_ts(Reader& body, Side side);
void write_body(Writer& out, const TsPayload& ts);

}  // namespace spa::wire
