// SPDX-License-Identifier: Apache-2.0
// The network devices of the host and their addresses, kept up to date over rtnetlink, and what a
// router interface of the configuration means on this host (userspace/policy/ipsec.h).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/result.h"
#include "userspace/policy/ipsec.h"
#include "userspace/ports/readiness.h"

namespace spa::kernel {

struct Device {
  int index = 0;
  std::string name;
  bool up = false;  // administratively
  unsigned mtu = 0;
  std::vector<IpPrefix> addresses;  // in the order of the kernel, primary first
  friend bool operator==(const Device&, const Device&) = default;
};

struct ResolvedInterface {
  Device device;
  // What tunnels end on: the configured primary address where the device carries it, else the
  // device's first address of that family (or of any, when none is configured).
  IpAddress address;
};

class InterfaceTable {
 public:
  // Reads everything once. kIo: rtnetlink said no.
  static Result<std::unique_ptr<InterfaceTable>> open(ports::Readiness& loop);
  ~InterfaceTable();

  // Called on the loop's thread after devices or addresses changed.
  void on_change(std::function<void()> callback);

  [[nodiscard]] const std::vector<Device>& devices() const;
  // kNotFound names what was looked for: no device fits, or it has no address.
  [[nodiscard]] Result<ResolvedInterface> resolve(const policy::Interface& interface) const;
  [[nodiscard]] bool is_local(const IpAddress& address) const;
  // The address of this host that lies within [first, last], loopback and link-local ones left out;
  // unspecified when there is none.
  [[nodiscard]] IpAddress address_within(const IpAddress& first, const IpAddress& last) const;
  // The address the kernel would send from towards `remote`. kNotFound: no route.
  [[nodiscard]] Result<IpAddress> source_towards(const IpAddress& remote) const;

 private:
  struct Impl;
  explicit InterfaceTable(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spa::kernel
