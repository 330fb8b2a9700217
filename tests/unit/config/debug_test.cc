// SPDX-License-Identifier: Apache-2.0
// Debugging as a person switches it (R-DBG-5 to 9).
#include <gtest/gtest.h>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/session.h"

namespace spa::config {
namespace {

class DebugCommands : public testing::Test {
 protected:
  std::string type(std::string_view line) {
    const Output output = session.execute(line);
    return output.text + (output.rejection ? output.rejection->text : "");
  }
  FakeBackend backend;
  Configuration configuration{backend, testing::TempDir() + "spa-debug-test-startup"};
  Session session{configuration, true};
};

// R-DBG-5, R-DBG-6, R-SHOW-20
TEST_F(DebugCommands, SwitchesAnswer) {
  EXPECT_EQ(type("debug crypto pki transactions"), "Crypto PKI Trans debugging is on\n");
  EXPECT_EQ(type("debug crypto pki messages"), "Crypto PKI Msg debugging is on\n");
  EXPECT_EQ(type("debug crypto isakmp"), "Crypto ISAKMP debugging is on\n");
  EXPECT_EQ(type("debug crypto engine"), "Crypto Engine debugging is on\n");
  EXPECT_EQ(type("debug cr ikev2"), "IKEv2 default debugging is on\n");
  EXPECT_EQ(type("debug crypto ipsec"), "Crypto IPSEC debugging is on\n");
  EXPECT_EQ(type("show debug"),
            "Cryptographic Subsystem:\n"
            "  IKEv2 default debugging is on\n"
            "  Crypto ISAKMP debugging is on\n"
            "  Crypto Engine debugging is on\n"
            "  Crypto IPSEC debugging is on\n"
            "  Crypto PKI Trans debugging is on\n"
            "  Crypto PKI Msg debugging is on\n");
  EXPECT_EQ(type("no debug crypto isakmp"), "Crypto ISAKMP debugging is off\n");
  EXPECT_FALSE(backend.streams.contains("isakmp"));
  EXPECT_EQ(type("undebug all"), "All possible debugging has been turned off\n");
  EXPECT_TRUE(backend.streams.empty());
}

TEST_F(DebugCommands, OfAPeerAlone) {
  EXPECT_EQ(type("debug crypto condition peer ipv4 192.0.2.1"), "");
  EXPECT_EQ(type("debug crypto condition peer ipv4 192.0.2.2"), "");
  EXPECT_EQ(type("no debug crypto condition peer ipv4 192.0.2.2"), "");
  EXPECT_EQ(type("show crypto debug-condition"),
            "Crypto conditional debug currently is turned ON\n"
            "IKE debug context unmatched flag:OFF\n"
            "IPsec debug context unmatched flag:OFF\n"
            "Crypto Engine debug context unmatched flag:OFF\n"
            "\n"
            "IKE peer IP address filters:\n"
            "192.0.2.1\n");
  EXPECT_EQ(session.execute("show crypto debug-condition", OutputFormat::kJson).json,
            "{\"debug_conditions\":[\"192.0.2.1\"]}");
  EXPECT_EQ(type("debug crypto condition reset"), "");
  EXPECT_TRUE(backend.conditions.empty());
}

// R-DBG-8, R-DBG-9
TEST_F(DebugCommands, ServiceTimestamps) {
  using Kind = policy::TimeStamp::Kind;
  const auto in_force = [&] { return backend.in_force->debug_stamp; };
  type("configure terminal");
  EXPECT_EQ(type("service timestamps debug uptime"), "");
  EXPECT_EQ(in_force(), (policy::TimeStamp{Kind::kUptime, false}));
  EXPECT_EQ(type("service timestamps debug datetime msec localtime"), "");
  EXPECT_EQ(in_force(), (policy::TimeStamp{Kind::kDateTime, true, true}));
  EXPECT_EQ(type("service timestamps debug datetime"), "");
  EXPECT_EQ(in_force(), (policy::TimeStamp{Kind::kDateTime, false}));
  EXPECT_EQ(type("service timestamps log uptime"), "");
  EXPECT_EQ(backend.in_force->log_stamp.kind, Kind::kUptime);
  // As everywhere, the first `no` takes the line away and the second is kept.
  EXPECT_EQ(type("no service timestamps debug"), "");
  EXPECT_EQ(in_force(), policy::TimeStamp{});
  EXPECT_EQ(type("no service timestamps debug"), "");
  EXPECT_EQ(in_force().kind, Kind::kNone);
  type("end");
  const std::string config = type("show running-config");
  EXPECT_NE(config.find("no service timestamps debug\n"), std::string::npos);
  EXPECT_NE(config.find("\nservice timestamps log uptime\n"), std::string::npos);
}

// R-DBG-7: who has the screens of a PIX has its debug lines too.
TEST_F(DebugCommands, FormOfATerminal) {
  EXPECT_EQ(session.debug_form(), DebugForm::kA);
  type("terminal dialect pix");
  EXPECT_EQ(session.debug_form(), DebugForm::kPix);
}

}  // namespace
}  // namespace spa::config
