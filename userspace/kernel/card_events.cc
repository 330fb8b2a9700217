// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/card_events.h"

#include <linux/genetlink.h>
#include <netinet/in.h>
#include <spa/genl.h>

#include <utility>
#include <vector>

namespace spa::kernel {

namespace {

// The controller's own number is that of its group too, and it tells of families that come and go.
constexpr std::uint16_t kController = GENL_ID_CTRL;

bool is_named(std::optional<ByteView> text, std::string_view name) {
  if (!text) return false;
  ByteView octets = *text;
  if (!octets.empty() && octets.back() == 0) octets = octets.first(octets.size() - 1);
  return std::string_view(reinterpret_cast<const char*>(octets.data()), octets.size()) == name;
}

// Groups are numbered attributes, each of which holds a name and a number.
std::optional<std::uint32_t> group_of(const NetlinkView& family) {
  const auto list = family.attribute(sizeof(genlmsghdr), CTRL_ATTR_MCAST_GROUPS);
  if (!list) return std::nullopt;
  const NetlinkView groups(0, *list);
  for (std::uint16_t i = 1;; ++i) {
    const auto octets = groups.attribute(0, i);
    if (!octets) return std::nullopt;
    const NetlinkView group(0, *octets);
    if (!is_named(group.attribute(0, CTRL_ATTR_MCAST_GRP_NAME), SPA_GENL_GROUP_EVENTS)) continue;
    return group.attribute<std::uint32_t>(0, CTRL_ATTR_MCAST_GRP_ID);
  }
}

IpAddress address_of(std::optional<ByteView> octets) {
  const bool whole = octets && (octets->size() == 4 || octets->size() == 16);
  return whole ? IpAddress::from_bytes(*octets) : IpAddress{};
}

}  // namespace

std::optional<CardFamily> read_card_family(const NetlinkView& message) {
  const auto header = message.body<genlmsghdr>();
  if (message.type() != kController || !header || header->cmd != CTRL_CMD_NEWFAMILY) {
    return std::nullopt;
  }
  if (!is_named(message.attribute(sizeof(genlmsghdr), CTRL_ATTR_FAMILY_NAME), SPA_GENL_NAME)) {
    return std::nullopt;
  }
  const auto id = message.attribute<std::uint16_t>(sizeof(genlmsghdr), CTRL_ATTR_FAMILY_ID);
  const auto group = group_of(message);
  if (!id || !group) return std::nullopt;
  return CardFamily{*id, *group};
}

std::optional<CardUnknownSpi> read_unknown_spi(const NetlinkView& message, std::uint16_t family) {
  constexpr std::size_t kHeader = sizeof(genlmsghdr);
  const auto header = message.body<genlmsghdr>();
  if (message.type() != family || !header || header->cmd != SPA_GENL_CMD_EVENT) return std::nullopt;
  const auto event = message.attribute<std::uint32_t>(kHeader, SPA_GENL_A_EVENT);
  if (event != SPA_GENL_EVENT_UNKNOWN_SPI) return std::nullopt;
  const auto spi = message.attribute<std::uint32_t>(kHeader, SPA_GENL_A_SPI);
  CardUnknownSpi out{address_of(message.attribute(kHeader, SPA_GENL_A_SADDR)),
                     address_of(message.attribute(kHeader, SPA_GENL_A_DADDR)),
                     ntohl(spi.value_or(0))};
  if (!spi || out.source.empty() || out.source.family() != out.destination.family()) {
    return std::nullopt;
  }
  return out;
}

CardEvents::CardEvents(ports::Readiness& loop, Handler handler, NetlinkSocket socket)
    : loop_(loop), handler_(std::move(handler)), socket_(std::move(socket)) {}

CardEvents::~CardEvents() {
  loop_.unwatch(watch_);
}

Result<std::unique_ptr<CardEvents>> CardEvents::open(ports::Readiness& loop, Handler handler) {
  auto socket = NetlinkSocket::open(NETLINK_GENERIC);
  if (!socket) return tl::unexpected(socket.error());
  std::unique_ptr<CardEvents> made(new CardEvents(loop, std::move(handler), std::move(*socket)));
  if (auto done = made->start(); !done) return tl::unexpected(done.error());
  return made;
}

Status CardEvents::start() {
  auto asking = NetlinkSocket::open(NETLINK_GENERIC);
  if (!asking) return tl::unexpected(asking.error());
  if (auto done = socket_.subscribe(kController); !done) return done;
  NetlinkMessage question(kController, 0);
  question.body(genlmsghdr{CTRL_CMD_GETFAMILY, 1, 0});
  const std::string_view name(SPA_GENL_NAME, sizeof SPA_GENL_NAME);  // with its end
  question.attribute(CTRL_ATTR_FAMILY_NAME, as_bytes(name));
  // No driver yet: the controller will say when it comes.
  if (const auto replies = asking->request(question)) {
    for (const NetlinkReply& reply : *replies) {
      if (const auto family = read_card_family(reply.view())) follow(*family);
    }
  }
  auto watching = loop_.watch(socket_.fd(), [this] { on_messages(); });
  if (!watching) return tl::unexpected(watching.error());
  watch_ = *watching;
  return {};
}

void CardEvents::follow(const CardFamily& family) {
  family_ = family;
  (void)socket_.subscribe(family.events);
}

void CardEvents::on_messages() {
  // Read first, act then: the handler may ask the kernel itself.
  std::vector<CardUnknownSpi> heard;
  (void)socket_.receive([&](const NetlinkView& message) {
    if (const auto family = read_card_family(message)) follow(*family);
    if (!family_) return;
    if (const auto unknown = read_unknown_spi(message, family_->id)) heard.push_back(*unknown);
  });
  for (const CardUnknownSpi& unknown : heard) handler_(unknown);
}

}  // namespace spa::kernel
