// SPDX-License-Identifier: Apache-2.0
// Identification payload (RFC 2408 3.8, RFC 2407 4.6.2): who an end is in phase 1, what a tunnel
// carries in phase 2 (IDci, IDcr).
#pragma once

#include <cstdint>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/wire/reader.h"
#include "userspace/wire/v1/registry.h"
#include "userspace/wire/writer.h"

namespace spa::wire::v1 {

struct IdPayload {
  IdType type = IdType::kIpv4Addr;
  std::uint8_t protocol = 0;  // IP protocol; 0: any. Phase 1: 0 or UDP
  std::uint16_t port = 0;     // 0: any. Phase 1: 0 or 500 (and 4500 from peers behind a NAT)
  Bytes data;
  friend bool operator==(const IdPayload&, const IdPayload&) = default;
};

// Refuses an address, subnet or range whose size does not fit its type.
[[nodiscard]] Result<IdPayload> parse_id(Reader& body);
void write_body(Writer& out, const IdPayload& id);
// IDii_b and IDir_b of RFC 2409 3.2: the body without the generic header, exactly as on the wire.
[[nodiscard]] Bytes id_body(const IdPayload& id);
// An identity from such a body, for one that came encrypted (RFC 2409 5.2).
[[nodiscard]] Result<IdPayload> parse_id_body(ByteView body);

// ID_IPV4_ADDR or ID_IPV6_ADDR.
[[nodiscard]] IdPayload id_of(const IpAddress& address);
// ID_*_ADDR_SUBNET; the host bits of the prefix are cleared.
[[nodiscard]] IdPayload id_of(const IpPrefix& prefix, std::uint8_t protocol = 0,
                              std::uint16_t port = 0);
// ID_*_ADDR_RANGE.
[[nodiscard]] IdPayload id_of_range(const IpAddress& first, const IpAddress& last,
                                    std::uint8_t protocol = 0, std::uint16_t port = 0);

// First and last address of an address, subnet or range. kUnsupported for a subnet whose mask has
// holes, kInvalid for a range that ends before it starts and for every other type.
struct AddressRange {
  IpAddress first;
  IpAddress last;
  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};
[[nodiscard]] Result<AddressRange> address_range(const IdPayload& id);

}  // namespace spa::wire::v1
