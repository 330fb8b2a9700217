// SPDX-License-Identifier: Apache-2.0
// Notify message types of IKEv1 (RFC 2408 3.14.1, RFC 2407 4.6.3, RFC 3706 5.3, and vendors').
#pragma once

#include <cstdint>
#include <string>

namespace spa::wire::v1 {

enum class NotifyType : std::uint16_t {
  kInvalidPayloadType = 1,
  kDoiNotSupported = 2,
  kSituationNotSupported = 3,
  kInvalidCookie = 4,
  kInvalidMajorVersion = 5,
  kInvalidMinorVersion = 6,
  kInvalidExchangeType = 7,
  kInvalidFlags = 8,
  kInvalidMessageId = 9,
  kInvalidProtocolId = 10,
  kInvalidSpi = 11,
  kInvalidTransformId = 12,
  kAttributesNotSupported = 13,
  kNoProposalChosen = 14,
  kBadProposalSyntax = 15,
  kPayloadMalformed = 16,
  kInvalidKeyInformation = 17,
  kInvalidIdInformation = 18,
  kInvalidCertEncoding = 19,
  kInvalidCertificate = 20,
  kCertTypeUnsupported = 21,
  kInvalidCertAuthority = 22,
  kInvalidHashInformation = 23,
  kAuthenticationFailed = 24,
  kInvalidSignature = 25,
  kAddressNotification = 26,
  kNotifySaLifetime = 27,
  kCertificateUnavailable = 28,
  kUnsupportedExchangeType = 29,
  kUnequalPayloadLengths = 30,
  kConnected = 16384,
  kResponderLifetime = 24576,  // RFC 2407
  kReplayStatus = 24577,
  kInitialContact = 24578,
  kRUThere = 36136,     // RFC 3706
  kRUThereAck = 36137,  // RFC 3706
  kUnityLoadBalance = 40501,
  kUnityGroupHash = 40503,
};
[[nodiscard]] std::string to_string(NotifyType type);  // "NO-PROPOSAL-CHOSEN" …

// Types below 16384 report errors, the others a status (RFC 2408 3.14.1).
[[nodiscard]] constexpr bool is_error(NotifyType type) {
  return static_cast<std::uint16_t>(type) < 16384;
}

}  // namespace spa::wire::v1
