// SPDX-License-Identifier: Apache-2.0
// Published test vectors, against every backend: draft-mcgrew-gcm-test-01 for RFC 4106 4, 5, 9, RFC
// 3602 4 for AES-CBC in ESP, RFC 2202 (for RFC 2403 and 2404) and RFC 4868 2.1, 2.3, 2.7 for the
// HMACs. The other ciphers are in cipher_vectors_test.cc.
#include <gtest/gtest.h>

#include <cstring>

#include "firmware-sim/esp/crypto_backend.h"
#include "tests/device/esp/packets.h"
#include "tests/device/esp/reference.h"

namespace spa::esp::test {
namespace {

struct GcmVector {
  const char* key;
  const char* salt;
  const char* seq_hi;  // empty: no ESN
  const char* packet;  // SPI to ICV
  const char* plain;
};

const GcmVector kGcmVectors[] = {
    {"4c80cdefbb5d10da906ac73c3613a634", "2e443b68", "87654321",
     "00004321 00000000 4956ed7e3b244cfe "
     "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34"
     "cfa2436f14a3f3cf65925bf1f4a13c5d15b21e1884f5ff6247aeabb786b93bce61bc17d768fd9732459018148f6cb"
     "e72"
     "2fd04796562dfdb4",
     "45000048699a000080114db7c0a80102c0a801010a9bf15638d301000001000000000000045f736970045f7564700"
     "373"
     "69700963796265726369747902646b000021000101020201"},
    {"feffe9928665731c6d6a8f9467308308", "cafebabe", "",
     "0000a5f8 0000000a facedbaddecaf888 "
     "deb22cd9b07c72c16e3a65beeb8df304a5a5897d33ae530f1ba76d5d114d2a5c"
     "3de81827c10e9a4f51330d0eec416642cfbb85a5b47e48a4ec3b9ba95d918bd183b70d3aa8bc6ee4c309e9d85a41a"
     "d4a",
     "4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d0010000010000000000000373697009637"
     "962"
     "65726369747902646b00000100010001"},
    {"abbccddef00112233445566778899aababbccddef00112233445566778899aab", "11223344", "",
     "4a2cbfe3 00000002 0102030405060708 "
     "ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06efae9d65a5d763"
     "748a637985771d347f0545659f14e99def842d8eb335f4eecfdbf831824b4c4915956c96",
     "4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee0000000007002400020bf0000020405b401010"
     "402"
     "01020201"},
    {"00000000000000000000000000000000", "00000000", "",
     "00000000 00000001 0000000000000000 "
     "4688daf2f973a392732909c331d56d60f694abaa414b5e7ff5fdcdfff5e9a284"
     "456476492719ffb64de7d9dca1e1d894bc3bd57873ed4d181d19d4d5c8c18af3f821d496eeb096e98ad2b69e4799c"
     "71d",
     "4500003c99c500008001cb7a4067931801010101080007 "
     "5c020044006162636465666768696a6b6c6d6e6f7071727374"
     "75767761626364656667686901020201"},
    {"3de09874b388e6491988d0c3607eae1f", "57690e43", "10101010",
     "42f67e3f 10101010 4e280000a2fca1a3 "
     "fba2caa4853cf9f0f22cb10d86dd83b0fec75691cf1a04b00d1138ec9c357917"
     "65acbd8701ad79845bf9fe3fba487bc91755e6662b4c8d0d1f5e22739530320ae0d731cc978ecafaeae88f00e80d6"
     "e48",
     "4500003c99c300008001cb7c40679318010101010800085c0200430061626364"
     "65666768696a6b6c6d6e6f707172737475767761626364656667686901020201"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c", "cafebabe", "",
     "0000a5f8 0000000a facedbaddecaf888 "
     "a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0"
     "315b27452144cc7795457b9652037f5318027b5b4cd7a636",
     "45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e501016d075680001"},
    {"abbccddef00112233445566778899aababbccddef00112233445566778899aab", "73616c74", "156f3126",
     "17405e67 dd0db99b 616e640169766563 "
     "f2d69ecdbd5a0d5b8d5ef38bad4da58d1f278fde98ef67549d524a3018d9a57f"
     "f4d3a31ce673119e451626c2415771e3b7eebca614c89b35",
     "45080028732c00004006e9f90a0106120a01038f06b88023dd6bafbecb71260250101f646d540001"},
    {"7d773d00c144c525ac619d18c84a3f47", "d9664267", "",
     "335467ae ffffffff 43457e9182443bc6 437f866bcb3f699fe9b0822bac961c4504bef270", "01020201"},
    {"6c6567616c697a656d6172696a75616e61616e64646f69746265666f72656961", "7475726e", "ffffffff",
     "796b6963 ffffffff 333021696765746d "
     "f97ab2aa356d8edce17644ac8c78e25dd24dedbb29ebf1b64a274b39b49c3a86"
     "4cd3d78ca4ae68a32b42458fb57dbe821dcc63b9d0937ba2945f669368661a329fb4c053",
     "45000030da3a00008001df3bc0a80005c0a800010800c6cd020007006162636465666768696a6b6c6d6e6f7071727"
     "374"
     "01020201"},
};

struct CbcVector {
  const char* key;
  const char* packet;   // SPI to text: RFC 3602's samples carry no ICV
  const char* payload;  // before padding
  std::uint8_t next;
};

const CbcVector kCbcVectors[] = {
    {"90d382b410eeba7ad938c46cec1a82bf",
     "00004321 00000001 e96e8c08ab465763fd098d45dd3ff893 "
     "f663c25d325c18c6a9453e194e120849a4870b66cc6b9965"
     "330013b4898dc856a4699e523a55db080b59ec3a8e4b7e52775b07d1db34ed9c538ab50c551b874aa269add047ad2"
     "d59"
     "13ac19b7cfbad4a6",
     "08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252"
     "627"
     "28292a2b2c2d2e2f3031323334353637",
     1},
    {"90d382b410eeba7ad938c46cec1a82bf",
     "00004321 00000008 69d08df7d203329db093fc4924e5bd80 "
     "f51995881ec4e0c4488987ce742e8109689bb379d2d750c0"
     "d915dca346a89f75",
     "0800b5e8a80a0500a69c083d0b660e00777777777777777777777777", 1},
    {"0123456789abcdef0123456789abcdef",
     "00008765 00000002 f4e765244f6407adf13dc1380f673f37 "
     "773b5241a4c449225e4f3ce5ed611b0c237ca96cf74a9301"
     "3c1b0ea1a0cf70f8e4ecaec78ac53aad7a0f022b859243c647752e94a859352b8a4d4d2decd136e5c177f132ad3fb"
     "fb2"
     "201ac9904c74ee0a109e0ca1e4dfe9d5a100b842f1c22f0d",
     "45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d02a2040008090a0b0c0d0e0f10111"
     "213"
     "1415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
     4},
    {"0123456789abcdef0123456789abcdef",
     "00008765 00000005 85d47224b5f3dd5d2101d4ea8dffab22 "
     "15b92683819596a8047232cc00f7048fe45318e11f8a0f62"
     "ede3c3fc61203bb50f980a08c9843fd3a1b06d5c07ff9639b7eb7dfb3512e5de435e7207ed971ef3d2726d9b5ef6a"
     "ffc"
     "6d17a0decbb13892",
     "45000044090c00004001f990c0a87b03c0a87bc80800d63caa0a0200c69c083da3de0300fffffffffffffffffffff"
     "fff"
     "ffffffffffffffffffffffffffffffffffffffff",
     4},
};

struct HmacVector {
  spa_auth auth;
  Bytes key;
  Bytes data;
  const char* icv;
};

const HmacVector kHmacVectors[] = {
    {SPA_AUTH_HMAC_SHA1_96, Bytes(20, 0x0b), from_hex("4869205468657265"),
     "b617318655057264e28bc0b6"},
    {SPA_AUTH_HMAC_SHA1_96, Bytes(20, 0xaa), Bytes(50, 0xdd), "125d7342b9ac11cd91a39af4"},
    {SPA_AUTH_HMAC_SHA2_256_128, Bytes(32, 0x0b), from_hex("4869205468657265"),
     "198a607eb44bfbc69903a0f1cf2bbdc5"},
    {SPA_AUTH_HMAC_SHA2_256_128, Bytes(32, 0xaa), Bytes(50, 0xdd),
     "cdcb1220d1ecccea91e53aba3092f962"},
    {SPA_AUTH_HMAC_SHA2_384_192, Bytes(48, 0x0b), from_hex("4869205468657265"),
     "b6a8d5636f5c6a7224f9977dcf7ee6c7fb6d0c48cbdee973"},
    {SPA_AUTH_HMAC_SHA2_384_192, Bytes(48, 0xaa), Bytes(50, 0xdd),
     "809f439be00274321d4a538652164b53554a508184a0c316"},
    {SPA_AUTH_HMAC_SHA2_512_256, Bytes(64, 0x0b), from_hex("4869205468657265"),
     "637edc6e01dce7e6742a99451aae82df23da3e92439e590e43e761b33e910fb8"},
    {SPA_AUTH_HMAC_SHA2_512_256, Bytes(64, 0xaa), Bytes(50, 0xdd),
     "2ee7acd783624ca9398710f3ee05ae41b9f9b0510c87e49e586cc9bf961733d8"},
    {SPA_AUTH_HMAC_MD5_96, Bytes(16, 0x0b), from_hex("4869205468657265"),
     "9294727a3638bb1c13f48ef8"},
    {SPA_AUTH_HMAC_MD5_96, Bytes(16, 0xaa), Bytes(50, 0xdd), "56be34521d144c88dbb8c733"},
};

class Vectors : public testing::TestWithParam<Backend> {
 protected:
  std::unique_ptr<CryptoBackend> backend = make_crypto_backend(GetParam());
};

// An SA's transform as the vectors need it, without the checks of SaTable: they use reserved SPIs.
Transform transform_of(spa_cipher cipher, spa_auth auth, std::uint8_t icv, bool esn,
                       bool outbound) {
  return make_transform(*cipher_traits(cipher), auth, icv, esn, outbound);
}

TEST_P(Vectors, Gcm) {
  for (const GcmVector& vector : kGcmVectors) {
    const Bytes key = from_hex(vector.key);
    const Bytes salt = from_hex(vector.salt);
    const Bytes plain = from_hex(vector.plain);
    const Bytes expected = from_hex(vector.packet);
    const bool esn = *vector.seq_hi != 0;
    CryptoJob job;
    job.body = plain.size();
    if (esn) job.seq_hi = card::load_be32(from_hex(vector.seq_hi).data());

    Bytes packet = expected;
    std::memcpy(&packet[16], plain.data(), plain.size());
    std::fill(packet.end() - 16, packet.end(), 0);
    const Transform out = transform_of(SPA_CIPHER_AES_GCM_16, SPA_AUTH_NONE, 16, esn, true);
    const auto seal_keys = backend->expand(out, {key, salt, {}});
    job.transform = &out;
    job.keys = seal_keys.get();
    job.esp = packet.data();
    backend->seal({&job, 1});
    EXPECT_TRUE(job.ok);
    EXPECT_EQ(packet, expected) << vector.packet;

    const Transform in = transform_of(SPA_CIPHER_AES_GCM_16, SPA_AUTH_NONE, 16, esn, false);
    const auto open_keys = backend->expand(in, {key, salt, {}});
    job.transform = &in;
    job.keys = open_keys.get();
    job.ok = false;
    backend->open({&job, 1});
    EXPECT_TRUE(job.ok);
    EXPECT_EQ(Bytes(packet.begin() + 16, packet.end() - 16), plain);
  }
}

TEST_P(Vectors, Cbc) {
  const Bytes auth_key(20, 0x11);
  for (const CbcVector& vector : kCbcVectors) {
    const Bytes key = from_hex(vector.key);
    const Bytes text = with_trailer(from_hex(vector.payload), 16, vector.next);
    const Bytes expected = from_hex(vector.packet);
    ASSERT_EQ(expected.size(), 24 + text.size());
    Bytes packet = expected;
    std::memcpy(&packet[24], text.data(), text.size());
    packet.resize(packet.size() + 12);
    const Transform out = transform_of(SPA_CIPHER_AES_CBC, SPA_AUTH_HMAC_SHA1_96, 12, false, true);
    const auto seal_keys = backend->expand(out, {key, {}, auth_key});
    CryptoJob job;
    job.transform = &out;
    job.keys = seal_keys.get();
    job.esp = packet.data();
    job.body = text.size();
    backend->seal({&job, 1});
    EXPECT_TRUE(job.ok);
    EXPECT_EQ(Bytes(packet.begin(), packet.end() - 12), expected);

    const Transform in = transform_of(SPA_CIPHER_AES_CBC, SPA_AUTH_HMAC_SHA1_96, 12, false, false);
    const auto open_keys = backend->expand(in, {key, {}, auth_key});
    job.transform = &in;
    job.keys = open_keys.get();
    backend->open({&job, 1});
    EXPECT_TRUE(job.ok);
    EXPECT_EQ(Bytes(packet.begin() + 24, packet.end() - 12), text);
  }
}

// The first eight octets of the data stand where SPI and sequence number are, the rest is text.
TEST_P(Vectors, Hmac) {
  for (const HmacVector& vector : kHmacVectors) {
    const Bytes icv = from_hex(vector.icv);
    const Transform out = transform_of(SPA_CIPHER_NULL, vector.auth,
                                       static_cast<std::uint8_t>(icv.size()), false, true);
    const auto keys = backend->expand(out, {{}, {}, vector.key});
    Bytes packet = vector.data;
    packet.resize(packet.size() + icv.size());
    CryptoJob job;
    job.transform = &out;
    job.keys = keys.get();
    job.esp = packet.data();
    job.body = vector.data.size() - 8;
    backend->seal({&job, 1});
    EXPECT_TRUE(job.ok);
    EXPECT_EQ(Bytes(packet.end() - static_cast<std::ptrdiff_t>(icv.size()), packet.end()), icv);
    backend->open({&job, 1});
    EXPECT_TRUE(job.ok);
    packet.back() ^= 1;
    backend->open({&job, 1});
    EXPECT_FALSE(job.ok);
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, Vectors, testing::ValuesIn(backends()),
                         [](const auto& info) { return backend_name(info.param); });

}  // namespace
}  // namespace spa::esp::test
