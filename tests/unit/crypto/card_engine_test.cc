// SPDX-License-Identifier: Apache-2.0
// The card's engine over a device node that is the simulator's own public-key accelerator behind
// <spa/uapi.h>.
#include "userspace/crypto/card_engine.h"

#include <gtest/gtest.h>
#include <spa/hw.h>
#include <spa/uapi.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <optional>
#include <vector>

#include "firmware-sim/keystore/key_store.h"
#include "firmware-sim/pka/pka.h"
#include "userspace/crypto/openssl_engine.h"

namespace spa::crypto {
namespace {

constexpr std::uint32_t kOwner = 7;

// What the driver makes of the card's status (driver/hw.c).
int errno_of(spa_status status) {
  switch (status) {
    case SPA_OK:
      return 0;
    case SPA_E_OPCODE:
    case SPA_E_UNSUPPORTED:
      return -EOPNOTSUPP;
    case SPA_E_NOT_FOUND:
      return -ENOENT;
    case SPA_E_FULL:
    case SPA_E_SPACE:
      return -ENOSPC;
    case SPA_E_AUTH:
      return -EBADMSG;
    case SPA_E_FIELD:
    case SPA_E_FORMAT:
    case SPA_E_CRYPTO:
      return -EINVAL;
    default:
      return -EIO;
  }
}

// What the test can see and turn while the engine owns the device.
struct Bench {
  keystore::KeyStore keys{64};
  pka::Pka pka{keys};
  std::deque<Bytes> records;          // not yet read
  std::vector<std::uint16_t> ops;     // in the order of submission
  std::vector<std::size_t> batches;   // requests taken per submit call
  std::size_t take_at_most = 100;     // per submit call
  int fail_with = 0;                  // a negative errno for every operation
  bool gone = false;                  // ENODEV from now on
  bool reverse = false;               // completions in the other order
  std::function<void(Bytes&)> spoil;  // changes records before they are read
};

Bytes record_of(const spa_pk_completion_record& record, ByteView output) {
  Bytes octets(sizeof record);
  std::memcpy(octets.data(), &record, sizeof record);
  octets.insert(octets.end(), output.begin(), output.end());
  octets.resize((octets.size() + 7) / 8 * 8);
  return octets;
}

class BenchDevice final : public CardDevice {
 public:
  explicit BenchDevice(Bench& bench) : bench_(bench) {
    info_.version = SPA_UAPI_VERSION;
    info_.features = SPA_FEATURE_PK;
    info_.max_batch = 8;
    info_.max_inflight = 16;
    info_.max_data = SPA_PK_DATA_MAX;
  }
  [[nodiscard]] const spa_pk_info& info() const override { return info_; }
  [[nodiscard]] int fd() const override { return -1; }

  [[nodiscard]] Result<std::size_t> submit(std::span<spa_pk_request> requests) override {
    if (bench_.gone) return fail(Errc::kIo, "gone");
    EXPECT_LE(requests.size(), info_.max_batch);
    const std::size_t count = std::min(requests.size(), bench_.take_at_most);
    for (const spa_pk_request& request : requests.first(count)) execute(request);
    bench_.batches.push_back(count);
    return count;
  }

  [[nodiscard]] Result<std::size_t> read(MutableByteView buffer) override {
    if (bench_.gone) return fail(Errc::kIo, "gone");
    std::size_t used = 0;
    while (!bench_.records.empty() && bench_.records.front().size() <= buffer.size() - used) {
      const Bytes record = std::move(bench_.records.front());
      bench_.records.pop_front();
      std::ranges::copy(record, buffer.begin() + static_cast<std::ptrdiff_t>(used));
      used += record.size();
    }
    return used;
  }

 private:
  void execute(const spa_pk_request& request) {
    bench_.ops.push_back(request.op);
    spa_pk_completion_record record{};
    record.tag = request.tag;
    record.status = bench_.fail_with;
    pka::PkReply reply;
    if (record.status == 0) {
      const ByteView input(reinterpret_cast<const std::uint8_t*>(request.in), request.in_length);
      reply = bench_.pka.execute({request.op, request.alg, request.key, kOwner, request.out_length},
                                 input);
      record.status = errno_of(reply.status);
      record.key = reply.handle;
      record.length = static_cast<std::uint32_t>(reply.out.size());
    }
    Bytes octets = record_of(record, ByteView(reply.out.data(), reply.out.size()));
    if (bench_.spoil) bench_.spoil(octets);
    if (bench_.reverse) {
      bench_.records.push_front(std::move(octets));
    } else {
      bench_.records.push_back(std::move(octets));
    }
  }

  Bench& bench_;
  spa_pk_info info_{};
};

class CardEngineTest : public testing::Test {
 protected:
  void settle() {
    while (!posted.empty()) {
      const auto next = std::move(posted.front());
      posted.pop_front();
      next();
    }
    engine->on_ready();
    while (!bench.records.empty() && engine->alive()) engine->on_ready();
  }

  DhKey generate(DhGroup group, std::string* by = nullptr) {
    std::optional<DhKey> made;
    engine->generate(group, [&](Result<DhKey> key, std::string_view name) {
      ASSERT_TRUE(key) << key.error().text;
      made = *key;
      if (by != nullptr) *by = name;
    });
    settle();
    EXPECT_TRUE(made);
    return made.value_or(DhKey{});
  }

  Result<SecretBytes> derive(const DhKey& key, const Bytes& peer) {
    std::optional<Result<SecretBytes>> answer;
    engine->derive(key, peer,
                   [&](Result<SecretBytes> shared, std::string_view) { answer = shared; });
    settle();
    if (!answer) return fail(Errc::kState, "no answer");
    return *answer;
  }

  // The signature, and through `by` who made it.
  Result<Bytes> sign(const PrivateKey& key, const SignatureMethod& method, std::string& by) {
    std::optional<Result<Bytes>> answer;
    engine->sign(key, method, to_bytes(as_bytes("data")),
                 [&](Result<Bytes> signature, std::string_view name) {
                   answer = signature;
                   by = name;
                 });
    settle();
    if (!answer) return fail(Errc::kState, "no answer");
    return *answer;
  }

  Status verify(const PublicKey& key, const SignatureMethod& method, const Bytes& signature,
                std::string& by) {
    std::optional<Status> answer;
    engine->verify(key, method, to_bytes(as_bytes("data")), signature,
                   [&](Status status, std::string_view name) {
                     answer = status;
                     by = name;
                   });
    settle();
    if (!answer) return fail(Errc::kState, "no answer");
    return *answer;
  }

  Bench bench;
  OpenSslEngine fallback;
  std::deque<std::function<void()>> posted;
  std::unique_ptr<CardEngine> engine =
      std::make_unique<CardEngine>("spa0", std::make_unique<BenchDevice>(bench), fallback);
};

constexpr SignatureMethod kPkcs1{SignatureScheme::kRsaPkcs1, HashAlgorithm::kSha256};

// The card and OpenSSL agree on every group that the card has; the private value is on the card.
TEST_F(CardEngineTest, ExchangesWithOpenssl) {
  for (const DhGroup group : {DhGroup::kModp1024, DhGroup::kModp2048, DhGroup::kEcp256,
                              DhGroup::kEcp384, DhGroup::kCurve25519}) {
    std::string by;
    const DhKey on_card = generate(group, &by);
    EXPECT_EQ(by, "spa0") << to_string(group);
    const DhKey here = *dh_generate(group);
    const Result<SecretBytes> shared = derive(on_card, here.public_value);
    ASSERT_TRUE(shared) << shared.error().text;
    EXPECT_EQ(to_hex(*shared), to_hex(*dh_derive(here, on_card.public_value)));
    EXPECT_FALSE(dh_derive(on_card, here.public_value));
  }
  const std::vector<EngineCounters> counters = engine->counters();
  ASSERT_EQ(counters.size(), 2u);
  EXPECT_EQ(counters[0].name, "spa0");
  EXPECT_EQ(counters[0].done, (std::array<std::uint64_t, 5>{5, 5, 0, 0, 0}));
  EXPECT_EQ(counters[0].handed_on, 0u);
  EXPECT_EQ(counters[1].done, (std::array<std::uint64_t, 5>{0, 0, 0, 0, 0}));
}

TEST_F(CardEngineTest, LetsGoOfPrivateValues) {
  {
    const DhKey key = generate(DhGroup::kCurve25519);
  }
  EXPECT_EQ(bench.ops.back(), SPA_PK_KEY_DESTROY);
  EXPECT_EQ(bench.keys.used(), 0u);
}

TEST_F(CardEngineTest, RefusesThePeersValue) {
  const DhKey key = generate(DhGroup::kEcp256);
  const Result<SecretBytes> shared = derive(key, Bytes(64, 1));
  ASSERT_FALSE(shared);
  EXPECT_EQ(shared.error().code, Errc::kInvalid);
}

// A group that the card does not have goes to OpenSSL, and is not offered to the card again.
TEST_F(CardEngineTest, HandsOnWhatTheCardDoesNotHave) {
  std::string by;
  const DhKey key = generate(DhGroup::kModp6144, &by);
  EXPECT_EQ(by, "OpenSSL");
  const std::size_t asked = bench.ops.size();
  (void)generate(DhGroup::kModp6144, &by);
  EXPECT_EQ(bench.ops.size(), asked);
  EXPECT_TRUE(derive(key, dh_generate(DhGroup::kModp6144)->public_value));
  const std::vector<EngineCounters> counters = engine->counters();
  EXPECT_EQ(counters[0].handed_on, 3u);
  EXPECT_EQ(counters[0].failed, (std::array<std::uint64_t, 5>{0, 0, 0, 0, 0}));
  EXPECT_EQ(counters[1].done, (std::array<std::uint64_t, 5>{2, 1, 0, 0, 0}));
}

TEST_F(CardEngineTest, SignsAndVerifies) {
  const PrivateKey key = *PrivateKey::generate_rsa(2048);
  const PublicKey pub = *key.public_key();
  for (const SignatureMethod method :
       {kPkcs1, SignatureMethod{SignatureScheme::kRsaPkcs1, HashAlgorithm::kSha1},
        SignatureMethod{SignatureScheme::kRsaPss, HashAlgorithm::kSha256}}) {
    std::string by;
    const Result<Bytes> signature = sign(key, method, by);
    ASSERT_TRUE(signature) << signature.error().text;
    EXPECT_EQ(by, "spa0");
    EXPECT_TRUE(crypto::verify(pub, method, as_bytes("data"), *signature));
    EXPECT_TRUE(verify(pub, method, *signature, by));
    EXPECT_EQ(by, "spa0");
    Bytes wrong = *signature;
    wrong.back() ^= 1;
    const Status status = verify(pub, method, wrong, by);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::kCrypto);
    EXPECT_EQ(by, "spa0");
    EXPECT_FALSE(verify(pub, method, Bytes(5, 1), by));
    EXPECT_EQ(by, "OpenSSL");
  }
  EXPECT_EQ(std::ranges::count(bench.ops, SPA_PK_KEY_IMPORT), 1);
}

TEST_F(CardEngineTest, HandsOnOtherKeysAndSchemes) {
  std::string by;
  const PrivateKey ec = *PrivateKey::generate_ec(KeyType::kEcdsaP256);
  const SignatureMethod ecdsa{SignatureScheme::kEcdsaDer, HashAlgorithm::kSha256};
  const Result<Bytes> signature = sign(ec, ecdsa, by);
  ASSERT_TRUE(signature);
  EXPECT_EQ(by, "OpenSSL");
  EXPECT_TRUE(verify(*ec.public_key(), ecdsa, *signature, by));
  EXPECT_EQ(by, "OpenSSL");
  EXPECT_TRUE(bench.ops.empty());
}

// Two signatures with a key that is still on its way to the card share one import.
TEST_F(CardEngineTest, ImportsAKeyOnce) {
  engine = std::make_unique<CardEngine>(
      "spa0", std::make_unique<BenchDevice>(bench), fallback,
      [this](std::function<void()> next) { posted.push_back(std::move(next)); });
  const PrivateKey key = *PrivateKey::generate_rsa(1024);
  int made = 0;
  for (int i = 0; i < 2; ++i) {
    engine->sign(key, kPkcs1, {1}, [&](Result<Bytes> signature, std::string_view by) {
      EXPECT_TRUE(signature);
      EXPECT_EQ(by, "spa0");
      ++made;
    });
  }
  settle();
  settle();
  EXPECT_EQ(made, 2);
  const std::vector<std::uint16_t> expected = {SPA_PK_KEY_IMPORT, SPA_PK_SIGN, SPA_PK_SIGN};
  EXPECT_EQ(bench.ops, expected);
}

// Operations started in one turn of the loop travel in one batch, and a full queue is tried again.
TEST_F(CardEngineTest, BatchesAndWaitsForRoom) {
  engine = std::make_unique<CardEngine>(
      "spa0", std::make_unique<BenchDevice>(bench), fallback,
      [this](std::function<void()> next) { posted.push_back(std::move(next)); });
  std::vector<DhKey> made;
  for (int i = 0; i < 5; ++i) {
    engine->generate(DhGroup::kCurve25519, [&](Result<DhKey> key, std::string_view by) {
      EXPECT_EQ(by, "spa0");
      made.push_back(*key);
    });
  }
  EXPECT_TRUE(bench.batches.empty());
  EXPECT_EQ(posted.size(), 1u);
  bench.take_at_most = 3;
  posted.front()();
  posted.pop_front();
  EXPECT_EQ(bench.batches, (std::vector<std::size_t>{3}));
  EXPECT_TRUE(engine->wants_write());
  engine->on_ready();
  EXPECT_EQ(bench.batches, (std::vector<std::size_t>{3, 2}));
  EXPECT_FALSE(engine->wants_write());
  settle();
  EXPECT_EQ(made.size(), 5u);
}

TEST_F(CardEngineTest, TakesCompletionsInAnyOrder) {
  bench.reverse = true;
  std::vector<DhGroup> order;
  for (const DhGroup group : {DhGroup::kEcp256, DhGroup::kEcp384, DhGroup::kCurve25519}) {
    engine->generate(group, [&](Result<DhKey> key, std::string_view) {
      order.push_back(key->group);
      EXPECT_EQ(key->public_value.size(), public_size(key->group));
    });
  }
  settle();
  EXPECT_EQ(order,
            (std::vector<DhGroup>{DhGroup::kCurve25519, DhGroup::kEcp384, DhGroup::kEcp256}));
}

TEST_F(CardEngineTest, FallsBackWhenTheCardFails) {
  bench.fail_with = -EIO;
  std::string by;
  (void)generate(DhGroup::kEcp256, &by);
  EXPECT_EQ(by, "OpenSSL");
  const PrivateKey key = *PrivateKey::generate_rsa(1024);
  const Result<Bytes> signature = sign(key, kPkcs1, by);
  ASSERT_TRUE(signature);
  EXPECT_EQ(by, "OpenSSL");
  EXPECT_TRUE(verify(*key.public_key(), kPkcs1, *signature, by));
  EXPECT_EQ(by, "OpenSSL");
  EXPECT_EQ(engine->counters()[0].failed, (std::array<std::uint64_t, 5>{1, 0, 1, 1, 0}));
  EXPECT_EQ(engine->counters()[0].handed_on, 3u);
  bench.fail_with = 0;
  (void)generate(DhGroup::kEcp256, &by);
  EXPECT_EQ(by, "spa0");
}

// A card that lost its keys (reset): the derive fails with a cause, the signature is made in
// software, and the next one imports the key again.
TEST_F(CardEngineTest, SurvivesLostKeys) {
  std::string by;
  const PrivateKey key = *PrivateKey::generate_rsa(1024);
  ASSERT_TRUE(sign(key, kPkcs1, by));
  const DhKey on_card = generate(DhGroup::kEcp256);
  bench.keys.reset();
  const Result<SecretBytes> shared = derive(on_card, dh_generate(DhGroup::kEcp256)->public_value);
  ASSERT_FALSE(shared);
  EXPECT_EQ(shared.error().code, Errc::kIo);
  ASSERT_TRUE(sign(key, kPkcs1, by));
  EXPECT_EQ(by, "OpenSSL");
  ASSERT_TRUE(sign(key, kPkcs1, by));
  EXPECT_EQ(by, "spa0");
}

// A wrong signature from the card never leaves: with the CRT it would give the key away.
TEST_F(CardEngineTest, ChecksItsOwnSignatures) {
  std::string by;
  const PrivateKey key = *PrivateKey::generate_rsa(1024);
  ASSERT_TRUE(sign(key, kPkcs1, by));
  bench.spoil = [](Bytes& record) {
    if (record.size() > 100) record[60] ^= 1;
  };
  const Result<Bytes> signature = sign(key, kPkcs1, by);
  ASSERT_TRUE(signature);
  EXPECT_EQ(by, "OpenSSL");
  EXPECT_TRUE(crypto::verify(*key.public_key(), kPkcs1, as_bytes("data"), *signature));
  EXPECT_EQ(engine->counters()[0].failed[2], 1u);
}

// Lengths and tags that make no sense end the card; every operation is done all the same.
TEST_F(CardEngineTest, DistrustsRecords) {
  const auto spoilt = [this](std::function<void(Bytes&)> spoil) {
    bench.records.clear();
    engine = std::make_unique<CardEngine>("spa0", std::make_unique<BenchDevice>(bench), fallback);
    bench.spoil = std::move(spoil);
    std::string by;
    (void)generate(DhGroup::kCurve25519, &by);
    EXPECT_EQ(by, "OpenSSL");
    return engine->alive();
  };
  constexpr std::size_t kLength = offsetof(spa_pk_completion_record, length);
  EXPECT_FALSE(spoilt([](Bytes& r) { std::fill_n(r.begin() + kLength, 4, 0xff); }));
  EXPECT_FALSE(spoilt([](Bytes& r) { r.resize(r.size() - 8); }));
  EXPECT_FALSE(spoilt([](Bytes& r) { r.resize(10); }));
  EXPECT_FALSE(spoilt([](Bytes& r) { r[0] ^= 0x40; }));  // tag
  EXPECT_TRUE(spoilt([](Bytes& r) {
    r[kLength] = 24;
    r.resize(48);
  }));  // whole, but no X25519 value
}

TEST_F(CardEngineTest, OutlivesTheCard) {
  const DhKey on_card = generate(DhGroup::kEcp256);
  bench.take_at_most = 0;  // operations wait
  int answers = 0;
  std::string by;
  engine->generate(DhGroup::kEcp256, [&](Result<DhKey> key, std::string_view name) {
    EXPECT_TRUE(key);
    by = name;
    ++answers;
  });
  EXPECT_EQ(answers, 0);
  bench.gone = true;
  engine->on_ready();
  EXPECT_EQ(answers, 1);
  EXPECT_EQ(by, "OpenSSL");
  EXPECT_FALSE(engine->alive());
  const Result<SecretBytes> shared = derive(on_card, on_card.public_value);
  ASSERT_FALSE(shared);
  EXPECT_EQ(shared.error().code, Errc::kIo);
  const PrivateKey key = *PrivateKey::generate_rsa(1024);
  EXPECT_TRUE(sign(key, kPkcs1, by));
  EXPECT_EQ(by, "OpenSSL");
}

// R-ENG-10: pulled and put back. What the old card kept is lost, an RSA key is imported again.
TEST_F(CardEngineTest, GoesOnWithACardThatIsBack) {
  const PrivateKey key = *PrivateKey::generate_rsa(1024);
  std::string by;
  ASSERT_TRUE(sign(key, kPkcs1, by));
  const DhKey of_before = generate(DhGroup::kEcp256, &by);
  EXPECT_EQ(by, "spa0");
  bench.gone = true;
  (void)generate(DhGroup::kEcp256, &by);
  EXPECT_EQ(by, "OpenSSL");
  ASSERT_FALSE(engine->alive());

  Bench other;
  engine->renew(std::make_unique<BenchDevice>(other));
  EXPECT_TRUE(engine->alive());
  EXPECT_FALSE(derive(of_before, of_before.public_value));
  (void)generate(DhGroup::kEcp256, &by);
  EXPECT_EQ(by, "spa0");
  ASSERT_TRUE(sign(key, kPkcs1, by));
  EXPECT_EQ(by, "spa0");
  engine.reset();
}

TEST_F(CardEngineTest, DropsCallbacksWhenItIsGone) {
  const PrivateKey key = *PrivateKey::generate_rsa(1024);
  int answers = 0;
  engine->sign(key, kPkcs1, {1}, [&](Result<Bytes>, std::string_view) { ++answers; });
  engine->generate(DhGroup::kEcp256, [&](Result<DhKey>, std::string_view) { ++answers; });
  engine.reset();
  EXPECT_EQ(answers, 0);
}

TEST(CardDevice, SaysWhyItCannotBeOpened) {
  const auto absent = open_card_device("/dev/no-such-card");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Errc::kNotFound);
  const auto other = open_card_device("/dev/null");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::kIo);
  EXPECT_NE(other.error().text.find("/dev/null"), std::string::npos);
}

}  // namespace
}  // namespace spa::crypto
