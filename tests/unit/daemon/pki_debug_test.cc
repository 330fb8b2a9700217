// SPDX-License-Identifier: Apache-2.0
// What is told of CRLs.
#include "userspace/daemon/pki_debug.h"

#include <gtest/gtest.h>

#include <set>

namespace spa::daemon {
namespace {

using Lines = std::vector<std::string>;

class Kept final : public LogSink {
 public:
  Kept(DebugForm form, std::set<std::string, std::less<>> streams)
      : form_(form), streams_(std::move(streams)) {}
  void write(const LogRecord&) override {}
  void debug(const DebugRecord& record) override {
    for (const DebugLine& line : record.event.lines(form_)) lines.push_back(line.text);
  }
  [[nodiscard]] bool debugging(std::string_view stream) const override {
    return streams_.contains(stream);
  }
  Lines lines;

 private:
  DebugForm form_;
  std::set<std::string, std::less<>> streams_;
};

// R-DBG-29: 0 and 275
TEST(PkiDebug, TransactionsOfARouter) {
  const pki::TrustpointContent content;
  Kept log(DebugForm::kA, {"pki"});
  debug_crl_poll(log, &content);
  debug_crl_end(log, &content, false);
  EXPECT_EQ(log.lines, (Lines{"CRYPTO_PKI: status = 0: poll CRL",
                              "CRYPTO_PKI: status = 275: failed to insert CRL",
                              "CRYPTO_PKI: transaction GetCRL completed"}));
}

// R-DBG-29: 105; R-DBG-33
TEST(PkiDebug, TransactionsOfAPix) {
  const pki::TrustpointContent content;
  Kept log(DebugForm::kPix, {"pki"});
  debug_crl_poll(log, &content);
  debug_crl_end(log, &content, false);
  EXPECT_EQ(log.lines, (Lines{"CRYPTO_PKI: status = 0: poll CRL", "CI thread sleeps!",
                              "Crypto CA thread wakes up!", "Fail to verify and insert CRL",
                              "CRYPTO_PKI: status = 275: failed to insert CRL",
                              "CRYPTO_PKI: transaction GetCRL completed",
                              "CRYPTO_PKI: blocking callback received status: 105",
                              "Crypto CA thread sleeps!", "CI thread wakes up!"}));
}

TEST(PkiDebug, NothingWhenItIsOff) {
  const pki::TrustpointContent content;
  Kept log(DebugForm::kA, {});
  debug_crl_poll(log, &content);
  debug_crl_end(log, &content, true);
  EXPECT_TRUE(log.lines.empty());
}

// R-DBG-30
TEST(PkiDebug, Dumps) {
  Bytes octets;
  for (unsigned i = 0; i < 18; ++i) octets.push_back(static_cast<std::uint8_t>(0xa0 + i));
  const DebugLines lines = hex_dump(octets);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].text, "A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 AA AB AC AD AE AF");
  EXPECT_EQ(lines[1].text, "B0 B1");
  EXPECT_EQ(lines[2].text, "");
  for (const DebugLine& line : lines) EXPECT_TRUE(line.stamped);
}

}  // namespace
}  // namespace spa::daemon
