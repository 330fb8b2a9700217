// SPDX-License-Identifier: Apache-2.0
// Addresses that peers have given this host, put on its devices over rtnetlink.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "userspace/kernel/netlink.h"
#include "userspace/ports/client_addresses.h"

namespace spa::kernel {

class HostAddresses final : public ports::ClientAddresses {
 public:
  // kIo: rtnetlink said no.
  static Result<std::unique_ptr<HostAddresses>> open();
  // Takes back what is still assigned.
  ~HostAddresses() override;

  // kNotFound: no such device. An address that the device has already stays when it is withdrawn.
  Status assign(const std::string& device, const IpAddress& address) override;
  void withdraw(const std::string& device, const IpAddress& address) override;

 private:
  explicit HostAddresses(NetlinkSocket socket) : socket_(std::move(socket)) {}
  Status change(std::uint16_t type, const std::string& device, const IpAddress& address);

  struct Held {
    unsigned count = 0;
    bool ours = false;
  };
  NetlinkSocket socket_;
  std::map<std::pair<std::string, IpAddress>, Held> held_;
};

}  // namespace spa::kernel
