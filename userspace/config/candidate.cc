// SPDX-License-Identifier: Apache-2.0
#include "userspace/config/candidate.h"

#include "userspace/config/certificate_view.h"
#include "userspace/config/master_key.h"
#include "userspace/pki/enrolment.h"

namespace spa::config {
namespace {

// Time stands still while a text is read, and nothing waits for it.
class StillClock final : public ports::Timers {
 public:
  explicit StillClock(WallTime now) : now_(now) {}
  [[nodiscard]] SteadyTime now() const override { return {}; }
  [[nodiscard]] WallTime wall() const override { return now_; }
  [[nodiscard]] Id after(Duration, std::function<void()>) override { return ++last_; }
  void cancel(Id) override {}

 private:
  WallTime now_;
  Id last_ = 0;
};

tl::unexpected<Error> only_looked_at() {
  return fail(Errc::kState, "a configuration that is only looked at does nothing");
}

}  // namespace

class CandidateBackend final : public Backend {
 public:
  CandidateBackend(Backend* running, WallTime now) : running_(running), clock_(now) {}

  Result<ApplyReport> apply(policy::SnapshotPtr) override { return ApplyReport{}; }
  Result<ApplyReport> plan(const policy::SnapshotPtr& snapshot) override {
    return running_ == nullptr ? ApplyReport{} : running_->plan(snapshot);
  }
  ports::Timers& timers() override { return clock_; }
  Status can_make_tunnels() override {
    return running_ == nullptr ? Status{} : running_->can_make_tunnels();
  }
  std::vector<ike::IkeSaStatus> ike_sas() override { return {}; }
  Result<SaState> sa_state(std::uint32_t) override { return only_looked_at(); }
  Result<std::size_t> clear(const ClearRequest&) override { return only_looked_at(); }
  void clear_sa_counters() override {}
  std::vector<EngineView> engines() override { return {}; }
  std::vector<AcceleratorView> accelerators() override { return {}; }
  std::string device_of(const policy::Interface&) override { return {}; }
  Status import_pkcs12(const std::string&, const std::string&, const SecretBytes&) override {
    return only_looked_at();
  }
  Status store_certificate(const std::string& trustpoint, CertificateKind kind,
                           const std::string& serial, ByteView der) override {
    auto view = read_certificate(trustpoint, kind, serial, der);
    if (!view) return tl::unexpected(view.error());
    read.push_back(std::move(*view));
    return {};
  }
  Status remove_certificate(const std::string&, const std::string&) override {
    return only_looked_at();
  }
  pki::Enrolment& enrolment() override { return enrolment_; }
  std::vector<CertificateView> certificates() override {
    std::vector<CertificateView> all = read;
    if (running_ == nullptr) return all;
    for (CertificateView& view : running_->certificates()) all.push_back(std::move(view));
    return all;
  }
  Status request_crl(const std::string&) override { return only_looked_at(); }
  std::vector<CrlView> crls() override { return {}; }
  SystemInfo system() override { return {}; }
  ike::CallAdmissionCounts call_admission() override { return {}; }
  void clear_call_admission() override {}
  ike::Counters ike_counters() override { return {}; }
  WallTime now() override { return clock_.wall(); }
  void write_log(const LogRecord&) override {}
  void set_logging(const LoggingSettings&) override {}
  std::vector<LogLine> log() override { return {}; }
  void clear_log() override {}
  void set_debugging(const std::string&, bool) override {}
  std::vector<std::string> debugging() override { return {}; }
  void set_debug_condition(const IpAddress&, bool) override {}
  std::vector<IpAddress> debug_conditions() override { return {}; }

  std::vector<CertificateView> read;

 private:
  Backend* running_;
  StillClock clock_;
  NullLog log_;
  pki::KeyStore keys_{""};
  pki::TrustStore trust_{"", [this] { return clock_.wall(); }};
  pki::Enrolment enrolment_{keys_, trust_, {clock_, log_, [](auto, auto) {}}};
};

Candidate::Candidate(WallTime now)
    : backend_(std::make_unique<CandidateBackend>(nullptr, now)),
      configuration_(std::make_unique<Configuration>(*backend_, std::string())) {}

Candidate::Candidate(Configuration& running)
    : backend_(std::make_unique<CandidateBackend>(&running.backend(), running.backend().now())),
      configuration_(std::make_unique<Configuration>(*backend_, std::string())) {
  configuration_->master_key() = running.master_key().in_memory();
}

Candidate::~Candidate() = default;

Result<std::vector<LoadMessage>> Candidate::read(std::string_view text) {
  return configuration_->load(text);
}

const std::vector<CertificateView>& Candidate::certificates() const {
  return backend_->read;
}

}  // namespace spa::config
