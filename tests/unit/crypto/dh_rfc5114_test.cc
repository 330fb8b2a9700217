// SPDX-License-Identifier: Apache-2.0
// The groups with prime-order subgroups: RFC 5114 appendix A.1 to A.3, and RFC 6989 2.2.
#include <gtest/gtest.h>

#include "userspace/crypto/dh.h"

namespace spa::crypto {
namespace {

struct Vector {
  DhGroup group;
  const char *x_a, *x_b, *y_a, *y_b, *shared;
  // An element of small order outside the subgroup: 2^((p-1)/r) mod p for the smallest prime r > 2
  // that divides (p-1)/q (7, 5 and 13), computed with Python's pow().
  const char* small;
};

const Vector kVectors[] = {
    {DhGroup::kModp1024Sub160, "b9a3b3ae8fefc1a2930496507086f8455d48943e",
     "9392c9f9eb6a7a6a9022f7d83e7223c6835bbdda",
     "2a853b3d92197501b9015b2deb3ed84f5e021dcc3e52f109d3273d2b7521281cbabe0e76ff5727fa8acc"
     "e26956ba9a1fca26f20228d8693feb10841d84a7360054ece5a7f5b7a61ad3dfb3c60d2e43106d8727da"
     "37df9cce95b478755d06bcea8f9d45965f75a5f3d1df3701165fc9e50c4279ceb07f989540ae96d5d88e"
     "d776",
     "717a6cb053371ff4a3b932941c1e5663f861a1d6ad34ae66576dfb98f6c6cbf9ddd5a56c7833f6bcfdff"
     "095582ad868e440e8d09fd769e3ceccdc3d3b1e4cfa057776caaf9739b6a9fee8e7411f8d6dac09d6a4e"
     "db46cc2b5d5203090eae6126311e53fd2c14b574e6a3109a3da1be41bdceaa186f5ce06716a2b6a07b3c"
     "33fe",
     "5c804f454d30d9c4df85271f93528c91df6b48ab5f80b3b59caac1b28f8acba9cd3e39f3cb614525d952"
     "1d2e644c53b807b810f340062f257d7d6fbfe8d5e8f072e9b6e9afda9413eafb2e8b0699b1fb5a0caced"
     "deaead7e9cfbb36ae2b420835bd83a19fb0b5e96bf8fa4d09e345525167ecd9155416f46f408ed31b63c"
     "6e6d",
     "24986e0c35fbae0d16a21b2aab7eac0dc32e9ca8c24c1eb9387366ee8a6df2bee49b6f46ea2525d208c1"
     "bc3d87e3749586616e0161a305f670830ba1fa9e4c5a1bd5ae9f4dc2032f1fd99bbcf3f4444a09d4da3c"
     "cbde680580ee8d78feced92d1efb235fc9f25c8525a4e5a453ccf7375119cee48b05421c093d10c8b6e9"
     "0ab8"},
    {DhGroup::kModp2048Sub224, "22e62601dbffd06708a680f747f361f76d8f4f721a0548e483294b0c",
     "4ff3bc96c7fc6a6d71d3b363800a7cdfef6fc41b4417ea15353b7590",
     "1b3a63451bd886e699e67b494e288bd7f8e0d370badda7a0efd2fde7d8f66145cc9f280419975eb80887"
     "7c8a4c0c8e0bd48d4a5401eb1e8776bfeee134c03831ac273cd9d635ab0ce006a42a887e3f52fb8766b6"
     "50f38078bc8ee8580cefe243968cfc4f8dc3db084554171d41bf2e861b7bb4d69dd0e01ea387cbaa5ca6"
     "72afcbe8bdb9d62d4ce15f17dd36f91ed1eedd65ca4a06455cb94cd40a52ec360e84b3c926e22c4380a3"
     "bf309d56849768b7f52cfdf655fd053a7ef706979e7e5806b17dfae53ad2a5bc568ebb529a7a61d68d25"
     "6f8fc97c074a861d827e2ebc8c6134553115b70e7103920aa16d85e52bcbab8d786a68178fa8ff7c2f5c"
     "71648d6f",
     "4dcee992a9762a13f2f83844ad3d77ee0e31c9718b3db6c2035d3961182c3e0ba247ec4182d760cd48d9"
     "9599970622a1881bba2dc822939c78c3912c6661fa5438b20766222b75e24c2e3ad0c7287236129525ee"
     "15b5dd7998aa04c4a9696cacd7172083a97a81664ead2c479e444e4c0654cc19e28d7703cee8dacd6126"
     "f5d665ec52c67255db92014b037eb621a2ac8e365de071ffc1400acf077a12913dd8de89473437ab7ba3"
     "46743c1b215dd9c12164a7e4053118d199bec8ef6fc561170c84c87d10ee9a674a1fa8ffe13bdfba1d44"
     "de48946d68dc0cdd777635a7ab5bfb1e4bb7b856f96827734c184138e915d9c3002ebce53120546a7e20"
     "02142b6c",
     "34d9bddc1b42176c313fea034c21034d074a6313bb4ecdb3703fff424567a46bdf75530ede0a9da5229d"
     "e7d76732286cbc0f91da4c3c852fc099c679531d94c78ab03d9decb0a4e4ca8b2bb4591c4021cf8ce3a2"
     "0a541d33994017d0200ae2c9516e2ff5145779269e862b0fb474a2d56dc31ed569a7700b4c4ab16b22a4"
     "5513531ef523d71212077b5a169bdeffad7ad9608284c7795b6d5a5183b87066de17d8d671c9ebd8ec89"
     "544d45ec061593d442c62ab9ce3b1cb9943a1d23a5ea3bcf21a01471e67e003e7f8a69c728be490b2fc8"
     "8cfeb92db6a215e5d03c17c464c9ac1a46e203e13f952995fb03c69d3cc47fcb510b6998ffd3aa6de73c"
     "f9f63869",
     "6f320fe2644d2f1ec0c9a784638a6feb94c0ea945795b733c7dbf2851a629dccc354b13c76ecdcdf1243"
     "a9d79da9128434e3f644b0b8437f87e9e4b1a2daa124cc2733cea2c8b916f26f10d5cbdc4576de8d0f51"
     "7be203bc0688aa7add675b3ee613856a7f2a98b22da80e54ce7f1cf7d7b2a322f6b0192c6754f1b9c5f4"
     "f598a3624d911c30e949cfee5ff4ae5d93c4b8401663e134e9cdd22476e07ccaca1880e7b53b3b49a73b"
     "fd42940eaae70426c47450dde29134a33c787c4b92c78a7a8353b83060c17aaf9c94e85e9a133a90220c"
     "a3407644aada5e06eef2a8443b5ab23091e1109da409a4f657b6e357149a11ec65dd13f14c635a4af570"
     "31a1ce7d"},
    {DhGroup::kModp2048Sub256, "0881382cdb87660c6dc13e614938d5b9c8b2f248581cc5e31b35454397fce50e",
     "7d62a7e3ef36de617b13d1afb82c780d83a23bd4ee6705645121f371f546a53d",
     "2e9380c8323af97545bc4941deb0ec3742c62fe0ece824a6abdbe66c59bee0242911bfb967235ceba35a"
     "e13e4ec752be630b92dc4bde2847a9c62cb8152745421fb7eb60a63c0fe9159fcce726ce7cd8523d7450"
     "667ef840e4919121eb5f01c8c9b0d3d648a93bfb75689e8244ac134af544711ce79a02dcc34226684780"
     "dddcb498594106c37f5bc79856487af5ab022a2e5e42f09897c1a85a11ea0212af04d9b4cebc937c3c1a"
     "3e15a8a0342e337615c84e7fe3b8b9b87fb1e73a15af12a30d746e06dfc34f290d797ce51aa13aa785bf"
     "6658aff5e4b093003cbeaf665b3c2e113a3a4e905269341dc0711426685f4ef37e868a8126ff3f2279b5"
     "7ca67e29",
     "575f0351bd2b1b817448bdf87a6c362c1e289d3903a30b9832c5741fa250363e7acbc7f77f3dacbc1f13"
     "1add8e03367eff8fbbb3e1c5784424809b25afe4d2262a1a6fd2fab64105ca30a674e07f780985208863"
     "2fc049233791ad4edd083a978b883ee618bc5e0dd047415f2d95e683cf14826b5fbe10d3ce41c6c120c7"
     "8ab20008c698bf7f0bcab9d7f407bed0f43afb2970f57f8d12043963e66ddd320d599ad9936c8f44137c"
     "08b180ec5e985cebe186f3d549677e80607331ee17af3380a725b0782317d7dd43f59d7af9568a9bb63a"
     "84d365f92244ed120988219302f42924c7ca90b89d24f71b0ab697823d7deb1aff5b0e8e4a45d49f7f53"
     "757e1913",
     "86c70bf8d0bb81bb01078a17219cb7d27203db2a19c877f1d1f19fd7d77ef22546a68f005ad52dc84553"
     "b78fc60330be51ea7c0672cac1515e4b35c047b9a551b88f39dc26da14a09ef74774d47c762dd177f9ed"
     "5bc2f11e52c879bd95098504cd9eecd8a8f9b3efbd1f008ac5853097d9d1837f2b18f77cd7be01af80a7"
     "c7b5ea3ca54cc02d0c116fee3f95bb87399385875d7e86747e676e728938acbff7098e05be4dcfb24052"
     "b83aeffb14783f029adbde7f53fae92084224090e007cee94d4bf2bace9ffd4b57d2af7c724d0caa19bf"
     "0501f6f17b4aa10f425e3ea76080b4b9d6b3cefea115b2ceb8789bb8a3b0ea87febe63b6c8f846ec6db0"
     "c26c5d7c",
     "782cebbb613ec35fe39a0febe398266a72a4fb83bffc12a825fbad8b07ed15ea8b7e5ab7d00853af46f6"
     "27faa0d10b2f2411fdc9c293624af7cdc1305061ecf7742b4f9ae2382d0f12248201cdaf10d641653d98"
     "a594844c9abde406d6ab8c4943ee4941f665c0ee5f17b5ef42f141c9bd94d1ca1345ec841decdba0ca1a"
     "edab10e435704b287c69f12f0e1de63bf20a503069a30e469fc54dfaaf42742a464af205acb2da63fdbb"
     "700d60649ef71f59a6909a7d64d2947c528ee324f730f89cceb748317c3392ae09441279066f4c733056"
     "d44b119e2385ebce760aa59319e4b23a4e611d737f71e2cde275ecbd400729870dd885a503c7e831c034"
     "9008a7c2"},
};

class Rfc5114 : public testing::TestWithParam<Vector> {};
INSTANTIATE_TEST_SUITE_P(Groups, Rfc5114, testing::ValuesIn(kVectors),
                         [](const auto& info) { return std::string(to_string(info.param.group)); });

// RFC 5114 2.1, 2.2, 2.3, A.1, A.2, A.3
TEST_P(Rfc5114, KnownAnswer) {
  const Vector& v = GetParam();
  const Result<DhKey> a = dh_from_private(v.group, from_hex(v.x_a));
  const Result<DhKey> b = dh_from_private(v.group, from_hex(v.x_b));
  ASSERT_TRUE(a && b);
  EXPECT_EQ(to_hex(a->public_value), v.y_a);
  EXPECT_EQ(to_hex(b->public_value), v.y_b);
  const Result<SecretBytes> ab = dh_derive(*a, b->public_value);
  const Result<SecretBytes> ba = dh_derive(*b, a->public_value);
  ASSERT_TRUE(ab && ba);
  EXPECT_EQ(to_hex(*ab), v.shared);
  EXPECT_EQ(to_hex(*ba), v.shared);
}

// RFC 6989 2.2: y^q = 1, or a peer learns the exponent modulo the small order.
TEST_P(Rfc5114, RefusesWhatIsOutsideTheSubgroup) {
  const Vector& v = GetParam();
  const Result<DhKey> key = dh_generate(v.group);
  ASSERT_TRUE(key);
  Bytes two(public_size(v.group), 0);
  two.back() = 2;  // of another order in all three groups
  for (const Bytes& value : {from_hex(v.small), two}) {
    ASSERT_EQ(value.size(), public_size(v.group));
    const Result<SecretBytes> shared = dh_derive(*key, value);
    ASSERT_FALSE(shared);
    EXPECT_EQ(shared.error().code, Errc::kInvalid);
    EXPECT_NE(shared.error().text.find("not in the subgroup"), std::string::npos);
  }
}

}  // namespace
}  // namespace spa::crypto
