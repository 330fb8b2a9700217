// SPDX-License-Identifier: Apache-2.0
// Every key derivation of IKEv2 with every PRF, against an implementation that shares nothing with
// ours: keymat_vectors.py beside this file made the table.
#include <gtest/gtest.h>

#include "userspace/crypto/keymat.h"

namespace spa::crypto {
namespace {

struct Vector {
  PrfAlgorithm prf;
  const char *seed, *keys, *rekeyed, *child, *child_pfs, *auth, *ppk;
};

const Vector kVectors[] = {
    {PrfAlgorithm::kHmacMd5, "c4469dbc93322ca707bff19ddf3b2774",
     "9f75ba36c1736f1821e1c0f6f27f21f4e1e4e8235f534062bcfb6516a93a537ac190b4dbe6b5266e25941789"
     "d774161a660f0a9e9b974b104fdafb671e0dde067506900ffa36442eede51cd565c0355d5b7f02da3a969714"
     "2d2ec02c6d880a43db24d52e64ae006485a6fcb81582b1e67606e11c911c5264",
     "80a34adb4004828958b51169e2a4d21f",
     "ae80a5650f55084cc5d243f27fd62940a7d9141306d97bad4eb12237afd7df86e382a6de9b4fa6a0057886a3"
     "b1bfc567ea76515eadd36db3ec56e2eba05b4b0dff76f9a81295cf56ed994c594c3f6645cf2ed377e27ce9e3"
     "c37e4c5106aedebf2d75f38981ea469ae1fc53988c8bc495",
     "09313a8a064444673e13dba2492e3d57895bc2011a2b79a617e2d6ee5c77fed42323d367e136399108fa7420"
     "809cd3a5cd638f984d9550327050619d9b6775358b4306e2aee5b3f3e82d983674efb72f60055bf397880fc5"
     "81dd714de57d78fd6deca42c55d832289765c3d2909de18a",
     "df0653a05ec5613e031751c7ee0dd34b", "c97c0064b22907ed678a72f70cfdb603"},
    {PrfAlgorithm::kHmacSha1, "6493f89db4e5062dc0ec039450d0755f30567c69",
     "e57d3167e5152c2e909c85d9cb19dad26cfef0c3df4540545ca19c45755882483f85b0eb05a4487ca627fef3"
     "4ad0ad746e569605cbb66dd5aa4157765ccad528ec9c001f70671624cf5428766a6be12d6655eb410036b318"
     "51149dca559664dbac93e46c6d1ebc2015e772a3a5ddb41bc01f91a41504bbc290afabbc5525fcf911a61d65",
     "7b539ef90f0c7cae0c8630f0dbfc53a152270498",
     "10e1f0bd60cade2cc8350a059ec80df127502cb9c66e6472f6ab1abe5f00ca67db4061b86f76d12553743ca6"
     "69b09d55faab4ba476437c186f750448e31bdd01a00fb5d61395640e25c76be9e9abc3a3dd3f342baafeb8ff"
     "06f9cad4025f9dfc7efdc139621a52ce06f2931a8738e48d",
     "9920e88910bc7bc08c3797f60875b789482c010d983d550099ff3a1bea345c36160e640b15250a95ceb6eb88"
     "7b7c710039c08793fd68538aa81f226504bec96c91a17ca9e0bd491a1ae0441f7aa7901b3f61c483f1b7b46c"
     "f12d77bc123f4a4203e5ac98a3f60b8193894c5dff779d16",
     "d8aa077889771e3577a22b48ff3fcbee79272222", "e244eef6e9e6ee3734badca340f6373cf0ea2ca8"},
    {PrfAlgorithm::kHmacSha256, "4615df0ffcdfa8c7dfd3fe760c458dedf9ac70efbc115229f0449ed861be9e28",
     "819fb1963ce33c7cfd988ae36ae4219d4a3777fb30bb29224f10af6be69d2f490029e97e6b827b2fe42f326d"
     "d7162f5a233d6de49b5caaf472c6570b4991f7a10d8051776f2bd6c6e32124e4a6a197d01eeb1aa3256faae7"
     "7b1f9eee2bc801265d50bab68eb6b28a7fc9961bbac2ad1dad110f1f8dfcd53cb05e384f8d9ebc16d67e0e5b"
     "91acaedba14d27a22d841a22984b1e36427a9b6f88284ac2ef12d8900c3f5c4dd05f2ee6",
     "1ac6c4155fed94dc093901aa95012f26ef7a180f8ce67878ec40a3ee72ea3ec6",
     "35992913fd66580916a0ce80746438d288981ee0316573f1d5b5522fde6fc711d5fea2537768c63c32c5d832"
     "ee0f1b8a1e895dba0476f8e0a63369a6244f38916907324886395364594c51d26fec8e67081899f88536350c"
     "a3b206e438733299b05ce13f3b005b44faa6edc3cc88b07b",
     "b683d75b303ac90df366ba08f24269d5da39877c6defd417c8d13588b000fd5e87f9c5340a4e9d11a50f696c"
     "f157d102867d2314cf131d7e919f86cc146bb64d9ca8bc2ce27e9e87c81250155f476eb98d6f5f6f877c10a9"
     "80d45f72dd6e8226957723eeb0d618691dbabbca19255e64",
     "72219741bc742613468c692452d8b6136b2f7e1db7a6ed24690c566e9e096eb3",
     "271dcecb2e1650898b27e98c68194889cf10703b620a000a41dc780a3efd0709"},
    {PrfAlgorithm::kHmacSha384,
     "54e09338c4a8b64a3f11b21314081d1379cae5bd1c2abcb5fca6b9d3e526a3dd31ea4cf438cd4b19a1dbe297"
     "e972c3ca",
     "c498309d069bb3efe09464382fdd233faf1a12db6df2be306ea0298e303e5036ee3e517fea0ffaff54739581"
     "dd9fedf383d2137c405778007bf923a5af3c29b2f19a91991fbbac2872419d40f9e25d9bef8c7bb0cd4832b5"
     "e2d1f67c65f79a57c316b02cc798a8280d107b4b6f4828612d90c638daec9aec1d3aefb648da0f56e174c7fc"
     "6117f45ecfbd55b5082f7034dd4329c8c6822e89f20cbda944dde723fc200d5a2ab009aea3d3a003e692b144"
     "67f4e40d033dccc111c08dda65cb0031beacd85a983fe644ce1bca8cca9bbaefabe806f49124df59",
     "bfaa125b458f7857879a02fa12ecae9241d556aace5e2c899fdc4f90af6d47de323f804376118a397a1f0ca8"
     "ba0b408a",
     "fa5c0282209a31c4d7bff2abdb028648816311bd9c27cba3da8c849f546b0122c5e75716943f4840736daf52"
     "a313e645a05dc0c8ce2d4031764342a96f0245e692f5fb92108316396370973661fefd8774bd33753e75c991"
     "484c01038dba275a5c90482d84748e3f0de062bd507b4f22",
     "5dc6c9b6da78a280f3e06329ad0e75187d2fd0ae29e71c3f147d83771661d84f8c2a6f2854b3737c4c90dda0"
     "39e4acfa36dcbf35d1aa858b7f1fcbbbb285eab6304806d5154431fd0cd506d7835a8e4fe53c39d7546d46dc"
     "8a181f9d7d4ba060364140777c000e6f4f61291c7195a217",
     "05bc1325e3097b339a81e13e68af7d77fbccfdbe78343f00a72c028918fbe143dbc33d3f8348ab0650d2df9a"
     "5bee768f",
     "eaed29079b62b2069598bbfe3afdac03ef284d1033cec9d5dfe74f706268c6f6d44c38be64822a0edb6737fa"
     "2eae578e"},
    {PrfAlgorithm::kHmacSha512,
     "0af727e22b59d0c9f6273fdf5d15b424273c319321ee9556b2e1a2716594a79f60b8401a044e2ee6fd9e8b92"
     "e3384f4cff16ec1fcc98860cda0571cd5aeef759",
     "3673d3cae9db5799076939afba87dbdc94acb34e273f8765f4612d16d5e526778b8b719dfc81e08a9f0aea3f"
     "7d58153e102f710e61f4586a263f234b6765fd1eef649c0216b95b8a66716b5148fef541a2ee41328803f092"
     "50f1d6f00513dc1e23f9f2ea6c3b0408bf1aa824b9e3e6e3653ba5d8981c191962a65588496b1eff9c35a013"
     "c817c691935c59218ad1c392729e7c040c090f788d214e41869385e72b4d13da3a18a417dd1ecce6e6497830"
     "cbe149f6e65b8a3e373d20da7c70b34b6830191f11ad00dcbfb2296e4a41e8400e7aaf9ca4bb1802a2a17120"
     "9fe0aab638260a059cdfbbb3b1a53d418bc96e894f4516cdaa98c66cf5d75b4b0395dd7f31b2268eb60a8865",
     "ebeb578777694034c722d83540991d94ffa7dcd2ec12163d44fa7df0b54c85f93bcdc88eddeb752c519bdfb0"
     "e4ce928c61976af5d9f55886ea82f9cc6e9be8de",
     "2bda1fa9217f8737b95e360ae387ecf1c0c22a38802024074eebaced6836c257ce8d9c1f728e3425d766cae7"
     "1ead129619be162869bda6cb91d977997e68bff705fe272e03a857a93b60bf4fb5566aed719ab48b55ce2f48"
     "53adf22694210bb11d99b1331d2471e63aa0410f5186e31a",
     "da295fb5d0a57ed4bb6ab588b3ad8d32355a808fb205179905f49f64f6417e245719b8f9db303ee99ca609d0"
     "30b31d02a8bd65c1fdf89aae73b5c8d22800ec0d15be2073860b7f7104971f884acd92c2e42557f21b689fb7"
     "939031149091f303b2bc1147568f3a065bef60f5438250da",
     "ddd13c52b67d94bed11501d957283c2223e3d6783249d27b581619a5599d2ffa029f4fd62d531d2dfcc01a60"
     "34adf9ae5a89c0ccba3eaf74a3752a29331ffbf3",
     "54542cd0c42f1c02c72f551e40814529efba515878de4c900a1d25f76905ff8aca0b176be00a4e0257e02d9b"
     "f4e31082239f1d4325cfd06a134340257133057e"},
};

Bytes octets(std::uint8_t first, std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(first + i);
  return out;
}

class EveryPrf : public testing::TestWithParam<Vector> {
 protected:
  const Bytes nonce_i = octets(0x10, 32);
  const Bytes nonce_r = octets(0x50, 24);
  const ExchangeInputs in{nonce_i, nonce_r, 0x0102030405060708, 0x1112131415161718};
  const Bytes shared = octets(0x80, 256);
  const Bytes fresh = octets(0x33, 32);
  const CipherSuite ike{EncrAlgorithm::kAesCbc, 128, IntegAlgorithm::kHmacSha1_96};
  const CipherSuite esp{EncrAlgorithm::kAesCtr, 256, IntegAlgorithm::kHmacSha1_96};
  [[nodiscard]] Bytes sk_d() const {
    Bytes keys = from_hex(GetParam().keys);
    keys.resize(prf_size(GetParam().prf));
    return keys;
  }
  [[nodiscard]] std::string child(ByteView secret) const {
    const Result<ChildKeys> keys = child_keys(GetParam().prf, esp, sk_d(), secret, in);
    if (!keys) return keys.error().text;
    return to_hex(keys->encr_i) + to_hex(keys->integ_i) + to_hex(keys->encr_r) +
           to_hex(keys->integ_r);
  }
};
INSTANTIATE_TEST_SUITE_P(Prfs, EveryPrf, testing::ValuesIn(kVectors));

// RFC 7296 2.13, 2.14
TEST_P(EveryPrf, IkeSa) {
  const Vector& v = GetParam();
  const Result<SecretBytes> seed = skeyseed(v.prf, in, shared);
  ASSERT_TRUE(seed);
  EXPECT_EQ(to_hex(*seed), v.seed);
  const Result<IkeKeys> keys = ike_keys(v.prf, ike, *seed, in);
  ASSERT_TRUE(keys);
  EXPECT_EQ(to_hex(keys->sk_d) + to_hex(keys->sk_ai) + to_hex(keys->sk_ar) + to_hex(keys->sk_ei) +
                to_hex(keys->sk_er) + to_hex(keys->sk_pi) + to_hex(keys->sk_pr),
            v.keys);
}

// RFC 7296 2.15
TEST_P(EveryPrf, SharedKeyAuth) {
  EXPECT_EQ(to_hex(*shared_key_auth(GetParam().prf, as_bytes("a secret"), as_bytes("octets"))),
            GetParam().auth);
}

// RFC 7296 2.17, without and with another key exchange
TEST_P(EveryPrf, ChildSa) {
  EXPECT_EQ(child({}), GetParam().child);
  EXPECT_EQ(child(fresh), GetParam().child_pfs);
}

// RFC 7296 2.18
TEST_P(EveryPrf, RekeyedIkeSa) {
  EXPECT_EQ(to_hex(*skeyseed_rekey(GetParam().prf, sk_d(), fresh, in)), GetParam().rekeyed);
}

// RFC 8784 3
TEST_P(EveryPrf, PostQuantumKey) {
  const Result<SecretBytes> mixed = mix_ppk(GetParam().prf, octets(0xc0, 20), sk_d());
  ASSERT_TRUE(mixed);
  EXPECT_EQ(to_hex(*mixed), GetParam().ppk);
}

}  // namespace
}  // namespace spa::crypto
