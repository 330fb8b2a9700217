// SPDX-License-Identifier: Apache-2.0
// Who does public-key work: the card where /dev/spaN is there, OpenSSL on a worker thread
// otherwise.
#pragma once

#include <memory>
#include <string>

#include "userspace/base/log.h"
#include "userspace/crypto/card_engine.h"
#include "userspace/crypto/openssl_engine.h"
#include "userspace/daemon/worker.h"
#include "userspace/net/loop.h"

namespace spa::daemon {

// The engine that the exchanges use: it stays the same while cards come and go.
class Engines final : public crypto::PublicKeyEngine {
 public:
  // Takes the first card of /dev/spa0 … /dev/spa7 that opens; what was found is logged. Without
  // one, and after it is gone, it is looked for now and then.
  Engines(net::Loop& loop, LogSink& log);
  ~Engines() override;
  Engines(const Engines&) = delete;
  Engines& operator=(const Engines&) = delete;

  void generate(crypto::DhGroup group, crypto::EngineCallback<crypto::DhKey> done) override;
  void derive(crypto::DhKey key, Bytes peer_public,
              crypto::EngineCallback<SecretBytes> done) override;
  void encapsulate(crypto::DhGroup group, Bytes peer_key,
                   crypto::EngineCallback<crypto::Encapsulation> done) override;
  void sign(crypto::PrivateKey key, crypto::SignatureMethod method, Bytes data,
            crypto::EngineCallback<Bytes> done) override;
  void verify(crypto::PublicKey key, crypto::SignatureMethod method, Bytes data, Bytes signature,
              crypto::EngineCallback<void> done) override;
  void decrypt(crypto::PrivateKey key, Bytes ciphertext,
               crypto::EngineCallback<SecretBytes> done) override;
  [[nodiscard]] bool supports(crypto::DhGroup group) const override;
  [[nodiscard]] std::string_view name() const override;
  [[nodiscard]] std::vector<crypto::EngineCounters> counters() const override;

  // "/dev/spa0"; empty as long as there was no card.
  [[nodiscard]] const std::string& card_device() const { return card_device_; }
  [[nodiscard]] bool card_alive() const { return card_ && card_->alive(); }

 private:
  // The card with OpenSSL behind it, or OpenSSL alone.
  [[nodiscard]] crypto::PublicKeyEngine& best();
  [[nodiscard]] const crypto::PublicKeyEngine& best() const;
  void look_for_card();
  [[nodiscard]] bool open_card();
  void use_card(std::unique_ptr<crypto::CardDevice> device, const std::string& path);
  void serve_card();

  net::Loop& loop_;
  LogSink& log_;
  Worker worker_;
  crypto::OpenSslEngine openssl_;
  std::string card_device_;
  std::unique_ptr<crypto::CardEngine> card_;
  ports::Readiness::Id watch_ = 0;
  ports::Readiness::Id write_watch_ = 0;
  ports::Timers::Id look_ = 0;
  std::string refusal_;  // logged when it changes
};

}  // namespace spa::daemon
