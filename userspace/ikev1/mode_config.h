// SPDX-License-Identifier: Apache-2.0
// What mode config says: the attributes of an answer out of what a client is given, and back
// (draft-ietf-ipsec-isakmp-mode-cfg-05 3.1; Cisco Unity's attributes for domain, split include and
// banner).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/result.h"
#include "userspace/wire/v1/config_payload.h"

namespace spa::ikev1 {

// What a client is given. IPv4 alone: nobody's mode config has more.
struct ClientSettings {
  std::optional<IpAddress> address;
  std::optional<IpAddress> netmask;
  std::vector<IpAddress> dns;
  std::vector<IpAddress> wins;
  std::string domain;
  std::vector<IpPrefix> split_include;  // empty: everything goes through the tunnel
  std::string banner;
  bool save_password = false;
  friend bool operator==(const ClientSettings&, const ClientSettings&) = default;
};

// What a client of ours asks for: one empty attribute of every kind that ClientSettings has.
[[nodiscard]] std::vector<wire::v1::Attribute> settings_request();
// The address that a request would like to have again; nothing when it is empty or no IPv4 address.
[[nodiscard]] std::optional<IpAddress> wanted_address(const wire::v1::ConfigPayload& request);
// The answer: of what was asked, that which there is. An attribute that is not known is left out
// (3.1).
[[nodiscard]] std::vector<wire::v1::Attribute> settings_reply(
    const ClientSettings& settings, const wire::v1::ConfigPayload& request);
// Everything that there is: for a server that sends it unasked (ISAKMP_CFG_SET).
[[nodiscard]] std::vector<wire::v1::Attribute> settings_set(const ClientSettings& settings);
// The acknowledgement of such a message: the attributes that were taken, without values (3.2).
[[nodiscard]] std::vector<wire::v1::Attribute> settings_ack(const wire::v1::ConfigPayload& set);

// Reads a reply or a set. Unknown attributes are skipped; kInvalid for one whose value has the
// wrong size, for more than kMaxServers servers of a kind, kMaxSplitNetworks networks, or a text
// that is too long or not printable: what comes from here is shown to people.
inline constexpr std::size_t kMaxServers = 8;
inline constexpr std::size_t kMaxSplitNetworks = 64;
inline constexpr std::size_t kMaxText = 1024;  // octets
[[nodiscard]] Result<ClientSettings> read_settings(const wire::v1::ConfigPayload& config);

}  // namespace spa::ikev1
