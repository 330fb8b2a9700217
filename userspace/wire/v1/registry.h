// SPDX-License-Identifier: Apache-2.0
// The small registries of ISAKMP and IKEv1 (RFC 2407, RFC 2408, IANA "ISAKMP" registries). Each
// has a fixed underlying type, so that an unknown number from a peer is a valid value; to_string()
// gives the RFC's name, or the number in decimal when it has none.
#pragma once

#include <cstdint>
#include <string>

namespace spa::wire::v1 {

enum class PayloadType : std::uint8_t {
  kNone = 0,
  kSa = 1,
  kProposal = 2,   // inside an SA payload only
  kTransform = 3,  // inside a proposal only
  kKe = 4,
  kId = 5,
  kCert = 6,
  kCertReq = 7,
  kHash = 8,
  kSignature = 9,
  kNonce = 10,
  kNotify = 11,
  kDelete = 12,
  kVendorId = 13,
  kAttributes = 14,      // mode config and XAUTH (draft-ietf-ipsec-isakmp-mode-cfg-05)
  kNatDDrafts04 = 15,    // NAT-D of draft-ietf-ipsec-nat-t-ike-04 to -08
  kNatOaDrafts04 = 16,   // NAT-OA of the same
  kNatD = 20,            // RFC 3947
  kNatOa = 21,           // RFC 3947
  kNatDDrafts00 = 130,   // NAT-D of draft-ietf-ipsec-nat-t-ike-00 to -03
  kNatOaDrafts00 = 131,  // NAT-OA of the same
  kFragment = 132,       // Cisco's and Microsoft's IKE fragmentation
};
[[nodiscard]] std::string to_string(PayloadType type);  // "SA", "KE", "ID", "HASH" …

enum class ExchangeType : std::uint8_t {
  kNone = 0,
  kBase = 1,
  kIdentityProtection = 2,  // main mode
  kAuthenticationOnly = 3,
  kAggressive = 4,
  kInformational = 5,
  kTransaction = 6,  // mode config and XAUTH
  kQuickMode = 32,   // RFC 2409 5.5
  kNewGroupMode = 33,
};
[[nodiscard]] std::string to_string(ExchangeType type);  // "Identity Protection" …

// Domains of interpretation (RFC 2407 4.2).
enum class Doi : std::uint32_t { kIsakmp = 0, kIpsec = 1 };

// RFC 2407 4.4.1.
enum class ProtocolId : std::uint8_t { kNone = 0, kIsakmp = 1, kAh = 2, kEsp = 3, kIpcomp = 4 };
[[nodiscard]] std::string to_string(ProtocolId protocol);  // "ISAKMP", "AH", "ESP", "IPCOMP"

// RFC 2407 4.6.2.1.
enum class IdType : std::uint8_t {
  kIpv4Addr = 1,
  kFqdn = 2,
  kUserFqdn = 3,
  kIpv4AddrSubnet = 4,
  kIpv6Addr = 5,
  kIpv6AddrSubnet = 6,
  kIpv4AddrRange = 7,
  kIpv6AddrRange = 8,
  kDerAsn1Dn = 9,
  kDerAsn1Gn = 10,
  kKeyId = 11,
};
[[nodiscard]] std::string to_string(IdType type);  // "ID_IPV4_ADDR" …

// RFC 2408 3.9; the numbers are IKEv2's as far as both have them.
enum class CertEncoding : std::uint8_t {
  kNone = 0,
  kPkcs7 = 1,
  kPgp = 2,
  kDnsSignedKey = 3,
  kX509Signature = 4,
  kX509KeyExchange = 5,
  kKerberosToken = 6,
  kCrl = 7,
  kArl = 8,
  kSpki = 9,
  kX509Attribute = 10,
};
[[nodiscard]] std::string to_string(CertEncoding encoding);  // "X.509 Certificate - Signature" …

// draft-ietf-ipsec-isakmp-mode-cfg-05 3.
enum class ConfigType : std::uint8_t { kRequest = 1, kReply = 2, kSet = 3, kAck = 4 };
[[nodiscard]] std::string to_string(ConfigType type);  // "ISAKMP_CFG_REQUEST" …

}  // namespace spa::wire::v1
