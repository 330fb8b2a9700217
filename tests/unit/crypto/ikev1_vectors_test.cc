// SPDX-License-Identifier: Apache-2.0
// Every derivation of RFC 2409 against negotiations of strongSwan (vectors/README.md): the
// datagrams are read with our codec, everything is derived again from what they hold, and each
// value must be the one that strongSwan logged.
#include <gtest/gtest.h>

#include <optional>

#include "tests/unit/crypto/ikev1_vectors.h"
#include "userspace/crypto/dh.h"
#include "userspace/crypto/ikev1_cipher.h"
#include "userspace/crypto/ikev1_hash.h"
#include "userspace/crypto/ikev1_keys.h"
#include "userspace/crypto/key.h"
#include "userspace/crypto/signature.h"
#include "userspace/wire/v1/message.h"
#include "userspace/wire/v1/phase1_transform.h"
#include "userspace/wire/v1/phase2_transform.h"

namespace spa::crypto::v1 {
namespace {

namespace wv = wire::v1;
using wv::PayloadType;

HashAlgorithm hash_named(const std::string& name) {
  if (name == "md5") return HashAlgorithm::kMd5;
  if (name == "sha1") return HashAlgorithm::kSha1;
  if (name == "sha256") return HashAlgorithm::kSha256;
  return name == "sha384" ? HashAlgorithm::kSha384 : HashAlgorithm::kSha512;
}

EncrAlgorithm encr_named(const std::string& name) {
  if (name == "des") return EncrAlgorithm::kDes;
  if (name == "3des") return EncrAlgorithm::k3Des;
  return name == "gcm16" ? EncrAlgorithm::kAesGcm16 : EncrAlgorithm::kAesCbc;
}

IntegAlgorithm integ_named(const std::string& name) {
  if (name == "md5") return IntegAlgorithm::kHmacMd5_96;
  if (name == "sha1") return IntegAlgorithm::kHmacSha1_96;
  if (name == "sha256") return IntegAlgorithm::kHmacSha256_128;
  return name == "sha512" ? IntegAlgorithm::kHmacSha512_256 : IntegAlgorithm::kNone;
}

class Ikev1Vectors : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(file.has("skeyid")) << GetParam();
    algorithm = hash_named(file.word("hash"));
    read_phase1_in_clear();
  }

  // What of phase 1 goes in the clear, whatever the mode.
  void read_phase1_in_clear() {
    for (const auto& datagram : file.datagrams("phase1")) {
      const Result<wv::Message> message = wv::parse(datagram.octets);
      if (!message) {
        ASSERT_EQ(message.error().code, Errc::kState) << message.error().text;
        continue;
      }
      in.cookie_i = message->header.initiator_cookie;
      in.cookie_r = message->header.responder_cookie;
      const bool i = datagram.from_initiator;
      if (const auto* ke = wv::find<wv::KePayload>(message->payloads)) {
        (i ? public_i : public_r) = ke->data;
      }
      if (const auto* nonce = wv::find<wv::NoncePayload>(message->payloads)) {
        (i ? nonce_i : nonce_r) = nonce->data;
      }
      const ByteView sa = wv::find_body(datagram.octets, PayloadType::kSa);
      if (i && !sa.empty()) sa_i = to_bytes(sa);
      note_id(i, message->payloads);
    }
    in.nonce_i = nonce_i;
    in.nonce_r = nonce_r;
  }

  void note_id(bool i, const std::vector<wv::Payload>& payloads) {
    if (const auto* id = wv::find<wv::IdPayload>(payloads)) (i ? id_i : id_r) = wv::id_body(*id);
    if (const auto* hash = wv::find<wv::HashPayload>(payloads)) {
      (i ? received_hash_i : received_hash_r) = hash->data;
    }
    if (const auto* signature = wv::find<wv::SignaturePayload>(payloads)) {
      (i ? signature_i : signature_r) = signature->data;
    }
  }

  Result<SecretBytes> derive_skeyid() const {
    if (file.word("auth") == "psk") {
      return skeyid_pre_shared(algorithm, file.octets("pre_shared_key"), in);
    }
    return skeyid_signature(algorithm, in, file.octets("shared_secret"));
  }

  Result<IkeCipher> cipher() const {
    return IkeCipher::create(algorithm, encr_named(file.word("encr")), file.number("key_bits"),
                             file.octets("skeyid_e"));
  }

  // Decrypts what is encrypted of phase 1; the vector that is left belongs to the SA.
  Iv run_phase1(const IkeCipher& with) {
    Iv iv = *phase1_iv(algorithm, with.encr(), public_i, public_r);
    for (const auto& datagram : file.datagrams("phase1")) {
      const Result<wv::Header> header = wv::parse_header(datagram.octets);
      if (!header || !header->encrypted()) continue;
      const Result<Opened> opened =
          with.open(iv, ByteView(datagram.octets).subspan(wv::Header::kSize));
      if (!opened) {
        ADD_FAILURE() << opened.error().text;
        continue;
      }
      iv = opened->next;
      const Result<wv::Decrypted> inside = wv::parse_payloads(header->next_payload, opened->octets);
      if (!inside) {
        ADD_FAILURE() << inside.error().text;
        continue;
      }
      note_id(datagram.from_initiator, inside->payloads);
    }
    return iv;
  }

  const VectorFile file{GetParam()};
  HashAlgorithm algorithm = HashAlgorithm::kSha1;
  ExchangeInputs in;
  Bytes public_i, public_r, nonce_i, nonce_r, sa_i, id_i, id_r, received_hash_i, received_hash_r;
  Bytes signature_i, signature_r;
};

// RFC 2409 5: SKEYID, SKEYID_d, SKEYID_a, SKEYID_e; appendix B: the cipher's key, expanded where it
// has to be.
TEST_P(Ikev1Vectors, KeysOfPhase1) {
  Result<SecretBytes> skeyid = derive_skeyid();
  ASSERT_TRUE(skeyid);
  const Result<Keys> made = keys(algorithm, std::move(*skeyid), file.octets("shared_secret"), in);
  ASSERT_TRUE(made);
  EXPECT_EQ(to_hex(made->skeyid), file.word("skeyid"));
  EXPECT_EQ(to_hex(made->skeyid_d), file.word("skeyid_d"));
  EXPECT_EQ(to_hex(made->skeyid_a), file.word("skeyid_a"));
  EXPECT_EQ(to_hex(made->skeyid_e), file.word("skeyid_e"));
  const std::size_t size = file.octets("cipher_key").size();
  EXPECT_EQ(*cipher_key_size(encr_named(file.word("encr")), file.number("key_bits")), size);
  EXPECT_EQ(to_hex(*cipher_key(algorithm, made->skeyid_e, size)), file.word("cipher_key"));
}

// RFC 2409 appendix B: the first vector, and the chain of vectors through phase 1. Whatever is
// encrypted there decrypts to payloads.
TEST_P(Ikev1Vectors, VectorsOfPhase1) {
  const Result<Iv> first = phase1_iv(algorithm, encr_named(file.word("encr")), public_i, public_r);
  ASSERT_TRUE(first);
  EXPECT_EQ(to_hex(first->view()), file.word("first_iv"));
  const Result<IkeCipher> with = cipher();
  ASSERT_TRUE(with) << with.error().text;
  (void)run_phase1(*with);
  EXPECT_FALSE(id_i.empty());
  EXPECT_FALSE(id_r.empty());
}

// RFC 2409 5: HASH_I and HASH_R; for a pre-shared key they are what the peers sent.
TEST_P(Ikev1Vectors, HashesOfPhase1) {
  (void)run_phase1(*cipher());
  const Bytes skeyid = file.octets("skeyid");
  Phase1Hash covered{public_i, public_r, in.cookie_i, in.cookie_r, sa_i, id_i};
  EXPECT_EQ(to_hex(*hash_i(algorithm, skeyid, covered)), file.word("hash_i"));
  covered.id_body = id_r;
  EXPECT_EQ(to_hex(*hash_r(algorithm, skeyid, covered)), file.word("hash_r"));
  if (file.word("auth") != "psk") return;
  EXPECT_EQ(to_hex(received_hash_i), file.word("hash_i"));
  EXPECT_EQ(to_hex(received_hash_r), file.word("hash_r"));
}

// RFC 2409 5.1: a signature covers HASH_I or HASH_R itself, without a DigestInfo around it.
TEST_P(Ikev1Vectors, SignaturesOfPhase1) {
  if (file.word("auth") != "sig") return;
  (void)run_phase1(*cipher());
  const SignatureMethod bare{SignatureScheme::kRsaPkcs1Bare, algorithm};
  const PublicKey key_i = *PublicKey::from_der(file.octets("public_key_i"));
  const PublicKey key_r = *PublicKey::from_der(file.octets("public_key_r"));
  EXPECT_TRUE(verify(key_i, bare, file.octets("hash_i"), signature_i));
  EXPECT_TRUE(verify(key_r, bare, file.octets("hash_r"), signature_r));
  EXPECT_FALSE(verify(key_r, bare, file.octets("hash_r"), signature_i));
  EXPECT_FALSE(verify(key_i, bare, file.octets("hash_r"), signature_i));
  const SignatureMethod with_info{SignatureScheme::kRsaPkcs1, algorithm};
  EXPECT_FALSE(verify(key_i, with_info, file.octets("hash_i"), signature_i));
}

// RFC 3947 3.2: address, port, hash as strongSwan computed it.
TEST_P(Ikev1Vectors, NatDetection) {
  const std::vector<Bytes> lines = file.all("nat_d");
  ASSERT_FALSE(lines.empty());
  for (const Bytes& line : lines) {
    const ByteView octets(line);
    const Endpoint endpoint{IpAddress::from_bytes(octets.first(4)),
                            static_cast<std::uint16_t>(octets[4] << 8 | octets[5])};
    EXPECT_EQ(to_hex(*nat_d_hash(algorithm, in.cookie_i, in.cookie_r, endpoint)),
              to_hex(octets.subspan(6)));
  }
}

// RFC 2409 5.5: HASH(1), HASH(2), HASH(3) over the messages as sent, the vector per message ID, and
// KEYMAT for both directions.
TEST_P(Ikev1Vectors, QuickMode) {
  const IkeCipher with = *cipher();
  const Bytes skeyid_a = file.octets("skeyid_a");
  Iv iv = run_phase1(with);
  Bytes qm_nonce_i, qm_nonce_r, spi_i, spi_r;
  std::vector<std::string> received;
  bool first = true;
  for (const auto& datagram : file.datagrams("quick")) {
    const wv::Header header = *wv::parse_header(datagram.octets);
    ASSERT_EQ(header.exchange, wv::ExchangeType::kQuickMode);
    if (first) iv = *exchange_iv(algorithm, iv, header.message_id);
    first = false;
    const Result<Opened> opened =
        with.open(iv, ByteView(datagram.octets).subspan(wv::Header::kSize));
    ASSERT_TRUE(opened);
    iv = opened->next;
    const auto inside = wv::parse_payloads(header.next_payload, opened->octets);
    ASSERT_TRUE(inside) << inside.error().text;
    received.push_back(to_hex(std::get<wv::HashPayload>(inside->payloads.at(0)).data));
    const bool i = datagram.from_initiator;
    if (const auto* nonce = wv::find<wv::NoncePayload>(inside->payloads)) {
      (i ? qm_nonce_i : qm_nonce_r) = nonce->data;
      (i ? spi_i : spi_r) = wv::find<wv::SaPayload>(inside->payloads)->proposals.at(0).spi;
    }
    const ByteView rest = wv::hashed_part(*inside, opened->octets);
    const auto id = header.message_id;
    const std::string again =
        received.size() == 1   ? to_hex(*hash_1(algorithm, skeyid_a, id, rest))
        : received.size() == 2 ? to_hex(*hash_2(algorithm, skeyid_a, id, qm_nonce_i, rest))
                               : to_hex(*hash_3(algorithm, skeyid_a, id, qm_nonce_i, qm_nonce_r));
    EXPECT_EQ(again, received.back());
  }
  EXPECT_EQ(received, (std::vector<std::string>{file.word("hash_1"), file.word("hash_2"),
                                                file.word("hash_3")}));

  const Bytes shared = file.has("pfs_shared_secret") ? file.octets("pfs_shared_secret") : Bytes{};
  const QuickModeInputs qm{qm_nonce_i, qm_nonce_r, shared};
  const CipherSuite suite{encr_named(file.word("esp_encr")), file.number("esp_key_bits"),
                          integ_named(file.word("esp_integ"))};
  constexpr std::uint8_t kEsp = 3;
  // What the initiator sends goes to the SPI that the responder chose.
  const auto to_r = quick_mode_keys(algorithm, file.octets("skeyid_d"), qm, kEsp, spi_r, suite);
  const auto to_i = quick_mode_keys(algorithm, file.octets("skeyid_d"), qm, kEsp, spi_i, suite);
  ASSERT_TRUE(to_r && to_i);
  EXPECT_EQ(to_hex(to_r->encr), file.word("encryption_initiator_key"));
  EXPECT_EQ(to_hex(to_i->encr), file.word("encryption_responder_key"));
  EXPECT_EQ(to_hex(to_r->integ), file.word("integrity_initiator_key"));
  EXPECT_EQ(to_hex(to_i->integ), file.word("integrity_responder_key"));
}

// RFC 2409 appendix B: encrypting the decrypted payloads again gives the datagrams of the peer.
TEST_P(Ikev1Vectors, SealIsTheInverseOfOpen) {
  const IkeCipher with = *cipher();
  Iv iv = run_phase1(with);
  const Bytes datagram = file.datagrams("quick").front().octets;
  iv = *exchange_iv(algorithm, iv, wv::parse_header(datagram)->message_id);
  const ByteView ciphertext = ByteView(datagram).subspan(wv::Header::kSize);
  const Opened opened = *with.open(iv, ciphertext);
  const Chained sealed = *with.seal(iv, opened.octets);
  EXPECT_EQ(to_hex(sealed.octets), to_hex(ciphertext));
  EXPECT_EQ(sealed.next, opened.next);
}

INSTANTIATE_TEST_SUITE_P(StrongSwan, Ikev1Vectors,
                         testing::Values("ikev1-main-psk-aes192-sha1.txt",
                                         "ikev1-main-psk-aes256-md5.txt",
                                         "ikev1-main-psk-3des-sha256.txt",
                                         "ikev1-main-rsa-des-md5.txt",
                                         "ikev1-aggressive-psk-aes256-sha512.txt"));

}  // namespace
}  // namespace spa::crypto::v1
