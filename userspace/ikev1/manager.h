// SPDX-License-Identifier: Apache-2.0
// The IKEv1 side of the daemon: every ISAKMP SA of one thread, from configuration and datagrams to
// IPsec SAs in the data plane (RFC 2407, RFC 2408, RFC 2409).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "userspace/ike/options.h"
#include "userspace/ike/shard_manager.h"

namespace spa::ikev1 {

class Shard;

using Dependencies = ike::Dependencies;
using Options = ike::Options;

class Manager final : public ike::ShardManager<Shard> {
 public:
  explicit Manager(const Dependencies& dependencies, const Options& options = {});
};

}  // namespace spa::ikev1

extern template class spa::ike::ShardManager<spa::ikev1::Shard>;
