// SPDX-License-Identifier: Apache-2.0
// A router with thousands of peers, and a tunnel with each.
#pragma once

#include <string>

#include "tests/unit/config/fake_backend.h"

namespace spa::config {

// 10.0.0.0 and so many addresses further.
inline std::string nth_address(int n) {
  return "10." + std::to_string(n >> 16) + "." + std::to_string(n >> 8 & 255) + "." +
         std::to_string(n & 255);
}

// A router of so many peers, each with a key, an access list and an entry of the crypto map.
inline std::string many_peers(int peers) {
  std::string out =
      "hostname hub\ncrypto isakmp policy 10\n encryption aes 256\n hash sha256\n"
      " authentication pre-share\n group 14\n"
      "crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac\n";
  for (int i = 1; i <= peers; ++i) {
    const std::string n = std::to_string(i), peer = nth_address(i);
    out += "crypto isakmp key secret" + n + " address " + peer + "\ncrypto map hub " + n +
           " ipsec-isakmp\n set peer " + peer + "\n set transform-set T\n match address A" + n +
           "\nip access-list extended A" + n + "\n permit ip 192.168.0.0 0.0.255.255 host " +
           nth_address(0x100000 + i) + "\n";
  }
  return out + "interface Ethernet0\n ip address 10.255.255.1 255.0.0.0\n crypto map hub\nend\n";
}

inline policy::TrafficSelector selector(const std::string& prefix) {
  return policy::TrafficSelector::of(IpPrefix::parse(prefix).value());
}

// A router that any number of peers may come to.
inline constexpr const char* kDynamicHub =
    "hostname hub\ncrypto ipsec transform-set T esp-aes 256 esp-sha256-hmac\n"
    "crypto dynamic-map ANY 10\n set transform-set T\n"
    "crypto map hub 10 ipsec-isakmp dynamic ANY\n"
    "interface Ethernet0\n ip address 10.255.255.1 255.0.0.0\n crypto map hub\nend\n";

// One tunnel with each peer: of an entry of its own, or all under the dynamic one.
inline void establish(FakeBackend& backend, int peers, bool dynamic = false) {
  for (int i = 1; i <= peers; ++i) {
    ike::ChildSaStatus child;
    child.id = static_cast<std::uint32_t>(198 + 2 * i);
    child.spi_in = 0x10000000u + static_cast<std::uint32_t>(i);
    child.spi_out = 0x20000000u + static_cast<std::uint32_t>(i);
    child.rule = {"hub", static_cast<std::uint32_t>(i), 1};
    if (dynamic) child.rule = {"hub", 10, 1, static_cast<std::uint32_t>(i)};
    child.suite.cipher = wire::EncrId::kAesCbc;
    child.suite.integrity = wire::IntegId::kHmacSha256_128;
    child.selectors_local = {selector("192.168.0.0/16")};
    child.selectors_remote = {selector(nth_address(0x100000 + i) + "/32")};
    child.lifetime = {3600, 4608000};
    child.remaining_seconds = 3000;
    child.local = {IpAddress::parse("10.255.255.1").value(), 500};
    child.remote = {IpAddress::parse(nth_address(i)).value(), 500};
    ike::IkeSaStatus sa;
    sa.id = static_cast<std::uint32_t>(i);
    sa.version = 1;
    sa.state = ike::IkeSaState::kReady;
    sa.isakmp_state = "QM_IDLE";
    sa.local = child.local;
    sa.remote = child.remote;
    sa.children = {child};
    backend.states[child.spi_in] = {};
    backend.sas.push_back(std::move(sa));
  }
}

}  // namespace spa::config
