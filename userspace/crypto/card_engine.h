// SPDX-License-Identifier: Apache-2.0
// Public-key operations on the card. What the card cannot do, refuses or fails goes to the fallback
// engine, one operation at a time. A private DH value made on the card stays there: when the card
// loses it, derive() fails.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "userspace/crypto/card_device.h"
#include "userspace/crypto/engine.h"

namespace spa::crypto {

class CardEngine final : public PublicKeyEngine {
 public:
  // Runs a function soon on the owner's thread; lets operations started in one turn of the loop
  // share a submit call. Without it every operation is submitted at once.
  using Post = std::function<void(std::function<void()>)>;

  // `name` is what show commands print ("spa0"). `fallback` outlives this engine.
  CardEngine(std::string name, std::unique_ptr<CardDevice> device, PublicKeyEngine& fallback,
             Post post = {});
  ~CardEngine() override;

  void generate(DhGroup group, EngineCallback<DhKey> done) override;
  void derive(DhKey key, Bytes peer_public, EngineCallback<SecretBytes> done) override;
  // The card has no KEM: OpenSSL does it.
  void encapsulate(DhGroup group, Bytes peer_key, EngineCallback<Encapsulation> done) override;
  void sign(PrivateKey key, SignatureMethod method, Bytes data,
            EngineCallback<Bytes> done) override;
  void verify(PublicKey key, SignatureMethod method, Bytes data, Bytes signature,
              EngineCallback<void> done) override;
  // The card has no such operation: OpenSSL does it.
  void decrypt(PrivateKey key, Bytes ciphertext, EngineCallback<SecretBytes> done) override;
  [[nodiscard]] bool supports(DhGroup group) const override;
  [[nodiscard]] std::string_view name() const override;
  [[nodiscard]] std::vector<EngineCounters> counters() const override;

  // For the daemon's loop: watch fd() for reading, and for writing while wants_write(). Call
  // on_ready() when either happens: it takes completions, runs callbacks and submits what waits.
  [[nodiscard]] int fd() const;
  [[nodiscard]] bool wants_write() const;
  void on_ready();
  // False after the card has gone away: everything goes to the fallback, and fd() is to be watched
  // no longer.
  [[nodiscard]] bool alive() const;
  // The card is back, or another one is there: fd() is another one now. What the old one kept is
  // lost; RSA keys are imported again when they are needed. Only while not alive().
  void renew(std::unique_ptr<CardDevice> device);

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace spa::crypto
