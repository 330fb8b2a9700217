// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/notify_type.h"

#include "userspace/wire/names.h"

namespace spa::wire::v1 {
namespace {

constexpr Name<NotifyType> kTypes[] = {
    {NotifyType::kInvalidPayloadType, "INVALID-PAYLOAD-TYPE"},
    {NotifyType::kDoiNotSupported, "DOI-NOT-SUPPORTED"},
    {NotifyType::kSituationNotSupported, "SITUATION-NOT-SUPPORTED"},
    {NotifyType::kInvalidCookie, "INVALID-COOKIE"},
    {NotifyType::kInvalidMajorVersion, "INVALID-MAJOR-VERSION"},
    {NotifyType::kInvalidMinorVersion, "INVALID-MINOR-VERSION"},
    {NotifyType::kInvalidExchangeType, "INVALID-EXCHANGE-TYPE"},
    {NotifyType::kInvalidFlags, "INVALID-FLAGS"},
    {NotifyType::kInvalidMessageId, "INVALID-MESSAGE-ID"},
    {NotifyType::kInvalidProtocolId, "INVALID-PROTOCOL-ID"},
    {NotifyType::kInvalidSpi, "INVALID-SPI"},
    {NotifyType::kInvalidTransformId, "INVALID-TRANSFORM-ID"},
    {NotifyType::kAttributesNotSupported, "ATTRIBUTES-NOT-SUPPORTED"},
    {NotifyType::kNoProposalChosen, "NO-PROPOSAL-CHOSEN"},
    {NotifyType::kBadProposalSyntax, "BAD-PROPOSAL-SYNTAX"},
    {NotifyType::kPayloadMalformed, "PAYLOAD-MALFORMED"},
    {NotifyType::kInvalidKeyInformation, "INVALID-KEY-INFORMATION"},
    {NotifyType::kInvalidIdInformation, "INVALID-ID-INFORMATION"},
    {NotifyType::kInvalidCertEncoding, "INVALID-CERT-ENCODING"},
    {NotifyType::kInvalidCertificate, "INVALID-CERTIFICATE"},
    {NotifyType::kCertTypeUnsupported, "CERT-TYPE-UNSUPPORTED"},
    {NotifyType::kInvalidCertAuthority, "INVALID-CERT-AUTHORITY"},
    {NotifyType::kInvalidHashInformation, "INVALID-HASH-INFORMATION"},
    {NotifyType::kAuthenticationFailed, "AUTHENTICATION-FAILED"},
    {NotifyType::kInvalidSignature, "INVALID-SIGNATURE"},
    {NotifyType::kAddressNotification, "ADDRESS-NOTIFICATION"},
    {NotifyType::kNotifySaLifetime, "NOTIFY-SA-LIFETIME"},
    {NotifyType::kCertificateUnavailable, "CERTIFICATE-UNAVAILABLE"},
    {NotifyType::kUnsupportedExchangeType, "UNSUPPORTED-EXCHANGE-TYPE"},
    {NotifyType::kUnequalPayloadLengths, "UNEQUAL-PAYLOAD-LENGTHS"},
    {NotifyType::kConnected, "CONNECTED"},
    {NotifyType::kResponderLifetime, "RESPONDER-LIFETIME"},
    {NotifyType::kReplayStatus, "REPLAY-STATUS"},
    {NotifyType::kInitialContact, "INITIAL-CONTACT"},
    {NotifyType::kRUThere, "R-U-THERE"},
    {NotifyType::kRUThereAck, "R-U-THERE-ACK"},
    {NotifyType::kUnityLoadBalance, "UNITY-LOAD-BALANCE"},
    {NotifyType::kUnityGroupHash, "UNITY-GROUP-HASH"},
};

}  // namespace

std::string to_string(NotifyType type) {
  return name_in(kTypes, type);
}

}  // namespace spa::wire::v1
