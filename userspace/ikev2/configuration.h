// SPDX-License-Identifier: Apache-2.0
// The configuration payload (RFC 7296 2.19, 3.15): what an initiator asks for, what a responder
// gives, and what the selectors of both become by it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "userspace/ike/address_pool.h"
#include "userspace/ikev2/ike_sa.h"
#include "userspace/ikev2/selectors.h"
#include "userspace/ports/client_addresses.h"
#include "userspace/wire/config_attributes.h"

namespace spa::ikev2 {

// What one end has given to the other for as long as their IKE SA and its successors live.
struct ClientConfiguration {
  ClientConfiguration() = default;
  ~ClientConfiguration();
  ClientConfiguration(const ClientConfiguration&) = delete;
  ClientConfiguration& operator=(const ClientConfiguration&) = delete;

  bool to_peer = false;
  std::vector<IpAddress> addresses;
  std::vector<IpAddress> dns;
  std::vector<IpPrefix> subnets;                 // behind the end that gives (RFC 7296 3.15.2)
  std::string application;                       // the version that the other end calls itself
  std::vector<ike::AddressPools::Lease> leases;  // of what we give
  ports::ClientAddresses* installed = nullptr;   // where what we were given is on this host
  std::string device;
};

// CFG_REQUEST for the family of `rule`'s own end; an IKE SA that takes another's place asks for the
// address that it has.
[[nodiscard]] wire::ConfigPayload configuration_request(const IkeSa& sa,
                                                        const ports::PolicyRule& rule);
// Takes the CFG_REPLY in `response`, if there is one: the addresses become this host's. The error
// says what is missing in it.
[[nodiscard]] Status take_configuration(IkeSa& sa, const ports::PolicyRule& rule,
                                        const Payloads& response);

// Answers the CFG_REQUEST in IKE_AUTH under `profile`. Nothing to say: no payload. The error is
// INTERNAL_ADDRESS_FAILURE or FAILED_CP_REQUIRED, and means that there will be no CHILD SA.
struct ConfigurationRefusal {
  wire::NotifyType notify;
  std::string text;
};
[[nodiscard]] tl::expected<std::vector<wire::ConfigPayload>, ConfigurationRefusal>
answer_configuration(IkeSa& sa, const policy::Ikev2Profile& profile, const Payloads& request);

// Any other request (INFORMATIONAL): says what we are and what we understand, sets nothing.
[[nodiscard]] wire::ConfigPayload answer_inquiry(const wire::ConfigPayload& request);

// The peer's selectors: no more of them than the addresses that it was given.
[[nodiscard]] Selectors within_assigned(const IkeSa& sa, const Selectors& of_peer);

}  // namespace spa::ikev2
