// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/card_engine.h"

#include <spa/hw.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "userspace/crypto/card_queue.h"

namespace spa::crypto {
namespace {

using Completion = CardQueue::Completion;

// A private value that the card keeps; the last user's end destroys it there.
class CardPrivate final : public DhPrivate {
 public:
  CardPrivate(std::weak_ptr<CardQueue> queue, std::uint32_t handle)
      : queue_(std::move(queue)), handle_(handle) {}
  ~CardPrivate() override {
    if (const std::shared_ptr<CardQueue> queue = queue_.lock()) {
      queue->submit({SPA_PK_KEY_DESTROY, 0, handle_, 0, {}}, [](const Completion&) {});
    }
  }
  CardPrivate(const CardPrivate&) = delete;
  CardPrivate& operator=(const CardPrivate&) = delete;

  [[nodiscard]] bool is_on(const std::shared_ptr<CardQueue>& queue) const {
    return queue_.lock() == queue;
  }
  [[nodiscard]] std::uint32_t handle() const { return handle_; }

 private:
  std::weak_ptr<CardQueue> queue_;
  std::uint32_t handle_;
};

// The card's number for a method, or 0 when it has none.
std::uint16_t scheme_of(const SignatureMethod& method) {
  const bool pss = method.scheme == SignatureScheme::kRsaPss;
  if (!pss && method.scheme != SignatureScheme::kRsaPkcs1) return 0;
  switch (method.hash) {
    case HashAlgorithm::kSha1:
      return pss ? 0 : SPA_PK_RSA_PKCS1_SHA1;
    case HashAlgorithm::kSha256:
      return pss ? SPA_PK_RSA_PSS_SHA256 : SPA_PK_RSA_PKCS1_SHA256;
    case HashAlgorithm::kSha384:
      return pss ? SPA_PK_RSA_PSS_SHA384 : SPA_PK_RSA_PKCS1_SHA384;
    case HashAlgorithm::kSha512:
      return pss ? SPA_PK_RSA_PSS_SHA512 : SPA_PK_RSA_PKCS1_SHA512;
    case HashAlgorithm::kMd5:
      break;
  }
  return 0;
}

bool rsa_size_fits(KeyType type, unsigned bits) {
  return type == KeyType::kRsa && bits >= SPA_PK_RSA_BITS_MIN && bits <= SPA_PK_RSA_BITS_MAX;
}

std::uint16_t number_of(DhGroup group) {
  return static_cast<std::uint16_t>(group);
}

std::uint32_t length32(std::size_t size) {
  return static_cast<std::uint32_t>(size);
}

void put_le16(SecretBytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value));
  out.push_back(static_cast<std::uint8_t>(value >> 8));
}

// struct spa_pk_verify and the three strings; empty when one is too long for its length field.
SecretBytes verify_input(ByteView spki, ByteView digest, ByteView signature) {
  SecretBytes input;
  if (spki.size() > 0xffff || signature.size() > 0xffff) return input;
  put_le16(input, spki.size());
  put_le16(input, digest.size());
  put_le16(input, signature.size());
  put_le16(input, 0);
  for (const ByteView part : {spki, digest, signature}) {
    input.insert(input.end(), part.begin(), part.end());
  }
  return input;
}

}  // namespace

class CardEngine::Core : public std::enable_shared_from_this<CardEngine::Core> {
 public:
  Core(std::string name, std::unique_ptr<CardDevice> device, PublicKeyEngine& fallback, Post post)
      : fallback_(fallback), post_(std::move(post)) {
    counters_.name = std::move(name);
    renew(std::move(device));
  }

  void generate(DhGroup group, EngineCallback<DhKey> done);
  void derive(DhKey key, Bytes peer_public, EngineCallback<SecretBytes> done);
  void sign(PrivateKey key, SignatureMethod method, Bytes data, EngineCallback<Bytes> done);
  void verify(PublicKey key, SignatureMethod method, Bytes data, Bytes signature,
              EngineCallback<void> done);
  void encapsulate(DhGroup group, Bytes peer_key, EngineCallback<Encapsulation> done) {
    ++counters_.handed_on;
    fallback_.encapsulate(group, std::move(peer_key), std::move(done));
  }
  [[nodiscard]] bool supports(DhGroup group) const { return fallback_.supports(group); }
  void decrypt(PrivateKey key, Bytes ciphertext, EngineCallback<SecretBytes> done) {
    ++counters_.handed_on;
    fallback_.decrypt(std::move(key), std::move(ciphertext), std::move(done));
  }

  void renew(std::unique_ptr<CardDevice> device) {
    queue_ = std::make_shared<CardQueue>(std::move(device), post_);
    imported_.clear();
    refused_.clear();
  }

  // Who waits for an import holds this object, and so do the callbacks of the queue.
  void stop() {
    queue_->stop();
    imported_.clear();
  }

  [[nodiscard]] CardQueue& queue() { return *queue_; }
  [[nodiscard]] std::string_view name() const { return counters_.name; }
  [[nodiscard]] std::vector<EngineCounters> counters() const {
    std::vector<EngineCounters> all = {counters_};
    for (EngineCounters& further : fallback_.counters()) all.push_back(std::move(further));
    return all;
  }

 private:
  // An RSA key on the card. The handle is 0 while it is being imported; who needs it waits.
  struct Imported {
    std::weak_ptr<evp_pkey_st> key;
    std::optional<PublicKey> public_key;
    std::uint32_t handle = 0;
    std::vector<std::function<void(std::uint32_t handle)>> waiters;
  };

  struct Signing {
    PrivateKey key;
    SignatureMethod method;
    Bytes data;
    EngineCallback<Bytes> done;
  };

  void count(EngineOperation operation) { ++counters_.done[static_cast<std::size_t>(operation)]; }
  // The card could not: not at all, or not this time.
  void count_miss(EngineOperation operation, int status) {
    if (status != -EOPNOTSUPP) ++counters_.failed[static_cast<std::size_t>(operation)];
    ++counters_.handed_on;
  }
  // The card does not have this operation and algorithm; learnt from its first refusal.
  [[nodiscard]] bool known_refused(std::uint16_t op, std::uint16_t alg) const {
    return refused_.contains({op, alg});
  }
  void learn(std::uint16_t op, std::uint16_t alg, int status) {
    if (status == -EOPNOTSUPP) refused_.insert({op, alg});
  }

  void with_handle(const PrivateKey& key, std::function<void(std::uint32_t handle)> then);
  void import(const PrivateKey& key);
  void forget(const PrivateKey& key, std::uint32_t handle);
  void sweep();
  void sign_on_card(std::uint32_t handle, std::shared_ptr<Signing> signing);
  [[nodiscard]] bool own_signature_holds(const Signing& signing, ByteView signature) const;

  PublicKeyEngine& fallback_;
  Post post_;
  std::shared_ptr<CardQueue> queue_;
  EngineCounters counters_;
  std::set<std::pair<std::uint16_t, std::uint16_t>> refused_;
  std::map<evp_pkey_st*, Imported> imported_;
};

void CardEngine::Core::generate(DhGroup group, EngineCallback<DhKey> done) {
  const std::uint16_t alg = number_of(group);
  if (!queue_->alive() || known_refused(SPA_PK_DH_GENERATE, alg)) {
    ++counters_.handed_on;
    return fallback_.generate(group, std::move(done));
  }
  queue_->submit(
      {SPA_PK_DH_GENERATE, alg, 0, length32(public_size(group)), {}},
      [self = shared_from_this(), group, alg, done = std::move(done)](const Completion& c) {
        std::shared_ptr<CardPrivate> secret;
        if (c.status == 0) secret = std::make_shared<CardPrivate>(self->queue_, c.key);
        if (!secret || c.output.size() != public_size(group)) {
          self->learn(SPA_PK_DH_GENERATE, alg, c.status);
          self->count_miss(EngineOperation::kGenerate, c.status);
          return self->fallback_.generate(group, done);
        }
        self->count(EngineOperation::kGenerate);
        done(DhKey{group, to_bytes(c.output), std::move(secret)}, self->name());
      });
}

void CardEngine::Core::derive(DhKey key, Bytes peer_public, EngineCallback<SecretBytes> done) {
  const auto* secret = dynamic_cast<const CardPrivate*>(key.secret.get());
  if (secret == nullptr || !secret->is_on(queue_)) {
    ++counters_.handed_on;
    return fallback_.derive(std::move(key), std::move(peer_public), std::move(done));
  }
  const DhGroup group = key.group;
  const std::uint32_t handle = secret->handle();
  queue_->submit({SPA_PK_DH_DERIVE, number_of(group), handle, length32(shared_size(group)),
                  to_secret(peer_public)},
                 // The key stays until the card has answered.
                 [self = shared_from_this(), key = std::move(key),
                  done = std::move(done)](const Completion& c) {
                   if (c.status == 0 && c.output.size() == shared_size(key.group)) {
                     self->count(EngineOperation::kDerive);
                     return done(to_secret(c.output), self->name());
                   }
                   ++self->counters_.failed[static_cast<std::size_t>(EngineOperation::kDerive)];
                   if (c.status == -EINVAL) {
                     return done(fail(Errc::kInvalid, "the card refuses the peer's public value"),
                                 self->name());
                   }
                   done(fail(Errc::kIo, c.status == 0 ? "the card's shared secret has a wrong size"
                                                      : std::string("the card cannot derive: ") +
                                                            std::strerror(-c.status)),
                        self->name());
                 });
}

void CardEngine::Core::sign(PrivateKey key, SignatureMethod method, Bytes data,
                            EngineCallback<Bytes> done) {
  const std::uint16_t scheme = scheme_of(method);
  if (scheme == 0 || !queue_->alive() || !rsa_size_fits(key.type(), key.bits()) ||
      known_refused(SPA_PK_SIGN, scheme)) {
    ++counters_.handed_on;
    return fallback_.sign(std::move(key), method, std::move(data), std::move(done));
  }
  auto signing =
      std::make_shared<Signing>(Signing{std::move(key), method, std::move(data), std::move(done)});
  with_handle(signing->key, [self = shared_from_this(), signing](std::uint32_t handle) {
    if (handle != 0) return self->sign_on_card(handle, signing);
    self->count_miss(EngineOperation::kSign, -EIO);
    self->fallback_.sign(signing->key, signing->method, signing->data, signing->done);
  });
}

void CardEngine::Core::sign_on_card(std::uint32_t handle, std::shared_ptr<Signing> signing) {
  const Result<Bytes> digest = hash(signing->method.hash, {signing->data});
  if (!digest) return signing->done(tl::unexpected<Error>(digest.error()), name());
  const std::uint16_t scheme = scheme_of(signing->method);
  const std::uint32_t room = length32((signing->key.bits() + 7) / 8);
  queue_->submit({SPA_PK_SIGN, scheme, handle, room, to_secret(*digest)},
                 [self = shared_from_this(), signing, scheme, handle](const Completion& c) {
                   if (c.status == 0 && self->own_signature_holds(*signing, c.output)) {
                     self->count(EngineOperation::kSign);
                     return signing->done(to_bytes(c.output), self->name());
                   }
                   self->learn(SPA_PK_SIGN, scheme, c.status);
                   if (c.status != -EOPNOTSUPP) self->forget(signing->key, handle);
                   self->count_miss(EngineOperation::kSign, c.status);
                   self->fallback_.sign(signing->key, signing->method, signing->data,
                                        signing->done);
                 });
}

// A faulty signature made with the CRT gives the private key away, so none leaves unchecked.
bool CardEngine::Core::own_signature_holds(const Signing& signing, ByteView signature) const {
  const auto found = imported_.find(signing.key.native());
  if (found == imported_.end() || !found->second.public_key) return false;
  return crypto::verify(*found->second.public_key, signing.method, signing.data, signature)
      .has_value();
}

void CardEngine::Core::with_handle(const PrivateKey& key,
                                   std::function<void(std::uint32_t handle)> then) {
  const auto found = imported_.find(key.native());
  const bool known = found != imported_.end() && !found->second.key.expired();
  if (known && found->second.handle != 0) return then(found->second.handle);
  if (known) return found->second.waiters.push_back(std::move(then));
  sweep();
  Imported& entry = imported_[key.native()];
  entry.key = key.handle();
  entry.waiters.push_back(std::move(then));
  import(key);
}

void CardEngine::Core::import(const PrivateKey& key) {
  const auto answer = [self = shared_from_this(), native = key.native()](std::uint32_t handle) {
    const auto found = self->imported_.find(native);
    if (found == self->imported_.end()) return;
    found->second.handle = handle;
    const auto waiters = std::exchange(found->second.waiters, {});
    if (handle == 0) self->imported_.erase(found);
    for (const auto& waiter : waiters) waiter(handle);
  };
  Result<SecretBytes> der = key.to_der();
  Result<PublicKey> public_key = key.public_key();
  if (!der || !public_key) return answer(0);
  imported_[key.native()].public_key = std::move(*public_key);
  queue_->submit(
      {SPA_PK_KEY_IMPORT, SPA_PK_RSA, 0, 0, std::move(*der)},
      // The key object stays until the card has answered, so that its address is its own.
      [answer, key](const Completion& c) { answer(c.status == 0 ? c.key : 0); });
}

// After a failure the card may have lost the key, so the next signature imports it anew. By then
// another one may have done so: only the handle that failed is dropped.
void CardEngine::Core::forget(const PrivateKey& key, std::uint32_t handle) {
  const auto found = imported_.find(key.native());
  if (found == imported_.end() || found->second.handle != handle) return;
  imported_.erase(found);
  queue_->submit({SPA_PK_KEY_DESTROY, 0, handle, 0, {}}, [](const Completion&) {});
}

// Destroys on the card what nobody here can name any more.
void CardEngine::Core::sweep() {
  for (auto entry = imported_.begin(); entry != imported_.end();) {
    if (!entry->second.key.expired() || entry->second.handle == 0) {
      ++entry;
      continue;
    }
    queue_->submit({SPA_PK_KEY_DESTROY, 0, entry->second.handle, 0, {}}, [](const Completion&) {});
    entry = imported_.erase(entry);
  }
}

void CardEngine::Core::verify(PublicKey key, SignatureMethod method, Bytes data, Bytes signature,
                              EngineCallback<void> done) {
  const std::uint16_t scheme = scheme_of(method);
  const Result<Bytes> spki = key.to_der();
  const Result<Bytes> digest = hash(method.hash, {data});
  const bool size_fits = signature.size() == (key.bits() + 7) / 8;
  SecretBytes input;
  if (spki && digest) input = verify_input(*spki, *digest, signature);
  // A signature of a wrong size is OpenSSL's to refuse, like everything that is not plainly the
  // card's.
  if (scheme == 0 || !size_fits || input.empty() || !queue_->alive() ||
      !rsa_size_fits(key.type(), key.bits()) || known_refused(SPA_PK_VERIFY, scheme)) {
    ++counters_.handed_on;
    return fallback_.verify(std::move(key), method, std::move(data), std::move(signature),
                            std::move(done));
  }
  queue_->submit(
      {SPA_PK_VERIFY, scheme, 0, 0, std::move(input)},
      [self = shared_from_this(), key = std::move(key), method, scheme, data = std::move(data),
       signature = std::move(signature), done = std::move(done)](const Completion& c) {
        if (c.status == 0 || c.status == -EBADMSG) {
          self->count(EngineOperation::kVerify);
          if (c.status == 0) return done({}, self->name());
          return done(fail(Errc::kCrypto, to_string(method) + ": the signature is wrong"),
                      self->name());
        }
        self->learn(SPA_PK_VERIFY, scheme, c.status);
        self->count_miss(EngineOperation::kVerify, c.status);
        self->fallback_.verify(key, method, data, signature, done);
      });
}

CardEngine::CardEngine(std::string name, std::unique_ptr<CardDevice> device,
                       PublicKeyEngine& fallback, Post post)
    : core_(std::make_shared<Core>(std::move(name), std::move(device), fallback, std::move(post))) {
}

CardEngine::~CardEngine() {
  core_->stop();
}

void CardEngine::generate(DhGroup group, EngineCallback<DhKey> done) {
  core_->generate(group, std::move(done));
}

void CardEngine::derive(DhKey key, Bytes peer_public, EngineCallback<SecretBytes> done) {
  core_->derive(std::move(key), std::move(peer_public), std::move(done));
}

void CardEngine::encapsulate(DhGroup group, Bytes peer_key, EngineCallback<Encapsulation> done) {
  core_->encapsulate(group, std::move(peer_key), std::move(done));
}

bool CardEngine::supports(DhGroup group) const {
  return core_->supports(group);
}

void CardEngine::sign(PrivateKey key, SignatureMethod method, Bytes data,
                      EngineCallback<Bytes> done) {
  core_->sign(std::move(key), method, std::move(data), std::move(done));
}

void CardEngine::verify(PublicKey key, SignatureMethod method, Bytes data, Bytes signature,
                        EngineCallback<void> done) {
  core_->verify(std::move(key), method, std::move(data), std::move(signature), std::move(done));
}

void CardEngine::decrypt(PrivateKey key, Bytes ciphertext, EngineCallback<SecretBytes> done) {
  core_->decrypt(std::move(key), std::move(ciphertext), std::move(done));
}

std::string_view CardEngine::name() const {
  return core_->name();
}
std::vector<EngineCounters> CardEngine::counters() const {
  return core_->counters();
}
int CardEngine::fd() const {
  return core_->queue().fd();
}
bool CardEngine::wants_write() const {
  return core_->queue().wants_write();
}
void CardEngine::on_ready() {
  const std::shared_ptr<Core> alive = core_;
  alive->queue().on_ready();
}
bool CardEngine::alive() const {
  return core_->queue().alive();
}
void CardEngine::renew(std::unique_ptr<CardDevice> device) {
  core_->renew(std::move(device));
}

}  // namespace spa::crypto
