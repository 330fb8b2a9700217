// SPDX-License-Identifier: Apache-2.0
#include "userspace/ike/esp_suite.h"

namespace spa::ike {

Result<crypto::CipherSuite> cipher_suite(const ports::EspSuite& suite) {
  const auto encr = crypto::encr_from_id(static_cast<std::uint16_t>(suite.cipher));
  if (!encr) return fail(Errc::kUnsupported, wire::to_string(suite.cipher) + " not implemented");
  crypto::CipherSuite out{*encr, suite.key_bits, crypto::IntegAlgorithm::kNone};
  if (suite.integrity != wire::IntegId::kNone) {
    const auto integ = crypto::integ_from_id(static_cast<std::uint16_t>(suite.integrity));
    if (!integ) {
      return fail(Errc::kUnsupported, wire::to_string(suite.integrity) + " not implemented");
    }
    out.integ = *integ;
  }
  return out;
}

}  // namespace spa::ike
