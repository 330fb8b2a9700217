// SPDX-License-Identifier: Apache-2.0
// Two routers with a tunnel, and a bare peer that `right` knows: whatever it sends, the tunnel
// beside it has to live on.
#pragma once

#include <memory>
#include <vector>

#include "tests/exchange/bare_peer.h"
#include "tests/exchange/malformed.h"
#include "tests/exchange/two_routers.h"

namespace spa::exchange {

using Payloads = std::vector<wire::Payload>;

// The first error notification in some answers, or null.
[[nodiscard]] inline const wire::NotifyPayload* first_error(
    const std::vector<wire::Message>& answers) {
  for (const wire::Message& answer : answers) {
    for (const wire::Payload& payload : answer.payloads) {
      const auto* notify = std::get_if<wire::NotifyPayload>(&payload);
      if (notify != nullptr && wire::is_error(notify->type)) return notify;
    }
  }
  return nullptr;
}

class BadInput : public TwoRouters {
 protected:
  void SetUp() override {
    BarePeer::invite(right, kBare);
    left.profile().dpd = right.profile().dpd = {30, 2, true};
    start();
    bring_up(left);
    expect_tunnel();
    spi_ = left.status()[0].spi_local;
    bare_ = std::make_unique<BarePeer>(network, kBare, right);
  }
  void TearDown() override {
    if (HasFatalFailure()) return;
    // What the bare peer left behind is gone in the end; the tunnel is the same, and asks and
    // answers.
    const std::uint64_t asked = left.manager->counters().liveness_checks;
    run(Duration(300 * 1000));
    expect_sas(1, 1);
    EXPECT_EQ(left.status()[0].spi_local, spi_);
    EXPECT_GE(left.manager->counters().liveness_checks, asked + 4);
    EXPECT_EQ(left.manager->counters().peers_dead, 0U);
  }
  [[nodiscard]] ike::Counters counters() const { return right.manager->counters(); }
  // Time passes now and then, so that one test does not meet the limits that another is about.
  void rest() {
    if (++cases_ % 64 == 0) run(Duration(70 * 1000));
    ASSERT_LE(right.manager->half_open(), right.options.cookie_threshold);
    ASSERT_LE(right.status().size(), 400U);
  }
  // `prepare` brings the bare peer to where it sends the chain. The victim says INVALID_SYNTAX to
  // each and counts it.
  void expect_refused(wire::ExchangeType exchange, const std::vector<Malformed>& chains,
                      wire::PayloadType first, bool established) {
    for (const Malformed& chain : chains) {
      SCOPED_TRACE(chain.what);
      ASSERT_TRUE(established ? bare_->establish() : bare_->init());
      const std::uint64_t before = counters().malformed;
      const auto answers = bare_->send(bare_->seal(exchange, first, chain.octets));
      EXPECT_EQ(counters().malformed, before + 1);
      const wire::NotifyPayload* error = first_error(answers);
      ASSERT_NE(error, nullptr);
      EXPECT_EQ(error->type, wire::NotifyType::kInvalidSyntax);
      rest();
    }
  }
  // The tunnel is another one from here on.
  void renew_spi() { spi_ = left.status()[0].spi_local; }
  const IpAddress kBare = *IpAddress::parse("198.51.100.7");
  std::unique_ptr<BarePeer> bare_;

 private:
  std::uint64_t spi_ = 0;
  unsigned cases_ = 0;
};

}  // namespace spa::exchange
