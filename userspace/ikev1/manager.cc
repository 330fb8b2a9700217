// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/manager.h"

#include "userspace/ike/shard_manager_members.h"
#include "userspace/ikev1/shard.h"

namespace spa {

template class ike::ShardManager<ikev1::Shard>;

namespace ikev1 {

Manager::Manager(const Dependencies& dependencies, const Options& options)
    : ShardManager(std::make_unique<Shard>(dependencies, options), "CRYPTO") {}

}  // namespace ikev1
}  // namespace spa
