// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/hash.h"

#include <gtest/gtest.h>

#include "userspace/crypto/prf.h"
#include "userspace/crypto/random.h"

namespace spa::crypto {
namespace {

TEST(Hash, JoinsItsParts) {
  // FIPS 180-4 example "abc", RFC 1321 A.5.
  EXPECT_EQ(to_hex(*hash(HashAlgorithm::kSha1, {as_bytes("a"), {}, as_bytes("bc")})),
            "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(to_hex(*hash(HashAlgorithm::kMd5, {as_bytes("abc")})),
            "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(to_hex(*hash(HashAlgorithm::kSha256, {as_bytes("abc")})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

// RFC 4868 2.4, RFC 4231 4.3: "Jefe" / "what do ya want for nothing?"; RFC 2202 2 and 3 for MD5 and
// SHA-1.
TEST(Hmac, PublishedVectors) {
  const ByteView key = as_bytes("Jefe");
  const ByteView first = as_bytes("what do ya want ");
  const ByteView second = as_bytes("for nothing?");
  const auto mac = [&](HashAlgorithm algorithm) {
    return to_hex(*hmac(algorithm, key, {first, second}));
  };
  EXPECT_EQ(mac(HashAlgorithm::kMd5), "750c783e6ab0b503eaa86e310a5db738");
  EXPECT_EQ(mac(HashAlgorithm::kSha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(mac(HashAlgorithm::kSha256),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(mac(HashAlgorithm::kSha384),
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
            "8e2240ca5e69e2c78b3239ecfab21649");
  EXPECT_EQ(mac(HashAlgorithm::kSha512),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
            "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

// RFC 4231 4.7: a key longer than the block.
TEST(Hmac, LongKey) {
  const Bytes key(131, 0xaa);
  EXPECT_EQ(to_hex(*hmac(HashAlgorithm::kSha256, key,
                         {as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")})),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// An empty key must not mean the key of the call before.
TEST(Hmac, EmptyKeyIsItsOwnKey) {
  ASSERT_TRUE(hmac(HashAlgorithm::kSha256, as_bytes("key"), {as_bytes("text")}));
  EXPECT_EQ(to_hex(*hmac(HashAlgorithm::kSha256, {}, {})),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

// RFC 7296 2.13: the counter is one octet, so 255 blocks are the end.
TEST(PrfPlus, StopsAt255Blocks) {
  const Result<SecretBytes> most =
      prf_plus(PrfAlgorithm::kHmacSha1, as_bytes("k"), {as_bytes("s")}, 255 * 20);
  ASSERT_TRUE(most);
  EXPECT_EQ(most->size(), 255u * 20);
  const Result<SecretBytes> more =
      prf_plus(PrfAlgorithm::kHmacSha1, as_bytes("k"), {as_bytes("s")}, 255 * 20 + 1);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::kInvalid);
}

TEST(Prf, KnowsTheRegistry) {
  EXPECT_EQ(prf_from_id(5), PrfAlgorithm::kHmacSha256);
  EXPECT_EQ(prf_from_id(3), std::nullopt);  // PRF_HMAC_TIGER
  EXPECT_EQ(prf_size(PrfAlgorithm::kHmacSha384), 48u);
}

TEST(Random, FillsAndDiffers) {
  const Result<Bytes> a = random_bytes(32);
  const Result<Bytes> b = random_bytes(32);
  ASSERT_TRUE(a && b);
  EXPECT_NE(*a, *b);
  EXPECT_NE(*random_nonzero_u64(), 0u);
}

}  // namespace
}  // namespace spa::crypto
