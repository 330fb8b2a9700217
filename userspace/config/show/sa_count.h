// SPDX-License-Identifier: Apache-2.0
// show crypto isakmp sa count, show crypto ipsec sa count, show crypto ipsec spi-lookup
// (R-SHOW-38).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "userspace/config/show/ikev2.h"

namespace spa::config {

[[nodiscard]] std::string isakmp_sa_count_text(const std::vector<Ikev2View>& sas);
[[nodiscard]] std::string isakmp_sa_count_json(const std::vector<Ikev2View>& sas);
[[nodiscard]] std::string ipsec_sa_count_text(const std::vector<Ikev2View>& sas);
[[nodiscard]] std::string ipsec_sa_count_json(const std::vector<Ikev2View>& sas);

// Every SPI in use here, or one (0: all), with whose it is. `detail` adds where the SA is.
[[nodiscard]] std::string spi_lookup_text(const std::vector<Ikev2View>& sas, std::uint32_t only,
                                          bool detail);
[[nodiscard]] std::string spi_lookup_json(const std::vector<Ikev2View>& sas, std::uint32_t only);

}  // namespace spa::config
