// SPDX-License-Identifier: Apache-2.0
// The IKEv2 side of the daemon: every IKE SA of one shard, from configuration and datagrams to SAs
// in the data plane (RFC 7296).
//
// One Manager belongs to one thread (ike/manager.h). With several shards the caller sends a
// datagram to the shard named by shard_of(); a first IKE_SA_INIT request may go to any shard that
// depends on the source address only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "userspace/base/address.h"
#include "userspace/base/bytes.h"
#include "userspace/base/result.h"
#include "userspace/ike/options.h"
#include "userspace/ike/shard_manager.h"

namespace spa::ikev2 {

class Shard;

using Dependencies = ike::Dependencies;
using Options = ike::Options;
using SessionFilter = ike::SessionFilter;

// Which of its SPIs a datagram's header calls ours, and so which shard owns it; nothing for a first
// IKE_SA_INIT request or for what is no IKEv2 message.
[[nodiscard]] std::optional<std::uint8_t> shard_of(ByteView message);

class Manager final : public ike::ShardManager<Shard> {
 public:
  explicit Manager(const Dependencies& dependencies, const Options& options = {});

  // RFC 4555
  void set_local_addresses(std::vector<IpAddress> addresses) override;
  std::size_t move_local(const IpAddress& from, const IpAddress& to) override;
};

}  // namespace spa::ikev2

extern template class spa::ike::ShardManager<spa::ikev2::Shard>;
