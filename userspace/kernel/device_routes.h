// SPDX-License-Identifier: Apache-2.0
// Routes to virtual devices, in the table of a VRF or in the main one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <tuple>

#include "userspace/base/address.h"
#include "userspace/base/result.h"
#include "userspace/kernel/netlink.h"

namespace spa::kernel {

class DeviceRoutes {
 public:
  // kIo: rtnetlink said no.
  static Result<std::unique_ptr<DeviceRoutes>> open();
  // Takes its routes away again.
  ~DeviceRoutes();

  // Table 0: the main one. Adding a route again counts. One that an earlier process left behind is
  // taken over.
  Status add(const IpPrefix& prefix, int device, std::uint32_t table);
  // Undoes one add(); a route that is gone with its device is no error.
  void remove(const IpPrefix& prefix, int device, std::uint32_t table);

 private:
  explicit DeviceRoutes(NetlinkSocket socket) : socket_(std::move(socket)) {}
  using Route = std::tuple<IpPrefix, int, std::uint32_t>;
  NetlinkSocket socket_;
  std::map<Route, unsigned> users_;
};

}  // namespace spa::kernel
