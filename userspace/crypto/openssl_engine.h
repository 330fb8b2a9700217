// SPDX-License-Identifier: Apache-2.0
// Public-key operations in OpenSSL, on a thread of the daemon's choice.
#pragma once

#include <functional>
#include <memory>

#include "userspace/crypto/engine.h"

namespace spa::crypto {

// Runs `work` somewhere and afterwards `finish` on the thread that owns the engine. The default
// runs both at once in the caller; the daemon gives one that uses a worker and posts `finish` to
// its loop.
using Executor = std::function<void(std::function<void()> work, std::function<void()> finish)>;

class OpenSslEngine final : public PublicKeyEngine {
 public:
  explicit OpenSslEngine(Executor executor = {});
  ~OpenSslEngine() override;

  void generate(DhGroup group, EngineCallback<DhKey> done) override;
  void derive(DhKey key, Bytes peer_public, EngineCallback<SecretBytes> done) override;
  void encapsulate(DhGroup group, Bytes peer_key, EngineCallback<Encapsulation> done) override;
  void sign(PrivateKey key, SignatureMethod method, Bytes data,
            EngineCallback<Bytes> done) override;
  void verify(PublicKey key, SignatureMethod method, Bytes data, Bytes signature,
              EngineCallback<void> done) override;
  void decrypt(PrivateKey key, Bytes ciphertext, EngineCallback<SecretBytes> done) override;
  [[nodiscard]] bool supports(DhGroup group) const override;
  [[nodiscard]] std::string_view name() const override { return "OpenSSL"; }
  [[nodiscard]] std::vector<EngineCounters> counters() const override;

 private:
  struct State;
  template <typename T, typename Work>
  void run(EngineOperation operation, Work work, EngineCallback<T> done);

  Executor executor_;
  std::shared_ptr<State> state_;  // outlives the engine while work is under way
};

}  // namespace spa::crypto
