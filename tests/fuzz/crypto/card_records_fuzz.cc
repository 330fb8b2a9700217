// SPDX-License-Identifier: Apache-2.0
// Completion records from a card that may say anything: every operation is answered at most once,
// and once the card has shown itself broken, exactly once.
#include <spa/hw.h>
#include <spa/uapi.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "userspace/crypto/card_engine.h"
#include "userspace/crypto/openssl_engine.h"

namespace {

using spa::ByteView;
using spa::Result;

class AnyCard final : public spa::crypto::CardDevice {
 public:
  explicit AnyCard(ByteView records) : records_(records) {
    info_.version = SPA_UAPI_VERSION;
    info_.features = SPA_FEATURE_PK;
    info_.max_batch = 4;
    info_.max_inflight = 4;
    info_.max_data = SPA_PK_DATA_MAX;
  }
  [[nodiscard]] const spa_pk_info& info() const override { return info_; }
  [[nodiscard]] int fd() const override { return -1; }
  [[nodiscard]] Result<std::size_t> submit(std::span<spa_pk_request> requests) override {
    return requests.size();
  }
  [[nodiscard]] Result<std::size_t> read(spa::MutableByteView buffer) override {
    const std::size_t size = std::min(buffer.size(), records_.size());
    std::ranges::copy(records_.first(size), buffer.begin());
    records_ = records_.subspan(size);
    return size;
  }

 private:
  ByteView records_;
  spa_pk_info info_{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spa::crypto;
  OpenSslEngine fallback;
  CardEngine engine("card", std::make_unique<AnyCard>(ByteView(data, size)), fallback);
  std::array<int, 4> answers{};
  for (int& answer : answers) {
    engine.generate(DhGroup::kCurve25519, [&answer](Result<DhKey> key, std::string_view) {
      if (!key || key->public_value.size() != public_size(DhGroup::kCurve25519)) std::abort();
      ++answer;
    });
  }
  engine.on_ready();
  for (const int answer : answers) {
    if (answer > 1 || (!engine.alive() && answer != 1)) std::abort();
  }
  return 0;
}
