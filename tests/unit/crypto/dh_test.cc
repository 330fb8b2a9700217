// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/dh.h"

#include <gtest/gtest.h>

#include "userspace/crypto/hash.h"

namespace spa::crypto {
namespace {

constexpr DhGroup kGroups[] = {
    DhGroup::kModp768,        DhGroup::kModp1024,       DhGroup::kModp1536,
    DhGroup::kModp2048,       DhGroup::kModp3072,       DhGroup::kModp4096,
    DhGroup::kModp6144,       DhGroup::kModp8192,       DhGroup::kEcp256,
    DhGroup::kEcp384,         DhGroup::kEcp521,         DhGroup::kCurve25519,
    DhGroup::kModp1024Sub160, DhGroup::kModp2048Sub224, DhGroup::kModp2048Sub256,
};

class EveryGroup : public testing::TestWithParam<DhGroup> {};
INSTANTIATE_TEST_SUITE_P(Groups, EveryGroup, testing::ValuesIn(kGroups),
                         [](const auto& info) { return std::string(to_string(info.param)); });

TEST_P(EveryGroup, BothEndsAgree) {
  const Result<DhKey> a = dh_generate(GetParam());
  const Result<DhKey> b = dh_generate(GetParam());
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->public_value.size(), public_size(GetParam()));
  EXPECT_NE(a->public_value, b->public_value);
  const Result<SecretBytes> ab = dh_derive(*a, b->public_value);
  const Result<SecretBytes> ba = dh_derive(*b, a->public_value);
  ASSERT_TRUE(ab && ba);
  EXPECT_EQ(to_hex(*ab), to_hex(*ba));
  EXPECT_EQ(ab->size(), shared_size(GetParam()));
}

TEST_P(EveryGroup, RefusesAnotherSize) {
  const Result<DhKey> key = dh_generate(GetParam());
  ASSERT_TRUE(key);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, public_size(GetParam()) - 1, public_size(GetParam()) + 1}) {
    const Result<SecretBytes> shared = dh_derive(*key, Bytes(size, 2));
    ASSERT_FALSE(shared) << size;
    EXPECT_EQ(shared.error().code, Errc::kInvalid);
  }
}

TEST_P(EveryGroup, RefusesZero) {
  const Result<DhKey> key = dh_generate(GetParam());
  ASSERT_TRUE(key);
  const Result<SecretBytes> shared = dh_derive(*key, Bytes(public_size(GetParam()), 0));
  ASSERT_FALSE(shared);
  EXPECT_EQ(shared.error().code, Errc::kInvalid);
}

// RFC 2409 6.1, 6.2, RFC 3526 2 to 7: fixed exponents x = 1f1f… and y = a7a7… (32 octets): SHA-256
// of g^x and of g^xy, computed apart from OpenSSL with Python's pow() over primes built from the
// formulas with pi in RFC 2409 6 and RFC 3526.
TEST(Modp, MatchesAnIndependentComputation) {
  struct Case {
    DhGroup group;
    const char* public_hash;
    const char* shared_hash;
  };
  const Case cases[] = {
      {DhGroup::kModp768, "20f3372c58240b878a2ac597c47b707d60dd6a8c7e478f5b1cd6a404903458d4",
       "8ad8d95285c148931835f5143e984e71c548a9017c3f03776334b002648b4718"},
      {DhGroup::kModp1024, "dba674a887b399c81e03cc5f68eae7a70e76b232cc3f61d3f2588ccbd61eb231",
       "56782252031ecb204ef27f7d7209eb27cd221501a538dfc5fc0c314d35af6748"},
      {DhGroup::kModp1536, "d49920beb8e104fe920ec2585a199917a5833d62444a35cb46f04d7ea887864a",
       "5d6b01e33c05437bc073013c8e456899865082af03404d69d60ebd07e9204d62"},
      {DhGroup::kModp2048, "e7c9db4b142dee950ba7f7bcb44ba79a7f6b74a2b2c15e55eab29e11c26a43f1",
       "89178d91ea2ee321d36874a330b852a73cf522daa5f1f6a658e4b01faf638162"},
      {DhGroup::kModp3072, "688e910c26eef7d5289292e6c55f0bf58fc62ec25cf837ada40ee03a69214b66",
       "3287b051156c7bb5553afd1697b1c5b3f7414bfe72f01abc4ec460de5770d309"},
      {DhGroup::kModp4096, "e389df9a344dec303b3c811897c5b6ed1651198333198c634cc28d69483cbc8c",
       "c7109836799c09fb0465690ef4f96ce1ee088c28441701b715f58ba903116b4d"},
      {DhGroup::kModp6144, "da9a9e037480f34ee5b9dffba9fc4da2c740843028ea94c5e9bc75986f52bd2d",
       "0dff312c005f415ab1cda83f8e5c6b977ef8d885d85ccda75ebf083649e8008d"},
      {DhGroup::kModp8192, "8f36d2cb691b323d204fb4a3869f1ec11e26580b42cac3cdb8089a5abc0f80bf",
       "50a13a20259d6c401678c95904687a7034910bb316694a3331e62bb73140dcee"},
  };
  for (const Case& c : cases) {
    const Result<DhKey> x = dh_from_private(c.group, Bytes(32, 0x1f));
    const Result<DhKey> y = dh_from_private(c.group, Bytes(32, 0xa7));
    ASSERT_TRUE(x && y);
    EXPECT_EQ(to_hex(*hash(HashAlgorithm::kSha256, {x->public_value})), c.public_hash);
    const Result<SecretBytes> shared = dh_derive(*x, y->public_value);
    ASSERT_TRUE(shared);
    EXPECT_EQ(to_hex(*hash(HashAlgorithm::kSha256, {*shared})), c.shared_hash);
  }
}

// RFC 6989 2.1: 0, 1, p - 1 and anything from p on are refused.
TEST(Modp, RefusesValuesOutsideTheRange) {
  const Result<DhKey> key = dh_generate(DhGroup::kModp2048);
  ASSERT_TRUE(key);
  Bytes one(256, 0);
  one.back() = 1;
  EXPECT_FALSE(dh_derive(*key, one));
  EXPECT_FALSE(dh_derive(*key, Bytes(256, 0xff)));
  // p of group 14 ends in 64 one bits, so p - 1 is p with a last octet of 0xfe.
  Bytes two(256, 0);
  two.back() = 2;
  EXPECT_TRUE(dh_derive(*key, two));
  const Bytes p = from_hex(
      "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E34"
      "04DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6"
      "F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A6916"
      "3FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C"
      "32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA95"
      "6AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF");
  ASSERT_EQ(p.size(), 256u);
  Bytes near = p;
  EXPECT_FALSE(dh_derive(*key, near));  // p
  near.back() = 0xfe;
  EXPECT_FALSE(dh_derive(*key, near));  // p - 1
  near.back() = 0xfd;
  EXPECT_TRUE(dh_derive(*key, near));  // p - 2
}

// RFC 5903 3, 7, 8.1
TEST(Ecp, Rfc5903Group19) {
  const Result<DhKey> i =
      dh_from_private(DhGroup::kEcp256,
                      from_hex("C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433"));
  const Result<DhKey> r =
      dh_from_private(DhGroup::kEcp256,
                      from_hex("C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53"));
  ASSERT_TRUE(i && r);
  EXPECT_EQ(i->public_value,
            from_hex("DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180"
                     "5271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3"));
  EXPECT_EQ(r->public_value,
            from_hex("D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63"
                     "56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB"));
  EXPECT_EQ(to_hex(*dh_derive(*i, r->public_value)),
            "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de");
}

// RFC 5903 3, 7, 8.2
TEST(Ecp, Rfc5903Group20) {
  const Result<DhKey> i = dh_from_private(
      DhGroup::kEcp384, from_hex("099F3C7034D4A2C699884D73A375A67F7624EF7C6B3C0F160647B67414DCE655"
                                 "E35B538041E649EE3FAEF896783AB194"));
  const Result<DhKey> r = dh_from_private(
      DhGroup::kEcp384, from_hex("41CB0779B4BDB85D47846725FBEC3C9430FAB46CC8DC5060855CC9BDA0AA2942"
                                 "E0308312916B8ED2960E4BD55A7448FC"));
  ASSERT_TRUE(i && r);
  EXPECT_EQ(i->public_value,
            from_hex("667842D7D180AC2CDE6F74F37551F55755C7645C20EF73E31634FE72B4C55EE6"
                     "DE3AC808ACB4BDB4C88732AEE95F41AA9482ED1FC0EEB9CAFC4984625CCFC23F"
                     "65032149E0E144ADA024181535A0F38EEB9FCFF3C2C947DAE69B4C634573A81C"));
  EXPECT_EQ(to_hex(*dh_derive(*i, r->public_value)),
            "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4"
            "d603135569b9e9d09cf5d4a270f59746");
}

// RFC 5903 3, 7, 8.3
TEST(Ecp, Rfc5903Group21) {
  const Result<DhKey> i = dh_from_private(
      DhGroup::kEcp521,
      from_hex("0037ADE9319A89F4DABDB3EF411AACCCA5123C61ACAB57B5393DCE47608172A0"
               "95AA85A30FE1C2952C6771D937BA9777F5957B2639BAB072462F68C27A57382D4A52"));
  const Result<DhKey> r = dh_from_private(
      DhGroup::kEcp521,
      from_hex("0145BA99A847AF43793FDD0E872E7CDFA16BE30FDC780F97BCCC3F078380201E"
               "9C677D600B343757A3BDBF2A3163E4C2F869CCA7458AA4A4EFFC311F5CB151685EB9"));
  ASSERT_TRUE(i && r);
  EXPECT_EQ(to_hex(*dh_derive(*i, r->public_value)),
            "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04"
            "d1427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3ddea");
}

// RFC 6989 2.3: a point that is not on the curve.
TEST(Ecp, RefusesAForeignPoint) {
  const Result<DhKey> key = dh_generate(DhGroup::kEcp256);
  const Result<DhKey> peer = dh_generate(DhGroup::kEcp256);
  ASSERT_TRUE(key && peer);
  Bytes point = peer->public_value;
  point.back() ^= 1;
  const Result<SecretBytes> shared = dh_derive(*key, point);
  ASSERT_FALSE(shared);
  EXPECT_EQ(shared.error().code, Errc::kInvalid);
}

// RFC 7748 6.1
TEST(Curve25519, Rfc7748) {
  const Result<DhKey> alice =
      dh_from_private(DhGroup::kCurve25519,
                      from_hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
  ASSERT_TRUE(alice);
  EXPECT_EQ(to_hex(alice->public_value),
            "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  EXPECT_EQ(
      to_hex(*dh_derive(
          *alice, from_hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"))),
      "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

// RFC 8031 3: values of small order give an all-zero secret, which ends the exchange.
TEST(Curve25519, RefusesSmallOrder) {
  const Result<DhKey> key = dh_generate(DhGroup::kCurve25519);
  ASSERT_TRUE(key);
  Bytes one(32, 0);
  one[0] = 1;
  EXPECT_FALSE(dh_derive(*key, one));
  EXPECT_FALSE(dh_derive(
      *key, from_hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")));
}

TEST(Dh, RefusesAKeyThatLivesElsewhere) {
  class Elsewhere final : public DhPrivate {};
  for (const DhGroup group : {DhGroup::kModp2048, DhGroup::kEcp256}) {
    const DhKey key{group, {}, std::make_shared<Elsewhere>()};
    Bytes peer(public_size(group), 2);
    const Result<SecretBytes> shared = dh_derive(key, peer);
    ASSERT_FALSE(shared);
    EXPECT_EQ(shared.error().code, Errc::kUnsupported);
  }
}

TEST(Dh, KnowsTheRegistry) {
  EXPECT_EQ(dh_from_id(19), DhGroup::kEcp256);
  EXPECT_EQ(dh_from_id(24), DhGroup::kModp2048Sub256);
  EXPECT_EQ(dh_from_id(27), std::nullopt);
  EXPECT_FALSE(dh_generate(static_cast<DhGroup>(27)));
}

}  // namespace
}  // namespace spa::crypto
