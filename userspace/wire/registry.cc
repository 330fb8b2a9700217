// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/registry.h"

#include "userspace/wire/names.h"

namespace spa::wire {
namespace {

constexpr Name<PayloadType> kPayloadTypes[] = {
    {PayloadType::kNone, "No Next Payload"},
    {PayloadType::kSa, "SA"},
    {PayloadType::kKe, "KE"},
    {PayloadType::kIdi, "IDi"},
    {PayloadType::kIdr, "IDr"},
    {PayloadType::kCert, "CERT"},
    {PayloadType::kCertReq, "CERTREQ"},
    {PayloadType::kAuth, "AUTH"},
    {PayloadType::kNonce, "Nonce"},
    {PayloadType::kNotify, "N"},
    {PayloadType::kDelete, "D"},
    {PayloadType::kVendorId, "V"},
    {PayloadType::kTsi, "TSi"},
    {PayloadType::kTsr, "TSr"},
    {PayloadType::kEncrypted, "SK"},
    {PayloadType::kConfig, "CP"},
    {PayloadType::kEap, "EAP"},
    {PayloadType::kEncryptedFragment, "SKF"},
};

constexpr Name<ExchangeType> kExchangeTypes[] = {
    {ExchangeType::kIdentityProtection, "Identity Protection"},
    {ExchangeType::kAggressive, "Aggressive"},
    {ExchangeType::kInformationalV1, "Informational"},
    {ExchangeType::kQuickMode, "Quick Mode"},
    {ExchangeType::kIkeSaInit, "IKE_SA_INIT"},
    {ExchangeType::kIkeAuth, "IKE_AUTH"},
    {ExchangeType::kCreateChildSa, "CREATE_CHILD_SA"},
    {ExchangeType::kInformational, "INFORMATIONAL"},
    {ExchangeType::kIkeSessionResume, "IKE_SESSION_RESUME"},
    {ExchangeType::kIkeIntermediate, "IKE_INTERMEDIATE"},
    {ExchangeType::kIkeFollowupKe, "IKE_FOLLOWUP_KE"},
};

constexpr Name<ProtocolId> kProtocols[] = {
    {ProtocolId::kNone, "none"},
    {ProtocolId::kIke, "IKE"},
    {ProtocolId::kAh, "AH"},
    {ProtocolId::kEsp, "ESP"},
};

constexpr Name<IdType> kIdTypes[] = {
    {IdType::kIpv4Addr, "ID_IPV4_ADDR"},     {IdType::kFqdn, "ID_FQDN"},
    {IdType::kRfc822Addr, "ID_RFC822_ADDR"}, {IdType::kIpv6Addr, "ID_IPV6_ADDR"},
    {IdType::kDerAsn1Dn, "ID_DER_ASN1_DN"},  {IdType::kDerAsn1Gn, "ID_DER_ASN1_GN"},
    {IdType::kKeyId, "ID_KEY_ID"},           {IdType::kNull, "ID_NULL"},
};

constexpr Name<CertEncoding> kCertEncodings[] = {
    {CertEncoding::kPkcs7, "PKCS #7 wrapped X.509 certificate"},
    {CertEncoding::kPgp, "PGP Certificate"},
    {CertEncoding::kDnsSignedKey, "DNS Signed Key"},
    {CertEncoding::kX509Signature, "X.509 Certificate - Signature"},
    {CertEncoding::kKerberosToken, "Kerberos Token"},
    {CertEncoding::kCrl, "Certificate Revocation List (CRL)"},
    {CertEncoding::kArl, "Authority Revocation List (ARL)"},
    {CertEncoding::kSpki, "SPKI Certificate"},
    {CertEncoding::kX509Attribute, "X.509 Certificate - Attribute"},
    {CertEncoding::kHashUrlCert, "Hash and URL of X.509 certificate"},
    {CertEncoding::kHashUrlBundle, "Hash and URL of X.509 bundle"},
    {CertEncoding::kOcspContent, "OCSP Content"},
    {CertEncoding::kRawPublicKey, "Raw Public Key"},
};

constexpr Name<AuthMethod> kAuthMethods[] = {
    {AuthMethod::kRsaSignature, "RSA Digital Signature"},
    {AuthMethod::kSharedKeyMic, "Shared Key Message Integrity Code"},
    {AuthMethod::kDssSignature, "DSS Digital Signature"},
    {AuthMethod::kEcdsaSha256P256, "ECDSA with SHA-256 on the P-256 curve"},
    {AuthMethod::kEcdsaSha384P384, "ECDSA with SHA-384 on the P-384 curve"},
    {AuthMethod::kEcdsaSha512P521, "ECDSA with SHA-512 on the P-521 curve"},
    {AuthMethod::kNull, "NULL Authentication"},
    {AuthMethod::kDigitalSignature, "Digital Signature"},
};

constexpr Name<TsType> kTsTypes[] = {
    {TsType::kIpv4AddrRange, "TS_IPV4_ADDR_RANGE"},
    {TsType::kIpv6AddrRange, "TS_IPV6_ADDR_RANGE"},
};

constexpr Name<ConfigType> kConfigTypes[] = {
    {ConfigType::kRequest, "CFG_REQUEST"},
    {ConfigType::kReply, "CFG_REPLY"},
    {ConfigType::kSet, "CFG_SET"},
    {ConfigType::kAck, "CFG_ACK"},
};

constexpr Name<SignatureHash> kSignatureHashes[] = {
    {SignatureHash::kSha1, "SHA1"},         {SignatureHash::kSha256, "SHA2-256"},
    {SignatureHash::kSha384, "SHA2-384"},   {SignatureHash::kSha512, "SHA2-512"},
    {SignatureHash::kIdentity, "Identity"},
};

}  // namespace

std::string to_string(PayloadType type) {
  return name_in(kPayloadTypes, type);
}
std::string to_string(ExchangeType type) {
  return name_in(kExchangeTypes, type);
}
std::string to_string(ProtocolId protocol) {
  return name_in(kProtocols, protocol);
}
std::string to_string(IdType type) {
  return name_in(kIdTypes, type);
}
std::string to_string(CertEncoding encoding) {
  return name_in(kCertEncodings, encoding);
}
std::string to_string(AuthMethod method) {
  return name_in(kAuthMethods, method);
}
std::string to_string(TsType type) {
  return name_in(kTsTypes, type);
}
std::string to_string(ConfigType type) {
  return name_in(kConfigTypes, type);
}
std::string to_string(SignatureHash hash) {
  return name_in(kSignatureHashes, hash);
}

}  // namespace spa::wire
