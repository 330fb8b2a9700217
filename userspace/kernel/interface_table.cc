// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/interface_table.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <map>
#include <utility>

#include "userspace/kernel/netlink.h"

namespace spa::kernel {

namespace {

std::string text_of(ByteView octets) {
  return {reinterpret_cast<const char*>(octets.data()),
          strnlen(reinterpret_cast<const char*>(octets.data()), octets.size())};
}

void take_link(const NetlinkView& message, std::map<int, Device>& devices) {
  const auto link = message.body<ifinfomsg>();
  if (message.type() != RTM_NEWLINK || !link) return;
  Device device;
  device.index = link->ifi_index;
  device.up = (link->ifi_flags & IFF_UP) != 0;
  device.mtu = message.attribute<std::uint32_t>(sizeof *link, IFLA_MTU).value_or(0);
  device.name = text_of(message.attribute(sizeof *link, IFLA_IFNAME).value_or(ByteView{}));
  devices[device.index] = std::move(device);
}

void take_address(const NetlinkView& message, std::map<int, Device>& devices) {
  const auto entry = message.body<ifaddrmsg>();
  if (message.type() != RTM_NEWADDR || !entry) return;
  const auto device = devices.find(static_cast<int>(entry->ifa_index));
  if (device == devices.end()) return;
  // On point-to-point links IFA_ADDRESS is the other end.
  auto octets = message.attribute(sizeof *entry, IFA_LOCAL);
  if (!octets) octets = message.attribute(sizeof *entry, IFA_ADDRESS);
  if (!octets) return;
  const IpAddress address = IpAddress::from_bytes(*octets);
  if (address.empty()) return;
  device->second.addresses.push_back({address, entry->ifa_prefixlen});
}

Result<std::vector<Device>> read_devices(NetlinkSocket& socket) {
  std::map<int, Device> devices;
  ifinfomsg links{};
  auto replies = socket.request(NetlinkMessage(RTM_GETLINK, NLM_F_DUMP).body(links));
  if (!replies) return fail(replies.error().code, "reading devices: " + replies.error().text);
  for (const auto& reply : *replies) take_link(reply.view(), devices);

  ifaddrmsg addresses{};
  replies = socket.request(NetlinkMessage(RTM_GETADDR, NLM_F_DUMP).body(addresses));
  if (!replies) return fail(replies.error().code, "reading addresses: " + replies.error().text);
  for (const auto& reply : *replies) take_address(reply.view(), devices);

  std::vector<Device> list;
  for (auto& [index, device] : devices) list.push_back(std::move(device));
  return list;
}

bool carries(const Device& device, const IpAddress& address) {
  return std::any_of(device.addresses.begin(), device.addresses.end(),
                     [&](const IpPrefix& prefix) { return prefix.address == address; });
}

// Such an address means nothing to a peer.
bool is_loopback(const IpAddress& address) {
  if (address.is_v4()) return address.bytes()[0] == 127;
  return address.is_v6() && address == IpAddress::parse("::1");
}

// Link-local addresses cannot end a tunnel: an Endpoint has no scope.
bool is_link_local(const IpAddress& address) {
  return address.is_v6() && address.bytes()[0] == 0xfe && (address.bytes()[1] & 0xc0) == 0x80;
}

}  // namespace

struct InterfaceTable::Impl {
  Impl(ports::Readiness& readiness, NetlinkSocket asking, NetlinkSocket listening)
      : loop(readiness), requests(std::move(asking)), events(std::move(listening)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { loop.unwatch(watch); }

  ports::Readiness& loop;
  NetlinkSocket requests;
  NetlinkSocket events;
  ports::Readiness::Id watch = 0;
  std::vector<Device> devices;
  std::function<void()> changed;

  // Any event, and any loss of events, means: read again.
  void refresh() {
    (void)events.receive([](const NetlinkView&) {});
    auto now = read_devices(requests);
    if (!now || *now == devices) return;
    devices = std::move(*now);
    if (changed) changed();
  }

  [[nodiscard]] const Device* find(const policy::Interface& interface) const;
};

const Device* InterfaceTable::Impl::find(const policy::Interface& interface) const {
  const auto first = [&](auto&& wanted) -> const Device* {
    const auto found = std::find_if(devices.begin(), devices.end(), wanted);
    return found == devices.end() ? nullptr : &*found;
  };
  if (!interface.device.empty()) {
    return first([&](const Device& device) { return device.name == interface.device; });
  }
  if (const Device* same = first([&](const Device& d) { return d.name == interface.name; })) {
    return same;
  }
  if (interface.addresses.empty()) return nullptr;
  return first([&](const Device& d) { return carries(d, interface.addresses.front().address); });
}

InterfaceTable::InterfaceTable(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
InterfaceTable::~InterfaceTable() = default;

Result<std::unique_ptr<InterfaceTable>> InterfaceTable::open(ports::Readiness& loop) {
  auto requests = NetlinkSocket::open(NETLINK_ROUTE);
  auto events = NetlinkSocket::open(NETLINK_ROUTE);
  if (!requests || !events) return tl::unexpected((requests ? events : requests).error());
  for (const auto group : {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR}) {
    if (auto done = events->subscribe(group); !done) return tl::unexpected(done.error());
  }
  auto impl = std::make_unique<Impl>(loop, std::move(*requests), std::move(*events));
  auto devices = read_devices(impl->requests);
  if (!devices) return tl::unexpected(devices.error());
  impl->devices = std::move(*devices);
  auto watch = loop.watch(impl->events.fd(), [raw = impl.get()] { raw->refresh(); });
  if (!watch) return tl::unexpected(watch.error());
  impl->watch = *watch;
  return std::unique_ptr<InterfaceTable>(new InterfaceTable(std::move(impl)));
}

void InterfaceTable::on_change(std::function<void()> callback) {
  impl_->changed = std::move(callback);
}

const std::vector<Device>& InterfaceTable::devices() const {
  return impl_->devices;
}

Result<ResolvedInterface> InterfaceTable::resolve(const policy::Interface& interface) const {
  const Device* device = impl_->find(interface);
  if (device == nullptr) {
    std::string wanted = interface.device.empty() ? interface.name : interface.device;
    if (interface.device.empty() && !interface.addresses.empty()) {
      wanted += ", or that carries " + interface.addresses.front().address.to_string();
    }
    return fail(Errc::kNotFound,
                "interface " + interface.name + ": there is no device that is called " + wanted);
  }
  for (const IpPrefix& configured : interface.addresses) {
    if (carries(*device, configured.address)) {
      return ResolvedInterface{*device, configured.address};
    }
  }
  const auto fits = [&](const IpPrefix& candidate) {
    return !is_link_local(candidate.address) &&
           (interface.addresses.empty() ||
            candidate.address.family() == interface.addresses.front().address.family());
  };
  const auto found = std::find_if(device->addresses.begin(), device->addresses.end(), fits);
  if (found == device->addresses.end()) {
    return fail(Errc::kNotFound,
                "interface " + interface.name + ": device " + device->name + " has no address");
  }
  return ResolvedInterface{*device, found->address};
}

bool InterfaceTable::is_local(const IpAddress& address) const {
  return std::any_of(impl_->devices.begin(), impl_->devices.end(),
                     [&](const Device& device) { return carries(device, address); });
}

IpAddress InterfaceTable::address_within(const IpAddress& first, const IpAddress& last) const {
  for (const Device& device : impl_->devices) {
    for (const IpPrefix& prefix : device.addresses) {
      const IpAddress& address = prefix.address;
      if (address.family() == first.family() && first <= address && address <= last &&
          !is_link_local(address) && !is_loopback(address)) {
        return address;
      }
    }
  }
  return {};
}

Result<IpAddress> InterfaceTable::source_towards(const IpAddress& remote) const {
  rtmsg route{};
  route.rtm_family = remote.is_v6() ? AF_INET6 : AF_INET;
  route.rtm_dst_len = static_cast<std::uint8_t>(remote.bits());
  auto replies = impl_->requests.request(
      NetlinkMessage(RTM_GETROUTE, 0).body(route).attribute(RTA_DST, remote.bytes()));
  if (!replies) {
    return fail(replies.error().code,
                "no route to " + remote.to_string() + ": " + replies.error().text);
  }
  for (const auto& reply : *replies) {
    const auto source = reply.view().attribute(sizeof route, RTA_PREFSRC);
    if (!source) continue;
    if (const IpAddress found = IpAddress::from_bytes(*source); !found.empty()) return found;
  }
  return fail(Errc::kNotFound, "no source address towards " + remote.to_string());
}

}  // namespace spa::kernel
