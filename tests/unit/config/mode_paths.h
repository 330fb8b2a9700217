// SPDX-License-Identifier: Apache-2.0
// How one gets into each mode, and what its prompt is (R-CLI-6).
#pragma once

#include <string>
#include <vector>

#include "userspace/config/grammar/mode.h"

namespace spa::config {

struct ModePath {
  Mode mode;
  std::vector<std::string> commands;  // from global configuration
  std::string prompt;
};

// Of the router's language. User EXEC, kAnyConfig and the PIX's mode are not entered this way.
inline const std::vector<ModePath>& mode_paths() {
  static const std::vector<ModePath> paths{
      {Mode::kGlobal, {}, "Router(config)#"},
      {Mode::kIsakmpPolicy, {"crypto isakmp policy 10"}, "Router(config-isakmp)#"},
      {Mode::kKeyring, {"crypto keyring K"}, "Router(conf-keyring)#"},
      {Mode::kKeyringPubkey,
       {"crypto keyring K", "rsa-pubkey address 10.0.0.1"},
       "Router(config-pubkey-key)#"},
      {Mode::kPubkeyChain, {"crypto key pubkey-chain rsa"}, "Router(config-pubkey-chain)#"},
      {Mode::kPubkey,
       {"crypto key pubkey-chain rsa", "addressed-key 10.0.0.1"},
       "Router(config-pubkey-key)#"},
      {Mode::kIsakmpProfile, {"crypto isakmp profile P"}, "Router(conf-isa-prof)#"},
      {Mode::kIsakmpClientGroup,
       {"crypto isakmp client configuration group G"},
       "Router(config-isakmp-group)#"},
      {Mode::kIkev2Proposal, {"crypto ikev2 proposal P"}, "Router(config-ikev2-proposal)#"},
      {Mode::kIkev2Policy, {"crypto ikev2 policy P"}, "Router(config-ikev2-policy)#"},
      {Mode::kIkev2Keyring, {"crypto ikev2 keyring K"}, "Router(config-ikev2-keyring)#"},
      {Mode::kIkev2KeyringPeer,
       {"crypto ikev2 keyring K", "peer P"},
       "Router(config-ikev2-keyring-peer)#"},
      {Mode::kIkev2Profile, {"crypto ikev2 profile P"}, "Router(config-ikev2-profile)#"},
      {Mode::kTrustpoint, {"crypto pki trustpoint T"}, "Router(ca-trustpoint)#"},
      {Mode::kCertificateChain,
       {"crypto pki trustpoint T", "crypto pki certificate chain T"},
       "Router(config-cert-chain)#"},
      {Mode::kCertificateMap, {"crypto pki certificate map M 10"}, "Router(ca-certificate-map)#"},
      {Mode::kExtendedAcl, {"ip access-list extended A"}, "Router(config-ext-nacl)#"},
      {Mode::kIpv6Acl, {"ipv6 access-list A"}, "Router(config-ipv6-acl)#"},
      {Mode::kTransformSet,
       {"crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac"},
       "Router(cfg-crypto-trans)#"},
      {Mode::kIpsecProfile, {"crypto ipsec profile P"}, "Router(ipsec-profile)#"},
      {Mode::kCryptoMap, {"crypto map M 10 ipsec-isakmp"}, "Router(config-crypto-map)#"},
      {Mode::kInterface, {"interface FastEthernet0"}, "Router(config-if)#"},
      {Mode::kVrf, {"vrf definition V"}, "Router(config-vrf)#"},
      {Mode::kVrfFamily, {"vrf definition V", "address-family ipv4"}, "Router(config-vrf-af)#"},
      {Mode::kOther, {"line con 0"}, "Router(config-other)#"},
  };
  return paths;
}

}  // namespace spa::config
