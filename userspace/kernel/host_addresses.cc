// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/host_addresses.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

namespace spa::kernel {

Result<std::unique_ptr<HostAddresses>> HostAddresses::open() {
  auto socket = NetlinkSocket::open(NETLINK_ROUTE);
  if (!socket) return tl::unexpected(socket.error());
  return std::unique_ptr<HostAddresses>(new HostAddresses(std::move(*socket)));
}

HostAddresses::~HostAddresses() {
  for (const auto& [where, held] : held_) {
    if (held.ours) (void)change(RTM_DELADDR, where.first, where.second);
  }
}

Status HostAddresses::change(std::uint16_t type, const std::string& device,
                             const IpAddress& address) {
  ifaddrmsg header{};
  header.ifa_index = if_nametoindex(device.c_str());
  if (header.ifa_index == 0) return fail(Errc::kNotFound, "no device " + device);
  header.ifa_family = address.is_v6() ? AF_INET6 : AF_INET;
  header.ifa_prefixlen = static_cast<std::uint8_t>(address.bits());
  // Nobody on the link has it: duplicates are not looked for.
  header.ifa_flags = address.is_v6() ? IFA_F_NODAD : 0;
  const std::uint16_t flags = type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_EXCL : 0;
  NetlinkMessage message(type, flags);
  message.body(header)
      .attribute(IFA_LOCAL, address.bytes())
      .attribute(IFA_ADDRESS, address.bytes());
  return socket_.acknowledge(message);
}

Status HostAddresses::assign(const std::string& device, const IpAddress& address) {
  Held& held = held_[{device, address}];
  if (held.count == 0) {
    const Status added = change(RTM_NEWADDR, device, address);
    if (!added && added.error().code != Errc::kExists) {
      held_.erase({device, address});
      return fail(added.error().code,
                  "address " + address.to_string() + " on " + device + ": " + added.error().text);
    }
    held.ours = added.has_value();
  }
  ++held.count;
  return {};
}

void HostAddresses::withdraw(const std::string& device, const IpAddress& address) {
  const auto found = held_.find({device, address});
  if (found == held_.end() || --found->second.count != 0) return;
  if (found->second.ours) (void)change(RTM_DELADDR, device, address);
  held_.erase(found);
}

}  // namespace spa::kernel
