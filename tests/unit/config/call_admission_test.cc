// SPDX-License-Identifier: Apache-2.0
// Call admission control as it is typed and shown.
#include <gtest/gtest.h>

#include "tests/unit/config/fake_backend.h"
#include "userspace/config/session.h"

namespace spa::config {
namespace {

class CallAdmissionTest : public testing::Test {
 protected:
  std::string type(std::string_view line) {
    const Output output = session.execute(line);
    return output.text + (output.rejection ? output.rejection->text : "");
  }
  [[nodiscard]] const policy::CallAdmissionLimits& limits() const {
    return backend.in_force->call_admission;
  }

  FakeBackend backend;
  Configuration configuration{backend, testing::TempDir() + "spa-call-admission-startup"};
  Session session{configuration, true};
};

// R-CAC-2, R-CAC-3, R-CAC-6, R-CAC-16
TEST_F(CallAdmissionTest, LimitsAreSetKeptAndTakenAway) {
  type("configure terminal");
  EXPECT_EQ(type("call admission limit 50000"), "");
  EXPECT_EQ(limits(), (policy::CallAdmissionLimits{0, 0, 50000}));
  EXPECT_EQ(type("crypto call admission limit ike sa 25"), "");
  EXPECT_EQ(type("crypto call admission limit ike in-negotiation-sa 10"), "");
  EXPECT_EQ(limits(), (policy::CallAdmissionLimits{25, 10, 50000}));
  EXPECT_EQ(type("crypto call admission limit ike sa 30"), "");
  const std::string printed = configuration.running_config();
  for (const char* line :
       {"\ncall admission limit 50000\n", "\ncrypto call admission limit ike sa 30\n",
        "\ncrypto call admission limit ike in-negotiation-sa 10\n"}) {
    EXPECT_NE(printed.find(line), std::string::npos) << line << printed;
  }
  EXPECT_EQ(printed.find("ike sa 25"), std::string::npos);
  FakeBackend fresh;
  Configuration again(fresh, "/nonexistent/startup-config");
  ASSERT_TRUE(again.load(printed));
  EXPECT_EQ(fresh.in_force->call_admission, limits());
  type("no crypto call admission limit ike sa");
  type("no crypto call admission limit ike in-negotiation-sa");
  type("no call admission limit");
  EXPECT_EQ(limits(), policy::CallAdmissionLimits{});
  EXPECT_EQ(configuration.running_config().find("admission"), std::string::npos);
}

// R-CAC-2, R-CAC-3, R-CAC-6: the ranges, and both of their ends.
TEST_F(CallAdmissionTest, RangesHaveEnds) {
  type("configure terminal");
  for (const char* good :
       {"call admission limit 1", "call admission limit 100000",
        "crypto call admission limit ike sa 0", "crypto call admission limit ike sa 99999",
        "crypto call admission limit ike in-negotiation-sa 99999"}) {
    EXPECT_EQ(type(good), "") << good;
  }
  for (const char* bad : {"call admission limit 0", "call admission limit 100001",
                          "crypto call admission limit ike sa 100000",
                          "crypto call admission limit ike in-negotiation-sa 9",
                          "crypto call admission limit ike in-negotiation-sa 100000"}) {
    EXPECT_NE(type(bad), "") << bad;
  }
  EXPECT_EQ(limits(), (policy::CallAdmissionLimits{99999, 99999, 100000}));
}

// R-CAC-11, R-CAC-12, R-SHOW-15, R-SHOW-16
TEST_F(CallAdmissionTest, BothScreens) {
  type("configure terminal");
  type("crypto call admission limit ike sa 25");
  type("call admission limit 90000");
  type("end");
  backend.calls = {7, 2, 5, 1, 1, 2, 4, 3, 61500};
  type("terminal dialect d-a");
  EXPECT_EQ(type("show call admission statistics"),
            "Total Call admission charges: 61500, limit 90000\n"
            "Total calls rejected 3, accepted 12\n"
            "Load metric: charge 61500, unscaled 61\n");
  const std::string rule(69, '-');
  EXPECT_EQ(type("show crypto call admission statistics"),
            rule + "\n               Crypto Call Admission Control Statistics\n" + rule +
                "\n"
                "System Resource Limit:        90000 Max IKE SAs:     25\n"
                "Total IKE SA Count:           7 active:          4 negotiating:     3\n"
                "Incoming IKE Requests:        9 accepted:        7 rejected:        2\n"
                "Outgoing IKE Requests:        6 accepted:        5 rejected:        1\n"
                "Rejected IKE Requests:        3 rsrc low:        1 SA limit:        2\n");
}

// R-CAC-15: what the parsers of today read besides.
TEST_F(CallAdmissionTest, LinesOfLaterReleases) {
  type("configure terminal");
  type("crypto call admission limit ike in-negotiation-sa 1000");
  type("call admission limit 90000");
  type("end");
  backend.calls = {7, 2, 5, 1, 1, 2, 4, 3, 61500};
  backend.calls.rejected_in_negotiation = 2;
  backend.calls.dropped = 12;
  backend.calls.seconds = 3600;
  backend.calls.ipsec_incoming_accepted = 6;
  backend.calls.ipsec_incoming_rejected = 1;
  backend.calls.ipsec_outgoing_accepted = 8;
  backend.calls.ipsec_outgoing_rejected = 3;
  backend.calls.ipsec_active = 11;
  backend.calls.ipsec_negotiating = 2;
  EXPECT_EQ(type("show call admission statistics"),
            "Total Call admission charges: 61500, limit 90000\n"
            "Total calls rejected 3, accepted 12\n"
            "Load metric: charge 61500, unscaled 61\n"
            "CAC New Model (SRSM) is ACTIVE\n"
            "CAC statistics duration:  3600(seconds)\n"
            "Current hardware CAC status is: Not Dropping\n");
  const std::string rule(69, '-');
  EXPECT_EQ(type("show crypto call admission statistics"),
            rule + "\n               Crypto Call Admission Control Statistics\n" + rule +
                "\n"
                "System Resource Limit:        90000 Max IKE SAs:     0 Max in nego:  1000\n"
                "Total IKE SA Count:           7 active:          4 negotiating:     3\n"
                "Incoming IKE Requests:        9 accepted:        7 rejected:        2\n"
                "Outgoing IKE Requests:        6 accepted:        5 rejected:        1\n"
                "Rejected IKE Requests:        3 rsrc low:        1 Active SA limit: 0\n"
                "                                                   In-neg SA limit: 2\n"
                "IKE packets dropped at dispatch:        12\n"
                "\n"
                "Max IPSEC SAs:     0\n"
                "Total IPSEC SA Count:           13 active:          11 negotiating:     2\n"
                "Incoming IPSEC Requests:        7 accepted:        6 rejected:        1\n"
                "Outgoing IPSEC Requests:        11 accepted:        8 rejected:        3\n");
  backend.calls.charge = 90000;
  EXPECT_NE(type("show call admission statistics").find("status is: Dropping\n"),
            std::string::npos);
}

// R-CAC-10: in EXEC, and where the documents type it.
TEST_F(CallAdmissionTest, CountersAreClearedInBothModes) {
  backend.calls.incoming_accepted = 9;
  EXPECT_EQ(type("clear crypto call admission statistics"), "");
  EXPECT_EQ(backend.calls.accepted(), 0U);
  backend.calls.incoming_accepted = 9;
  type("configure terminal");
  EXPECT_EQ(type("clear crypto call admission statistics"), "");
  EXPECT_EQ(backend.calls.accepted(), 0U);
}

}  // namespace
}  // namespace spa::config
