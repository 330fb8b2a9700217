// SPDX-License-Identifier: Apache-2.0
// Small IANA "IKEv2 Parameters" registries. Each has a fixed underlying type, so that an unknown
// number from a peer is a valid value; to_string() gives the registry's name, or the number in
// decimal when it has none.
#pragma once

#include <cstdint>
#include <string>

namespace spa::wire {

enum class PayloadType : std::uint8_t {
  kNone = 0,
  kSa = 33,
  kKe = 34,
  kIdi = 35,
  kIdr = 36,
  kCert = 37,
  kCertReq = 38,
  kAuth = 39,
  kNonce = 40,
  kNotify = 41,
  kDelete = 42,
  kVendorId = 43,
  kTsi = 44,
  kTsr = 45,
  kEncrypted = 46,
  kConfig = 47,
  kEap = 48,
  kEncryptedFragment = 53,  // RFC 7383
};
[[nodiscard]] std::string to_string(PayloadType type);  // "SA", "KE", "IDi", "SK" …

enum class ExchangeType : std::uint8_t {
  kIdentityProtection = 2,  // IKEv1 main mode (RFC 2408 3.1)
  kAggressive = 4,
  kInformationalV1 = 5,
  kQuickMode = 32,
  kIkeSaInit = 34,
  kIkeAuth = 35,
  kCreateChildSa = 36,
  kInformational = 37,
  kIkeSessionResume = 38,  // RFC 5723
  kIkeIntermediate = 43,   // RFC 9242
  kIkeFollowupKe = 44,     // RFC 9370
};
[[nodiscard]] std::string to_string(ExchangeType type);  // "IKE_SA_INIT" …

enum class ProtocolId : std::uint8_t { kNone = 0, kIke = 1, kAh = 2, kEsp = 3 };
[[nodiscard]] std::string to_string(ProtocolId protocol);  // "IKE", "AH", "ESP"

enum class IdType : std::uint8_t {
  kIpv4Addr = 1,
  kFqdn = 2,
  kRfc822Addr = 3,
  kIpv6Addr = 5,
  kDerAsn1Dn = 9,
  kDerAsn1Gn = 10,
  kKeyId = 11,
  kNull = 13,  // RFC 7619
};
[[nodiscard]] std::string to_string(IdType type);  // "ID_IPV4_ADDR" …

enum class CertEncoding : std::uint8_t {
  kPkcs7 = 1,
  kPgp = 2,
  kDnsSignedKey = 3,
  kX509Signature = 4,
  kKerberosToken = 6,
  kCrl = 7,
  kArl = 8,
  kSpki = 9,
  kX509Attribute = 10,
  kHashUrlCert = 12,
  kHashUrlBundle = 13,
  kOcspContent = 14,   // RFC 4806
  kRawPublicKey = 15,  // RFC 7670
};
[[nodiscard]] std::string to_string(CertEncoding encoding);  // "X.509 Certificate - Signature" …

enum class AuthMethod : std::uint8_t {
  kRsaSignature = 1,
  kSharedKeyMic = 2,
  kDssSignature = 3,
  kEcdsaSha256P256 = 9,  // RFC 4754
  kEcdsaSha384P384 = 10,
  kEcdsaSha512P521 = 11,
  kNull = 13,              // RFC 7619
  kDigitalSignature = 14,  // RFC 7427
};
[[nodiscard]] std::string to_string(AuthMethod method);  // "RSA Digital Signature" …

enum class TsType : std::uint8_t { kIpv4AddrRange = 7, kIpv6AddrRange = 8 };
[[nodiscard]] std::string to_string(TsType type);  // "TS_IPV4_ADDR_RANGE" …

enum class ConfigType : std::uint8_t { kRequest = 1, kReply = 2, kSet = 3, kAck = 4 };
[[nodiscard]] std::string to_string(ConfigType type);  // "CFG_REQUEST" …

// Hash algorithms of SIGNATURE_HASH_ALGORITHMS (RFC 7427 7, RFC 8420).
enum class SignatureHash : std::uint16_t {
  kSha1 = 1,
  kSha256 = 2,
  kSha384 = 3,
  kSha512 = 4,
  kIdentity = 5,
};
[[nodiscard]] std::string to_string(SignatureHash hash);  // "SHA1", "SHA2-256" …

}  // namespace spa::wire
