// SPDX-License-Identifier: Apache-2.0
// Routes to what peers protect, in the host's main table (`reverse-route`, R-MAP-22): for routing
// daemons to see and to spread.
#pragma once

#include <map>
#include <memory>

#include "userspace/base/address.h"
#include "userspace/base/result.h"
#include "userspace/kernel/netlink.h"

namespace spa::kernel {

class RouteAdder {
 public:
  virtual ~RouteAdder() = default;
  // A route to `prefix` the way that leads to `peer`. Adding the same prefix again counts. kExists:
  // somebody else has such a route; kNotFound: there is no way to the peer.
  virtual Status add(const IpPrefix& prefix, const IpAddress& peer) = 0;
  // Undoes one add(). kNotFound.
  virtual Status remove(const IpPrefix& prefix) = 0;
};

class ReverseRoutes final : public RouteAdder {
 public:
  // kIo, kDenied.
  static Result<std::unique_ptr<ReverseRoutes>> open();
  // Takes its routes away again.
  ~ReverseRoutes() override;
  Status add(const IpPrefix& prefix, const IpAddress& peer) override;
  Status remove(const IpPrefix& prefix) override;

 private:
  explicit ReverseRoutes(NetlinkSocket socket) : socket_(std::move(socket)) {}
  NetlinkSocket socket_;
  std::map<IpPrefix, unsigned> users_;
};

}  // namespace spa::kernel
