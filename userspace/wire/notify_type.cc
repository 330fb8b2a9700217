// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/notify_type.h"

#include "userspace/wire/names.h"

namespace spa::wire {
namespace {

constexpr Name<NotifyType> kTypes[] = {
    {NotifyType::kUnsupportedCriticalPayload, "UNSUPPORTED_CRITICAL_PAYLOAD"},
    {NotifyType::kInvalidIkeSpi, "INVALID_IKE_SPI"},
    {NotifyType::kInvalidMajorVersion, "INVALID_MAJOR_VERSION"},
    {NotifyType::kInvalidSyntax, "INVALID_SYNTAX"},
    {NotifyType::kInvalidMessageId, "INVALID_MESSAGE_ID"},
    {NotifyType::kInvalidSpi, "INVALID_SPI"},
    {NotifyType::kNoProposalChosen, "NO_PROPOSAL_CHOSEN"},
    {NotifyType::kInvalidKePayload, "INVALID_KE_PAYLOAD"},
    {NotifyType::kAuthenticationFailed, "AUTHENTICATION_FAILED"},
    {NotifyType::kSinglePairRequired, "SINGLE_PAIR_REQUIRED"},
    {NotifyType::kNoAdditionalSas, "NO_ADDITIONAL_SAS"},
    {NotifyType::kInternalAddressFailure, "INTERNAL_ADDRESS_FAILURE"},
    {NotifyType::kFailedCpRequired, "FAILED_CP_REQUIRED"},
    {NotifyType::kTsUnacceptable, "TS_UNACCEPTABLE"},
    {NotifyType::kInvalidSelectors, "INVALID_SELECTORS"},
    {NotifyType::kUnacceptableAddresses, "UNACCEPTABLE_ADDRESSES"},
    {NotifyType::kUnexpectedNatDetected, "UNEXPECTED_NAT_DETECTED"},
    {NotifyType::kUseAssignedHoA, "USE_ASSIGNED_HoA"},
    {NotifyType::kTemporaryFailure, "TEMPORARY_FAILURE"},
    {NotifyType::kChildSaNotFound, "CHILD_SA_NOT_FOUND"},
    {NotifyType::kInvalidGroupId, "INVALID_GROUP_ID"},
    {NotifyType::kAuthorizationFailed, "AUTHORIZATION_FAILED"},
    {NotifyType::kInitialContact, "INITIAL_CONTACT"},
    {NotifyType::kSetWindowSize, "SET_WINDOW_SIZE"},
    {NotifyType::kAdditionalTsPossible, "ADDITIONAL_TS_POSSIBLE"},
    {NotifyType::kIpcompSupported, "IPCOMP_SUPPORTED"},
    {NotifyType::kNatDetectionSourceIp, "NAT_DETECTION_SOURCE_IP"},
    {NotifyType::kNatDetectionDestinationIp, "NAT_DETECTION_DESTINATION_IP"},
    {NotifyType::kCookie, "COOKIE"},
    {NotifyType::kUseTransportMode, "USE_TRANSPORT_MODE"},
    {NotifyType::kHttpCertLookupSupported, "HTTP_CERT_LOOKUP_SUPPORTED"},
    {NotifyType::kRekeySa, "REKEY_SA"},
    {NotifyType::kEspTfcPaddingNotSupported, "ESP_TFC_PADDING_NOT_SUPPORTED"},
    {NotifyType::kNonFirstFragmentsAlso, "NON_FIRST_FRAGMENTS_ALSO"},
    {NotifyType::kMobikeSupported, "MOBIKE_SUPPORTED"},
    {NotifyType::kAdditionalIp4Address, "ADDITIONAL_IP4_ADDRESS"},
    {NotifyType::kAdditionalIp6Address, "ADDITIONAL_IP6_ADDRESS"},
    {NotifyType::kNoAdditionalAddresses, "NO_ADDITIONAL_ADDRESSES"},
    {NotifyType::kUpdateSaAddresses, "UPDATE_SA_ADDRESSES"},
    {NotifyType::kCookie2, "COOKIE2"},
    {NotifyType::kNoNatsAllowed, "NO_NATS_ALLOWED"},
    {NotifyType::kAuthLifetime, "AUTH_LIFETIME"},
    {NotifyType::kMultipleAuthSupported, "MULTIPLE_AUTH_SUPPORTED"},
    {NotifyType::kAnotherAuthFollows, "ANOTHER_AUTH_FOLLOWS"},
    {NotifyType::kRedirectSupported, "REDIRECT_SUPPORTED"},
    {NotifyType::kRedirect, "REDIRECT"},
    {NotifyType::kRedirectedFrom, "REDIRECTED_FROM"},
    {NotifyType::kTicketLtOpaque, "TICKET_LT_OPAQUE"},
    {NotifyType::kTicketRequest, "TICKET_REQUEST"},
    {NotifyType::kTicketAck, "TICKET_ACK"},
    {NotifyType::kTicketNack, "TICKET_NACK"},
    {NotifyType::kTicketOpaque, "TICKET_OPAQUE"},
    {NotifyType::kLinkId, "LINK_ID"},
    {NotifyType::kUseWespMode, "USE_WESP_MODE"},
    {NotifyType::kRohcSupported, "ROHC_SUPPORTED"},
    {NotifyType::kEapOnlyAuthentication, "EAP_ONLY_AUTHENTICATION"},
    {NotifyType::kChildlessIkev2Supported, "CHILDLESS_IKEV2_SUPPORTED"},
    {NotifyType::kQuickCrashDetection, "QUICK_CRASH_DETECTION"},
    {NotifyType::kIkev2MessageIdSyncSupported, "IKEV2_MESSAGE_ID_SYNC_SUPPORTED"},
    {NotifyType::kIpsecReplayCounterSyncSupported, "IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED"},
    {NotifyType::kIkev2MessageIdSync, "IKEV2_MESSAGE_ID_SYNC"},
    {NotifyType::kIpsecReplayCounterSync, "IPSEC_REPLAY_COUNTER_SYNC"},
    {NotifyType::kSecurePasswordMethods, "SECURE_PASSWORD_METHODS"},
    {NotifyType::kPskPersist, "PSK_PERSIST"},
    {NotifyType::kPskConfirm, "PSK_CONFIRM"},
    {NotifyType::kErxSupported, "ERX_SUPPORTED"},
    {NotifyType::kIfomCapability, "IFOM_CAPABILITY"},
    {NotifyType::kFragmentationSupported, "IKEV2_FRAGMENTATION_SUPPORTED"},
    {NotifyType::kSignatureHashAlgorithms, "SIGNATURE_HASH_ALGORITHMS"},
    {NotifyType::kCloneIkeSaSupported, "CLONE_IKE_SA_SUPPORTED"},
    {NotifyType::kCloneIkeSa, "CLONE_IKE_SA"},
    {NotifyType::kUsePpk, "USE_PPK"},
    {NotifyType::kPpkIdentity, "PPK_IDENTITY"},
    {NotifyType::kNoPpkAuth, "NO_PPK_AUTH"},
    {NotifyType::kIntermediateExchangeSupported, "INTERMEDIATE_EXCHANGE_SUPPORTED"},
    {NotifyType::kAdditionalKeyExchange, "ADDITIONAL_KEY_EXCHANGE"},
};

}  // namespace

std::string to_string(NotifyType type) {
  return name_in(kTypes, type);
}

}  // namespace spa::wire
