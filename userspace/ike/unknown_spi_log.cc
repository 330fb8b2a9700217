// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/unknown_spi_log.h"

#include <array>
#include <cstdio>

namespace spa::ike {

void UnknownSpiLog::write(const ports::UnknownSpi& unknown, SteadyTime now) {
  if (!quiet_.may_speak(unknown.remote, now)) return;
  std::array<char, 256> text{};
  std::snprintf(text.data(), text.size(),
                "decaps: rec'd IPSEC packet has invalid spi for destaddr=%s, prot=%d, "
                "spi=0x%X(%u), srcaddr=%s",
                unknown.local.to_string().c_str(), unknown.ah ? 51 : 50, unknown.spi, unknown.spi,
                unknown.remote.to_string().c_str());
  log_.write({Severity::kWarning, "CRYPTO", "RECVD_PKT_INV_SPI", text.data()});
}

}  // namespace spa::ike
