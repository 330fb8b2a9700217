// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/device_statistics.h"

#include <linux/ethtool.h>

#include <cerrno>

#include "userspace/kernel/ethtool.h"

namespace spa::kernel {

namespace {

// Room for as many, since the kernel writes as many as there are by then, whatever it said before.
constexpr std::uint32_t kMostCounters = 4096;

}  // namespace

Result<DeviceStatistics> device_statistics(const std::string& device) {
  const auto refused = [&] { return fail(Errc::kNotFound, device + ": " + std::strerror(errno)); };
  ethtool_drvinfo driver{};
  driver.cmd = ETHTOOL_GDRVINFO;
  if (!ethtool_ask(device, &driver)) return refused();
  const std::uint32_t count = driver.n_stats;
  if (count == 0 || count > kMostCounters) {
    return fail(Errc::kNotFound, device + " counts nothing of its own");
  }
  ethtool_gstrings strings{};
  strings.cmd = ETHTOOL_GSTRINGS;
  strings.string_set = ETH_SS_STATS;
  strings.len = count;
  auto names = with_array(strings, std::size_t{kMostCounters} * ETH_GSTRING_LEN);
  ethtool_stats header{};
  header.cmd = ETHTOOL_GSTATS;
  header.n_stats = count;
  auto values = with_array(header, std::size_t{kMostCounters} * sizeof(std::uint64_t));
  if (!ethtool_ask(device, names.data()) || !ethtool_ask(device, values.data())) return refused();
  DeviceStatistics statistics;
  statistics.driver.assign(driver.driver, strnlen(driver.driver, sizeof driver.driver));
  for (std::uint32_t i = 0; i < count; ++i) {
    const char* name = names.data() + sizeof strings + std::size_t{i} * ETH_GSTRING_LEN;
    std::uint64_t value = 0;
    std::memcpy(&value, values.data() + sizeof header + i * sizeof value, sizeof value);
    statistics.counters.emplace(std::string(name, strnlen(name, ETH_GSTRING_LEN)), value);
  }
  return statistics;
}

}  // namespace spa::kernel
