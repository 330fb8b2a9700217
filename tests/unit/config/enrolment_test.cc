// SPDX-License-Identifier: Apache-2.0
// Authenticating an authority and enrolling with it, beyond what the transcripts show.
#include <gtest/gtest.h>

#include "tests/unit/config/pki_backend.h"
#include "userspace/pki/pem.h"

namespace spa::config {
namespace {

using State = ports::AuthorityReply::State;

class EnrolmentDialogue : public testing::Test {
 protected:
  void SetUp() override {
    person.named();
    type("crypto pki trustpoint T");
  }
  std::string type(std::string_view line) { return person.type(line); }
  FakeAuthority& authority() { return person.backend->authority; }
  // PEM, line by line.
  std::string paste(const Bytes& der) {
    std::string said;
    std::istringstream lines(pki::to_pem({*pki::Certificate::from_der(der)}));
    for (std::string line; std::getline(lines, line);) said += type(line);
    return said + type("quit");
  }
  void authenticate() {
    type("crypto pki authenticate T");
    paste(authority().ca.der());
    EXPECT_NE(type("yes").find("successfully imported"), std::string::npos);
  }
  void online() {
    person.backend->making.use(&authority());
    type("crypto pki trustpoint T");
    type("enrollment url http://192.0.2.80");
  }
  // Up to the last question, with these answers to the questions about the name.
  void enroll(const char* serial = "no", const char* address = "no") {
    type("crypto pki enroll T");
    type("ww");
    type("ww");
    type(serial);
    type(address);
  }
  bool logged(const std::string& text) {
    for (const LogLine& line : person.backend->lines)
      if (line.text.find(text) != std::string::npos) return true;
    return false;
  }
  std::size_t certificates() { return person.backend->certificates().size(); }

  PkiSession person;
};

// R-PKI-24, R-PKI-27, R-DLG-2, R-DLG-10: pasted; no throws it away.
TEST_F(EnrolmentDialogue, AuthenticatesWhatIsPasted) {
  const std::string begin = type("crypto pki authenticate T");
  EXPECT_EQ(begin,
            "\nEnter the base 64 encoded CA certificate.\n"
            "End with a blank line or the word \"quit\" on a line by itself\n\n");
  const std::string shown = paste(authority().ca.der());
  EXPECT_TRUE(shown.starts_with("Certificate has the following attributes:\nFingerprint: "))
      << shown;
  EXPECT_EQ(person.session->prompt(), "% Do you accept this certificate? [yes/no]: ");
  type("no");
  EXPECT_EQ(certificates(), 0u);
  authenticate();
  EXPECT_EQ(certificates(), 1u);
  const auto peer = authority().ca.issue({});
  type("crypto pki authenticate T");
  EXPECT_NE(paste(peer.der()).find("is not a CA certificate"), std::string::npos);
  EXPECT_EQ(person.session->asking(), Asking::kNothing);
}

// R-PKI-25, R-PKI-26: the fingerprint typed into the command or the trustpoint is compared instead
// of asked about.
TEST_F(EnrolmentDialogue, ComparesTheFingerprintByItself) {
  const std::string md5 = to_hex(pki::md5_fingerprint(authority().ca.der()));
  type("crypto pki authenticate T " + std::string(32, '0'));
  EXPECT_NE(paste(authority().ca.der()).find("was not taken"), std::string::npos);
  EXPECT_EQ(certificates(), 0u);
  type("crypto pki authenticate T " + md5);
  EXPECT_NE(paste(authority().ca.der()).find("fingerprints matched"), std::string::npos);
  EXPECT_EQ(person.session->asking(), Asking::kNothing);
  EXPECT_EQ(certificates(), 1u);
  type("crypto pki trustpoint T");
  type("fingerprint " + std::string(40, 'A'));
  type("crypto pki authenticate T");
  EXPECT_NE(paste(authority().ca.der()).find("was not taken"), std::string::npos);
}

// R-PKI-26: only one certificate was compared; no other authority comes in with it.
TEST_F(EnrolmentDialogue, TakesNoStrangeAuthorityAlong) {
  online();
  pki::test::TestCa stranger("Stranger");
  authority().certificates = {authority().ca.der(), stranger.der()};
  type("crypto pki authenticate T");
  EXPECT_NE(type("yes").find("has not signed"), std::string::npos);
  EXPECT_EQ(certificates(), 0u);
  pki::test::TestCa below("Below", &authority().ca);
  authority().certificates = {below.der(), authority().ca.der()};
  type("crypto pki authenticate T");
  EXPECT_EQ(type("yes"), "");
  EXPECT_EQ(certificates(), 2u);
  EXPECT_EQ(person.backend->trust_store.find("T")->authorities.size(), 1u);
}

// Without something that speaks to authorities the dialogue goes as far as it can, and says what is
// missing; nothing is left behind.
TEST_F(EnrolmentDialogue, SaysThatNobodyIsAsked) {
  authenticate();
  type("crypto key generate rsa modulus 512");
  type("crypto pki trustpoint T");
  type("enrollment url http://192.0.2.80");
  const std::string said = type("crypto pki authenticate T");
  EXPECT_NE(said.find("there is no SCEP"), std::string::npos) << said;
  EXPECT_NE(said.find("enrollment terminal"), std::string::npos) << said;
  enroll();
  EXPECT_NE(type("yes").find("there is no SCEP"), std::string::npos);
  EXPECT_TRUE(person.backend->making.pending().empty());
  EXPECT_EQ(person.session->prompt(), "left(config)#");
}

// R-PKI-24: the session waits for the answer of the authority, and hears why there is none.
TEST_F(EnrolmentDialogue, WaitsForTheAuthority) {
  online();
  person.answers = false;
  const Output output = person.session->execute("crypto pki authenticate T");
  EXPECT_TRUE(output.unfinished);
  authority().unreachable = true;
  person.answers = true;
  EXPECT_NE(person.finish().find("192.0.2.80 port 80 does not answer"), std::string::npos);
  EXPECT_EQ(person.session->prompt(), "left(config)#");
}

// R-PKI-7: an authority and keys come first.
TEST_F(EnrolmentDialogue, NeedsTheAuthorityAndKeys) {
  EXPECT_NE(type("crypto pki enroll T").find("You must authenticate the Certificate Authority"),
            std::string::npos);
  authenticate();
  EXPECT_NE(type("crypto pki enroll T").find("crypto key generate rsa"), std::string::npos);
  EXPECT_EQ(type("crypto pki enroll nobody"), "% Trustpoint nobody does not exist.\n");
}

// R-PKI-32, R-PKI-33, R-PKI-54: a request by hand, and the certificate that is made of it; the
// password is neither shown nor kept.
TEST_F(EnrolmentDialogue, EnrolsByHand) {
  type("subject-name ou=green,c=IN");
  type("enrollment terminal pem");
  authenticate();
  type("crypto key generate rsa modulus 512");
  type("crypto pki enroll T");
  EXPECT_EQ(person.session->asking(), Asking::kHidden);
  type("sesame");
  EXPECT_NE(type("simsim").find("differ"), std::string::npos);
  type("sesame");
  const std::string subject = type("sesame");
  EXPECT_NE(subject.find("will include: ou=green,c=IN\n"), std::string::npos) << subject;
  EXPECT_NE(subject.find("will include: left.example.com\n"), std::string::npos) << subject;
  person.backend->info.serial_number = "SPA12345678";
  EXPECT_EQ(type("yes"), "% The serial number in the certificate will be: SPA12345678\n");
  type("yes");
  EXPECT_EQ(person.session->prompt(), "Enter Interface name or IP Address[]: ");
  EXPECT_NE(type("nowhere").find("Invalid"), std::string::npos);
  type("192.0.2.7");
  EXPECT_EQ(person.session->prompt(), "Display Certificate Request to terminal? [yes/no]: ");
  const std::string shown = type("yes");
  EXPECT_NE(shown.find("-----BEGIN CERTIFICATE REQUEST-----\n"), std::string::npos) << shown;
  EXPECT_EQ(type("yes"), shown.substr(shown.find("Certificate Request follows")));
  type("no");
  const auto pending = person.backend->making.pending();
  ASSERT_EQ(pending.size(), 1u);
  EXPECT_EQ(person.configuration->running_config().find("sesame"), std::string::npos);
  const Bytes made = authority().ca.certify(pending[0].pkcs10, person.backend->time);
  type("crypto pki import T certificate");
  EXPECT_EQ(paste(made), "% Router Certificate successfully imported\n");
  EXPECT_TRUE(person.backend->making.pending().empty());
  EXPECT_EQ(person.backend->certificates().front().subject,
            (std::vector<NameAttribute>{{"c", "IN"},
                                        {"ou", "green"},
                                        {"hostname", "left.example.com"},
                                        {"ipaddress", "192.0.2.7"},
                                        {"serialnumber", "SPA12345678"}}));
}

// What is imported must be ours, and of the trustpoint's authority.
TEST_F(EnrolmentDialogue, TakesOnlyWhatWasAskedFor) {
  authenticate();
  type("crypto key generate rsa modulus 512");
  enroll();
  type("yes");
  type("no");
  const Bytes request = person.backend->making.pending().at(0).pkcs10;
  type("crypto pki import T certificate");
  EXPECT_NE(paste(authority().ca.issue({}).der()).find("another key than ours"), std::string::npos);
  pki::test::TestCa stranger("Stranger");
  type("crypto pki import T certificate");
  EXPECT_NE(paste(stranger.certify(request, person.backend->time)).find("does not know"),
            std::string::npos);
  EXPECT_EQ(certificates(), 1u);
}

// R-PKI-22: what the trustpoint says is not asked about.
TEST_F(EnrolmentDialogue, AsksOnlyWhatIsNotConfigured) {
  type("serial-number none");
  type("ip-address 192.0.2.9");
  type("password sesame");
  type("fqdn none");
  type("subject-name cn=left");
  type("rsakeypair own");
  authenticate();
  type("crypto key generate rsa label own modulus 512");
  type("crypto pki enroll T");
  EXPECT_EQ(person.session->prompt(), "Display Certificate Request to terminal? [yes/no]: ");
  type("yes");
  type("no");
  EXPECT_EQ(person.backend->making.pending().size(), 1u);
}

// R-PKI-35, R-PKI-38, R-PKI-39 in part, R-PKI-41: a pending request is listed and asked for once a
// period, until it is granted.
TEST_F(EnrolmentDialogue, PollsWhileTheRequestIsPending) {
  online();
  type("enrollment retry period 5");
  type("crypto pki authenticate T");
  type("yes");
  type("crypto key generate rsa modulus 512");
  enroll();
  type("yes");
  const std::string listed = type("do show crypto pki certificates");
  EXPECT_NE(listed.find("Certificate\n  Subject Name Contains:\n    Name: left.example.com\n"
                        "  Status: Pending\n  Key Usage: General Purpose\n    Fingerprint: "),
            std::string::npos)
      << listed;
  person.backend->clock.advance(Duration(0));
  person.finish();
  EXPECT_EQ(authority().polls, 1u);  // at once
  person.backend->clock.advance(std::chrono::minutes(4));
  person.finish();
  EXPECT_EQ(authority().polls, 1u);
  authority().state = State::kGranted;
  authority().others = {authority().ca.issue({}).der()};  // R-PKI-55
  person.backend->clock.advance(std::chrono::minutes(1));
  person.finish();
  EXPECT_EQ(authority().polls, 2u);
  EXPECT_TRUE(logged("%CRYPTO-6-CERTRET: Certificate received from Certificate Authority"));
  EXPECT_TRUE(logged("All enrollment requests completed."));
  ASSERT_EQ(certificates(), 2u);
  EXPECT_EQ(person.backend->certificates()[0].kind, CertificateKind::kOwn);
  EXPECT_EQ(type("do show crypto pki certificates").find("Pending"), std::string::npos);
}

// R-PKI-15, R-PKI-39: no more polls than configured; a refusal ends them at once.
TEST_F(EnrolmentDialogue, GivesUp) {
  online();
  type("enrollment retry count 2");
  type("crypto pki authenticate T");
  type("yes");
  type("crypto key generate rsa modulus 512");
  for (const bool refused : {false, true}) {
    authority().state = State::kPending;
    authority().polls = 0;
    enroll();
    type("yes");
    if (refused) authority().state = State::kRefused;
    for (int minute = 0; minute < 10; ++minute) {
      person.backend->clock.advance(std::chrono::minutes(1));
      person.finish();
    }
    EXPECT_EQ(authority().polls, refused ? 1u : 2u);
    EXPECT_TRUE(logged(refused ? "CERTREJECT" : "CERTFAIL"));
    EXPECT_TRUE(person.backend->making.pending().empty());
  }
}

// R-PKI-5, R-PKI-37: a request for each pair, and two certificates.
TEST_F(EnrolmentDialogue, EnrolsBothPairs) {
  online();
  authority().state = State::kGranted;
  type("crypto pki authenticate T");
  type("yes");
  type("crypto key generate rsa usage-keys modulus 512");
  enroll();
  type("yes");
  EXPECT_EQ(authority().requests.size(), 2u);
  EXPECT_EQ(person.told.size(), 2u);
  std::vector<std::string> usages;
  for (const CertificateView& view : person.backend->certificates())
    if (view.kind == CertificateKind::kOwn) usages.push_back(view.usage);
  std::sort(usages.begin(), usages.end());
  EXPECT_EQ(usages, (std::vector<std::string>{"Encryption", "Signature"}));
}

// R-PKI-65, R-PKI-69: the request ends with the trustpoint, and who deletes it is told.
TEST_F(EnrolmentDialogue, StopsPollingWithTheTrustpoint) {
  online();
  type("crypto pki authenticate T");
  type("yes");
  type("crypto key generate rsa modulus 512");
  enroll();
  type("yes");
  type("no crypto pki trustpoint T");
  const std::string said = type("yes");
  EXPECT_NE(said.find("have been cancelled"), std::string::npos) << said;
  person.backend->clock.advance(std::chrono::minutes(30));
  person.finish();
  EXPECT_EQ(authority().polls, 0u);
  EXPECT_EQ(certificates(), 0u);
}

// R-PKI-45 and R-PKI-68 end to end: the store gives the certificate to IKE with its key, and not
// without it.
TEST_F(EnrolmentDialogue, IsOfNoUseWithoutItsKey) {
  online();
  authority().state = State::kGranted;
  type("crypto pki authenticate T");
  type("yes");
  type("crypto key generate rsa modulus 512");
  enroll();
  type("yes");
  const auto& content = *person.backend->trust_store.find("T");
  ASSERT_TRUE(content.identity);
  EXPECT_NE(person.backend->trust_store.key_of(content, *content.identity), nullptr);
  type("crypto key zeroize rsa");
  type("yes");
  EXPECT_EQ(person.backend->trust_store.key_of(content, *content.identity), nullptr);
}

}  // namespace
}  // namespace spa::config
