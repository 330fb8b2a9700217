// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/manager.h"

#include "userspace/ike/shard_manager_members.h"
#include "userspace/ikev2/shard.h"
#include "userspace/wire/header.h"

namespace spa {

template class ike::ShardManager<ikev2::Shard>;

namespace ikev2 {

std::optional<std::uint8_t> shard_of(ByteView message) {
  const Result<wire::Header> header = wire::parse_header(message);
  if (!header || header->major_version != 2) return std::nullopt;
  const std::uint64_t ours =
      header->from_initiator() ? header->responder_spi : header->initiator_spi;
  if (ours == 0) return std::nullopt;
  return static_cast<std::uint8_t>(ours >> 56);
}

Manager::Manager(const Dependencies& dependencies, const Options& options)
    : ShardManager(std::make_unique<Shard>(dependencies, options), "IKEV2") {}

void Manager::set_local_addresses(std::vector<IpAddress> addresses) {
  shard().strand.run([&shard = shard(), addresses = std::move(addresses)]() mutable {
    shard.set_local_addresses(std::move(addresses));
  });
}

std::size_t Manager::move_local(const IpAddress& from, const IpAddress& to) {
  std::size_t count = 0;
  if (shard().strand.busy()) return 0;
  shard().strand.run([&] { count = shard().move_local(from, to); });
  return count;
}

}  // namespace ikev2
}  // namespace spa
