// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/signature_choice.h"

#include <algorithm>

namespace spa::ikev2 {

namespace {

using crypto::HashAlgorithm;
using crypto::KeyType;
using crypto::SignatureMethod;
using crypto::SignatureScheme;
using policy::AuthMethod;
using wire::SignatureHash;

// Those that RFC 7427 4 lets us use, the preferred one first: the one of the curve's strength for
// ECDSA (RFC 5480 4), SHA-256 for RSA.
std::vector<HashAlgorithm> preferred_hashes(KeyType key) {
  switch (key) {
    case KeyType::kEcdsaP384:
      return {HashAlgorithm::kSha384, HashAlgorithm::kSha512, HashAlgorithm::kSha256};
    case KeyType::kEcdsaP521:
      return {HashAlgorithm::kSha512, HashAlgorithm::kSha384, HashAlgorithm::kSha256};
    default:
      return {HashAlgorithm::kSha256, HashAlgorithm::kSha384, HashAlgorithm::kSha512};
  }
}

SignatureHash announced_as(const SignatureMethod& method) {
  if (method.scheme == SignatureScheme::kEd25519) return SignatureHash::kIdentity;
  switch (method.hash) {
    case HashAlgorithm::kSha256:
      return SignatureHash::kSha256;
    case HashAlgorithm::kSha384:
      return SignatureHash::kSha384;
    case HashAlgorithm::kSha512:
      return SignatureHash::kSha512;
    default:
      return SignatureHash::kSha1;
  }
}

bool has(const std::vector<SignatureHash>& list, const SignatureMethod& method) {
  return std::find(list.begin(), list.end(), announced_as(method)) != list.end();
}

SignatureScheme scheme_for(KeyType key, bool rsa_pss) {
  if (key == KeyType::kEd25519) return SignatureScheme::kEd25519;
  if (key != KeyType::kRsa) return SignatureScheme::kEcdsaDer;
  return rsa_pss ? SignatureScheme::kRsaPss : SignatureScheme::kRsaPkcs1;
}

}  // namespace

const std::vector<SignatureHash>& signature_hashes(bool legacy) {
  static const std::vector<SignatureHash> modern{SignatureHash::kSha256, SignatureHash::kSha384,
                                                 SignatureHash::kSha512, SignatureHash::kIdentity};
  static const std::vector<SignatureHash> all{SignatureHash::kSha256, SignatureHash::kSha384,
                                              SignatureHash::kSha512, SignatureHash::kIdentity,
                                              SignatureHash::kSha1};
  return legacy ? all : modern;
}

AuthMethod method_for(KeyType key) {
  switch (key) {
    case KeyType::kRsa:
      return AuthMethod::kRsaSig;
    case KeyType::kEd25519:
      return AuthMethod::kEddsaSig;
    default:
      return AuthMethod::kEcdsaSig;
  }
}

std::string auth_name(AuthMethod method) {
  switch (method) {
    case AuthMethod::kPreShare:
      return "PSK";
    case AuthMethod::kRsaSig:
      return "RSA";
    case AuthMethod::kEcdsaSig:
      return "ECDSA";
    case AuthMethod::kEddsaSig:
      return "EdDSA";
  }
  return "unknown";
}

Result<SignatureChoice> choose_signature(KeyType key, bool rsa_pss,
                                         const std::vector<SignatureHash>& announced) {
  SignatureChoice choice;
  choice.method.scheme = scheme_for(key, rsa_pss);
  choice.method.hash = HashAlgorithm::kSha512;
  if (key == KeyType::kEd25519) {
    if (has(announced, choice.method)) return choice;
    return fail(Errc::kUnsupported, "peer did not announce Ed25519 signatures (RFC 8420)");
  }
  for (const HashAlgorithm hash : preferred_hashes(key)) {
    choice.method.hash = hash;
    if (has(announced, choice.method)) return choice;
  }
  if (key == KeyType::kRsa) {
    return SignatureChoice{wire::AuthMethod::kRsaSignature,
                           {SignatureScheme::kRsaPkcs1, HashAlgorithm::kSha1}};
  }
  choice.method = {SignatureScheme::kEcdsaRaw, preferred_hashes(key).front()};
  choice.auth = key == KeyType::kEcdsaP384   ? wire::AuthMethod::kEcdsaSha384P384
                : key == KeyType::kEcdsaP521 ? wire::AuthMethod::kEcdsaSha512P521
                                             : wire::AuthMethod::kEcdsaSha256P256;
  return choice;
}

Result<SignatureMethod> claimed_signature(const wire::AuthPayload& auth, bool legacy) {
  switch (auth.method) {
    case wire::AuthMethod::kRsaSignature:
      return SignatureMethod{SignatureScheme::kRsaPkcs1, HashAlgorithm::kSha1};
    case wire::AuthMethod::kEcdsaSha256P256:
      return SignatureMethod{SignatureScheme::kEcdsaRaw, HashAlgorithm::kSha256};
    case wire::AuthMethod::kEcdsaSha384P384:
      return SignatureMethod{SignatureScheme::kEcdsaRaw, HashAlgorithm::kSha384};
    case wire::AuthMethod::kEcdsaSha512P521:
      return SignatureMethod{SignatureScheme::kEcdsaRaw, HashAlgorithm::kSha512};
    default:
      break;
  }
  const auto method = crypto::method_from_identifier(auth.algorithm);
  if (!method) {
    return fail(Errc::kUnsupported,
                "signature algorithm " + to_hex(auth.algorithm) + " is not supported");
  }
  if (!has(signature_hashes(legacy), *method)) {
    return fail(Errc::kDenied, "signature uses a hash that was not announced");
  }
  return *method;
}

Result<AuthMethod> method_of(const wire::AuthPayload& auth) {
  switch (auth.method) {
    case wire::AuthMethod::kSharedKeyMic:
      return AuthMethod::kPreShare;
    case wire::AuthMethod::kRsaSignature:
      return AuthMethod::kRsaSig;
    case wire::AuthMethod::kEcdsaSha256P256:
    case wire::AuthMethod::kEcdsaSha384P384:
    case wire::AuthMethod::kEcdsaSha512P521:
      return AuthMethod::kEcdsaSig;
    case wire::AuthMethod::kDigitalSignature:
      break;
    default:
      return fail(Errc::kUnsupported,
                  "authentication method " + wire::to_string(auth.method) + " is not supported");
  }
  const auto method = crypto::method_from_identifier(auth.algorithm);
  if (!method) {
    return fail(Errc::kUnsupported,
                "signature algorithm " + to_hex(auth.algorithm) + " is not supported");
  }
  switch (method->scheme) {
    case SignatureScheme::kRsaPkcs1:
    case SignatureScheme::kRsaPss:
      return AuthMethod::kRsaSig;
    case SignatureScheme::kEd25519:
      return AuthMethod::kEddsaSig;
    default:
      return AuthMethod::kEcdsaSig;
  }
}

}  // namespace spa::ikev2
