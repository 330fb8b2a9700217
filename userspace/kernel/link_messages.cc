// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/link_messages.h"

#include <arpa/inet.h>
#include <net/if.h>

// The kernel's own headers after those of the C library, which they yield to.
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/rtnetlink.h>

#include <cstring>

namespace spa::kernel {

namespace {

constexpr std::uint8_t kTimeToLive = 255;

// Attributes inside of an attribute.
class Nest {
 public:
  Nest& add(std::uint16_t type, ByteView value) {
    const nlattr header{static_cast<std::uint16_t>(NLA_HDRLEN + value.size()), type};
    append(&header, sizeof header);
    append(value.data(), value.size());
    return *this;
  }
  template <typename T>
    requires std::is_trivially_copyable_v<T> && (!std::is_same_v<T, ByteView>)
  Nest& add(std::uint16_t type, const T& value) {
    return add(type, ByteView(reinterpret_cast<const std::uint8_t*>(&value), sizeof value));
  }
  [[nodiscard]] ByteView octets() const { return octets_; }

 private:
  void append(const void* data, std::size_t size) {
    const auto* octets = static_cast<const std::uint8_t*>(data);
    octets_.insert(octets_.end(), octets, octets + size);
    octets_.resize(NLA_ALIGN(octets_.size()));
  }
  Bytes octets_;
};

std::string text_of(ByteView octets) {
  if (octets.empty()) return {};
  return {reinterpret_cast<const char*>(octets.data()),
          strnlen(reinterpret_cast<const char*>(octets.data()), octets.size())};
}

Nest data_of(const GreTunnel& gre) {
  Nest data;
  data.add(IFLA_GRE_LOCAL, gre.local.bytes());
  if (!gre.remote.empty()) data.add(IFLA_GRE_REMOTE, gre.remote.bytes());
  data.add(IFLA_GRE_TTL, kTimeToLive);
  if (gre.link != 0) data.add(IFLA_GRE_LINK, static_cast<std::uint32_t>(gre.link));
  if (gre.key) {
    const std::uint16_t flags = GRE_KEY;  // in network order already
    const std::uint32_t key = htonl(*gre.key);
    data.add(IFLA_GRE_IFLAGS, flags).add(IFLA_GRE_OFLAGS, flags);
    data.add(IFLA_GRE_IKEY, key).add(IFLA_GRE_OKEY, key);
  }
  return data;
}

Nest data_of(const VrfTable& vrf) {
  return Nest().add(IFLA_VRF_TABLE, vrf.table);
}

Nest data_of(const XfrmInterface& xfrm) {
  Nest data;
  if (xfrm.link != 0) data.add(IFLA_XFRM_LINK, static_cast<std::uint32_t>(xfrm.link));
  return data.add(IFLA_XFRM_IF_ID, xfrm.if_id);
}

// Nothing for a device with what we never ask for: other flags, keys that differ.
std::optional<DeviceKind> gre_of(const NetlinkView& data) {
  const auto number = [&](std::uint16_t type) {
    return data.attribute<std::uint32_t>(0, type).value_or(0);
  };
  const auto flags = [&](std::uint16_t type) {
    return data.attribute<std::uint16_t>(0, type).value_or(0);
  };
  GreTunnel gre;
  if (const auto local = data.attribute(0, IFLA_GRE_LOCAL)) {
    gre.local = IpAddress::from_bytes(*local);
  }
  if (const auto remote = data.attribute(0, IFLA_GRE_REMOTE)) {
    gre.remote = IpAddress::from_bytes(*remote);
  }
  if (gre.remote.is_any()) gre.remote = {};
  gre.link = static_cast<int>(number(IFLA_GRE_LINK));
  if (gre.local.empty() || flags(IFLA_GRE_IFLAGS) != flags(IFLA_GRE_OFLAGS) ||
      number(IFLA_GRE_IKEY) != number(IFLA_GRE_OKEY)) {
    return std::nullopt;
  }
  if (flags(IFLA_GRE_IFLAGS) == GRE_KEY) {
    gre.key = ntohl(number(IFLA_GRE_IKEY));
  } else if (flags(IFLA_GRE_IFLAGS) != 0) {
    return std::nullopt;
  }
  return gre;
}

std::optional<DeviceKind> kind_of(const std::string& name, const NetlinkView& data) {
  const auto number = [&](std::uint16_t type) {
    return data.attribute<std::uint32_t>(0, type).value_or(0);
  };
  if (name == "gre" || name == "ip6gre") return gre_of(data);
  if (name == "vrf") return VrfTable{number(IFLA_VRF_TABLE)};
  if (name == "xfrm") {
    return XfrmInterface{number(IFLA_XFRM_IF_ID), static_cast<int>(number(IFLA_XFRM_LINK))};
  }
  return std::nullopt;
}

}  // namespace

std::string kind_name(const DeviceKind& kind) {
  if (std::holds_alternative<VrfTable>(kind)) return "vrf";
  if (std::holds_alternative<XfrmInterface>(kind)) return "xfrm";
  return std::get<GreTunnel>(kind).local.is_v6() ? "ip6gre" : "gre";
}

NetlinkMessage make_device_message(const std::string& name, const DeviceKind& kind) {
  Nest info;
  info.add(IFLA_INFO_KIND, as_bytes(kind_name(kind)));
  const Nest data = std::visit([](const auto& what) { return data_of(what); }, kind);
  info.add(IFLA_INFO_DATA, data.octets());
  NetlinkMessage message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  message.body(ifinfomsg{});
  message.attribute(IFLA_IFNAME,
                    ByteView(reinterpret_cast<const std::uint8_t*>(name.c_str()), name.size() + 1));
  message.attribute(IFLA_LINKINFO, info.octets());
  return message;
}

std::optional<LinkInfo> read_link(const NetlinkView& message) {
  const auto header = message.body<ifinfomsg>();
  if (message.type() != RTM_NEWLINK || !header) return std::nullopt;
  LinkInfo link;
  link.index = header->ifi_index;
  link.up = (header->ifi_flags & IFF_UP) != 0;
  link.name = text_of(message.attribute(sizeof *header, IFLA_IFNAME).value_or(ByteView{}));
  link.alias = text_of(message.attribute(sizeof *header, IFLA_IFALIAS).value_or(ByteView{}));
  link.mtu = message.attribute<std::uint32_t>(sizeof *header, IFLA_MTU).value_or(0);
  link.master = message.attribute<std::int32_t>(sizeof *header, IFLA_MASTER).value_or(0);
  const auto info = message.attribute(sizeof *header, IFLA_LINKINFO);
  if (!info) return link;
  const NetlinkView inside(0, *info);
  link.kind = text_of(inside.attribute(0, IFLA_INFO_KIND).value_or(ByteView{}));
  const auto data = inside.attribute(0, IFLA_INFO_DATA);
  if (data) link.made = kind_of(link.kind, NetlinkView(0, *data));
  return link;
}

}  // namespace spa::kernel
