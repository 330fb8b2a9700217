// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/signature_choice.h"

#include <gtest/gtest.h>

namespace spa::ikev2 {
namespace {

using crypto::HashAlgorithm;
using crypto::KeyType;
using crypto::SignatureMethod;
using crypto::SignatureScheme;
using policy::AuthMethod;
using wire::SignatureHash;

const std::vector<SignatureHash> kAll{SignatureHash::kSha1, SignatureHash::kSha256,
                                      SignatureHash::kSha384, SignatureHash::kSha512,
                                      SignatureHash::kIdentity};

// RFC 7427 4, 5: only with a hash that the peer announced.
TEST(ChooseSignature, DigitalSignatures) {
  struct Case {
    KeyType key;
    bool pss;
    std::vector<SignatureHash> announced;
    SignatureMethod method;
  };
  const Case cases[]{
      {KeyType::kRsa, false, kAll, {SignatureScheme::kRsaPkcs1, HashAlgorithm::kSha256}},
      {KeyType::kRsa, true, kAll, {SignatureScheme::kRsaPss, HashAlgorithm::kSha256}},
      {KeyType::kRsa,
       true,
       {SignatureHash::kSha512, SignatureHash::kSha384},
       {SignatureScheme::kRsaPss, HashAlgorithm::kSha384}},
      {KeyType::kEcdsaP256, false, kAll, {SignatureScheme::kEcdsaDer, HashAlgorithm::kSha256}},
      {KeyType::kEcdsaP384, false, kAll, {SignatureScheme::kEcdsaDer, HashAlgorithm::kSha384}},
      {KeyType::kEcdsaP521, false, kAll, {SignatureScheme::kEcdsaDer, HashAlgorithm::kSha512}},
      {KeyType::kEcdsaP521,
       false,
       {SignatureHash::kSha256},
       {SignatureScheme::kEcdsaDer, HashAlgorithm::kSha256}},
      {KeyType::kEd25519, false, kAll, {SignatureScheme::kEd25519, HashAlgorithm::kSha512}},
  };
  for (const Case& c : cases) {
    const Result<SignatureChoice> choice = choose_signature(c.key, c.pss, c.announced);
    ASSERT_TRUE(choice);
    EXPECT_EQ(choice->auth, wire::AuthMethod::kDigitalSignature);
    EXPECT_EQ(choice->method, c.method) << crypto::to_string(choice->method);
  }
}

// RFC 7296 3.8, RFC 4754: for a peer that knows no RFC 7427; SHA-1 alone is no reason for it.
TEST(ChooseSignature, OlderMethods) {
  for (const std::vector<SignatureHash>& announced :
       {std::vector<SignatureHash>{}, std::vector<SignatureHash>{SignatureHash::kSha1}}) {
    EXPECT_EQ(choose_signature(KeyType::kRsa, false, announced)->auth,
              wire::AuthMethod::kRsaSignature);
    EXPECT_EQ(choose_signature(KeyType::kEcdsaP256, false, announced)->auth,
              wire::AuthMethod::kEcdsaSha256P256);
    EXPECT_EQ(choose_signature(KeyType::kEcdsaP384, false, announced)->auth,
              wire::AuthMethod::kEcdsaSha384P384);
    const auto p521 = choose_signature(KeyType::kEcdsaP521, false, announced);
    EXPECT_EQ(p521->auth, wire::AuthMethod::kEcdsaSha512P521);
    EXPECT_EQ(p521->method, (SignatureMethod{SignatureScheme::kEcdsaRaw, HashAlgorithm::kSha512}));
    EXPECT_FALSE(choose_signature(KeyType::kEd25519, false, announced));
  }
}

// What one end chooses the other takes for the same, and as the same method of the configuration.
TEST(ClaimedSignature, IsWhatWasChosen) {
  for (const KeyType key : {KeyType::kRsa, KeyType::kEcdsaP256, KeyType::kEcdsaP384,
                            KeyType::kEcdsaP521, KeyType::kEd25519}) {
    for (const bool pss : {false, true}) {
      for (const auto& announced : {kAll, std::vector<SignatureHash>{}}) {
        const Result<SignatureChoice> choice = choose_signature(key, pss, announced);
        if (!choice) continue;
        wire::AuthPayload auth{choice->auth, {}, {1}};
        if (choice->auth == wire::AuthMethod::kDigitalSignature) {
          auth.algorithm = to_bytes(crypto::algorithm_identifier(choice->method));
        }
        EXPECT_EQ(*claimed_signature(auth, false), choice->method);
        EXPECT_EQ(*method_of(auth), method_for(key));
      }
    }
  }
}

// RFC 7427 4: a hash that was not announced is refused, SHA-1 unless legacy algorithms are allowed.
TEST(ClaimedSignature, Sha1NeedsTheSwitch) {
  const SignatureMethod sha1{SignatureScheme::kRsaPkcs1, HashAlgorithm::kSha1};
  const wire::AuthPayload auth{
      wire::AuthMethod::kDigitalSignature, to_bytes(crypto::algorithm_identifier(sha1)), {1}};
  EXPECT_EQ(claimed_signature(auth, false).error().code, Errc::kDenied);
  EXPECT_EQ(*claimed_signature(auth, true), sha1);
}

// RFC 7427 appendix A.4: PSS with a salt or a mask hash that does not fit the hash is refused.
TEST(ClaimedSignature, PssParametersMustFit) {
  const SignatureMethod pss{SignatureScheme::kRsaPss, HashAlgorithm::kSha256};
  const Bytes good = to_bytes(crypto::algorithm_identifier(pss));
  for (std::size_t i = 0; i < good.size(); ++i) {
    wire::AuthPayload auth{wire::AuthMethod::kDigitalSignature, good, {1}};
    auth.algorithm[i] ^= 1;
    EXPECT_FALSE(claimed_signature(auth, true)) << "octet " << i;
    EXPECT_FALSE(method_of(auth));
  }
}

TEST(MethodOf, OthersAreNotSupported) {
  EXPECT_EQ(*method_of(wire::AuthPayload{wire::AuthMethod::kSharedKeyMic, {}, {1}}),
            AuthMethod::kPreShare);
  EXPECT_FALSE(method_of(wire::AuthPayload{wire::AuthMethod::kDssSignature, {}, {1}}));
  EXPECT_FALSE(method_of(wire::AuthPayload{wire::AuthMethod::kNull, {}, {1}}));
}

}  // namespace
}  // namespace spa::ikev2
