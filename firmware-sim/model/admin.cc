// SPDX-License-Identifier: Apache-2.0
#include "firmware-sim/model/admin.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>

namespace spa::card {

Admin::Admin(Core& core, QueueHost& host, std::span<Queue> queues, Pk& pk,
             const Diagnostics& diagnostics)
    : core_(core),
      host_(host),
      all_(queues),
      queue_(queues[SPA_QUEUE_ADMIN]),
      pk_(pk),
      diagnostics_(diagnostics),
      faults_(core.faults) {}

void Admin::poll() {
  while (queue_.pending() > 0 && queue_.room() > 0) {
    spa_admin_cmd command{};
    if (!queue_.fetch(0, command)) return;
    queue_.consume(1);
    spa_completion completion{};
    completion.tag = command.tag;
    completion.sa_index = command.index;
    completion.sa_generation = command.generation;
    completion.status = run(command);
    faults_.spoil_other(completion);
    queue_.post(completion);
  }
  queue_.flush();
}

spa_status Admin::run(const spa_admin_cmd& command) {
  const std::uint32_t index = from_le(command.index);
  switch (from_le(command.opcode)) {
    case SPA_CMD_NOP:
      return SPA_OK;
    case SPA_CMD_SA_ADD:
      return sa_add(command);
    case SPA_CMD_SA_DELETE:
      return core_.sas.remove(index, from_le(command.generation));
    case SPA_CMD_SA_READ:
      return sa_read(command);
    case SPA_CMD_SA_FLUSH:
      core_.sas.flush();
      return SPA_OK;
    case SPA_CMD_STATS_READ:
      return stats_read(command);
    case SPA_CMD_PORT_SET:
      return port_set(from_le(command.arg));
    case SPA_CMD_MAC_SET:
      return mac_set(from_le(command.arg));
    case SPA_CMD_OWNER_RELEASE:
      pk_.release_owner(index);
      return SPA_OK;
    case SPA_CMD_SA_UPDATE:
      return sa_update(command);
    case SPA_CMD_POLICY_ADD:
      return policy_add(command);
    case SPA_CMD_POLICY_DELETE:
      return core_.policies.remove(index, from_le(command.generation));
    case SPA_CMD_POLICY_FLUSH:
      core_.policies.flush();
      return SPA_OK;
    case SPA_CMD_RSS_SET:
      return rss_set(command);
    case SPA_CMD_HEALTH_READ:
      return health_read(command);
    case SPA_CMD_SHADOW_SET:
      return shadow_set(command);
    default:
      return SPA_E_OPCODE;
  }
}

spa_status Admin::sa_add(const spa_admin_cmd& command) {
  spa_sa sa{};
  if (from_le(command.length) != sizeof sa) return SPA_E_FIELD;
  spa_status status = SPA_E_DMA;
  if (core_.dma.read(from_le(command.addr), octets_of(sa))) {
    status = core_.sas.add(from_le(command.index), sa);
  }
  OPENSSL_cleanse(&sa, sizeof sa);
  return status;
}

spa_status Admin::sa_update(const spa_admin_cmd& command) {
  spa_sa_update update{};
  if (from_le(command.length) != sizeof update) return SPA_E_FIELD;
  if (!core_.dma.read(from_le(command.addr), octets_of(update))) return SPA_E_DMA;
  return core_.sas.update(from_le(command.index), from_le(command.generation), update);
}

spa_status Admin::policy_add(const spa_admin_cmd& command) {
  spa_policy policy{};
  if (from_le(command.length) != sizeof policy) return SPA_E_FIELD;
  if (!core_.dma.read(from_le(command.addr), octets_of(policy))) return SPA_E_DMA;
  return core_.policies.add(from_le(command.index), policy);
}

spa_status Admin::answer(const spa_admin_cmd& command, MutableByteView octets) {
  if (Lies* lies = core_.faults.lies(); lies != nullptr) lies->answer(octets);
  return core_.dma.write(from_le(command.addr), octets) ? SPA_OK : SPA_E_DMA;
}

spa_status Admin::sa_read(const spa_admin_cmd& command) {
  spa_sa_stats stats{};
  if (from_le(command.length) != sizeof stats) return SPA_E_FIELD;
  const spa_status status =
      core_.sas.read(from_le(command.index), from_le(command.generation), stats);
  if (status != SPA_OK) return status;
  return answer(command, octets_of(stats));
}

spa_status Admin::stats_read(const spa_admin_cmd& command) {
  spa_port_stats out = port_stats(core_, host_);
  if (from_le(command.length) != sizeof out) return SPA_E_FIELD;
  return answer(command, octets_of(out));
}

spa_status Admin::health_read(const spa_admin_cmd& command) {
  spa_health out = diagnostics_.health();
  if (from_le(command.length) != sizeof out) return SPA_E_FIELD;
  return answer(command, octets_of(out));
}

spa_status Admin::rss_set(const spa_admin_cmd& command) {
  spa_rss rss{};
  if (from_le(command.length) != sizeof rss) return SPA_E_FIELD;
  if (!core_.dma.read(from_le(command.addr), octets_of(rss))) return SPA_E_DMA;
  return core_.rss.set(rss, core_.config.rx_queues);
}

spa_status Admin::shadow_set(const spa_admin_cmd& command) {
  const std::uint32_t length = from_le(command.length);
  const std::uint64_t address = from_le(command.addr);
  if (length != 0 && length != SPA_SHADOW_SIZE) return SPA_E_FIELD;
  if (address % SPA_SHADOW_PAGE != 0 || (length == 0 && address != 0)) return SPA_E_FIELD;
  const auto shadowed = all_.subspan(SPA_QUEUE_PK(0));
  if (std::any_of(shadowed.begin(), shadowed.end(), [](const Queue& q) { return q.running(); }))
    return SPA_E_EXISTS;
  host_.shadow.reset();
  if (length == 0) return SPA_OK;
  std::array<std::uint8_t, SPA_SHADOW_SIZE> pages;
  if (!core_.dma.read(address, pages)) return SPA_E_DMA;
  host_.shadow = address;
  return SPA_OK;
}

spa_status Admin::port_set(std::uint64_t arg) {
  if ((arg & ~std::uint64_t{SPA_PORT_UP | SPA_PORT_PROMISC | SPA_PORT_ALLMULTI}) != 0)
    return SPA_E_FIELD;
  core_.port_flags = static_cast<std::uint32_t>(arg);
  return SPA_OK;
}

spa_status Admin::mac_set(std::uint64_t arg) {
  constexpr std::uint64_t kGroupBit = 1;
  if (arg == 0 || arg >> 48 != 0 || (arg & kGroupBit) != 0) return SPA_E_FIELD;
  for (std::size_t i = 0; i < core_.mac.size(); ++i) {
    core_.mac[i] = static_cast<std::uint8_t>(arg >> (8 * i));
  }
  return SPA_OK;
}

}  // namespace spa::card
