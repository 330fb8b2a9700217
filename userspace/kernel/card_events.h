// SPDX-License-Identifier: Apache-2.0
// What cards tell over the generic-netlink family of their driver (<spa/genl.h>) that XFRM has no
// message for: packets for SPIs that a card has not.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "userspace/base/address.h"
#include "userspace/kernel/netlink.h"
#include "userspace/ports/readiness.h"

namespace spa::kernel {

// The family as the kernel numbers it, while the driver is loaded.
struct CardFamily {
  std::uint16_t id = 0;
  std::uint32_t events = 0;  // its multicast group
  friend bool operator==(const CardFamily&, const CardFamily&) = default;
};
// Of the controller's word about a family; empty where it is another one, or gone.
[[nodiscard]] std::optional<CardFamily> read_card_family(const NetlinkView& message);

struct CardUnknownSpi {
  IpAddress source;
  IpAddress destination;
  std::uint32_t spi = 0;  // host order
  friend bool operator==(const CardUnknownSpi&, const CardUnknownSpi&) = default;
};
// Empty for any other event, and one that does not say whose packet it was.
[[nodiscard]] std::optional<CardUnknownSpi> read_unknown_spi(const NetlinkView& message,
                                                             std::uint16_t family);

// Listens to the cards of this network namespace, from the time when there are any.
class CardEvents {
 public:
  using Handler = std::function<void(const CardUnknownSpi&)>;
  // kUnsupported: a kernel without generic netlink.
  static Result<std::unique_ptr<CardEvents>> open(ports::Readiness& loop, Handler handler);
  ~CardEvents();
  CardEvents(const CardEvents&) = delete;
  CardEvents& operator=(const CardEvents&) = delete;

 private:
  CardEvents(ports::Readiness& loop, Handler handler, NetlinkSocket socket);
  Status start();
  void on_messages();
  // The driver is loaded: its group is listened to.
  void follow(const CardFamily& family);

  ports::Readiness& loop_;
  Handler handler_;
  NetlinkSocket socket_;
  ports::Readiness::Id watch_ = 0;
  std::optional<CardFamily> family_;
};

}  // namespace spa::kernel
