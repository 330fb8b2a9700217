// SPDX-License-Identifier: Apache-2.0
// A backend whose keys and certificates are the real thing, with an authority that answers when a
// test says so.
#pragma once

#include <cstdlib>
#include <deque>
#include <filesystem>

#include "tests/unit/config/fake_backend.h"
#include "tests/unit/pki/test_ca.h"
#include "userspace/config/certificate_view.h"
#include "userspace/config/configuration.h"
#include "userspace/config/session.h"

namespace spa::config {

class FakeAuthority final : public ports::Authority {
 public:
  void get_certificates(const ports::AuthorityPlace& place, CertificatesCallback done) override {
    asked.push_back(place);
    waiting.push_back([this, done = std::move(done)] {
      if (unreachable)
        done(fail(Errc::kIo, "192.0.2.80 port 80 does not answer"));
      else
        done(certificates);
    });
  }
  void request(const ports::AuthorityPlace& place, const ports::CertificateRequest& request,
               ReplyCallback done) override {
    asked.push_back(place);
    requests.push_back(request.pkcs10);
    authorities_sent = request.authorities.size();
    reply(request, std::move(done));
  }
  void poll(const ports::AuthorityPlace&, const ports::CertificateRequest& request,
            ReplyCallback done) override {
    ++polls;
    reply(request, std::move(done));
  }
  void reply(const ports::CertificateRequest& request, ReplyCallback done) {
    waiting.push_back([this, pkcs10 = request.pkcs10, done = std::move(done)] {
      if (unreachable) return done(fail(Errc::kIo, "192.0.2.80 port 80 does not answer"));
      ports::AuthorityReply answer;
      answer.state = state;
      answer.reason = "not today";
      if (state == ports::AuthorityReply::State::kGranted) {
        answer.certificates = others;
        answer.certificates.push_back(ca.certify(pkcs10, now, issuer));
      }
      done(std::move(answer));
    });
  }
  // Answers what was asked so far.
  void answer() {
    for (auto count = waiting.size(); count > 0; --count) {
      const auto next = std::move(waiting.front());
      waiting.pop_front();
      next();
    }
  }

  pki::test::TestCa ca{"Test CA"};
  std::vector<Bytes> certificates{ca.der()};
  std::vector<Bytes> others;
  Bytes issuer;
  WallTime now{};
  bool unreachable = false;
  ports::AuthorityReply::State state = ports::AuthorityReply::State::kPending;
  std::vector<ports::AuthorityPlace> asked;
  std::vector<Bytes> requests;
  std::size_t authorities_sent = 0;
  unsigned polls = 0;
  std::deque<std::function<void()>> waiting;
};

class PkiBackend final : public FakeBackend {
 public:
  explicit PkiBackend(const std::string& directory)
      : key_store(directory.empty() ? "" : directory + "/keys"),
        trust_store(directory.empty() ? "" : directory + "/pki", [this] { return time; }) {
    trust_store.use(key_store);
    authority.now = clock.wall_time = time;
  }
  Result<ApplyReport> apply(policy::SnapshotPtr snapshot) override {
    trust_store.configure(snapshot->trustpoints);
    return FakeBackend::apply(std::move(snapshot));
  }
  Status store_certificate(const std::string& trustpoint, CertificateKind kind,
                           const std::string& serial, ByteView der) override {
    const auto certificate = read_certificate(trustpoint, kind, serial, der);
    if (!certificate) return tl::unexpected(certificate.error());
    return trust_store.add_certificate(trustpoint, der);
  }
  Status remove_certificate(const std::string& trustpoint, const std::string& serial) override {
    if (serial.empty()) return trust_store.remove(trustpoint);
    return trust_store.remove_certificate(trustpoint, serial_octets(serial));
  }
  std::vector<CertificateView> certificates() override { return views_of(trust_store); }
  pki::Enrolment& enrolment() override { return making; }

  pki::KeyStore key_store;
  pki::TrustStore trust_store;
  FakeAuthority authority;
  pki::Enrolment making{key_store, trust_store, {clock, log_sink, [this](auto work, auto finish) {
                                                   background.emplace_back(std::move(work),
                                                                           std::move(finish));
                                                 }}};
};

// Somebody at a router with a directory of its own.
class PkiSession {
 public:
  PkiSession() { open(); }
  ~PkiSession() {
    session.reset();
    std::filesystem::remove_all(directory);
  }
  PkiSession(const PkiSession&) = delete;
  PkiSession& operator=(const PkiSession&) = delete;

  // Switches the router off and on again.
  void reload() {
    session.reset();
    configuration.reset();
    backend.reset();
    open();
  }
  // Types a line; what takes its time is waited for.
  std::string type(std::string_view line) {
    const Output output = session->execute(line);
    std::string text = output.text;
    if (output.rejection) text += output.rejection->text + "\n";
    return text + finish();
  }
  std::string finish() {
    for (int i = 0; i < 20 && !(backend->background.empty() && backend->authority.waiting.empty());
         ++i) {
      backend->finish_background();
      if (answers) backend->authority.answer();
    }
    return std::exchange(later, {});
  }
  void named() {
    type("configure terminal");
    type("hostname left");
    type("ip domain-name example.com");
  }

  std::string directory = make_directory();
  std::unique_ptr<PkiBackend> backend;
  std::unique_ptr<Configuration> configuration;
  std::unique_ptr<Session> session;
  std::string later;  // what came after an answer
  std::vector<std::string> told;
  bool answers = true;  // the authority

 private:
  static std::string make_directory() {
    std::string name = testing::TempDir() + "spa-enrolment-XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    return name;
  }
  void open() {
    backend = std::make_unique<PkiBackend>(directory);
    EXPECT_TRUE(backend->key_store.load());
    EXPECT_TRUE(backend->trust_store.load());
    configuration = std::make_unique<Configuration>(*backend, directory + "/startup-config");
    EXPECT_TRUE(configuration->load_startup());
    session = std::make_unique<Session>(*configuration, true);
    session->listen({[this](Output output) {
                       later += output.text;
                       if (output.rejection) later += output.rejection->text + "\n";
                     },
                     [this](const std::string& line) { told.push_back(line); }});
  }
};

}  // namespace spa::config
