// SPDX-License-Identifier: Apache-2.0
// What the negotiations of ikev1_vectors_test.cc do not show.
#include "userspace/crypto/ikev1_keys.h"

#include <gtest/gtest.h>

#include "userspace/crypto/ikev1_cipher.h"
#include "userspace/crypto/ikev1_hash.h"

namespace spa::crypto::v1 {
namespace {

Bytes counting(std::uint8_t from, std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(from + i);
  return out;
}

// RFC 2409 5, public-key encryption. No independent IKE daemon of today still does this exchange:
// the expected values come from Python's hashlib and hmac.
TEST(Ikev1Keys, SkeyidOfPublicKeyEncryption) {
  const Bytes ni = counting(0x20, 16);
  const Bytes nr = counting(0x40, 20);
  const ExchangeInputs in{ni, nr, 0x0102030405060708, 0x1112131415161718};
  EXPECT_EQ(to_hex(*skeyid_encryption(HashAlgorithm::kMd5, in)),
            "69609158cd25a03b2b579b627e04f5e3");
  EXPECT_EQ(to_hex(*skeyid_encryption(HashAlgorithm::kSha1, in)),
            "bfc9c46cf5f6ca1892b3ac23f2ac708a8d660f52");
  EXPECT_EQ(to_hex(*skeyid_encryption(HashAlgorithm::kSha256, in)),
            "302e66f0d84802e8b913b70e92498e40f38888780355cb025e6a7d1d0cb3baf2");
}

// RFC 2409 5.5: KEYMAT of one block less is the front of KEYMAT of more; every input counts.
TEST(Ikev1Keys, KeymatDependsOnEveryInput) {
  const Bytes ni = counting(1, 16);
  const Bytes nr = counting(2, 16);
  const Bytes shared = counting(3, 96);
  const Bytes key = counting(4, 20);
  const Bytes spi = counting(5, 4);
  const auto keymat = [&](const QuickModeInputs& in, std::uint8_t protocol, std::size_t size) {
    return to_hex(*quick_mode_keymat(HashAlgorithm::kSha1, key, in, protocol, spi, size));
  };
  const std::string base = keymat({ni, nr, shared}, 3, 72);
  EXPECT_EQ(base.substr(0, 40), keymat({ni, nr, shared}, 3, 20));
  EXPECT_NE(base, keymat({nr, ni, shared}, 3, 72));
  EXPECT_NE(base, keymat({ni, nr, {}}, 3, 72));
  EXPECT_NE(base, keymat({ni, nr, shared}, 2, 72));
  EXPECT_FALSE(
      quick_mode_keymat(HashAlgorithm::kSha1, key, {ni, nr, {}}, 3, spi, std::size_t{1} << 20));
}

// RFC 2409 5.5: an SA of AH has an integrity key alone.
TEST(Ikev1Keys, AhHasNoEncryptionKey) {
  const Bytes nonce = counting(1, 16);
  const CipherSuite ah{EncrAlgorithm::kNull, 0, IntegAlgorithm::kHmacSha256_128};
  const auto made =
      quick_mode_keys(HashAlgorithm::kSha1, nonce, {nonce, nonce, {}}, 2, counting(5, 4), ah);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->encr.empty());
  EXPECT_EQ(made->integ.size(), 32U);
}

class Ikev1Cipher : public testing::Test {
 protected:
  const Bytes skeyid_e = counting(9, 20);
  const IkeCipher cipher =
      *IkeCipher::create(HashAlgorithm::kSha1, EncrAlgorithm::kAesCbc, 256, skeyid_e);
  const Iv iv =
      *phase1_iv(HashAlgorithm::kSha1, EncrAlgorithm::kAesCbc, counting(1, 96), counting(2, 96));
};

// RFC 2409 appendix B: zeros to the end of the block, and none behind a whole block.
TEST_F(Ikev1Cipher, PadsWithZerosToWholeBlocks) {
  const Chained short_one = *cipher.seal(iv, counting(1, 17));
  EXPECT_EQ(short_one.octets.size(), 32U);
  Bytes padded = counting(1, 17);
  padded.resize(32);
  EXPECT_EQ(to_bytes(cipher.open(iv, short_one.octets)->octets), padded);
  EXPECT_EQ(cipher.seal(iv, counting(1, 32))->octets.size(), 32U);
}

// RFC 2409 appendix B: a message's vector is the last block of the one before; a forged one must
// not move it, which is why it is a value.
TEST_F(Ikev1Cipher, VectorRunsFromMessageToMessage) {
  const Chained one = *cipher.seal(iv, counting(1, 32));
  EXPECT_EQ(to_hex(one.next.view()), to_hex(ByteView(one.octets).last(16)));
  const Chained two = *cipher.seal(one.next, counting(1, 32));
  EXPECT_NE(one.octets, two.octets);
  const Iv kept = one.next;
  (void)cipher.open(kept, counting(0x77, 48));  // forged
  EXPECT_EQ(to_bytes(cipher.open(kept, two.octets)->octets), counting(1, 32));
}

TEST_F(Ikev1Cipher, RefusesWhatIsNoWholeBlock) {
  EXPECT_FALSE(cipher.open(iv, {}));
  EXPECT_FALSE(cipher.open(iv, counting(1, 15)));
  EXPECT_FALSE(cipher.open(iv, counting(1, 33)));
  EXPECT_FALSE(cipher.seal(iv, {}));
  EXPECT_FALSE(cipher.open(Iv{}, counting(1, 32)));
}

TEST_F(Ikev1Cipher, RefusesWhatIkev1DoesNotUse) {
  const auto refuse = [this](EncrAlgorithm encr, unsigned bits) {
    return !IkeCipher::create(HashAlgorithm::kSha1, encr, bits, skeyid_e).has_value();
  };
  EXPECT_TRUE(refuse(EncrAlgorithm::kAesGcm16, 128));
  EXPECT_TRUE(refuse(EncrAlgorithm::kNull, 0));
  EXPECT_TRUE(refuse(EncrAlgorithm::kAesCbc, 100));
  EXPECT_FALSE(refuse(EncrAlgorithm::kAesCbc, 192));
}

// RFC 3947 3.2: the address as it is in the packet, for IPv6 too, and the port.
TEST(Ikev1NatD, CoversAddressAndPort) {
  const auto of = [](const char* address, std::uint16_t port) {
    return to_hex(*nat_d_hash(HashAlgorithm::kSha1, 1, 2, {*IpAddress::parse(address), port}));
  };
  EXPECT_NE(of("192.0.2.1", 500), of("192.0.2.1", 4500));
  EXPECT_NE(of("192.0.2.1", 500), of("192.0.2.2", 500));
  EXPECT_NE(of("2001:db8::1", 500), of("2001:db8::2", 500));
}

}  // namespace
}  // namespace spa::crypto::v1
