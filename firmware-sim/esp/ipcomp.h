// SPDX-License-Identifier: Apache-2.0
// IP payload compression (RFC 3173 2.1, 2.2, 3.1, 3.3) with DEFLATE (RFC 2394), which no kernel
// offloads: for the in-process data plane. In a bundle it comes first on the way out and last on
// the way in.
#pragma once

#include <cstdint>
#include <memory>

#include "firmware-sim/esp/engine.h"
#include "firmware-sim/esp/ip_packet.h"

namespace spa::esp {

inline constexpr std::uint8_t kProtoIpComp = 108;
inline constexpr std::size_t kIpCompHeader = 4;

// A compression association: both ends have agreed on the CPI. It has no keys and no windows.
struct IpCompSa {
  std::uint16_t cpi = 0;
  bool tunnel = false;
  // Of packets in a row that did not shrink, and of packets that go as they are because of them.
  std::uint32_t stubborn = 0;
  std::uint32_t skip = 0;

  std::uint64_t compressed = 0;
  std::uint64_t left_alone = 0;  // sent as they were: short, or they would have grown
  std::uint64_t octets_in = 0;   // of payloads that were compressed
  std::uint64_t octets_out = 0;
};

// Belongs to one thread.
class IpComp {
 public:
  IpComp();
  ~IpComp();
  IpComp(const IpComp&) = delete;
  IpComp& operator=(const IpComp&) = delete;

  // In place, within the packet's buffer. SPA_OK with `compressed` false: the packet is as it was,
  // and so goes without the header (RFC 3173 2.2). SPA_E_FORMAT: no IP packet. With `tunnel` the
  // whole packet is compressed and `outer` goes around it, compressed or not; SPA_E_SPACE: no room
  // for that.
  struct Result {
    spa_status status = SPA_E_INTERNAL;
    bool compressed = false;
  };
  [[nodiscard]] Result compress(IpCompSa& sa, PacketBuffer& packet, const OuterHeader* outer);

  // SPA_OK; SPA_E_UNSUPPORTED: there is no IPComp in the packet, or only a fragment of it;
  // SPA_E_NOT_FOUND: another CPI; SPA_E_FORMAT: what is inside is no DEFLATE stream, not all of one
  // or more than a packet; SPA_E_SPACE: it does not fit the buffer. Unless SPA_OK the packet is as
  // it was.
  [[nodiscard]] spa_status decompress(const IpCompSa& sa, PacketBuffer& packet);

 private:
  struct Streams;
  std::unique_ptr<Streams> streams_;
};

}  // namespace spa::esp
