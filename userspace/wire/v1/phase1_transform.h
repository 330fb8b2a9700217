// SPDX-License-Identifier: Apache-2.0
// What the attributes of a phase-1 transform (KEY_IKE) say (RFC 2409 appendix A).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "userspace/base/result.h"
#include "userspace/wire/transform_id.h"
#include "userspace/wire/v1/lifetime.h"
#include "userspace/wire/v1/sa_payload.h"

namespace spa::wire::v1 {

enum class Phase1Encryption : std::uint16_t {
  kDesCbc = 1,
  kIdeaCbc = 2,
  kBlowfishCbc = 3,
  kRc5Cbc = 4,
  k3DesCbc = 5,
  kCastCbc = 6,
  kAesCbc = 7,  // RFC 3602
  kCamelliaCbc = 8,
};
[[nodiscard]] std::string to_string(Phase1Encryption encryption);  // "3DES-CBC" …

enum class Phase1Hash : std::uint16_t {
  kMd5 = 1,
  kSha1 = 2,
  kTiger = 3,
  kSha256 = 4,  // RFC 4868
  kSha384 = 5,
  kSha512 = 6,
};
[[nodiscard]] std::string to_string(Phase1Hash hash);  // "SHA2-256" …

enum class Phase1Auth : std::uint16_t {
  kPreSharedKey = 1,
  kDssSignature = 2,
  kRsaSignature = 3,
  kRsaEncryption = 4,
  kRsaEncryptionRevised = 5,
  kEcdsaSha256 = 9,  // RFC 4754
  kEcdsaSha384 = 10,
  kEcdsaSha512 = 11,
  // draft-ietf-ipsec-isakmp-hybrid-auth-05
  kHybridInitRsa = 64221,
  kHybridRespRsa = 64222,
  kHybridInitDss = 64223,
  kHybridRespDss = 64224,
  // draft-beaulieu-ike-xauth-02 7.2: who is to be asked for name and password, and what
  // authenticates phase 1
  kXauthInitPreShared = 65001,
  kXauthRespPreShared = 65002,
  kXauthInitDss = 65003,
  kXauthRespDss = 65004,
  kXauthInitRsa = 65005,
  kXauthRespRsa = 65006,
  kXauthInitRsaEncryption = 65007,
  kXauthRespRsaEncryption = 65008,
  kXauthInitRsaRevised = 65009,
  kXauthRespRsaRevised = 65010,
};
[[nodiscard]] std::string to_string(Phase1Auth auth);  // "pre-shared key" …

// How phase 1 itself authenticates, with XAUTH taken away: kXauthInitPreShared is kPreSharedKey.
[[nodiscard]] Phase1Auth base_method(Phase1Auth auth);
// XAUTH follows phase 1, and the initiator (kInitiator) or the responder has to name itself.
enum class XauthSide : std::uint8_t { kNobody, kInitiator, kResponder };
[[nodiscard]] XauthSide xauth_side(Phase1Auth auth);
// The method with which XAUTH asks `side` after `base`; `base` itself when there is none.
[[nodiscard]] Phase1Auth with_xauth(Phase1Auth base, XauthSide side);

struct Phase1Transform {
  Phase1Encryption encryption = Phase1Encryption::kAesCbc;
  std::uint16_t key_length = 0;  // bits; 0 for a cipher of one size
  Phase1Hash hash = Phase1Hash::kSha1;
  Phase1Auth auth = Phase1Auth::kPreSharedKey;
  DhId group = DhId::kModp1024;  // IKEv1 and IKEv2 number the groups alike
  Lifetimes life;
  // Attributes of another type (a PRF, a private group …). A transform with one of them cannot be
  // chosen.
  std::vector<Attribute> unknown;
  friend bool operator==(const Phase1Transform&, const Phase1Transform&) = default;
};

// kInvalid when one of the four mandatory attributes (encryption, hash, authentication method,
// group) is missing, when one comes twice, or when its value is no number of its kind.
[[nodiscard]] Result<Phase1Transform> decode_phase1(const Transform& transform);
[[nodiscard]] Transform encode_phase1(std::uint8_t number, const Phase1Transform& transform);

}  // namespace spa::wire::v1
