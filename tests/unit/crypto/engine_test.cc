// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/engine.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "userspace/crypto/openssl_engine.h"
#include "userspace/crypto/rsa_encryption.h"

namespace spa::crypto {
namespace {

// Keeps jobs until run() is called, as a worker thread would.
struct LaterExecutor {
  std::deque<std::pair<std::function<void()>, std::function<void()>>> jobs;
  Executor executor() {
    return [this](std::function<void()> work, std::function<void()> finish) {
      jobs.emplace_back(std::move(work), std::move(finish));
    };
  }
  void run() {
    while (!jobs.empty()) {
      auto [work, finish] = std::move(jobs.front());
      jobs.pop_front();
      work();
      finish();
    }
  }
};

TEST(OpenSslEngine, DoesEveryOperationAndCountsIt) {
  OpenSslEngine engine;
  std::optional<DhKey> a;
  std::optional<DhKey> b;
  engine.generate(DhGroup::kEcp256, [&](Result<DhKey> key, std::string_view by) {
    EXPECT_EQ(by, "OpenSSL");
    a = *key;
  });
  engine.generate(DhGroup::kEcp256, [&](Result<DhKey> key, std::string_view) { b = *key; });
  ASSERT_TRUE(a && b);
  std::string ab;
  engine.derive(*a, b->public_value,
                [&](Result<SecretBytes> shared, std::string_view) { ab = to_hex(*shared); });
  EXPECT_EQ(ab, to_hex(*dh_derive(*b, a->public_value)));

  const PrivateKey key = *PrivateKey::generate_rsa(1024);
  const SignatureMethod method{SignatureScheme::kRsaPkcs1, HashAlgorithm::kSha256};
  Bytes signature;
  engine.sign(key, method, to_bytes(as_bytes("data")),
              [&](Result<Bytes> made, std::string_view) { signature = *made; });
  std::optional<bool> good;
  engine.verify(*key.public_key(), method, to_bytes(as_bytes("data")), signature,
                [&](Status status, std::string_view) { good = status.has_value(); });
  EXPECT_EQ(good, true);
  engine.verify(*key.public_key(), method, to_bytes(as_bytes("date")), signature,
                [&](Status status, std::string_view) { good = status.has_value(); });
  EXPECT_EQ(good, false);
  bool refused = false;
  engine.derive(*a, Bytes(64, 1),
                [&](Result<SecretBytes> shared, std::string_view) { refused = !shared; });
  EXPECT_TRUE(refused);

  std::string plaintext;
  engine.decrypt(key, *rsa_encrypt(*key.public_key(), as_bytes("nonce")),
                 [&](Result<SecretBytes> made, std::string_view) { plaintext = to_hex(*made); });
  EXPECT_EQ(plaintext, to_hex(as_bytes("nonce")));

  const std::vector<EngineCounters> counters = engine.counters();
  ASSERT_EQ(counters.size(), 1u);
  EXPECT_EQ(counters[0].name, "OpenSSL");
  EXPECT_EQ(counters[0].done, (std::array<std::uint64_t, 5>{2, 1, 1, 2, 1}));
  EXPECT_EQ(counters[0].failed, (std::array<std::uint64_t, 5>{0, 1, 0, 0, 0}));
}

TEST(OpenSslEngine, RunsOnAnExecutor) {
  LaterExecutor later;
  OpenSslEngine engine(later.executor());
  bool called = false;
  engine.generate(DhGroup::kCurve25519,
                  [&](Result<DhKey> key, std::string_view) { called = key.has_value(); });
  EXPECT_FALSE(called);
  later.run();
  EXPECT_TRUE(called);
}

TEST(OpenSslEngine, DropsCallbacksWhenItIsGone) {
  LaterExecutor later;
  bool called = false;
  {
    OpenSslEngine engine(later.executor());
    engine.generate(DhGroup::kCurve25519, [&](Result<DhKey>, std::string_view) { called = true; });
  }
  later.run();
  EXPECT_FALSE(called);
}

TEST(Engine, NamesOperations) {
  EXPECT_EQ(to_string(EngineOperation::kDerive), "DH derive");
  EXPECT_EQ(to_string(EngineOperation::kVerify), "verify");
}

}  // namespace
}  // namespace spa::crypto
