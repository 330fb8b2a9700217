// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/engines.h"

#include <spa/uapi.h>

#include <utility>

namespace spa::daemon {

namespace {
constexpr int kMaxCards = 8;
}

Engines::Engines(net::Loop& loop, LogSink& log)
    : loop_(loop),
      log_(log),
      worker_([&loop](std::function<void()> finish) { loop.post(std::move(finish)); }),
      openssl_([this](std::function<void()> work, std::function<void()> finish) {
        worker_.run(std::move(work), std::move(finish));
      }) {
  open_card();
}

Engines::~Engines() {
  loop_.unwatch(watch_);
  loop_.unwatch(write_watch_);
}

crypto::PublicKeyEngine& Engines::best() {
  if (card_) return *card_;
  return openssl_;
}

void Engines::open_card() {
  for (int i = 0; i < kMaxCards && !card_; ++i) {
    const std::string path = "/dev/spa" + std::to_string(i);
    auto device = crypto::open_card_device(path);
    if (!device) {
      if (device.error().code != Errc::kNotFound) {
        log_.write({Severity::kWarning, "CRYPTO_ENGINE", "CARD_REFUSED", device.error().text});
      }
      continue;
    }
    const std::string name =
        (*device)->info().netdev[0] != '\0' ? (*device)->info().netdev : "spa" + std::to_string(i);
    card_ = std::make_unique<crypto::CardEngine>(
        name, std::move(*device), openssl_,
        [this](std::function<void()> work) { loop_.post(std::move(work)); });
    card_device_ = path;
  }
  if (!card_) {
    log_.write({Severity::kInfo, "CRYPTO_ENGINE", "SOFTWARE",
                "no card is there; public keys are done by OpenSSL"});
    return;
  }
  log_.write({Severity::kInfo, "CRYPTO_ENGINE", "CARD_UP",
              "public keys are done by the card at " + card_device_});
  if (auto watch = loop_.watch(card_->fd(), [this] { serve_card(); })) watch_ = *watch;
}

void Engines::serve_card() {
  card_->on_ready();
  if (!card_->alive()) {
    loop_.unwatch(std::exchange(watch_, 0));
    log_.write({Severity::kError, "CRYPTO_ENGINE", "CARD_DOWN",
                card_device_ + " is gone; public keys are done by OpenSSL from now on"});
    return;
  }
  if (!card_->wants_write() || write_watch_ != 0) return;
  auto watch = loop_.when_writable(card_->fd(), [this] {
    write_watch_ = 0;
    serve_card();
  });
  if (watch) write_watch_ = *watch;
}

}  // namespace spa::daemon
