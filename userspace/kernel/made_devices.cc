// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/made_devices.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <fstream>

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

// The kind with what only this moment knows: the number of the device below.
DeviceKind kind_now(const DeviceSpec& spec) {
  DeviceKind kind = spec.kind;
  const auto link = static_cast<int>(spec.link.empty() ? 0 : if_nametoindex(spec.link.c_str()));
  if (auto* xfrm = std::get_if<XfrmInterface>(&kind)) xfrm->link = link;
  if (auto* gre = std::get_if<GreTunnel>(&kind)) gre->link = link;
  return kind;
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

// The policies of the host's own traffic do not apply to what is routed to such a device: those of
// its number do, once it gets there (disable_xfrm, Documentation/networking/ip-sysctl.rst).
Status leave_to_itself(const std::string& device) {
  for (const char* family : {"ipv4", "ipv6"}) {
    const std::string path =
        std::string("/proc/sys/net/") + family + "/conf/" + device + "/disable_xfrm";
    std::ofstream setting(path);
    if (!setting) continue;  // a kernel without IPv6, or without the setting for it
    setting << "1" << std::flush;
    if (!setting) return fail(Errc::kIo, path + " cannot be set");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<MadeDevices>> MadeDevices::open() {
  auto socket = NetlinkSocket::open(NETLINK_ROUTE);
  if (!socket) return tl::unexpected(socket.error());
  return std::unique_ptr<MadeDevices>(new MadeDevices(std::move(*socket)));
}

MadeDevices::~MadeDevices() {
  (void)enslave({});
  remove_others({});
}

std::vector<std::string> MadeDevices::enslave(const std::map<std::string, std::string>& vrf_of) {
  if (vrf_of.empty() && enslaved_.empty()) return {};
  const auto there = links();
  if (!there) return {there.error().text};
  const auto set_master = [this](const LinkInfo& link, int master) {
    ifinfomsg header{};
    header.ifi_index = link.index;
    return socket_.acknowledge(
        NetlinkMessage(RTM_NEWLINK, 0).body(header).attribute(IFLA_MASTER, master));
  };
  std::erase_if(enslaved_, [&](const auto& entry) {
    const auto wanted = vrf_of.find(entry.first);
    if (wanted != vrf_of.end() && wanted->second == entry.second) return false;
    const LinkInfo* link = named(*there, entry.first);
    const LinkInfo* vrf = named(*there, entry.second);
    if (link != nullptr && vrf != nullptr && link->master == vrf->index) (void)set_master(*link, 0);
    return true;
  });
  std::vector<std::string> troubles;
  for (const auto& [device, vrf_name] : vrf_of) {
    const LinkInfo* link = named(*there, device);
    const LinkInfo* vrf = named(*there, vrf_name);
    if (link == nullptr || (vrf != nullptr && link->master == vrf->index)) continue;
    const bool ours = enslaved_.contains(device);
    if (vrf == nullptr || vrf->kind != "vrf") {
      troubles.push_back("device " + device + ": there is no VRF device " + vrf_name);
    } else if (link->master != 0 && !ours) {
      troubles.push_back("device " + device + ": it belongs to another device already");
    } else if (auto done = set_master(*link, vrf->index); !done) {
      troubles.push_back("device " + device + ": " + done.error().text);
    } else {
      enslaved_[device] = vrf_name;
    }
  }
  return troubles;
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

Result<std::uint32_t> MadeDevices::vrf_table(const std::string& name) {
  const auto there = links();
  if (!there) return tl::unexpected(there.error());
  const LinkInfo* link = named(*there, name);
  const auto* vrf = link != nullptr && link->made ? std::get_if<VrfTable>(&*link->made) : nullptr;
  if (vrf == nullptr) return fail(Errc::kNotFound, "there is no VRF device " + name);
  return vrf->table;
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
      return spec.name == link.name && kind_now(spec) == link.made;
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
  const DeviceKind kind = kind_now(spec);
  if (!spec.link.empty() && if_nametoindex(spec.link.c_str()) == 0) {
    return fail(Errc::kNotFound, "there is no VRF device " + spec.link);
  }
  if (known != nullptr) {
    if (is_ours(*known)) return set_up(spec, *known, there);
    const bool vrf = std::holds_alternative<VrfTable>(kind) && known->kind == "vrf";
    if (known->made == kind || vrf) return {};
    return fail(Errc::kExists,
                "it is there already and not as configured; remove it, or name another one "
                "with the sub-command device");
  }
  if (auto made = socket_.acknowledge(make_device_message(spec.name, kind)); !made) {
    const bool missing = made.error().code == Errc::kUnsupported;
    return fail(
        made.error().code,
        (missing ? "this kernel has no devices of kind " + kind_name(kind) + ": " : std::string()) +
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
  if (std::holds_alternative<XfrmInterface>(spec.kind)) {
    if (auto done = leave_to_itself(spec.name); !done) return done;
  }
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
