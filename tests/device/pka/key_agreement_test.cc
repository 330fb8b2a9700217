// SPDX-License-Identifier: Apache-2.0
// Diffie-Hellman on the card against OpenSSL and the vectors of RFC 5903 and RFC 7748. R-ENG-1,
// R-ENG-13.
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>

#include "firmware-sim/pka/pka.h"
#include "tests/device/pka/oracle.h"

namespace spa::pka::test {
namespace {

constexpr std::uint32_t kOwner = 3;

class Group : public testing::TestWithParam<std::uint16_t> {
 protected:
  keystore::KeyStore keys{16};
  Pka pka{keys};
  std::uint16_t group = GetParam();

  Reply generate() { return run(pka, SPA_PK_DH_GENERATE, group, 0, kOwner, {}); }
  Reply derive(std::uint32_t handle, ByteView peer) {
    return run(pka, SPA_PK_DH_DERIVE, group, handle, kOwner, peer);
  }
};

TEST_P(Group, SharesASecretWithOpenSsl) {
  std::set<Bytes> values;
  for (int i = 0; i < 3; ++i) {
    const Reply ours = generate();
    ASSERT_EQ(ours.status, SPA_OK);
    EXPECT_NE(ours.handle, 0u);
    const Key theirs = oracle_generate(group);
    const Bytes their_value = oracle_public(group, *theirs);
    ASSERT_EQ(ours.out.size(), their_value.size());
    const Reply shared = derive(ours.handle, their_value);
    ASSERT_EQ(shared.status, SPA_OK);
    EXPECT_EQ(shared.out, oracle_derive(group, *theirs, ours.out));
    EXPECT_TRUE(values.insert(ours.out).second);
  }
}

TEST_P(Group, RefusesWrongLengths) {
  const Reply ours = generate();
  const Key theirs = oracle_generate(group);
  Bytes value = oracle_public(group, *theirs);
  value.push_back(0);
  EXPECT_EQ(derive(ours.handle, value).status, SPA_E_FIELD);
  value.resize(value.size() - 2);
  EXPECT_EQ(derive(ours.handle, value).status, SPA_E_FIELD);
  EXPECT_EQ(derive(ours.handle, {}).status, SPA_E_FIELD);
  EXPECT_EQ(run(pka, SPA_PK_DH_GENERATE, group, 0, kOwner, Bytes(1)).status, SPA_E_FIELD);
}

TEST_P(Group, AsksForRoomBeforeItMakesAKey) {
  const std::size_t length = generate().out.size();
  const std::uint32_t used = keys.used();
  PkRequest request{SPA_PK_DH_GENERATE, group, 0, kOwner, static_cast<std::uint32_t>(length - 1)};
  EXPECT_EQ(pka.execute(request, {}).status, SPA_E_SPACE);
  EXPECT_EQ(keys.used(), used);
  request.out_length = static_cast<std::uint32_t>(length);
  EXPECT_EQ(pka.execute(request, {}).status, SPA_OK);
}

TEST_P(Group, AKeyServesItsOwnGroupAndOwnerOnly) {
  const Reply ours = generate();
  const std::uint16_t other = group == SPA_PK_ECP256 ? SPA_PK_X25519 : SPA_PK_ECP256;
  const Bytes value(64, 1);
  EXPECT_EQ(run(pka, SPA_PK_DH_DERIVE, other, ours.handle, kOwner, value).status, SPA_E_FIELD);
  EXPECT_EQ(run(pka, SPA_PK_DH_DERIVE, group, ours.handle, kOwner + 1, ours.out).status,
            SPA_E_NOT_FOUND);
  EXPECT_EQ(run(pka, SPA_PK_SIGN, SPA_PK_RSA_PKCS1_SHA256, ours.handle, kOwner, Bytes(32)).status,
            SPA_E_FIELD);
}

INSTANTIATE_TEST_SUITE_P(Groups, Group, testing::ValuesIn(kGroups),
                         [](const auto& info) { return "group" + std::to_string(info.param); });

class Vectors : public testing::Test {
 protected:
  keystore::KeyStore keys{4};
  Pka pka{keys};

  // The shared secret of a given private value.
  Bytes derive(std::uint16_t group, const char* secret, const Bytes& peer) {
    auto key = std::make_shared<keystore::PrivateKey>();
    key->group = group;
    const Bytes octets = from_hex(secret);
    key->secret.assign(octets.begin(), octets.end());
    std::uint32_t handle = 0;
    EXPECT_EQ(keys.insert(kOwner, std::move(key), handle), SPA_OK);
    const Reply reply = run(pka, SPA_PK_DH_DERIVE, group, handle, kOwner, peer);
    EXPECT_EQ(reply.status, SPA_OK);
    EXPECT_EQ(keys.destroy(kOwner, handle), SPA_OK);
    return reply.out;
  }
};

TEST_F(Vectors, Rfc5903Ecp256) {
  const Bytes shared = from_hex("d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de");
  EXPECT_EQ(
      derive(SPA_PK_ECP256, "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
             from_hex("d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
                      "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab")),
      shared);
  EXPECT_EQ(
      derive(SPA_PK_ECP256, "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
             from_hex("dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
                      "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3")),
      shared);
}

TEST_F(Vectors, Rfc5903Ecp384) {
  const Bytes shared = from_hex(
      "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f5"
      "9746");
  EXPECT_EQ(derive(SPA_PK_ECP384,
                   "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649e"
                   "e3faef896783ab194",
                   from_hex("e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac4"
                            "3a0336def96fda41d0774a3571"
                            "dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa4"
                            "0142209dff5eaad96db9e6386c")),
            shared);
  EXPECT_EQ(derive(SPA_PK_ECP384,
                   "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0308312916b8ed"
                   "2960e4bd55a7448fc",
                   from_hex("667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac8"
                            "08acb4bdb4c88732aee95f41aa"
                            "9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38eeb9fcf"
                            "f3c2c947dae69b4c634573a81c")),
            shared);
}

// x | y of a P-521 scalar.
Bytes p521_public(const char* scalar) {
  EC_GROUP* group = EC_GROUP_new_by_curve_name(NID_secp521r1);
  EC_POINT* point = EC_POINT_new(group);
  BIGNUM* k = nullptr;
  BN_hex2bn(&k, scalar);
  EC_POINT_mul(group, point, k, nullptr, nullptr, nullptr);
  Bytes out(133);
  EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, out.data(), out.size(), nullptr);
  BN_free(k);
  EC_POINT_free(point);
  EC_GROUP_free(group);
  out.erase(out.begin());
  return out;
}

TEST_F(Vectors, Rfc5903Ecp521) {
  const char* i =
      "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a095aa85a30fe1c2952c6771d937ba"
      "9777f595"
      "7b2639bab072462f68c27a57382d4a52";
  const char* r =
      "0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e9c677d600b343757a3bdbf2a3163"
      "e4c2f869"
      "cca7458aa4a4effc311f5cb151685eb9";
  const Bytes shared = from_hex(
      "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1427e73ca4baa240a3478685981"
      "0c06b3c7"
      "15a3a8cc3151f2bee417996d19f3ddea");
  EXPECT_EQ(derive(SPA_PK_ECP521, i, p521_public(r)), shared);
  EXPECT_EQ(derive(SPA_PK_ECP521, r, p521_public(i)), shared);
}

// RFC 7748 6.1
TEST_F(Vectors, Rfc7748X25519) {
  const Bytes shared = from_hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
  EXPECT_EQ(
      derive(SPA_PK_X25519, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
             from_hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")),
      shared);
}

// RFC 6989 2.1 and 2.2: 1 < y < p - 1.
TEST(Modp, RefusesValuesAtTheEndsOfTheRange) {
  struct Prime {
    std::uint16_t group;
    BIGNUM* (*get)(BIGNUM*);
  };
  const Prime primes[] = {
      {SPA_PK_MODP768, BN_get_rfc2409_prime_768},   {SPA_PK_MODP1024, BN_get_rfc2409_prime_1024},
      {SPA_PK_MODP1536, BN_get_rfc3526_prime_1536}, {SPA_PK_MODP2048, BN_get_rfc3526_prime_2048},
      {SPA_PK_MODP3072, BN_get_rfc3526_prime_3072}, {SPA_PK_MODP4096, BN_get_rfc3526_prime_4096}};
  keystore::KeyStore keys{8};
  const Pka pka{keys};
  for (const Prime& prime : primes) {
    const Reply ours = run(pka, SPA_PK_DH_GENERATE, prime.group, 0, kOwner, {});
    const auto outcome = [&](int offset, bool from_p) {
      BIGNUM* value = from_p ? prime.get(nullptr) : BN_new();
      if (offset < 0) {
        BN_sub_word(value, static_cast<BN_ULONG>(-offset));
      } else {
        BN_add_word(value, static_cast<BN_ULONG>(offset));
      }
      Bytes octets(ours.out.size());
      BN_bn2binpad(value, octets.data(), static_cast<int>(octets.size()));
      BN_free(value);
      return run(pka, SPA_PK_DH_DERIVE, prime.group, ours.handle, kOwner, octets).status;
    };
    EXPECT_EQ(outcome(0, false), SPA_E_CRYPTO);
    EXPECT_EQ(outcome(1, false), SPA_E_CRYPTO);
    EXPECT_EQ(outcome(2, false), SPA_OK);
    EXPECT_EQ(outcome(-2, true), SPA_OK);
    EXPECT_EQ(outcome(-1, true), SPA_E_CRYPTO);
    EXPECT_EQ(outcome(0, true), SPA_E_CRYPTO);
    EXPECT_EQ(outcome(1, true), SPA_E_CRYPTO);
    EXPECT_EQ(
        run(pka, SPA_PK_DH_DERIVE, prime.group, ours.handle, kOwner, Bytes(ours.out.size(), 0xff))
            .status,
        SPA_E_CRYPTO);
  }
}

// RFC 6989 2.3
TEST(Ecp, RefusesPointsOffTheCurve) {
  keystore::KeyStore keys{8};
  const Pka pka{keys};
  for (const std::uint16_t group : {SPA_PK_ECP256, SPA_PK_ECP384, SPA_PK_ECP521}) {
    const Reply ours = run(pka, SPA_PK_DH_GENERATE, group, 0, kOwner, {});
    for (std::size_t bit = 0; bit < 8 * ours.out.size(); bit += 37) {
      Bytes value = ours.out;
      value[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
      EXPECT_EQ(run(pka, SPA_PK_DH_DERIVE, group, ours.handle, kOwner, value).status, SPA_E_CRYPTO);
    }
    for (const int fill : {0, 0xff})
      EXPECT_EQ(run(pka, SPA_PK_DH_DERIVE, group, ours.handle, kOwner,
                    Bytes(ours.out.size(), static_cast<std::uint8_t>(fill)))
                    .status,
                SPA_E_CRYPTO);
  }
}

// RFC 7748 6.1, 7: values of small order give a secret of all zeros.
TEST(X25519, RefusesValuesOfSmallOrder) {
  keystore::KeyStore keys{4};
  const Pka pka{keys};
  const Reply ours = run(pka, SPA_PK_DH_GENERATE, SPA_PK_X25519, 0, kOwner, {});
  Bytes one(32);
  one[0] = 1;
  const Bytes bad[] = {
      Bytes(32), one, from_hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
      from_hex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
      from_hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")};
  for (const Bytes& value : bad)
    EXPECT_EQ(run(pka, SPA_PK_DH_DERIVE, SPA_PK_X25519, ours.handle, kOwner, value).status,
              SPA_E_CRYPTO);
}

TEST(PkRequest, RefusesWhatItDoesNotKnow) {
  keystore::KeyStore keys{4};
  const Pka pka{keys};
  EXPECT_EQ(run(pka, 0, 14, 0, kOwner, {}).status, SPA_E_OPCODE);
  EXPECT_EQ(run(pka, 7, 14, 0, kOwner, {}).status, SPA_E_OPCODE);
  EXPECT_EQ(run(pka, 0xffff, 14, 0, kOwner, {}).status, SPA_E_OPCODE);
  for (const std::uint16_t group : {0, 3, 4, 17, 18, 22, 30, 32, 0xffff}) {
    EXPECT_EQ(run(pka, SPA_PK_DH_GENERATE, group, 0, kOwner, {}).status, SPA_E_UNSUPPORTED);
    EXPECT_EQ(run(pka, SPA_PK_DH_DERIVE, group, 1, kOwner, {}).status, SPA_E_UNSUPPORTED);
  }
  EXPECT_EQ(run(pka, SPA_PK_DH_DERIVE, 14, 0x10001, kOwner, Bytes(256)).status, SPA_E_NOT_FOUND);
  EXPECT_EQ(run(pka, SPA_PK_DH_DERIVE, 14, 0, kOwner, Bytes(SPA_PK_DATA_MAX + 1)).status,
            SPA_E_FIELD);
  EXPECT_EQ(run(pka, SPA_PK_KEY_DESTROY, 0, 0, kOwner, {}).status, SPA_E_NOT_FOUND);
}

// R-ENG-13: workers run operations side by side.
TEST(Pka, ServesSeveralThreads) {
  keystore::KeyStore keys{64};
  const Pka pka{keys};
  std::atomic<int> agreed{0};
  std::vector<std::thread> workers;
  for (std::uint32_t owner = 1; owner <= 4; ++owner)
    workers.emplace_back([&pka, &agreed, owner] {
      for (const std::uint16_t group :
           {SPA_PK_X25519, SPA_PK_ECP256, SPA_PK_MODP1024, SPA_PK_ECP384})
        for (int i = 0; i < 5; ++i) {
          const Reply a = run(pka, SPA_PK_DH_GENERATE, group, 0, owner, {});
          const Reply b = run(pka, SPA_PK_DH_GENERATE, group, 0, owner, {});
          const Reply ab = run(pka, SPA_PK_DH_DERIVE, group, a.handle, owner, b.out);
          const Reply ba = run(pka, SPA_PK_DH_DERIVE, group, b.handle, owner, a.out);
          if (ab.status == SPA_OK && ab.out == ba.out) ++agreed;
          (void)run(pka, SPA_PK_KEY_DESTROY, 0, a.handle, owner, {});
          (void)run(pka, SPA_PK_KEY_DESTROY, 0, b.handle, owner, {});
        }
    });
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(agreed, 80);
  EXPECT_EQ(keys.used(), 0u);
}

}  // namespace
}  // namespace spa::pka::test
