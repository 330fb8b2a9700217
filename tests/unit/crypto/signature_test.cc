// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/signature.h"

#include <gtest/gtest.h>

namespace spa::crypto {
namespace {

constexpr HashAlgorithm kHashes[] = {HashAlgorithm::kSha1, HashAlgorithm::kSha256,
                                     HashAlgorithm::kSha384, HashAlgorithm::kSha512};

// A 1024-bit RSA key and signatures over "the signed octets" from the openssl command line
// (openssl dgst -sign; for PSS with -sigopt rsa_pss_saltlen).
const char* const kRsaKey =
    "30820277020100300d06092a864886f70d0101010500048202613082025d02010002818100cb2ba6946a72b2"
    "91bf6a17bd54955df304f88c34f13b6f72b43305a7de778541e648982d2cff9bfddd4abeb7a274f1fa6b1f1e"
    "dd087da7fd7ba7ab3da6b7074a6c1474ab0ca353a970a63c05f4dc1a78acfedc0d7038a7db5472fff14d16d2"
    "d145380c746f51955ae4650be886e2945a8d9d1b76ffc08e65afd39b49e4122bf90203010001028180077e2f"
    "a18f9f75487cc7bbe266a92f92d3df1ac4a514ed124ce508d35d18095919d6198ea8f73058977db734ec8fe5"
    "90b7bca915bbc76e97a1a4d862e8b01d5ba763ed96822028c6173608c9dd50af4fab84e703788e270b12217d"
    "5e55cefa9faa68dc96ced9f9f2f94b8932a03c39c138b7425aa2a4b41e0e2012a437bcec81024100fb6067f3"
    "e47e32e2b063021431524ab25ff7b4e3f1a7a21b1a80e1f6da65db56004baa7cc4316c4653f18ed347ae308b"
    "f8fd653d099a240864726a7cc7420551024100cee844ce10aab3053e4a3784dee9998200b51e03841d314245"
    "f5fbae1042facd74f41d5e5c58bdafb4b9fa0c179b8db3d6fb88b18a9be6f29c64649046bdb2290241008cad"
    "12ffc66b6986bb376d3e67aba9e9d1130ac455c47e4fb4b153c395cd52c5fa3c5e189ca31bf8ef994b58a9d0"
    "ad9267b1472ab568f1a950ad4732b5401941024100909bad5b083305a3a8815e8432f7b91e2f38669db67c60"
    "ad1d106ab2a112ef0f21aa6bcc4366924c775773f77798745538efdbfd9a0e943f0426f6520fdf0ce1024000"
    "fa2230a082e1300342f3be931e55b1aa148d6a0df4edb48ba141e03f9cb1cbeb5cf9080b7793d5fe1861b28a"
    "d55ba34b9a7e51b6086a435ebc417e6a3ceb75";
const char* const kPkcs1Sha1 =
    "6d605ba1546648b63a23036a431966bbc2574d776f5b643c39595abb155891cbef49a2e3080f6f876979c832"
    "160e9af5b5815ebcbc03043b180eb4ed183f2ea4a2476196c69d530d018ec6400632abe4265cb98bd6843f3f"
    "918686a6984adc131fcbf89902b8ab65d6cf40c787a14f8704e5b86022fd537eac93dc17c4446a8c";
const char* const kPkcs1Sha256 =
    "2470c47c96e6b1ab378b4c5d35d223506af852fe25f4a1b2822d6afac5369badb6aad2a3c8087a180e25eac3"
    "77a7c11686a3b29b801e0b2ed6f252b22df90b9aad2e85a392cfd70717ac8f2d42386e7b20e8703225935af6"
    "af559056039c73e4eff3d15b8a78602f320aa0294d4872322d6a428cab227af6198b36b558d6d149";
const char* const kPssSha256 =
    "0ae6562c6e3fdd154c1f5a29ed3583757e71ac7c7877e01617f2b168d7c0a1eb1cb32278e69c8db79a60c0af"
    "d46b456d638abb4b43f1953223525d71f73550403189f3965dbcb8036b10369ada2793fe6ae401496372cdad"
    "b0196b24d53c2f5da2261bf6a0bec3e7bf31275ff1909e4e0332d4e83ed67324081a2344392ac133";
const char* const kPssSha256Salt20 =
    "0ad7685d1c0c7566e716280791a1c7e796f36d0a3b0735c59464213798cd7aac02762d319b5ef10e6ce7b0c3"
    "0eb525f6ff779fca9167f166466e946b0d8f6147d86cd9cc51deb439fed0f5251f7260e09a9e3e63fd9aa6ea"
    "ade503b211673e39c4319a56e31dc58afc9784b99ea9abdaf85acebed9d01b206a3a2c886a9895c9";

const ByteView kMessage = as_bytes("the signed octets");

PrivateKey rsa() {
  return *PrivateKey::from_der(from_hex(kRsaKey));
}
PublicKey rsa_public() {
  return *rsa().public_key();
}

// RFC 7296 3.8 (method 1) and RFC 8017 8.2.1: the padding has no chance in it, so signatures are
// equal.
TEST(Signature, Pkcs1MatchesOpenssl) {
  EXPECT_EQ(to_hex(*sign(rsa(), {SignatureScheme::kRsaPkcs1, HashAlgorithm::kSha1}, kMessage)),
            kPkcs1Sha1);
  EXPECT_EQ(to_hex(*sign(rsa(), {SignatureScheme::kRsaPkcs1, HashAlgorithm::kSha256}, kMessage)),
            kPkcs1Sha256);
  EXPECT_TRUE(verify(rsa_public(), {SignatureScheme::kRsaPkcs1, HashAlgorithm::kSha256}, kMessage,
                     from_hex(kPkcs1Sha256)));
}

// RFC 7427 appendix A.4: the salt is as long as the hash; another length is refused.
TEST(Signature, PssParametersAreStrict) {
  const SignatureMethod pss{SignatureScheme::kRsaPss, HashAlgorithm::kSha256};
  EXPECT_TRUE(verify(rsa_public(), pss, kMessage, from_hex(kPssSha256)));
  EXPECT_FALSE(verify(rsa_public(), pss, kMessage, from_hex(kPssSha256Salt20)));
  EXPECT_FALSE(verify(rsa_public(), {SignatureScheme::kRsaPss, HashAlgorithm::kSha384}, kMessage,
                      from_hex(kPssSha256)));
  EXPECT_FALSE(verify(rsa_public(), pss, kMessage, from_hex(kPkcs1Sha256)));
}

void sign_and_verify(const PrivateKey& key, const SignatureMethod& method) {
  const Result<PublicKey> pub = key.public_key();
  const Result<Bytes> signature = sign(key, method, kMessage);
  ASSERT_TRUE(signature) << signature.error().text;
  EXPECT_TRUE(verify(*pub, method, kMessage, *signature)) << to_string(method);
  for (std::size_t i = 0; i < signature->size(); i += 7) {
    Bytes wrong = *signature;
    wrong[i] ^= 1;
    const Status status = verify(*pub, method, kMessage, wrong);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::kCrypto) << to_string(method) << " octet " << i;
  }
  for (std::size_t size = 0; size < signature->size(); ++size) {
    EXPECT_FALSE(verify(*pub, method, kMessage, ByteView(*signature).first(size)));
  }
  Bytes longer = *signature;
  longer.push_back(0);
  EXPECT_FALSE(verify(*pub, method, kMessage, longer));
  EXPECT_FALSE(verify(*pub, method, as_bytes("other octets"), *signature));
}

TEST(Signature, EveryRsaMethod) {
  const Result<PrivateKey> key = PrivateKey::generate_rsa(2048);
  ASSERT_TRUE(key);
  for (const HashAlgorithm hash : kHashes) {
    sign_and_verify(*key, {SignatureScheme::kRsaPkcs1, hash});
    sign_and_verify(*key, {SignatureScheme::kRsaPss, hash});
  }
}

TEST(Signature, EveryEcdsaMethod) {
  for (const KeyType type : {KeyType::kEcdsaP256, KeyType::kEcdsaP384, KeyType::kEcdsaP521}) {
    const Result<PrivateKey> key = PrivateKey::generate_ec(type);
    ASSERT_TRUE(key);
    for (const HashAlgorithm hash : kHashes) {
      sign_and_verify(*key, {SignatureScheme::kEcdsaDer, hash});
    }
  }
}

// RFC 2409 5.1: the padding is around the data as it is, whose size is nobody's but the caller's.
TEST(Signature, BareRsa) {
  const PrivateKey key = *PrivateKey::generate_rsa(512);
  const SignatureMethod bare{SignatureScheme::kRsaPkcs1Bare, HashAlgorithm::kMd5};
  for (const std::size_t size : {std::size_t{16}, std::size_t{20}, std::size_t{53}}) {
    const Bytes data(size, 7);
    const Result<Bytes> signature = sign(key, bare, data);
    ASSERT_TRUE(signature) << signature.error().text;
    EXPECT_TRUE(verify(*key.public_key(), bare, data, *signature));
    EXPECT_FALSE(verify(*key.public_key(), bare, Bytes(size, 8), *signature));
    EXPECT_FALSE(verify(*key.public_key(), bare, data, Bytes(63, 1)));
  }
  EXPECT_FALSE(sign(key, bare, Bytes(54, 7)));
  EXPECT_FALSE(sign(*PrivateKey::generate_ec(KeyType::kEcdsaP256), bare, Bytes(20, 7)));
}

// RFC 4754 3, 7: each curve has one hash, and r | s a fixed size.
TEST(Signature, RawEcdsa) {
  const auto raw = [](KeyType type, HashAlgorithm hash, std::size_t size) {
    const Result<PrivateKey> key = PrivateKey::generate_ec(type);
    const SignatureMethod method{SignatureScheme::kEcdsaRaw, hash};
    sign_and_verify(*key, method);
    EXPECT_EQ(sign(*key, method, kMessage)->size(), size);
  };
  raw(KeyType::kEcdsaP256, HashAlgorithm::kSha256, 64);
  raw(KeyType::kEcdsaP384, HashAlgorithm::kSha384, 96);
  raw(KeyType::kEcdsaP521, HashAlgorithm::kSha512, 132);
  const Result<PrivateKey> p256 = PrivateKey::generate_ec(KeyType::kEcdsaP256);
  EXPECT_FALSE(sign(*p256, {SignatureScheme::kEcdsaRaw, HashAlgorithm::kSha384}, kMessage));
}

// RFC 4754 8.1: ECDSA-256 over "abc".
TEST(Signature, Rfc4754Vector) {
  const Result<PublicKey> key = PublicKey::from_der(
      from_hex("3059301306072a8648ce3d020106082a8648ce3d030107034200"
               "04"
               "2442A5CC0ECD015FA3CA31DC8E2BBC70BF42D60CBCA20085E0822CB04235E970"
               "6FC98BD7E50211A4A27102FA3549DF79EBCB4BF246B80945CDDFE7D509BBFD7D"));
  ASSERT_TRUE(key) << key.error().text;
  EXPECT_TRUE(verify(*key, {SignatureScheme::kEcdsaRaw, HashAlgorithm::kSha256}, as_bytes("abc"),
                     from_hex("CB28E0999B9C7715FD0A80D8E47A77079716CBBF917DD72E97566EA1C066957C"
                              "86FA3BB4E26CAD5BF90B7F81899256CE7594BB1EA0C89212748BFF3B3D5B0315")));
}

TEST(Signature, KeyAndSchemeMustBelongTogether) {
  const Result<PrivateKey> ec = PrivateKey::generate_ec(KeyType::kEcdsaP256);
  const Result<Bytes> wrong =
      sign(*ec, {SignatureScheme::kRsaPkcs1, HashAlgorithm::kSha256}, kMessage);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::kInvalid);
  EXPECT_FALSE(sign(rsa(), {SignatureScheme::kEcdsaDer, HashAlgorithm::kSha256}, kMessage));
}

// A 512-bit key, which the router's oldest examples have, signs SHA-256 at most.
TEST(Signature, ShortRsaKeys) {
  const Result<PrivateKey> key = PrivateKey::generate_rsa(512);
  ASSERT_TRUE(key);
  sign_and_verify(*key, {SignatureScheme::kRsaPkcs1, HashAlgorithm::kSha1});
  sign_and_verify(*key, {SignatureScheme::kRsaPkcs1, HashAlgorithm::kSha256});
  for (const SignatureMethod method :
       {SignatureMethod{SignatureScheme::kRsaPkcs1, HashAlgorithm::kSha512},
        SignatureMethod{SignatureScheme::kRsaPss, HashAlgorithm::kSha256}}) {
    const Result<Bytes> signature = sign(*key, method, kMessage);
    ASSERT_FALSE(signature);
    EXPECT_EQ(signature.error().code, Errc::kUnsupported);
  }
}

// RFC 7427 appendix A
TEST(AlgorithmIdentifier, AppendixA) {
  const auto octets = [](SignatureScheme scheme, HashAlgorithm hash) {
    return to_hex(algorithm_identifier({scheme, hash}));
  };
  EXPECT_EQ(octets(SignatureScheme::kRsaPkcs1, HashAlgorithm::kSha1),
            "300d06092a864886f70d0101050500");
  EXPECT_EQ(octets(SignatureScheme::kRsaPkcs1, HashAlgorithm::kSha256),
            "300d06092a864886f70d01010b0500");
  EXPECT_EQ(octets(SignatureScheme::kEcdsaDer, HashAlgorithm::kSha1), "300906072a8648ce3d0401");
  EXPECT_EQ(octets(SignatureScheme::kEcdsaDer, HashAlgorithm::kSha384), "300a06082a8648ce3d040303");
  EXPECT_EQ(octets(SignatureScheme::kRsaPss, HashAlgorithm::kSha1),
            "300d06092a864886f70d01010a3000");
  EXPECT_EQ(octets(SignatureScheme::kRsaPss, HashAlgorithm::kSha256),
            "304106092a864886f70d01010a3034a00f300d06096086480165030402010500"
            "a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120");
  EXPECT_TRUE(algorithm_identifier({SignatureScheme::kEcdsaRaw, HashAlgorithm::kSha256}).empty());
}

TEST(AlgorithmIdentifier, BackToTheMethod) {
  for (const SignatureScheme scheme :
       {SignatureScheme::kRsaPkcs1, SignatureScheme::kRsaPss, SignatureScheme::kEcdsaDer}) {
    for (const HashAlgorithm hash : kHashes) {
      const SignatureMethod method{scheme, hash};
      const ByteView der = algorithm_identifier(method);
      ASSERT_FALSE(der.empty()) << to_string(method);
      EXPECT_EQ(method_from_identifier(der), method);
      EXPECT_EQ(method_from_identifier(der.first(der.size() - 1)), std::nullopt);
    }
  }
  // PSS with SHA-256 and a salt of 20 octets.
  EXPECT_EQ(method_from_identifier(
                from_hex("304106092a864886f70d01010a3034a00f300d06096086480165030402010500"
                         "a11c301a06092a864886f70d010108300d06096086480165030402010500a203020114")),
            std::nullopt);
  // The same as A.4 with the default trailer spelled out.
  EXPECT_EQ(
      method_from_identifier(from_hex(
          "304606092a864886f70d01010a3039a00f300d06096086480165030402010500"
          "a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120a303020101")),
      (SignatureMethod{SignatureScheme::kRsaPss, HashAlgorithm::kSha256}));
}

// RFC 8032 7.1 (test 1), RFC 8420 2: one signature for a key and a text, and one size.
TEST(Ed25519, KnownAnswer) {
  constexpr SignatureMethod kMethod{SignatureScheme::kEd25519, HashAlgorithm::kSha512};
  const Result<PrivateKey> key = PrivateKey::from_der(from_hex(
      "302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703b"
      "ac031cae7f60"));
  ASSERT_TRUE(key) << key.error().text;
  const Result<Bytes> made = sign(*key, kMethod, {});
  ASSERT_TRUE(made);
  EXPECT_EQ(
      to_hex(*made),
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
      "1cf9b46bd25bf5f0595bbe24655141438e7a100b");
  const PublicKey peer = *key->public_key();
  EXPECT_TRUE(verify(peer, kMethod, {}, *made));
  EXPECT_FALSE(verify(peer, kMethod, as_bytes("x"), *made));
  EXPECT_FALSE(verify(peer, kMethod, {}, ByteView(*made).first(63)));
  EXPECT_FALSE(verify(peer, {SignatureScheme::kEcdsaDer, HashAlgorithm::kSha512}, {}, *made));
  EXPECT_EQ(to_hex(algorithm_identifier(kMethod)), "300506032b6570");
}

}  // namespace
}  // namespace spa::crypto
