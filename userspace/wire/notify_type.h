// SPDX-License-Identifier: Apache-2.0
// IANA registries "IKEv2 Notify Message Types - Error Types" and "- Status Types" (RFC
// 7296 3.10.1).
#pragma once

#include <cstdint>
#include <string>

namespace spa::wire {

enum class NotifyType : std::uint16_t {
  // Errors.
  kUnsupportedCriticalPayload = 1,
  kInvalidIkeSpi = 4,
  kInvalidMajorVersion = 5,
  kInvalidSyntax = 7,
  kInvalidMessageId = 9,
  kInvalidSpi = 11,
  kNoProposalChosen = 14,
  kInvalidKePayload = 17,
  kAuthenticationFailed = 24,
  kSinglePairRequired = 34,
  kNoAdditionalSas = 35,
  kInternalAddressFailure = 36,
  kFailedCpRequired = 37,
  kTsUnacceptable = 38,
  kInvalidSelectors = 39,
  kUnacceptableAddresses = 40,  // RFC 4555
  kUnexpectedNatDetected = 41,  // RFC 4555
  kUseAssignedHoA = 42,         // RFC 5026
  kTemporaryFailure = 43,
  kChildSaNotFound = 44,
  kInvalidGroupId = 45,       // RFC 6407
  kAuthorizationFailed = 46,  // RFC 6407
  kStateNotFound = 47,        // RFC 9370
  // Status.
  kInitialContact = 16384,
  kSetWindowSize = 16385,
  kAdditionalTsPossible = 16386,
  kIpcompSupported = 16387,
  kNatDetectionSourceIp = 16388,
  kNatDetectionDestinationIp = 16389,
  kCookie = 16390,
  kUseTransportMode = 16391,
  kHttpCertLookupSupported = 16392,
  kRekeySa = 16393,
  kEspTfcPaddingNotSupported = 16394,
  kNonFirstFragmentsAlso = 16395,
  kMobikeSupported = 16396,  // RFC 4555
  kAdditionalIp4Address = 16397,
  kAdditionalIp6Address = 16398,
  kNoAdditionalAddresses = 16399,
  kUpdateSaAddresses = 16400,
  kCookie2 = 16401,
  kNoNatsAllowed = 16402,
  kAuthLifetime = 16403,           // RFC 4478
  kMultipleAuthSupported = 16404,  // RFC 4739
  kAnotherAuthFollows = 16405,     // RFC 4739
  kRedirectSupported = 16406,      // RFC 5685
  kRedirect = 16407,
  kRedirectedFrom = 16408,
  kTicketLtOpaque = 16409,  // RFC 5723
  kTicketRequest = 16410,
  kTicketAck = 16411,
  kTicketNack = 16412,
  kTicketOpaque = 16413,
  kLinkId = 16414,                       // RFC 5739
  kUseWespMode = 16415,                  // RFC 5840
  kRohcSupported = 16416,                // RFC 5857
  kEapOnlyAuthentication = 16417,        // RFC 5998
  kChildlessIkev2Supported = 16418,      // RFC 6023
  kQuickCrashDetection = 16419,          // RFC 6290
  kIkev2MessageIdSyncSupported = 16420,  // RFC 6311
  kIpsecReplayCounterSyncSupported = 16421,
  kIkev2MessageIdSync = 16422,
  kIpsecReplayCounterSync = 16423,
  kSecurePasswordMethods = 16424,  // RFC 6467
  kPskPersist = 16425,             // RFC 6631
  kPskConfirm = 16426,
  kErxSupported = 16427,  // RFC 6867
  kIfomCapability = 16428,
  kFragmentationSupported = 16430,   // RFC 7383
  kSignatureHashAlgorithms = 16431,  // RFC 7427
  kCloneIkeSaSupported = 16432,      // RFC 7791
  kCloneIkeSa = 16433,
  kUsePpk = 16435,  // RFC 8784
  kPpkIdentity = 16436,
  kNoPpkAuth = 16437,
  kIntermediateExchangeSupported = 16438,  // RFC 9242
  kAdditionalKeyExchange = 16441,          // RFC 9370
};
[[nodiscard]] std::string to_string(NotifyType type);  // "NO_PROPOSAL_CHOSEN" …

// Types below 16384 report errors; an unknown one in a response means that the exchange failed
// (RFC 7296 3.10.1).
[[nodiscard]] constexpr bool is_error(NotifyType type) {
  return static_cast<std::uint16_t>(type) < 16384;
}

}  // namespace spa::wire
