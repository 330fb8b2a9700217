// SPDX-License-Identifier: Apache-2.0
// Virtual devices that the configuration names: made when they are wanted, removed when they are
// not, and at the end. They carry an alias by which an earlier run's are known again: those are
// taken over where they are as they should be. What somebody else has made is never changed.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/kernel/link_messages.h"
#include "userspace/kernel/netlink.h"

namespace spa::kernel {

inline constexpr const char* kDeviceAlias = "made by spa-iked";

struct DeviceSpec {
  std::string name;
  DeviceKind kind;
  std::string link;    // of an XfrmInterface: the VRF device that its outer packets are routed in
  std::string master;  // the VRF device it is in; empty: none
  std::uint32_t mtu = 0;  // 0: as the kernel sees fit
  std::vector<IpPrefix> addresses;
  friend bool operator==(const DeviceSpec&, const DeviceSpec&) = default;
};

class MadeDevices {
 public:
  // kIo: rtnetlink said no.
  static Result<std::unique_ptr<MadeDevices>> open();
  // Removes all that are ours.
  ~MadeDevices();

  // Removes what is ours and not wanted, or not of this kind.
  void remove_others(const std::vector<DeviceSpec>& wanted);
  // Puts devices of the host into VRF devices; those that were put there earlier and are not named
  // now come out again, as all do at the end. One sentence for each that could not be had.
  std::vector<std::string> enslave(const std::map<std::string, std::string>& vrf_of);
  // The routing table of a VRF device, whoever made it. kNotFound.
  [[nodiscard]] Result<std::uint32_t> vrf_table(const std::string& name);
  // Makes what is missing, in this order, brings it up and gives it its addresses. One sentence for
  // each device that could not be had: somebody else's is in its place, or the kernel's reason.
  std::vector<std::string> make(const std::vector<DeviceSpec>& wanted);

 private:
  struct Address {
    int index = 0;
    IpPrefix prefix;
  };
  explicit MadeDevices(NetlinkSocket socket) : socket_(std::move(socket)) {}
  [[nodiscard]] Result<std::vector<LinkInfo>> links();
  [[nodiscard]] Result<std::vector<Address>> addresses();
  Status make(const DeviceSpec& spec, const LinkInfo* known, const std::vector<Address>& there);
  Status set_up(const DeviceSpec& spec, const LinkInfo& link, const std::vector<Address>& there);
  Status set_addresses(const DeviceSpec& spec, int index, const std::vector<Address>& there);
  void remove(const LinkInfo& link);

  NetlinkSocket socket_;
  std::map<std::string, std::string> enslaved_;  // by us
};

}  // namespace spa::kernel
