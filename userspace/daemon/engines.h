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

class Engines {
 public:
  // Takes the first card of /dev/spa0 … /dev/spa7 that opens; what was found is logged.
  Engines(net::Loop& loop, LogSink& log);
  ~Engines();
  Engines(const Engines&) = delete;
  Engines& operator=(const Engines&) = delete;

  // What the exchanges use: the card with OpenSSL behind it, or OpenSSL alone.
  [[nodiscard]] crypto::PublicKeyEngine& best();
  // "/dev/spa0"; empty without a card.
  [[nodiscard]] const std::string& card_device() const { return card_device_; }
  [[nodiscard]] bool card_alive() const { return card_ && card_->alive(); }

 private:
  void open_card();
  void serve_card();

  net::Loop& loop_;
  LogSink& log_;
  Worker worker_;
  crypto::OpenSslEngine openssl_;
  std::string card_device_;
  std::unique_ptr<crypto::CardEngine> card_;
  ports::Readiness::Id watch_ = 0;
  ports::Readiness::Id write_watch_ = 0;
};

}  // namespace spa::daemon
