// SPDX-License-Identifier: Apache-2.0
// An engine that has ML-KEM whatever the OpenSSL of this machine has: values of the right sizes,
// with Curve25519 inside. A key is none of the two ciphertexts and the other way round, and what is
// damaged outside of the 32 octets inside is refused.
#pragma once

#include <string_view>
#include <vector>

#include "userspace/crypto/engine.h"

namespace spa::exchange {

class FakeKem final : public crypto::PublicKeyEngine {
 public:
  // Everything else is done by `behind`, which outlives this.
  explicit FakeKem(crypto::PublicKeyEngine& behind) : behind_(behind) {}

  void generate(crypto::DhGroup group, crypto::EngineCallback<crypto::DhKey> done) override;
  void derive(crypto::DhKey key, Bytes peer_public,
              crypto::EngineCallback<SecretBytes> done) override;
  void encapsulate(crypto::DhGroup group, Bytes peer_key,
                   crypto::EngineCallback<crypto::Encapsulation> done) override;
  void sign(crypto::PrivateKey key, crypto::SignatureMethod method, Bytes data,
            crypto::EngineCallback<Bytes> done) override {
    behind_.sign(std::move(key), method, std::move(data), std::move(done));
  }
  void verify(crypto::PublicKey key, crypto::SignatureMethod method, Bytes data, Bytes signature,
              crypto::EngineCallback<void> done) override {
    behind_.verify(std::move(key), method, std::move(data), std::move(signature), std::move(done));
  }
  void decrypt(crypto::PrivateKey key, Bytes ciphertext,
               crypto::EngineCallback<SecretBytes> done) override {
    behind_.decrypt(std::move(key), std::move(ciphertext), std::move(done));
  }
  [[nodiscard]] bool supports(crypto::DhGroup) const override { return true; }
  [[nodiscard]] std::string_view name() const override { return "fake KEM"; }
  [[nodiscard]] std::vector<crypto::EngineCounters> counters() const override {
    return behind_.counters();
  }

 private:
  crypto::PublicKeyEngine& behind_;
};

}  // namespace spa::exchange
