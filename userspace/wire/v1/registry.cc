// SPDX-License-Identifier: Apache-2.0
#include "userspace/wire/v1/registry.h"

#include "userspace/wire/names.h"

namespace spa::wire::v1 {
namespace {

constexpr Name<PayloadType> kPayloadTypes[] = {
    {PayloadType::kNone, "NONE"},
    {PayloadType::kSa, "SA"},
    {PayloadType::kProposal, "P"},
    {PayloadType::kTransform, "T"},
    {PayloadType::kKe, "KE"},
    {PayloadType::kId, "ID"},
    {PayloadType::kCert, "CERT"},
    {PayloadType::kCertReq, "CR"},
    {PayloadType::kHash, "HASH"},
    {PayloadType::kSignature, "SIG"},
    {PayloadType::kNonce, "NONCE"},
    {PayloadType::kNotify, "N"},
    {PayloadType::kDelete, "D"},
    {PayloadType::kVendorId, "VID"},
    {PayloadType::kAttributes, "ATTR"},
    {PayloadType::kNatDDrafts04, "NAT-D (drafts 04)"},
    {PayloadType::kNatOaDrafts04, "NAT-OA (drafts 04)"},
    {PayloadType::kNatD, "NAT-D"},
    {PayloadType::kNatOa, "NAT-OA"},
    {PayloadType::kNatDDrafts00, "NAT-D (drafts 00)"},
    {PayloadType::kNatOaDrafts00, "NAT-OA (drafts 00)"},
    {PayloadType::kFragment, "FRAGMENT"},
};

constexpr Name<ExchangeType> kExchangeTypes[] = {
    {ExchangeType::kNone, "NONE"},
    {ExchangeType::kBase, "Base"},
    {ExchangeType::kIdentityProtection, "Identity Protection"},
    {ExchangeType::kAuthenticationOnly, "Authentication Only"},
    {ExchangeType::kAggressive, "Aggressive"},
    {ExchangeType::kInformational, "Informational"},
    {ExchangeType::kTransaction, "Transaction"},
    {ExchangeType::kQuickMode, "Quick Mode"},
    {ExchangeType::kNewGroupMode, "New Group Mode"},
};

constexpr Name<ProtocolId> kProtocols[] = {
    {ProtocolId::kNone, "NONE"}, {ProtocolId::kIsakmp, "ISAKMP"}, {ProtocolId::kAh, "AH"},
    {ProtocolId::kEsp, "ESP"},   {ProtocolId::kIpcomp, "IPCOMP"},
};

constexpr Name<IdType> kIdTypes[] = {
    {IdType::kIpv4Addr, "ID_IPV4_ADDR"},
    {IdType::kFqdn, "ID_FQDN"},
    {IdType::kUserFqdn, "ID_USER_FQDN"},
    {IdType::kIpv4AddrSubnet, "ID_IPV4_ADDR_SUBNET"},
    {IdType::kIpv6Addr, "ID_IPV6_ADDR"},
    {IdType::kIpv6AddrSubnet, "ID_IPV6_ADDR_SUBNET"},
    {IdType::kIpv4AddrRange, "ID_IPV4_ADDR_RANGE"},
    {IdType::kIpv6AddrRange, "ID_IPV6_ADDR_RANGE"},
    {IdType::kDerAsn1Dn, "ID_DER_ASN1_DN"},
    {IdType::kDerAsn1Gn, "ID_DER_ASN1_GN"},
    {IdType::kKeyId, "ID_KEY_ID"},
};

constexpr Name<CertEncoding> kCertEncodings[] = {
    {CertEncoding::kNone, "NONE"},
    {CertEncoding::kPkcs7, "PKCS #7 wrapped X.509 certificate"},
    {CertEncoding::kPgp, "PGP Certificate"},
    {CertEncoding::kDnsSignedKey, "DNS Signed Key"},
    {CertEncoding::kX509Signature, "X.509 Certificate - Signature"},
    {CertEncoding::kX509KeyExchange, "X.509 Certificate - Key Exchange"},
    {CertEncoding::kKerberosToken, "Kerberos Tokens"},
    {CertEncoding::kCrl, "Certificate Revocation List (CRL)"},
    {CertEncoding::kArl, "Authority Revocation List (ARL)"},
    {CertEncoding::kSpki, "SPKI Certificate"},
    {CertEncoding::kX509Attribute, "X.509 Certificate - Attribute"},
};

constexpr Name<ConfigType> kConfigTypes[] = {
    {ConfigType::kRequest, "ISAKMP_CFG_REQUEST"},
    {ConfigType::kReply, "ISAKMP_CFG_REPLY"},
    {ConfigType::kSet, "ISAKMP_CFG_SET"},
    {ConfigType::kAck, "ISAKMP_CFG_ACK"},
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
std::string to_string(ConfigType type) {
  return name_in(kConfigTypes, type);
}

}  // namespace spa::wire::v1
