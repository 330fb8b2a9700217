// SPDX-License-Identifier: Apache-2.0
// The modes of the command line, and how they nest (R-CLI-1, R-CLI-6).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace spa::config {

enum class Mode : std::uint8_t {
  kUser,        // Router>
  kPrivileged,  // Router#; has every command of kUser as well
  kGlobal,      // Router(config)#
  kIsakmpPolicy,
  kKeyring,
  kKeyringPubkey,
  kPubkeyChain,
  kPubkey,
  kIsakmpProfile,
  kIsakmpClientGroup,
  kIkev2Proposal,
  kIkev2Policy,
  kIkev2Keyring,
  kIkev2KeyringPeer,
  kIkev2Profile,
  kTrustpoint,
  kCertificateChain,
  kCertificateMap,
  kExtendedAcl,
  kIpv6Acl,
  kTransformSet,
  kIpsecProfile,
  kCryptoMap,
  kInterface,
  kVrf,
  kVrfFamily,
  kPix,        // the one mode of the PIX dialect (R-PIX-1)
  kOther,      // a block of the router's configuration that has nothing to do with us
  kAnyConfig,  // commands of every configuration mode: exit, end
};

struct ModeInfo {
  Mode mode;
  Mode parent;              // where `exit` leads, and where a line is tried that fits nowhere here
  std::string_view prompt;  // "(config-if)", between the host name and the sign
  std::string_view title;   // for the reference
};

[[nodiscard]] std::span<const ModeInfo> modes();
[[nodiscard]] const ModeInfo& info(Mode mode);
[[nodiscard]] inline bool is_exec(Mode mode) {
  return mode == Mode::kUser || mode == Mode::kPrivileged;
}

}  // namespace spa::config
