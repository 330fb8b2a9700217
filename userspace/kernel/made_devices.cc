// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/made_devices.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>

namespace spa::kernel {

namespace {

bool is_ours(const LinkInfo& link) {
  return link.alias == kDeviceAlias;
}

const LinkInfo* named(const std::vector<LinkInfo>& links, const std::string& name) {
  const auto found =
      std::find_if(links.begin(), links.end(), [&](const auto& link) { return link.name == name; });
  return found == links.end() ? nullptr : &*found;
}

NetlinkMessage address_message(std::uint16_t type, int index, const IpPrefix& prefix) {
  ifaddrmsg header{};
  header.ifa_family = prefix.address.is_v6() ? AF_INET6 : AF_INET;
  header.ifa_prefixlen = static_cast<std::uint8_t>(prefix.length);
  header.ifa_index = static_cast<std::uint32_t>(index);
  // Nobody else is on a tunnel: duplicates are not looked for.
  header.ifa_flags = prefix.address.is_v6() ? IFA_F_NODAD : 0;
  NetlinkMessage message(type, type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_EXCL : 0);
  message.body(header)
      .attribute(IFA_LOCAL, prefix.address.bytes())
      .attribute(IFA_ADDRESS, prefix.address.bytes());
  return message;
}

}  // namespace

Result<std::unique_ptr<MadeDevices>> MadeDevices::open() {
  auto socket = NetlinkSocket::open(NETLINK_ROUTE);
  if (!socket) return tl::unexpected(socket.error());
  return std::unique_ptr<MadeDevices>(new MadeDevices(std::move(*socket)));
}

MadeDevices::~MadeDevices() {
  remove_others({});
}

Result<std::vector<LinkInfo>> MadeDevices::links() {
  auto replies = socket_.request(NetlinkMessage(RTM_GETLINK, NLM_F_DUMP).body(ifinfomsg{}));
  if (!replies) return fail(replies.error().code, "reading devices: " + replies.error().text);
  std::vector<LinkInfo> list;
  for (const auto& reply : *replies) {
    if (auto link = read_link(reply.view())) list.push_back(std::move(*link));
  }
  return list;
}

void MadeDevices::remove(const LinkInfo& link) {
  ifinfomsg header{};
  header.ifi_index = link.index;
  (void)socket_.acknowledge(NetlinkMessage(RTM_DELLINK, 0).body(header));
}

void MadeDevices::remove_others(const std::vector<DeviceSpec>& wanted) {
  const auto there = links();
  if (!there) return;
  for (const LinkInfo& link : *there) {
    const bool stays = std::any_of(wanted.begin(), wanted.end(), [&](const DeviceSpec& spec) {
      return spec.name == link.name && spec.kind == link.made;
    });
    if (is_ours(link) && !stays) remove(link);
  }
}

std::vector<std::string> MadeDevices::make(const std::vector<DeviceSpec>& wanted) {
  if (wanted.empty()) return {};
  const auto devices = links();
  if (!devices) return {devices.error().text};
  const auto there = addresses();
  if (!there) return {there.error().text};
  std::vector<std::string> troubles;
  for (const DeviceSpec& spec : wanted) {
    if (auto done = make(spec, named(*devices, spec.name), *there); !done) {
      troubles.push_back("device " + spec.name + ": " + done.error().text);
    }
  }
  return troubles;
}

Status MadeDevices::make(const DeviceSpec& spec, const LinkInfo* known,
                         const std::vector<Address>& there) {
  if (known != nullptr) {
    if (is_ours(*known)) return set_up(spec, *known, there);
    if (known->made == spec.kind) return {};
    return fail(Errc::kExists,
                "it is there already and not as configured; remove it, or name another one "
                "with the sub-command device");
  }
  if (auto made = socket_.acknowledge(make_device_message(spec.name, spec.kind)); !made) {
    const bool missing = made.error().code == Errc::kUnsupported;
    return fail(made.error().code,
                (missing ? "this kernel has no devices of kind " + kind_name(spec.kind) + ": "
                         : std::string()) +
                    made.error().text);
  }
  LinkInfo fresh;
  fresh.index = static_cast<int>(if_nametoindex(spec.name.c_str()));
  return set_up(spec, fresh, there);
}

Status MadeDevices::set_up(const DeviceSpec& spec, const LinkInfo& link,
                           const std::vector<Address>& there) {
  ifinfomsg header{};
  header.ifi_index = link.index;
  // The alias by itself and first: whatever fails afterwards, the device is known as ours.
  if (!is_ours(link)) {
    const auto marked = socket_.acknowledge(NetlinkMessage(RTM_NEWLINK, 0)
                                                .body(header)
                                                .attribute(IFLA_IFALIAS, as_bytes(kDeviceAlias)));
    if (!marked) return marked;
  }
  const auto master =
      static_cast<int>(spec.master.empty() ? 0 : if_nametoindex(spec.master.c_str()));
  if (master == 0 && !spec.master.empty()) {
    return fail(Errc::kNotFound, "there is no VRF device " + spec.master);
  }
  header.ifi_flags = IFF_UP;
  header.ifi_change = IFF_UP;
  NetlinkMessage message(RTM_NEWLINK, 0);
  message.body(header);
  if (spec.mtu != 0 && spec.mtu != link.mtu) message.attribute(IFLA_MTU, spec.mtu);
  if (master != link.master) message.attribute(IFLA_MASTER, master);
  if (auto done = socket_.acknowledge(message); !done) return done;
  return set_addresses(spec, link.index, there);
}

Result<std::vector<MadeDevices::Address>> MadeDevices::addresses() {
  auto replies = socket_.request(NetlinkMessage(RTM_GETADDR, NLM_F_DUMP).body(ifaddrmsg{}));
  if (!replies) return fail(replies.error().code, "reading addresses: " + replies.error().text);
  std::vector<Address> list;
  for (const auto& reply : *replies) {
    const auto entry = reply.view().body<ifaddrmsg>();
    if (!entry || entry->ifa_scope == RT_SCOPE_LINK) continue;  // those are the kernel's own
    auto octets = reply.view().attribute(sizeof *entry, IFA_LOCAL);
    if (!octets) octets = reply.view().attribute(sizeof *entry, IFA_ADDRESS);
    if (!octets) continue;
    list.push_back({static_cast<int>(entry->ifa_index),
                    {IpAddress::from_bytes(*octets), entry->ifa_prefixlen}});
  }
  return list;
}

Status MadeDevices::set_addresses(const DeviceSpec& spec, int index,
                                  const std::vector<Address>& there) {
  const auto is_wanted = [&](const IpPrefix& prefix) {
    return std::find(spec.addresses.begin(), spec.addresses.end(), prefix) != spec.addresses.end();
  };
  for (const Address& old : there) {
    if (old.index != index || is_wanted(old.prefix)) continue;
    (void)socket_.acknowledge(address_message(RTM_DELADDR, index, old.prefix));
  }
  for (const IpPrefix& prefix : spec.addresses) {
    const auto put = socket_.acknowledge(address_message(RTM_NEWADDR, index, prefix));
    if (!put && put.error().code != Errc::kExists) {
      return fail(put.error().code, "address " + prefix.to_string() + ": " + put.error().text);
    }
  }
  return {};
}

}  // namespace spa::kernel
