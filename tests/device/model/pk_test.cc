// SPDX-License-Identifier: Apache-2.0
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "tests/device/model/host.h"

namespace spa::card::test {
namespace {

constexpr std::uint32_t kAlice = 1;
constexpr std::uint32_t kBob = 2;
constexpr std::uint32_t kOut = 4096;

class PkQueue : public ::testing::Test {
 protected:
  PkQueue()
      : host(Config{.pk_threads = 2}),
        admin(host.start_queue(SPA_QUEUE_ADMIN, 16, sizeof(spa_admin_cmd))),
        queue(host.start_queue(SPA_QUEUE_PK(0), 16, sizeof(spa_pk_cmd))),
        out(host.allocate(kOut)) {
    host.enable();
  }

  [[nodiscard]] spa_pk_cmd command(std::uint16_t op, std::uint16_t alg, std::uint32_t owner,
                                   std::uint32_t key = 0, ByteView in = {}) {
    spa_pk_cmd made{};
    made.op = to_le(op);
    made.alg = to_le(alg);
    made.owner = to_le(owner);
    made.key = to_le(key);
    made.in_addr = to_le(in.empty() ? 0 : host.place(in));
    made.in_length = to_le(static_cast<std::uint32_t>(in.size()));
    made.out_addr = to_le(out);
    made.out_length = to_le(kOut);
    made.tag = to_le(++tag);
    return made;
  }
  [[nodiscard]] spa_completion run(const spa_pk_cmd& what) {
    host.post(queue, what);
    host.ring(queue);
    const auto completion = host.wait(queue);
    EXPECT_TRUE(completion);
    EXPECT_EQ(completion->tag, what.tag);
    return completion.value_or(spa_completion{});
  }
  [[nodiscard]] Bytes output(const spa_completion& completion) {
    const MutableByteView octets = host.at(out, from_le(completion.length));
    return {octets.begin(), octets.end()};
  }
  unsigned release(std::uint32_t owner) {
    spa_admin_cmd made{};
    made.opcode = to_le(std::uint16_t{SPA_CMD_OWNER_RELEASE});
    made.index = to_le(owner);
    return host.admin(admin, made);
  }

  Host host;
  DriverQueue admin;
  DriverQueue queue;
  std::uint64_t out;
  std::uint64_t tag = 100;
};

// RFC 7748: both sides come to the same secret; the private values never leave the card.
TEST_F(PkQueue, AgreesOnASecretInEveryGroup) {
  for (const std::uint16_t group :
       {SPA_PK_MODP1024, SPA_PK_MODP2048, SPA_PK_ECP256, SPA_PK_ECP384, SPA_PK_X25519}) {
    const spa_completion alice = run(command(SPA_PK_DH_GENERATE, group, kAlice));
    ASSERT_EQ(alice.status, SPA_OK) << group;
    const Bytes alice_public = output(alice);
    const spa_completion bob = run(command(SPA_PK_DH_GENERATE, group, kBob));
    const Bytes bob_public = output(bob);
    EXPECT_NE(alice_public, bob_public);
    const spa_completion one =
        run(command(SPA_PK_DH_DERIVE, group, kAlice, alice.sa_index, bob_public));
    ASSERT_EQ(one.status, SPA_OK);
    const Bytes secret = output(one);
    const spa_completion two =
        run(command(SPA_PK_DH_DERIVE, group, kBob, bob.sa_index, alice_public));
    ASSERT_EQ(two.status, SPA_OK);
    EXPECT_EQ(output(two), secret);
    EXPECT_FALSE(secret.empty());
  }
}

TEST_F(PkQueue, AKeyAnswersToItsOwnerOnly) {
  const spa_completion alice = run(command(SPA_PK_DH_GENERATE, SPA_PK_X25519, kAlice));
  const Bytes peer = output(run(command(SPA_PK_DH_GENERATE, SPA_PK_X25519, kBob)));
  EXPECT_EQ(run(command(SPA_PK_DH_DERIVE, SPA_PK_X25519, kBob, alice.sa_index, peer)).status,
            SPA_E_NOT_FOUND);
  EXPECT_EQ(run(command(SPA_PK_KEY_DESTROY, 0, kBob, alice.sa_index)).status, SPA_E_NOT_FOUND);
  EXPECT_EQ(run(command(SPA_PK_DH_DERIVE, SPA_PK_X25519, kAlice, alice.sa_index, peer)).status,
            SPA_OK);
  EXPECT_EQ(release(kAlice), unsigned{SPA_OK});
  EXPECT_EQ(run(command(SPA_PK_DH_DERIVE, SPA_PK_X25519, kAlice, alice.sa_index, peer)).status,
            SPA_E_NOT_FOUND);
}

TEST_F(PkQueue, SignsWithAnImportedKeyAndVerifies) {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  ASSERT_NE(key, nullptr);
  std::uint8_t* der = nullptr;
  const int der_size = i2d_PrivateKey(key, &der);
  const Bytes private_key(der, der + der_size);
  OPENSSL_free(der);
  der = nullptr;
  const int spki_size = i2d_PUBKEY(key, &der);
  const Bytes spki(der, der + spki_size);
  OPENSSL_free(der);
  EVP_PKEY_free(key);

  const spa_completion imported =
      run(command(SPA_PK_KEY_IMPORT, SPA_PK_RSA, kAlice, 0, private_key));
  ASSERT_EQ(imported.status, SPA_OK);
  const Bytes digest(32, 0x5a);
  const spa_completion signed_ =
      run(command(SPA_PK_SIGN, SPA_PK_RSA_PKCS1_SHA256, kAlice, imported.sa_index, digest));
  ASSERT_EQ(signed_.status, SPA_OK);
  const Bytes signature = output(signed_);
  EXPECT_EQ(signature.size(), 256u);

  spa_pk_verify head{};
  head.spki_length = to_le(static_cast<std::uint16_t>(spki.size()));
  head.digest_length = to_le(static_cast<std::uint16_t>(digest.size()));
  head.signature_length = to_le(static_cast<std::uint16_t>(signature.size()));
  Bytes input(octets_of(head).begin(), octets_of(head).end());
  for (const Bytes* part : {&spki, &digest, &signature})
    input.insert(input.end(), part->begin(), part->end());
  EXPECT_EQ(run(command(SPA_PK_VERIFY, SPA_PK_RSA_PKCS1_SHA256, kAlice, 0, input)).status, SPA_OK);
  input.back() ^= 1;
  EXPECT_EQ(run(command(SPA_PK_VERIFY, SPA_PK_RSA_PKCS1_SHA256, kAlice, 0, input)).status,
            SPA_E_AUTH);
}

TEST_F(PkQueue, QuickOperationsOvertakeSlowOnes) {
  const spa_pk_cmd slow = command(SPA_PK_DH_GENERATE, SPA_PK_MODP4096, kAlice);
  const spa_pk_cmd slow_too = command(SPA_PK_DH_GENERATE, SPA_PK_MODP4096, kAlice);
  host.post(queue, slow);
  host.post(queue, slow_too);
  spa_pk_cmd refused = command(SPA_PK_DH_GENERATE, SPA_PK_X25519, kAlice);
  refused.in_length = to_le(SPA_PK_DATA_MAX + 1u);
  host.post(queue, refused);
  host.ring(queue);
  const auto first = host.wait(queue);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->tag, refused.tag);
  EXPECT_EQ(first->status, SPA_E_FIELD);
  const auto second = host.wait(queue);
  const auto third = host.wait(queue);
  ASSERT_TRUE(second && third);
  EXPECT_NE(second->tag, third->tag);
  EXPECT_EQ(second->status, SPA_OK);
  EXPECT_EQ(third->status, SPA_OK);
}

TEST_F(PkQueue, MoreCommandsThanCompletionsFitAllComeBackOnce) {
  std::map<std::uint64_t, int> seen;
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 16; ++i)
      host.post(queue, command(SPA_PK_DH_GENERATE, SPA_PK_X25519, kAlice));
    host.ring(queue);
    host.poll();
    for (int i = 0; i < 16; ++i) {
      const auto completion = host.wait(queue);
      ASSERT_TRUE(completion);
      ++seen[completion->tag];
    }
  }
  EXPECT_EQ(seen.size(), 64u);
}

TEST_F(PkQueue, RefusesWhatItCannotReadOrWrite) {
  spa_pk_cmd unreadable = command(SPA_PK_DH_DERIVE, SPA_PK_X25519, kAlice, 1, Bytes(32, 9));
  unreadable.in_addr = to_le(kMemoryBase + kMemorySize - 31);
  EXPECT_EQ(run(unreadable).status, SPA_E_DMA);
  spa_pk_cmd unwritable = command(SPA_PK_DH_GENERATE, SPA_PK_X25519, kAlice);
  unwritable.out_addr = to_le(kMemoryBase + kMemorySize - 31);
  const spa_completion completion = run(unwritable);
  EXPECT_EQ(completion.status, SPA_E_DMA);
  EXPECT_EQ(completion.sa_index, 0u) << "the key is gone again";
  spa_pk_cmd narrow = command(SPA_PK_DH_GENERATE, SPA_PK_X25519, kAlice);
  narrow.out_length = to_le(31u);
  EXPECT_EQ(run(narrow).status, SPA_E_SPACE);
  EXPECT_EQ(run(command(99, 0, kAlice)).status, SPA_E_OPCODE);
  EXPECT_EQ(run(command(SPA_PK_DH_GENERATE, 99, kAlice)).status, SPA_E_UNSUPPORTED);
}

// An owner that goes while its key is in the making leaves no key behind: the store can be filled
// to the brim again.
TEST(PkOwner, KeysInTheMakingDieWithTheirOwner) {
  Host host(Config{.key_entries = 4, .pk_threads = 1});
  DriverQueue admin = host.start_queue(SPA_QUEUE_ADMIN, 16, sizeof(spa_admin_cmd));
  DriverQueue queue = host.start_queue(SPA_QUEUE_PK(0), 16, sizeof(spa_pk_cmd));
  host.enable();
  const std::uint64_t out = host.allocate(4096);
  spa_pk_cmd generate{};
  generate.op = to_le(std::uint16_t{SPA_PK_DH_GENERATE});
  generate.alg = to_le(std::uint16_t{SPA_PK_MODP2048});
  generate.owner = to_le(kAlice);
  generate.out_addr = to_le(out);
  generate.out_length = to_le(kOut);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) host.post(queue, generate);
    host.ring(queue);
    host.device.poll();
    spa_admin_cmd release{};
    release.opcode = to_le(std::uint16_t{SPA_CMD_OWNER_RELEASE});
    release.index = to_le(kAlice);
    EXPECT_EQ(host.admin(admin, release), unsigned{SPA_OK});
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(host.wait(queue));
  }
  generate.alg = to_le(std::uint16_t{SPA_PK_X25519});
  for (int i = 0; i < 4; ++i) {
    host.post(queue, generate);
    host.ring(queue);
    const auto completion = host.wait(queue);
    ASSERT_TRUE(completion);
    EXPECT_EQ(completion->status, SPA_OK) << i;
  }
}

TEST(PkReset, OperationsUnderWayVanishAndLeaveNoKey) {
  Host host(Config{.key_entries = 2, .pk_threads = 1});
  const std::uint64_t out = host.allocate(4096);
  spa_pk_cmd generate{};
  generate.op = to_le(std::uint16_t{SPA_PK_DH_GENERATE});
  generate.alg = to_le(std::uint16_t{SPA_PK_MODP2048});
  generate.out_addr = to_le(out);
  generate.out_length = to_le(kOut);
  for (int round = 0; round < 4; ++round) {
    DriverQueue queue = host.start_queue(SPA_QUEUE_PK(0), 16, sizeof(spa_pk_cmd));
    host.enable();
    for (int i = 0; i < 8; ++i) host.post(queue, generate);
    host.ring(queue);
    host.device.poll();
    std::this_thread::sleep_for(std::chrono::milliseconds(round));
    host.write(SPA_REG_CONTROL, SPA_CONTROL_RESET);
  }
  DriverQueue queue = host.start_queue(SPA_QUEUE_PK(0), 16, sizeof(spa_pk_cmd));
  host.enable();
  generate.alg = to_le(std::uint16_t{SPA_PK_X25519});
  for (int i = 0; i < 2; ++i) {
    host.post(queue, generate);
    host.ring(queue);
    const auto completion = host.wait(queue);
    ASSERT_TRUE(completion);
    EXPECT_EQ(completion->status, SPA_OK);
  }
}

}  // namespace
}  // namespace spa::card::test
