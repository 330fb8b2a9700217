// SPDX-License-Identifier: Apache-2.0
// Where an address that a peer has given us becomes one of this host's (RFC 7296 3.15).
#pragma once

#include <string>

#include "userspace/base/address.h"
#include "userspace/base/result.h"

namespace spa::ports {

class ClientAddresses {
 public:
  virtual ~ClientAddresses() = default;
  // Puts `address` on a Linux device. The same address may be assigned several times; it goes with
  // the last withdraw().
  virtual Status assign(const std::string& device, const IpAddress& address) = 0;
  virtual void withdraw(const std::string& device, const IpAddress& address) = 0;
};

}  // namespace spa::ports
