// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/engines.h"

#include <spa/uapi.h>

#include <cstring>
#include <utility>

namespace spa::daemon {

namespace {
constexpr int kMaxCards = 8;
// Nothing tells user space of a new character device but uevents, which a daemon would need another
// socket for; eight opens that fail cost less.
constexpr Duration kLookAgain{10000};
}  // namespace

Engines::Engines(net::Loop& loop, LogSink& log)
    : loop_(loop),
      log_(log),
      worker_([&loop](std::function<void()> finish) { loop.post(std::move(finish)); }),
      openssl_([this](std::function<void()> work, std::function<void()> finish) {
        worker_.run(std::move(work), std::move(finish));
      }) {
  look_for_card();
  if (!card_) {
    log_.write({Severity::kInfo, "CRYPTO_ENGINE", "SOFTWARE",
                "no card is there; public keys are done by OpenSSL"});
  }
}

Engines::~Engines() {
  loop_.cancel(look_);
  loop_.unwatch(watch_);
  loop_.unwatch(write_watch_);
}

crypto::PublicKeyEngine& Engines::best() {
  if (card_) return *card_;
  return openssl_;
}

const crypto::PublicKeyEngine& Engines::best() const {
  if (card_) return *card_;
  return openssl_;
}

void Engines::generate(crypto::DhGroup group, crypto::EngineCallback<crypto::DhKey> done) {
  best().generate(group, std::move(done));
}

void Engines::derive(crypto::DhKey key, Bytes peer_public,
                     crypto::EngineCallback<SecretBytes> done) {
  best().derive(std::move(key), std::move(peer_public), std::move(done));
}

void Engines::encapsulate(crypto::DhGroup group, Bytes peer_key,
                          crypto::EngineCallback<crypto::Encapsulation> done) {
  best().encapsulate(group, std::move(peer_key), std::move(done));
}

bool Engines::supports(crypto::DhGroup group) const {
  return best().supports(group);
}

void Engines::sign(crypto::PrivateKey key, crypto::SignatureMethod method, Bytes data,
                   crypto::EngineCallback<Bytes> done) {
  best().sign(std::move(key), method, std::move(data), std::move(done));
}

void Engines::verify(crypto::PublicKey key, crypto::SignatureMethod method, Bytes data,
                     Bytes signature, crypto::EngineCallback<void> done) {
  best().verify(std::move(key), method, std::move(data), std::move(signature), std::move(done));
}

void Engines::decrypt(crypto::PrivateKey key, Bytes ciphertext,
                      crypto::EngineCallback<SecretBytes> done) {
  best().decrypt(std::move(key), std::move(ciphertext), std::move(done));
}

std::string_view Engines::name() const {
  return best().name();
}

std::vector<crypto::EngineCounters> Engines::counters() const {
  return best().counters();
}

void Engines::look_for_card() {
  look_ = 0;
  if (!open_card()) look_ = loop_.after(kLookAgain, [this] { look_for_card(); });
}

bool Engines::open_card() {
  for (int i = 0; i < kMaxCards; ++i) {
    const std::string path = "/dev/spa" + std::to_string(i);
    auto device = crypto::open_card_device(path);
    if (device) {
      use_card(std::move(*device), path);
      return true;
    }
    if (device.error().code == Errc::kNotFound || device.error().text == refusal_) continue;
    refusal_ = device.error().text;
    log_.write({Severity::kWarning, "CRYPTO_ENGINE", "CARD_REFUSED", refusal_});
  }
  return false;
}

void Engines::use_card(std::unique_ptr<crypto::CardDevice> device, const std::string& path) {
  const auto& field = device->info().netdev;
  const std::string netdev(field, ::strnlen(field, sizeof field));
  card_device_ = path;
  refusal_.clear();
  if (card_) {
    card_->renew(std::move(device));
  } else {
    card_ = std::make_unique<crypto::CardEngine>(
        netdev.empty() ? path.substr(path.rfind('/') + 1) : netdev, std::move(device), openssl_,
        [this](std::function<void()> work) { loop_.post(std::move(work)); });
  }
  log_.write({Severity::kInfo, "CRYPTO_ENGINE", "CARD_UP",
              "public keys are done by the card at " + card_device_});
  if (auto watch = loop_.watch(card_->fd(), [this] { serve_card(); })) watch_ = *watch;
}

void Engines::serve_card() {
  card_->on_ready();
  if (!card_->alive()) {
    loop_.unwatch(std::exchange(watch_, 0));
    loop_.unwatch(std::exchange(write_watch_, 0));
    log_.write({Severity::kError, "CRYPTO_ENGINE", "CARD_DOWN",
                card_device_ + " is gone; public keys are done by OpenSSL until it is back"});
    look_ = loop_.after(kLookAgain, [this] { look_for_card(); });
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
