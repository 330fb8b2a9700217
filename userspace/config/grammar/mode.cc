// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/grammar/mode.h"

#include <array>

namespace spa::config {
namespace {

constexpr std::array<ModeInfo, 29> kModes{{
    {Mode::kUser, Mode::kUser, "", "User EXEC"},
    {Mode::kPrivileged, Mode::kPrivileged, "", "Privileged EXEC"},
    {Mode::kGlobal, Mode::kPrivileged, "(config)", "Global configuration"},
    {Mode::kIsakmpPolicy, Mode::kGlobal, "(config-isakmp)", "ISAKMP policy"},
    {Mode::kKeyring, Mode::kGlobal, "(conf-keyring)", "Keyring of IKEv1"},
    {Mode::kKeyringPubkey, Mode::kKeyring, "(config-pubkey-key)", "Public key of a keyring"},
    {Mode::kPubkeyChain, Mode::kGlobal, "(config-pubkey-chain)", "Chain of public keys"},
    {Mode::kPubkey, Mode::kPubkeyChain, "(config-pubkey-key)", "Public key of a chain"},
    {Mode::kIsakmpProfile, Mode::kGlobal, "(conf-isa-prof)", "ISAKMP profile"},
    {Mode::kIsakmpClientGroup, Mode::kGlobal, "(config-isakmp-group)", "Group of clients"},
    {Mode::kIkev2Proposal, Mode::kGlobal, "(config-ikev2-proposal)", "IKEv2 proposal"},
    {Mode::kIkev2Policy, Mode::kGlobal, "(config-ikev2-policy)", "IKEv2 policy"},
    {Mode::kIkev2Keyring, Mode::kGlobal, "(config-ikev2-keyring)", "IKEv2 keyring"},
    {Mode::kIkev2KeyringPeer, Mode::kIkev2Keyring, "(config-ikev2-keyring-peer)",
     "Peer of an IKEv2 keyring"},
    {Mode::kIkev2Profile, Mode::kGlobal, "(config-ikev2-profile)", "IKEv2 profile"},
    {Mode::kTrustpoint, Mode::kGlobal, "(ca-trustpoint)", "Trustpoint"},
    {Mode::kCertificateChain, Mode::kGlobal, "(config-cert-chain)", "Certificate chain"},
    {Mode::kCertificateMap, Mode::kGlobal, "(ca-certificate-map)", "Certificate map"},
    {Mode::kExtendedAcl, Mode::kGlobal, "(config-ext-nacl)", "Extended access list"},
    {Mode::kIpv6Acl, Mode::kGlobal, "(config-ipv6-acl)", "IPv6 access list"},
    {Mode::kTransformSet, Mode::kGlobal, "(cfg-crypto-trans)", "Transform set"},
    {Mode::kIpsecProfile, Mode::kGlobal, "(ipsec-profile)", "IPsec profile"},
    {Mode::kCryptoMap, Mode::kGlobal, "(config-crypto-map)", "Crypto map entry"},
    {Mode::kInterface, Mode::kGlobal, "(config-if)", "Interface"},
    {Mode::kVrf, Mode::kGlobal, "(config-vrf)", "VRF"},
    {Mode::kVrfFamily, Mode::kVrf, "(config-vrf-af)", "Address family of a VRF"},
    {Mode::kPix, Mode::kPrivileged, "(config)", "PIX configuration"},
    {Mode::kOther, Mode::kGlobal, "(config-other)", "Block kept as it is"},
    {Mode::kAnyConfig, Mode::kGlobal, "", "Every configuration mode"},
}};

}  // namespace

std::span<const ModeInfo> modes() {
  return kModes;
}

const ModeInfo& info(Mode mode) {
  return kModes[static_cast<std::size_t>(mode)];
}

}  // namespace spa::config
