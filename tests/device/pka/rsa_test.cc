// SPDX-License-Identifier: Apache-2.0
// RSA on the card against OpenSSL, RFC 8017. R-ENG-2.
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstring>
#include <map>
#include <random>

#include "tests/device/pka/oracle.h"

namespace spa::pka::test {
namespace {

constexpr std::uint32_t kOwner = 5;

struct Scheme {
  std::uint16_t number;
  const EVP_MD* (*digest)();
  std::size_t length;
  bool pss;
};
const Scheme kSchemes[] = {{SPA_PK_RSA_PKCS1_SHA1, EVP_sha1, 20, false},
                           {SPA_PK_RSA_PKCS1_SHA256, EVP_sha256, 32, false},
                           {SPA_PK_RSA_PKCS1_SHA384, EVP_sha384, 48, false},
                           {SPA_PK_RSA_PKCS1_SHA512, EVP_sha512, 64, false},
                           {SPA_PK_RSA_PSS_SHA256, EVP_sha256, 32, true},
                           {SPA_PK_RSA_PSS_SHA384, EVP_sha384, 48, true},
                           {SPA_PK_RSA_PSS_SHA512, EVP_sha512, 64, true}};

// Keys are dear: one of each size for the whole program.
EVP_PKEY& rsa_key(unsigned bits) {
  static std::map<unsigned, Key> keys;
  Key& key = keys[bits];
  if (key) return *key;
  const KeyContext context(EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nullptr));
  EVP_PKEY* made = nullptr;
  EVP_PKEY_keygen_init(context.get());
  EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits));
  // Four primes are found in a tenth of the time of two.
  if (bits >= 4096) EVP_PKEY_CTX_set_rsa_keygen_primes(context.get(), 4);
  EVP_PKEY_keygen(context.get(), &made);
  key.reset(made);
  return *key;
}

template <typename Encode>
Bytes encode(const Encode& function, EVP_PKEY& key) {
  unsigned char* der = nullptr;
  const int length = function(&key, &der);
  Bytes out(der, der + length);
  OPENSSL_free(der);
  return out;
}
Bytes pkcs1(EVP_PKEY& key) {
  return encode([](EVP_PKEY* k, unsigned char** out) { return i2d_PrivateKey(k, out); }, key);
}
Bytes pkcs8(EVP_PKEY& key) {
  PKCS8_PRIV_KEY_INFO* info = EVP_PKEY2PKCS8(&key);
  unsigned char* der = nullptr;
  const int length = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
  Bytes out(der, der + length);
  OPENSSL_free(der);
  PKCS8_PRIV_KEY_INFO_free(info);
  return out;
}
Bytes spki(EVP_PKEY& key) {
  return encode([](EVP_PKEY* k, unsigned char** out) { return i2d_PUBKEY(k, out); }, key);
}

KeyContext configured(EVP_PKEY& key, const Scheme& scheme, int (*init)(EVP_PKEY_CTX*)) {
  KeyContext context(EVP_PKEY_CTX_new(&key, nullptr));
  init(context.get());
  EVP_PKEY_CTX_set_rsa_padding(context.get(),
                               scheme.pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING);
  EVP_PKEY_CTX_set_signature_md(context.get(), scheme.digest());
  if (scheme.pss) EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), static_cast<int>(scheme.length));
  return context;
}
bool oracle_verify(EVP_PKEY& key, const Scheme& scheme, ByteView digest, ByteView signature) {
  const KeyContext context = configured(key, scheme, EVP_PKEY_verify_init);
  return EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(),
                         digest.size()) == 1;
}
Bytes oracle_sign(EVP_PKEY& key, const Scheme& scheme, ByteView digest) {
  const KeyContext context = configured(key, scheme, EVP_PKEY_sign_init);
  Bytes out(static_cast<std::size_t>(EVP_PKEY_get_size(&key)));
  std::size_t length = out.size();
  if (EVP_PKEY_sign(context.get(), out.data(), &length, digest.data(), digest.size()) != 1)
    return {};
  return out;
}

Bytes verify_input(ByteView key, ByteView digest, ByteView signature) {
  spa_pk_verify header{};
  header.spki_length = card::to_le<__le16>(static_cast<__le16>(key.size()));
  header.digest_length = card::to_le<__le16>(static_cast<__le16>(digest.size()));
  header.signature_length = card::to_le<__le16>(static_cast<__le16>(signature.size()));
  Bytes in(sizeof header);
  std::memcpy(in.data(), &header, sizeof header);
  for (const ByteView part : {key, digest, signature})
    in.insert(in.end(), part.begin(), part.end());
  return in;
}

Bytes digest_of(std::size_t length) {
  std::mt19937 random(static_cast<unsigned>(length));
  Bytes out(length);
  for (auto& octet : out) octet = static_cast<std::uint8_t>(random());
  return out;
}

class Rsa : public testing::TestWithParam<unsigned> {
 protected:
  keystore::KeyStore keys{8};
  Pka pka{keys};
  EVP_PKEY& key = rsa_key(GetParam());

  Reply import_key(ByteView der) { return run(pka, SPA_PK_KEY_IMPORT, SPA_PK_RSA, 0, kOwner, der); }
  spa_status verify(const Scheme& scheme, ByteView in) {
    return run(pka, SPA_PK_VERIFY, scheme.number, 0, kOwner, in).status;
  }
  // Whether the scheme's encoding fits the modulus: RFC 8017 9.1.1, 9.2.
  bool fits(const Scheme& scheme) const {
    const std::size_t octets = GetParam() / 8;
    return scheme.pss ? octets >= 2 * scheme.length + 2
                      : octets >= scheme.length + (scheme.length == 20 ? 15 : 19) + 11;
  }
};

TEST_P(Rsa, SignsWhatOpenSslVerifies) {
  for (const Bytes& der : {pkcs1(key), pkcs8(key)}) {
    const Reply imported = import_key(der);
    ASSERT_EQ(imported.status, SPA_OK);
    for (const Scheme& scheme : kSchemes) {
      const Bytes digest = digest_of(scheme.length);
      const Reply reply = run(pka, SPA_PK_SIGN, scheme.number, imported.handle, kOwner, digest);
      ASSERT_EQ(reply.status, fits(scheme) ? SPA_OK : SPA_E_CRYPTO) << scheme.number;
      if (reply.status != SPA_OK) continue;
      EXPECT_EQ(reply.out.size(), GetParam() / 8);
      EXPECT_TRUE(oracle_verify(key, scheme, digest, reply.out));
    }
  }
}

TEST_P(Rsa, VerifiesWhatOpenSslSigned) {
  const Bytes public_key = spki(key);
  for (const Scheme& scheme : kSchemes) {
    if (!fits(scheme)) continue;
    const Bytes digest = digest_of(scheme.length);
    const Bytes signature = oracle_sign(key, scheme, digest);
    EXPECT_EQ(verify(scheme, verify_input(public_key, digest, signature)), SPA_OK);
    Bytes bad = signature;
    bad[bad.size() / 2] ^= 1;
    EXPECT_EQ(verify(scheme, verify_input(public_key, digest, bad)), SPA_E_AUTH);
    Bytes other = digest;
    other[0] ^= 1;
    EXPECT_EQ(verify(scheme, verify_input(public_key, other, signature)), SPA_E_AUTH);
    EXPECT_EQ(verify(scheme, verify_input(public_key, digest, {})), SPA_E_AUTH);
    bad = signature;
    bad.insert(bad.begin(), 0);
    EXPECT_EQ(verify(scheme, verify_input(public_key, digest, bad)), SPA_E_AUTH);
    bad.assign(signature.begin(), signature.end() - 1);
    EXPECT_EQ(verify(scheme, verify_input(public_key, digest, bad)), SPA_E_AUTH);
  }
}

INSTANTIATE_TEST_SUITE_P(Bits, Rsa, testing::Values(512u, 1024u, 2048u, 4096u),
                         [](const auto& info) { return "bits" + std::to_string(info.param); });

struct RsaInput : testing::Test {
  keystore::KeyStore keys{64};
  Pka pka{keys};
  EVP_PKEY& key = rsa_key(1024);

  spa_status import_status(ByteView der) {
    return run(pka, SPA_PK_KEY_IMPORT, SPA_PK_RSA, 0, kOwner, der).status;
  }
  spa_status verify_status(ByteView in) {
    return run(pka, SPA_PK_VERIFY, SPA_PK_RSA_PKCS1_SHA256, 0, kOwner, in).status;
  }
};

TEST_F(RsaInput, ImportRefusesWhatIsNotOneWholeKey) {
  const Bytes der = pkcs1(key);
  Bytes longer = der;
  longer.push_back(0);
  EXPECT_EQ(import_status(longer), SPA_E_CRYPTO);
  EXPECT_EQ(import_status({}), SPA_E_CRYPTO);
  EXPECT_EQ(import_status(spki(key)), SPA_E_CRYPTO);
  for (std::size_t length = 1; length < der.size(); length += length < 32 ? 1 : 19)
    ASSERT_EQ(import_status(ByteView(der).first(length)), SPA_E_CRYPTO);
  const Key ec(EVP_EC_gen("P-256"));
  EXPECT_EQ(import_status(pkcs8(*ec)), SPA_E_UNSUPPORTED);
  EXPECT_EQ(run(pka, SPA_PK_KEY_IMPORT, 2, 0, kOwner, der).status, SPA_E_UNSUPPORTED);
  EXPECT_EQ(keys.used(), 0u);
}

// A damaged key is refused, or the damage lies where it does not matter: what was imported signs
// right.
TEST_F(RsaInput, ADamagedKeyNeverSignsWrong) {
  EVP_PKEY& small = rsa_key(512);
  const Bytes der = pkcs1(small);
  const Bytes digest = digest_of(32);
  int refused = 0;
  for (std::size_t at = 0; at < der.size(); ++at) {
    Bytes damaged = der;
    damaged[at] ^= 0x04;
    const Reply imported = run(pka, SPA_PK_KEY_IMPORT, SPA_PK_RSA, 0, kOwner, damaged);
    if (imported.status != SPA_OK) {
      ++refused;
      continue;
    }
    const Reply reply =
        run(pka, SPA_PK_SIGN, SPA_PK_RSA_PKCS1_SHA256, imported.handle, kOwner, digest);
    ASSERT_EQ(reply.status, SPA_OK);
    ASSERT_TRUE(oracle_verify(small, kSchemes[1], digest, reply.out)) << "octet " << at;
    ASSERT_EQ(keys.destroy(kOwner, imported.handle), SPA_OK);
  }
  EXPECT_GT(refused, static_cast<int>(der.size()) / 4);
}

Bytes element(std::uint8_t tag, ByteView contents) {
  Bytes out{tag};
  if (contents.size() >= 0x100) {
    out.insert(out.end(), {0x82, static_cast<std::uint8_t>(contents.size() >> 8)});
  } else if (contents.size() >= 0x80) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<std::uint8_t>(contents.size()));
  out.insert(out.end(), contents.begin(), contents.end());
  return out;
}
Bytes sequence(std::initializer_list<Bytes> elements) {
  Bytes contents;
  for (const Bytes& one : elements) contents.insert(contents.end(), one.begin(), one.end());
  return element(0x30, contents);
}
// A public key of any numbers, with the INTEGER octets as given.
Bytes made_spki(ByteView n, ByteView e) {
  Bytes bits{0};
  const Bytes numbers = sequence({element(2, n), element(2, e)});
  bits.insert(bits.end(), numbers.begin(), numbers.end());
  return sequence({from_hex("300d06092a864886f70d0101010500"), element(3, bits)});
}
// An odd number of so many bits, as INTEGER octets.
Bytes number(std::size_t bits) {
  Bytes out((bits + 8) / 8, 0x11);
  out[0] = static_cast<std::uint8_t>(bits % 8 == 0 ? 0 : 1u << (bits % 8 - 1));
  if (bits % 8 == 0) out[1] = 0x80 | 0x11;
  return out;
}

TEST_F(RsaInput, RefusesSizesAndExponentsOutOfRange) {
  const Bytes e = from_hex("010001");
  const auto status = [&](ByteView n, ByteView exponent) {
    return verify_status(verify_input(made_spki(n, exponent), Bytes(32), Bytes(64)));
  };
  EXPECT_EQ(status(number(504), e), SPA_E_UNSUPPORTED);
  EXPECT_EQ(status(number(511), e), SPA_E_UNSUPPORTED);
  EXPECT_EQ(status(number(512), e), SPA_E_AUTH);
  EXPECT_EQ(status(number(4096), e), SPA_E_AUTH);
  EXPECT_EQ(status(number(4097), e), SPA_E_UNSUPPORTED);
  EXPECT_EQ(status(number(16384), e), SPA_E_UNSUPPORTED);
  EXPECT_EQ(status(number(1024), number(64)), SPA_E_AUTH);
  EXPECT_EQ(status(number(1024), number(65)), SPA_E_UNSUPPORTED);
  EXPECT_EQ(status(number(1024), from_hex("01")), SPA_E_CRYPTO);
  EXPECT_EQ(status(number(1024), from_hex("04")), SPA_E_CRYPTO);
  EXPECT_EQ(status(number(1024), from_hex("00")), SPA_E_CRYPTO);
  EXPECT_EQ(status(number(1024), from_hex("83")), SPA_E_CRYPTO);    // negative
  EXPECT_EQ(status(number(1024), from_hex("0003")), SPA_E_CRYPTO);  // not the shortest form
  EXPECT_EQ(status(number(1024), Bytes{}), SPA_E_CRYPTO);
  Bytes even = number(1024);
  even.back() = 0x10;
  EXPECT_EQ(status(even, e), SPA_E_CRYPTO);
  // A private key of 4104 bits; its other numbers do not matter any more.
  const Bytes small = element(2, from_hex("05"));
  const Bytes large = sequence({element(2, from_hex("00")), element(2, number(4104)), element(2, e),
                                small, small, small, small, small, small});
  EXPECT_EQ(import_status(large), SPA_E_UNSUPPORTED);
}

TEST_F(RsaInput, SignChecksItsInput) {
  const Reply imported = run(pka, SPA_PK_KEY_IMPORT, SPA_PK_RSA, 0, kOwner, pkcs8(key));
  ASSERT_EQ(imported.status, SPA_OK);
  const auto sign = [&](std::uint16_t scheme, std::size_t length, std::uint32_t owner = kOwner,
                        std::uint32_t room = SPA_PK_DATA_MAX) {
    return pka.execute({SPA_PK_SIGN, scheme, imported.handle, owner, room}, Bytes(length)).status;
  };
  EXPECT_EQ(sign(SPA_PK_RSA_PKCS1_SHA256, 32), SPA_OK);
  EXPECT_EQ(sign(SPA_PK_RSA_PKCS1_SHA256, 31), SPA_E_FIELD);
  EXPECT_EQ(sign(SPA_PK_RSA_PKCS1_SHA256, 33), SPA_E_FIELD);
  EXPECT_EQ(sign(SPA_PK_RSA_PKCS1_SHA256, 0), SPA_E_FIELD);
  EXPECT_EQ(sign(0, 32), SPA_E_UNSUPPORTED);
  EXPECT_EQ(sign(8, 32), SPA_E_UNSUPPORTED);
  EXPECT_EQ(sign(SPA_PK_RSA_PKCS1_SHA256, 32, kOwner + 1), SPA_E_NOT_FOUND);
  EXPECT_EQ(sign(SPA_PK_RSA_PKCS1_SHA256, 32, kOwner, 127), SPA_E_SPACE);
  EXPECT_EQ(sign(SPA_PK_RSA_PKCS1_SHA256, 32, kOwner, 128), SPA_OK);
  EXPECT_EQ(run(pka, SPA_PK_DH_DERIVE, SPA_PK_X25519, imported.handle, kOwner, Bytes(32)).status,
            SPA_E_FIELD);
}

TEST_F(RsaInput, VerifyChecksItsLengths) {
  const Bytes digest = digest_of(32);
  const Bytes signature = oracle_sign(key, kSchemes[1], digest);
  const Bytes good = verify_input(spki(key), digest, signature);
  ASSERT_EQ(verify_status(good), SPA_OK);
  for (std::size_t length = 0; length < good.size(); ++length)
    ASSERT_EQ(verify_status(ByteView(good).first(length)), SPA_E_FIELD);
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(verify_status(longer), SPA_E_FIELD);
  for (std::size_t at = 0; at < 8; ++at)
    for (const int value : {0x01, 0x7f, 0xff}) {
      Bytes wrong = good;
      wrong[at] = static_cast<std::uint8_t>(wrong[at] ^ value);
      EXPECT_NE(verify_status(wrong), SPA_OK);
    }
  EXPECT_EQ(verify_status(verify_input(spki(key), digest_of(20), signature)), SPA_E_FIELD);
  EXPECT_EQ(verify_status(verify_input(pkcs1(key), digest, signature)), SPA_E_CRYPTO);
  const Bytes whole = spki(key);
  for (std::size_t length = 0; length < whole.size(); ++length)
    ASSERT_EQ(verify_status(verify_input(ByteView(whole).first(length), digest, signature)),
              SPA_E_CRYPTO);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Bytes damaged = whole;
    damaged[at] ^= 0x20;
    ASSERT_NE(verify_status(verify_input(damaged, digest, signature)), SPA_OK) << "octet " << at;
  }
  Bytes trailing = spki(key);
  trailing.push_back(0);
  EXPECT_EQ(verify_status(verify_input(trailing, digest, signature)), SPA_E_CRYPTO);
  const Key ec(EVP_EC_gen("P-256"));
  EXPECT_EQ(verify_status(verify_input(spki(*ec), digest, signature)), SPA_E_UNSUPPORTED);
  EXPECT_EQ(run(pka, SPA_PK_VERIFY, 99, 0, kOwner, good).status, SPA_E_UNSUPPORTED);
}

TEST(KeyStoreFull, RefusesNewKeysButServesTheOldOnes) {
  keystore::KeyStore keys(1);
  const Pka pka{keys};
  const Reply first = run(pka, SPA_PK_KEY_IMPORT, SPA_PK_RSA, 0, kOwner, pkcs1(rsa_key(512)));
  ASSERT_EQ(first.status, SPA_OK);
  EXPECT_EQ(run(pka, SPA_PK_KEY_IMPORT, SPA_PK_RSA, 0, kOwner, pkcs1(rsa_key(512))).status,
            SPA_E_FULL);
  EXPECT_EQ(run(pka, SPA_PK_DH_GENERATE, SPA_PK_X25519, 0, kOwner, {}).status, SPA_E_FULL);
  EXPECT_EQ(run(pka, SPA_PK_SIGN, SPA_PK_RSA_PKCS1_SHA1, first.handle, kOwner, Bytes(20)).status,
            SPA_OK);
  EXPECT_EQ(run(pka, SPA_PK_KEY_DESTROY, 0, first.handle, kOwner, {}).status, SPA_OK);
  EXPECT_EQ(run(pka, SPA_PK_SIGN, SPA_PK_RSA_PKCS1_SHA1, first.handle, kOwner, Bytes(20)).status,
            SPA_E_NOT_FOUND);
}

}  // namespace
}  // namespace spa::pka::test
