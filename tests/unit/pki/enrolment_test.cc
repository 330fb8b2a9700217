// SPDX-License-Identifier: Apache-2.0
// Our own certificate, from the request on, as the exchanges get it. The dialogues around it are
// tested with the commands.
#include "userspace/pki/enrolment.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/unit/pki/test_ca.h"
#include "userspace/pki/credentials.h"

namespace spa::pki {
namespace {

class StoppedTimers final : public ports::Timers {
 public:
  [[nodiscard]] SteadyTime now() const override { return {}; }
  [[nodiscard]] WallTime wall() const override { return time; }
  [[nodiscard]] Id after(Duration, std::function<void()>) override { return 1; }
  void cancel(Id) override {}
  WallTime time{std::chrono::seconds(1'010'722'668)};
};

class OwnCertificate : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/spa-enrolment-test-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    directory = name;
    restart();
    making->generate({.label = "left.example.com", .bits = 512},
                     [](const Status& done) { ASSERT_TRUE(done) << done.error().text; });
    ASSERT_TRUE(trust->add_certificate("T", ca.der()));
    RequestContent content;
    content.fqdn = "left.example.com";
    content.alternative_names = {"left.example.com"};
    making->prepare("T", "left.example.com", content,
                    [this](const Result<std::vector<PendingRequest>>& made) {
                      ASSERT_TRUE(made) << made.error().text;
                      request = made->at(0).pkcs10;
                    });
    const Bytes der = ca.certify(request, timers.time);
    ASSERT_TRUE(making->take("T", *Certificate::from_der(der)));
  }
  void TearDown() override { std::filesystem::remove_all(directory); }

  void restart() {
    making.reset();
    keys = std::make_unique<KeyStore>(directory + "/keys");
    trust = std::make_unique<TrustStore>(directory + "/pki", [this] { return timers.time; });
    trust->use(*keys);
    ASSERT_TRUE(keys->load());
    ASSERT_TRUE(trust->load());
    policy::Trustpoint trustpoint;
    trustpoint.name = "T";
    trust->configure({trustpoint});
    making = std::make_unique<Enrolment>(
        *keys, *trust, Enrolment::World{timers, log, [](const auto& work, const auto& finish) {
                                          work();
                                          finish();
                                        }});
  }
  Result<ports::LocalCertificate> local() { return StoredCredentials(*trust).local("T"); }
  std::string refusal() {
    const auto found = local();
    return found ? "it is used" : found.error().text;
  }

  StoppedTimers timers;
  NullLog log;
  test::TestCa ca{"Test CA"};
  std::string directory;
  std::unique_ptr<KeyStore> keys;
  std::unique_ptr<TrustStore> trust;
  std::unique_ptr<Enrolment> making;
  Bytes request;
};

// R-PKI-45, R-TIME-6: within its days, and as soon as the clock says so.
TEST_F(OwnCertificate, IsUsedWithinItsDays) {
  ASSERT_TRUE(local()) << refusal();
  trust->show_times_in({"PST", -8 * 60, {}});
  const WallTime now = timers.time;
  timers.time =
      WallTime(std::chrono::seconds(730'944'000));  // R-TIME-7: a clock that starts in 1993
  EXPECT_NE(refusal().find("it is 16:00:00 PST Feb 28 1993"), std::string::npos) << refusal();
  timers.time = now + std::chrono::hours(24 * 365);
  EXPECT_NE(refusal().find("is not used: it is valid from"), std::string::npos) << refusal();
  timers.time = now;
  EXPECT_TRUE(local()) << refusal();
}

// R-PKI-45, R-PKI-68: with its key alone. R-PKI-10: after a reload, if it was written.
TEST_F(OwnCertificate, IsUsedWithItsKey) {
  const auto found = local();
  ASSERT_TRUE(found) << refusal();
  EXPECT_EQ(found->subject, "hostname=left.example.com");
  EXPECT_TRUE(found->key->matches(*Certificate::from_der(found->chain.at(0))->public_key()));
  ASSERT_TRUE(keys->write());
  ASSERT_TRUE(trust->write());
  restart();
  EXPECT_TRUE(local()) << refusal();
  ASSERT_TRUE(making->zeroize("left.example.com"));
  EXPECT_NE(refusal().find("private key is not here"), std::string::npos) << refusal();
}

// R-PKI-44: in subjectAltName, where an FQDN as identity is looked for, and in the subject.
TEST_F(OwnCertificate, HasTheNameWhereIkeLooks) {
  const auto found = local();
  ASSERT_TRUE(found) << refusal();
  ASSERT_EQ(found->names.size(), 1u);
  EXPECT_EQ(found->names[0].kind, policy::Identity::Kind::kFqdn);
  EXPECT_EQ(found->names[0].text, "left.example.com");
  EXPECT_EQ(found->subject, "hostname=left.example.com");
}

// R-PKI-9: octet by octet.
TEST_F(OwnCertificate, HasTheKeyThatIsShown) {
  EXPECT_EQ(*keys->list().at(0).key.public_key()->to_der(),
            *Certificate::from_der(local()->chain.at(0))->public_key()->to_der());
}

// A key that the KeyStore has not written is away after a reload: the certificate waits for it.
TEST_F(OwnCertificate, IsNotUsedAfterAReloadWithoutWriting) {
  ASSERT_TRUE(trust->write());
  restart();
  EXPECT_FALSE(local());
  EXPECT_EQ(trust->find("T")->authorities.size(), 1u);
}

}  // namespace
}  // namespace spa::pki
