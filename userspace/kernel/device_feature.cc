// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/device_feature.h"

#include <linux/ethtool.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "userspace/kernel/ethtool.h"

namespace spa::kernel {

namespace {

constexpr std::uint32_t kMostFeatures = 1024;

std::optional<std::uint32_t> feature_count(const std::string& device) {
  ethtool_sset_info info{};
  info.cmd = ETHTOOL_GSSET_INFO;
  info.sset_mask = std::uint64_t{1} << ETH_SS_FEATURES;
  std::uint32_t count = 0;
  auto memory = with_array(info, sizeof count);
  if (!ethtool_ask(device, memory.data())) return std::nullopt;
  std::memcpy(&info, memory.data(), sizeof info);
  if (info.sset_mask == 0) return std::nullopt;
  std::memcpy(&count, memory.data() + sizeof info, sizeof count);
  return count;
}

std::optional<std::uint32_t> feature_index(const std::string& device, std::uint32_t count,
                                           const std::string& feature) {
  ethtool_gstrings header{};
  header.cmd = ETHTOOL_GSTRINGS;
  header.string_set = ETH_SS_FEATURES;
  header.len = count;
  auto memory = with_array(header, std::size_t{count} * ETH_GSTRING_LEN);
  if (!ethtool_ask(device, memory.data())) return std::nullopt;
  for (std::uint32_t i = 0; i < count; ++i) {
    const char* name = memory.data() + sizeof header + std::size_t{i} * ETH_GSTRING_LEN;
    if (feature == std::string(name, strnlen(name, ETH_GSTRING_LEN))) return i;
  }
  return std::nullopt;
}

}  // namespace

Result<bool> device_feature(const std::string& device, const std::string& feature) {
  const auto count = feature_count(device);
  if (!count) return fail(Errc::kNotFound, device + ": " + std::strerror(errno));
  if (*count == 0 || *count > kMostFeatures) {
    return fail(Errc::kNotFound, device + " has no features");
  }
  const auto index = feature_index(device, *count, feature);
  if (!index) return fail(Errc::kNotFound, "this kernel knows no feature " + feature);

  const std::uint32_t blocks = (*count + 31) / 32;
  // struct ethtool_gfeatures: command and number of blocks, then the blocks.
  const std::array<std::uint32_t, 2> header{ETHTOOL_GFEATURES, blocks};
  auto memory = with_array(header, blocks * sizeof(ethtool_get_features_block));
  if (!ethtool_ask(device, memory.data())) {
    return fail(Errc::kNotFound, device + ": " + std::strerror(errno));
  }
  ethtool_get_features_block block;
  std::memcpy(&block, memory.data() + sizeof header + *index / 32 * sizeof block, sizeof block);
  return (block.active >> (*index % 32) & 1) != 0;
}

}  // namespace spa::kernel
