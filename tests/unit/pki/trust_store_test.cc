// SPDX-License-Identifier: Apache-2.0
#include "userspace/pki/trust_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/unit/pki/test_ca.h"
#include "userspace/base/file.h"
#include "userspace/pki/credentials.h"

namespace spa::pki {
namespace {

using test::Issue;
using test::Issued;
using test::TestCa;

class TrustStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/spa-pki-test-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    dir_ = name;
    crl_path_ = dir_ + "/ca.crl";
    trustpoint_.name = "LaBcA";
    trustpoint_.crl_query_url = "file://" + crl_path_;
    store_ = make_store();
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  std::unique_ptr<TrustStore> make_store() {
    auto store = std::make_unique<TrustStore>(dir_ + "/pki", [this] {
      return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) + shift_;
    });
    store->configure({trustpoint_});
    return store;
  }

  void publish(const std::string& crl) {
    ASSERT_TRUE(write_file_atomically(crl_path_, as_bytes(crl), 0644));
  }

  // The verdict on a chain, through the port that the exchanges use.
  Result<ports::PeerCertificate> judge(const std::vector<Bytes>& chain) {
    StoredCredentials credentials(*store_);
    Result<ports::PeerCertificate> verdict = fail(Errc::kState, "not called");
    credentials.validate(chain, {"labca"}, [&](auto result) { verdict = std::move(result); });
    return verdict;
  }

  std::string dir_;
  std::string crl_path_;
  policy::Trustpoint trustpoint_;
  Duration shift_{0};
  TestCa ca_{"Test CA"};
  std::unique_ptr<TrustStore> store_;
};

// R-PKI-10: once it is written.
TEST_F(TrustStoreTest, Pkcs12SurvivesARestartAndKeysArePrivate) {
  const Issued router =
      ca_.issue({.common_name = "router", .alternative_names = "DNS:router.example"});
  EXPECT_EQ(store_->import_pkcs12("LaBcA", ca_.pkcs12(router, "secret"), "wrong").error().code,
            Errc::kDenied);
  ASSERT_TRUE(store_->import_pkcs12("LaBcA", ca_.pkcs12(router, "secret"), "secret"));
  EXPECT_FALSE(std::filesystem::exists(dir_ + "/pki"));
  ASSERT_TRUE(store_->write());
  store_ = make_store();
  ASSERT_TRUE(store_->load());
  store_->configure({trustpoint_});
  StoredCredentials credentials(*store_);
  const auto local = credentials.local("LABCA");  // R-PROF-20
  ASSERT_TRUE(local) << local.error().text;
  EXPECT_EQ(local->subject, "cn=router,o=Example");
  EXPECT_EQ(local->chain.at(0), router.der());
  EXPECT_EQ(local->names.at(0).text, "router.example");
  EXPECT_EQ(credentials.ca_key_hashes({}).size(), 1u);
  for (const auto& file : std::filesystem::directory_iterator(dir_ + "/pki/labca")) {
    struct stat status{};
    ASSERT_EQ(stat(file.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << file.path();
  }
}

TEST_F(TrustStoreTest, AGoodPeerPasses) {
  ASSERT_TRUE(store_->add_certificate("LaBcA", ca_.der()));
  publish(ca_.crl({}));
  const Issued peer = ca_.issue({.serial = 0x3B2FD652});
  const auto verdict = judge({peer.der()});
  ASSERT_TRUE(verdict) << verdict.error().text;
  EXPECT_EQ(to_hex(verdict->serial), "3b2fd652");  // R-REV-17
  EXPECT_TRUE(verdict->check_revocation);          // R-REV-6
  EXPECT_EQ(verdict->issuer_der, Certificate::from_der(ca_.der())->subject_key());
}

// RFC 5280 4.1, 4.2.1.3, 6.1, RFC 4945 5, 5.1.3
TEST_F(TrustStoreTest, RefusalsNameTheirCause) {
  ASSERT_TRUE(store_->add_certificate("LaBcA", ca_.der()));
  publish(ca_.crl({77}));
  TestCa other("Other CA");
  const struct {
    Bytes certificate;
    const char* cause;
  } cases[] = {
      {ca_.issue({.serial = 77}).der(), "(serial 4d) is revoked"},
      {ca_.issue({.from_hours = -48, .to_hours = -1}).der(), "has expired"},
      {ca_.issue({.from_hours = 1}).der(), "is not yet valid"},
      {other.issue({}).der(), "not trusted here (cn=Other CA,o=Example)"},
      {ca_.issue({.key_usage = "keyEncipherment"}).der(), "may not be used for signatures"},
      {Bytes{0x30, 0x03, 1, 2, 3}, "not a DER certificate"},
  };
  for (const auto& [certificate, cause] : cases) {
    const auto verdict = judge({certificate});
    ASSERT_FALSE(verdict) << cause;
    EXPECT_NE(verdict.error().text.find(cause), std::string::npos) << verdict.error().text;
  }
}

// R-CRL-1, R-CRL-6, R-CRL-9: no list, no entry; a list is good from its lastUpdate until its
// nextUpdate, and as long kept. R-CRL-10: a list that its CA has not signed is none.
// RFC 5280 5.1, 6.3, RFC 4945 5.2
TEST_F(TrustStoreTest, RevocationIsStrict) {
  ASSERT_TRUE(store_->add_certificate("LaBcA", ca_.der()));
  const Issued peer = ca_.issue({});
  EXPECT_NE(judge({peer.der()}).error().text.find("no valid CRL"), std::string::npos);
  publish(ca_.crl({}, -10, -1));
  EXPECT_NE(judge({peer.der()}).error().text.find("is not valid any more"), std::string::npos);
  TestCa impostor("Test CA");  // the same name, another key
  publish(impostor.crl({}));
  EXPECT_NE(judge({peer.der()}).error().text.find("signature of the CRL"), std::string::npos);
  publish(ca_.crl({}));
  EXPECT_TRUE(judge({peer.der()}));
  shift_ = std::chrono::hours(25);  // the list runs out
  const Issued lasting = ca_.issue({.to_hours = 72});
  EXPECT_FALSE(judge({lasting.der()}));
  publish(ca_.crl({}, 24, 48));  // R-CRL-16
  EXPECT_TRUE(store_->request_crl("labca"));
  EXPECT_TRUE(judge({lasting.der()}));
}

// R-TIME-4, R-TIME-5: the reason has when the list was published and what time it is, in the zone
// of the router. R-TIME-6: with the right time it works at once.
TEST_F(TrustStoreTest, SaysWhatTimeItIsWhenAListIsFromTheFuture) {
  ASSERT_TRUE(store_->add_certificate("LaBcA", ca_.der()));
  const Issued peer = ca_.issue({.from_hours = -100});
  publish(ca_.crl({}, -1, 24));
  store_->show_times_in({"PST", -8 * 60, {}});
  shift_ = -std::chrono::hours(2);
  const std::string reason = store_->request_crl("labca").error().text;
  EXPECT_NE(reason.find("not valid yet (router time not synched to CA?): CRL published: "),
            std::string::npos)
      << reason;
  const auto router_time = reason.find("router time: ");
  ASSERT_NE(router_time, std::string::npos) << reason;
  EXPECT_NE(reason.find(" PST ", router_time), std::string::npos) << reason;
  shift_ = {};
  EXPECT_TRUE(store_->request_crl("labca"));
}

// R-CRL-17: a list that is at hand counts, and its absence is tolerated; with `best-effort` it is
// looked for first.
TEST_F(TrustStoreTest, AListThatIsOptionalStillCounts) {
  for (const auto check :
       {policy::RevocationCheck::kCrlIfThere, policy::RevocationCheck::kCrlIfPossible}) {
    std::filesystem::remove(crl_path_);
    std::filesystem::remove_all(dir_ + "/pki");
    trustpoint_.revocation = check;
    store_ = make_store();
    ASSERT_TRUE(store_->add_certificate("LaBcA", ca_.der()));
    const Issued peer = ca_.issue({.serial = 7});
    EXPECT_TRUE(judge({peer.der()}));
    publish(ca_.crl({7}));
    EXPECT_EQ(judge({peer.der()}).has_value(), check == policy::RevocationCheck::kCrlIfThere);
    ASSERT_TRUE(store_->request_crl("labca"));
    EXPECT_NE(judge({peer.der()}).error().text.find("is revoked"), std::string::npos);
  }
}

// R-PKI-71: the key is kept with the certificate; whether that is good is found out each time.
TEST_F(TrustStoreTest, KeepsThePublicKeysOfPeers) {
  ASSERT_TRUE(store_->add_certificate("LaBcA", ca_.der()));
  publish(ca_.crl({}));
  StoredCredentials credentials(*store_);
  const auto met = [&](const Issued& peer) {
    Result<ports::PeerCertificate> verdict = fail(Errc::kState, "not called");
    credentials.validate({peer.der()}, {}, [&](auto result) { verdict = std::move(result); });
    return verdict;
  };
  const Issued peer = ca_.issue({.serial = 7});
  EXPECT_FALSE(met(peer)->key_cached);
  const auto again = met(peer);
  EXPECT_TRUE(again->key_cached);
  EXPECT_EQ(*again->key->to_der(), *Certificate::from_der(peer.der())->public_key()->to_der());
  EXPECT_FALSE(met(ca_.issue({}))->key_cached);
  publish(ca_.crl({7}));
  ASSERT_TRUE(store_->request_crl("labca"));
  EXPECT_FALSE(met(peer));
}

// R-CRL-14: one list for all trustpoints of its issuer, and for no other that has the same name.
TEST_F(TrustStoreTest, AListServesAllTrustpointsOfItsIssuer) {
  policy::Trustpoint other;
  other.name = "other";
  store_->configure({trustpoint_, other});
  ASSERT_TRUE(store_->add_certificate("LaBcA", ca_.der()));
  publish(ca_.crl({7}));
  ASSERT_TRUE(store_->request_crl("labca"));
  TestCa impostor("Test CA");
  ASSERT_TRUE(store_->add_certificate("other", impostor.der()));
  const auto path = [&](const Issued& peer) {
    return store_->verify_path("other", {*Certificate::from_der(peer.der())});
  };
  EXPECT_NE(path(impostor.issue({})).error().text.find("no valid CRL"), std::string::npos);
  ASSERT_TRUE(store_->add_certificate("other", ca_.der()));
  EXPECT_TRUE(path(ca_.issue({})));
  EXPECT_NE(path(ca_.issue({.serial = 7})).error().text.find("is revoked"), std::string::npos);
}

// R-REV-7, R-REV-9; R-CRL-4: asked for by hand; R-CRL-10: the same content again is no news.
TEST_F(TrustStoreTest, RequestTellsWhatChanged) {
  ASSERT_TRUE(store_->add_certificate("LaBcA", ca_.der()));
  publish(ca_.crl({5}));
  auto updates = store_->request_crl("labca");
  ASSERT_TRUE(updates) << updates.error().text;
  ASSERT_EQ(updates->size(), 1u);
  EXPECT_TRUE(updates->at(0).changed);
  EXPECT_EQ(updates->at(0).entries, 1u);
  EXPECT_FALSE(store_->request_crl("labca")->at(0).changed);
  EXPECT_EQ(store_->revoked(updates->at(0).issuer_key, {{5}, {6}}), (std::vector<Bytes>{{5}}));
  EXPECT_TRUE(
      store_->revoked(Certificate::from_der(TestCa("Else").der())->subject_key(), {{5}}).empty());
  // An older list does not replace a newer one.
  publish(ca_.crl({}, -5));
  EXPECT_FALSE(store_->request_crl("labca"));
  EXPECT_EQ(store_->revoked(updates->at(0).issuer_key, {{5}}).size(), 1u);
  EXPECT_EQ(store_->request_crl("none").error().code, Errc::kNotFound);
}

// RFC 5280 4.2.1.9, 6.1, RFC 4945 3.3
TEST_F(TrustStoreTest, ChainThroughAnIntermediate) {
  ASSERT_TRUE(store_->add_certificate("LaBcA", ca_.der()));
  TestCa sub("Sub CA", &ca_);
  const Issued peer = sub.issue({});
  publish(ca_.crl({}) + sub.crl({}));
  EXPECT_TRUE(judge({peer.der(), sub.der()}));
  EXPECT_FALSE(judge({peer.der()}));
  // The intermediate itself is revoked.
  publish(ca_.crl({0x1001}) + sub.crl({}));
  ASSERT_TRUE(store_->request_crl("labca"));
  EXPECT_NE(judge({peer.der(), sub.der()})
                .error()
                .text.find("cn=Sub CA,o=Example (serial 1001) is revoked"),
            std::string::npos);
  // The leaf's own list is missing.
  publish(ca_.crl({}));
  ASSERT_TRUE(store_->request_crl("labca"));
  EXPECT_FALSE(judge({peer.der(), sub.der()}));
}

// R-REV-6
TEST_F(TrustStoreTest, NoRevocationCheckNeedsNoCrl) {
  trustpoint_.revocation = policy::RevocationCheck::kNone;
  store_->configure({trustpoint_});
  ASSERT_TRUE(store_->add_certificate("LaBcA", ca_.der()));
  EXPECT_TRUE(judge({ca_.issue({}).der()}));
}

TEST_F(TrustStoreTest, ForgetsWhatItIsToldTo) {
  ASSERT_TRUE(store_->add_certificate("LaBcA", ca_.der()));
  ASSERT_TRUE(store_->remove("labca"));
  EXPECT_FALSE(std::filesystem::exists(dir_ + "/pki/labca"));
  EXPECT_EQ(store_->find("LaBcA"), nullptr);
}

}  // namespace
}  // namespace spa::pki
