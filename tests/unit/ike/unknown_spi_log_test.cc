// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/unknown_spi_log.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/base/log_lines.h"

namespace spa::ike {
namespace {

ports::UnknownSpi from(const std::string& peer, bool ah = false) {
  return {*IpAddress::parse(peer), 0x1b6d3e21, ah, *IpAddress::parse("10.0.0.1")};
}

constexpr SteadyTime kStart{Duration(1'000'000)};

// R-SPI-13, R-SPI-19: the words, for ESP and AH.
TEST(UnknownSpiLog, SaysWhatCame) {
  LogLines log;
  UnknownSpiLog unknown(log);
  unknown.write(from("10.0.0.2"), kStart);
  unknown.write(from("10.0.0.3", true), kStart);
  EXPECT_EQ(log.lines,
            (std::vector<std::string>{
                "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for "
                "destaddr=10.0.0.1, prot=50, spi=0x1B6D3E21(460144161), srcaddr=10.0.0.2",
                "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for "
                "destaddr=10.0.0.1, prot=51, spi=0x1B6D3E21(460144161), srcaddr=10.0.0.3"}));
}

// R-SPI-15: one a minute and peer.
TEST(UnknownSpiLog, NotTooOften) {
  LogLines log;
  UnknownSpiLog unknown(log);
  unknown.write(from("10.0.0.2"), kStart);
  unknown.write(from("10.0.0.2"), kStart + Duration(59999));
  EXPECT_EQ(log.lines.size(), 1U);
  unknown.write(from("10.0.0.3"), kStart + Duration(59999));
  EXPECT_EQ(log.lines.size(), 2U);
  unknown.write(from("10.0.0.2"), kStart + Duration(60000));
  EXPECT_EQ(log.lines.size(), 3U);
}

// Neither memory nor log are filled by who forges sources.
TEST(UnknownSpiLog, ManyStrangers) {
  LogLines log;
  UnknownSpiLog unknown(log);
  for (unsigned i = 0; i < 10000; ++i) {
    unknown.write(from("11.0." + std::to_string(i / 256) + "." + std::to_string(i % 256)), kStart);
  }
  EXPECT_EQ(log.lines.size(), QuietPeers::kMostPeers);
  unknown.write(from("10.0.0.2"), kStart + Duration(120000));
  EXPECT_EQ(log.lines.size(), QuietPeers::kMostPeers + 1);
}

}  // namespace
}  // namespace spa::ike
