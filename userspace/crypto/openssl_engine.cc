// SPDX-License-Identifier: Apache-2.0
#include "userspace/crypto/openssl_engine.h"

#include <optional>
#include <utility>

#include "userspace/crypto/kem.h"
#include "userspace/crypto/rsa_encryption.h"

namespace spa::crypto {

struct OpenSslEngine::State {
  EngineCounters counters;
};

OpenSslEngine::OpenSslEngine(Executor executor)
    : executor_(std::move(executor)), state_(std::make_shared<State>()) {
  state_->counters.name = "OpenSSL";
  if (!executor_) {
    executor_ = [](const std::function<void()>& work, const std::function<void()>& finish) {
      work();
      finish();
    };
  }
}

OpenSslEngine::~OpenSslEngine() = default;

template <typename T, typename Work>
void OpenSslEngine::run(EngineOperation operation, Work work, EngineCallback<T> done) {
  auto slot = std::make_shared<std::optional<Result<T>>>();
  executor_([slot, work = std::move(work)] { *slot = work(); },
            [slot, operation, done = std::move(done), alive = std::weak_ptr<State>(state_)] {
              const std::shared_ptr<State> state = alive.lock();
              if (!state || !slot->has_value()) return;
              Result<T> result = std::move(**slot);
              const auto index = static_cast<std::size_t>(operation);
              // A wrong signature is what verify() was asked to find out.
              const bool answered = result.has_value() || (operation == EngineOperation::kVerify &&
                                                           result.error().code == Errc::kCrypto);
              ++(answered ? state->counters.done : state->counters.failed)[index];
              done(std::move(result), "OpenSSL");
            });
}

void OpenSslEngine::generate(DhGroup group, EngineCallback<DhKey> done) {
  run<DhKey>(EngineOperation::kGenerate, [group] { return dh_generate(group); }, std::move(done));
}

void OpenSslEngine::derive(DhKey key, Bytes peer_public, EngineCallback<SecretBytes> done) {
  run<SecretBytes>(
      EngineOperation::kDerive,
      [key = std::move(key), peer = std::move(peer_public)] { return dh_derive(key, peer); },
      std::move(done));
}

void OpenSslEngine::encapsulate(DhGroup group, Bytes peer_key, EngineCallback<Encapsulation> done) {
  run<Encapsulation>(
      EngineOperation::kDerive,
      [group, peer = std::move(peer_key)] { return dh_encapsulate(group, peer); }, std::move(done));
}

bool OpenSslEngine::supports(DhGroup group) const {
  return !is_kem(group) || kem_supported(group);
}

void OpenSslEngine::sign(PrivateKey key, SignatureMethod method, Bytes data,
                         EngineCallback<Bytes> done) {
  run<Bytes>(
      EngineOperation::kSign,
      [key = std::move(key), method, data = std::move(data)] {
        return crypto::sign(key, method, data);
      },
      std::move(done));
}

void OpenSslEngine::verify(PublicKey key, SignatureMethod method, Bytes data, Bytes signature,
                           EngineCallback<void> done) {
  run<void>(
      EngineOperation::kVerify,
      [key = std::move(key), method, data = std::move(data), signature = std::move(signature)] {
        return crypto::verify(key, method, data, signature);
      },
      std::move(done));
}

void OpenSslEngine::decrypt(PrivateKey key, Bytes ciphertext, EngineCallback<SecretBytes> done) {
  run<SecretBytes>(
      EngineOperation::kDecrypt,
      [key = std::move(key), ciphertext = std::move(ciphertext)] {
        return rsa_decrypt(key, ciphertext);
      },
      std::move(done));
}

std::vector<EngineCounters> OpenSslEngine::counters() const {
  return {state_->counters};
}

}  // namespace spa::crypto
