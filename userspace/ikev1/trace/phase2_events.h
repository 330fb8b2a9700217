// SPDX-License-Identifier: Apache-2.0
// What IKEv1 tells of phase 2, under `debug crypto isakmp` and `debug crypto ipsec`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "userspace/ikev1/trace/events.h"
#include "userspace/policy/traffic.h"
#include "userspace/ports/sa_database.h"
#include "userspace/wire/v1/phase2_transform.h"

namespace spa::ikev1::trace {

// A transform that was offered, as it came.
struct ProposalChecked {
  static constexpr std::string_view kStream = kIsakmp;
  unsigned proposal = 0;
  unsigned transform = 0;
  v1::ProtocolId protocol{};
  v1::Phase2Transform offered;
  bool variable_seconds = false;  // the duration came as an attribute of variable length
  bool variable_kilobytes = false;
};
void write(Page& page, const ProposalChecked& event);

// A pair of SAs. What is told when depends on the release: the newer ones tell it as soon as the
// ends agree, the older ones when it is there.
struct PairMade {
  static constexpr std::string_view kStream = kIsakmp;
  bool installed = false;
  IpAddress local;
  IpAddress remote;
  std::string local_proxy;  // first address
  std::string remote_proxy;
  std::uint32_t spi_in = 0;
  std::uint32_t spi_out = 0;
  std::uint32_t connection_in = 0;  // when it is installed
  std::uint32_t connection_out = 0;
  std::uint32_t seconds = 0;
  std::uint64_t kilobytes = 0;
  std::size_t front_vrf = 0;  // R-VRF-6: where they stand in the configuration, 0 for none
  std::size_t inside_vrf = 0;
};
void write(Page& page, const PairMade& event);

// --- debug crypto ipsec ---

// A number for what we receive.
struct SpiGiven {
  static constexpr std::string_view kStream = kIpsec;
  IpAddress local;
  IpAddress remote;
  std::uint32_t spi = 0;
  unsigned protocol = 0;  // as proposals number it
};
void write(Page& page, const SpiGiven& event);

// What both ends of the key engine's messages have in common.
struct Protection {
  IpAddress local;
  IpAddress remote;
  policy::TrafficSelector local_proxy;
  policy::TrafficSelector remote_proxy;
  ports::EspSuite suite;
};

struct ProposalValidated {
  static constexpr std::string_view kStream = kIpsec;
  Protection what;
  bool initiator = false;  // of the quick mode
};
void write(Page& page, const ProposalValidated& event);

// Both of a pair: what the key engine is told, and what it made.
struct SasInitialized {
  static constexpr std::string_view kStream = kIpsec;
  Protection what;
  policy::SaLifetime lifetime;
  std::uint32_t spi_in = 0;
  std::uint32_t spi_out = 0;
  std::uint32_t connection_in = 0;
  std::uint32_t connection_out = 0;
};
void write(Page& page, const SasInitialized& event);

// R-DBG-39
struct ProposalRefused {
  static constexpr std::string_view kStream = kIpsec;
  std::optional<ports::EspSuite> suite;  // that nothing of ours equals; nothing: whose packets
};
void write(Page& page, const ProposalRefused& event);

// "esp-des esp-md5-hmac ", with the blank behind each word.
[[nodiscard]] std::string print_transforms(const ports::EspSuite& suite);
// "192.168.4.0/255.255.255.0/0/0 (type=4)"
[[nodiscard]] std::string print_proxy(const policy::TrafficSelector& proxy);

}  // namespace spa::ikev1::trace
