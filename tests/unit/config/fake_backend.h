// SPDX-License-Identifier: Apache-2.0
// A running system that does nothing but remember what it was told.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <utility>

#include "userspace/config/backend.h"
#include "userspace/pki/enrolment.h"

namespace spa::config {

// Time passes when a test says so.
class FakeTimers final : public ports::Timers {
 public:
  [[nodiscard]] SteadyTime now() const override { return now_; }
  [[nodiscard]] WallTime wall() const override { return wall_time; }
  [[nodiscard]] Id after(Duration delay, std::function<void()> callback) override {
    waiting_[++last_] = {now_ + delay, std::move(callback)};
    return last_;
  }
  void cancel(Id id) override { waiting_.erase(id); }
  void advance(Duration time) {
    const SteadyTime end = now_ + time;
    for (;;) {
      auto due = waiting_.end();
      for (auto it = waiting_.begin(); it != waiting_.end(); ++it)
        if (it->second.first <= end &&
            (due == waiting_.end() || it->second.first < due->second.first))
          due = it;
      if (due == waiting_.end()) break;
      now_ = due->second.first;
      const auto callback = std::move(due->second.second);
      waiting_.erase(due);
      callback();
    }
    now_ = end;
  }

  WallTime wall_time{};

 private:
  SteadyTime now_{};
  Id last_ = 0;
  std::map<Id, std::pair<SteadyTime, std::function<void()>>> waiting_;
};

class FakeBackend : public Backend {
 public:
  Result<ApplyReport> plan(const policy::SnapshotPtr& snapshot) override {
    planned = snapshot;
    return apply_report;
  }
  ports::Timers& timers() override { return clock; }
  Result<ApplyReport> apply(policy::SnapshotPtr snapshot) override {
    ++applied;
    if (refuse_apply) return fail(Errc::kState, "the data plane is away");
    in_force = std::move(snapshot);
    return apply_report;
  }
  std::vector<ike::IkeSaStatus> ike_sas() override { return sas; }
  std::vector<ike::IkeSaStatus> ike_sas_of(const std::vector<std::uint32_t>& ids) override {
    looked_at += ids.size();
    const std::set<std::uint32_t> wanted(ids.begin(), ids.end());
    std::vector<ike::IkeSaStatus> list;
    for (const ike::IkeSaStatus& sa : sas)
      if (wanted.contains(sa.id)) list.push_back(sa);
    return list;
  }
  Result<SaState> sa_state(std::uint32_t spi_in) override {
    const auto found = states.find(spi_in);
    if (found == states.end()) return fail(Errc::kNotFound, "no such SA");
    return found->second;
  }
  Result<std::size_t> clear(const ClearRequest& request) override {
    cleared.push_back(request);
    return sas.size();
  }
  void clear_sa_counters() override { ++counters_cleared; }
  std::optional<std::uint64_t> dropped_without_sa(const ports::PolicyId& rule) override {
    const auto found = dropped.find(rule);
    return found == dropped.end() ? std::nullopt : std::optional(found->second);
  }
  pki::Counters pki_counters() override { return pki_counts; }
  ike::CallAdmissionCounts call_admission() override { return calls; }
  void clear_call_admission() override { calls = {}; }
  ike::Counters ike_counters() override { return counted; }
  std::vector<EngineView> engines() override { return engine_list; }
  std::vector<AcceleratorView> accelerators() override { return accelerator_list; }
  std::string device_of(const policy::Interface& interface) override { return interface.device; }
  Status import_pkcs12(const std::string& trustpoint, const std::string& path,
                       const SecretBytes& password) override {
    if (path == "/missing.p12") return fail(Errc::kNotFound, "there is no file /missing.p12");
    imported = trustpoint + " " + path + " " + std::string(password.begin(), password.end());
    return {};
  }
  Status store_certificate(const std::string& trustpoint, CertificateKind kind,
                           const std::string& serial, ByteView der) override {
    if (refuse_certificates) return fail(Errc::kInvalid, "the serial number is another one");
    for (auto& known : store)
      if (known.trustpoint == trustpoint && known.serial == serial) return {};
    CertificateView view;
    view.trustpoint = trustpoint;
    view.kind = kind;
    view.serial = serial;
    view.der = to_bytes(der);
    store.push_back(std::move(view));
    return {};
  }
  Status remove_certificate(const std::string& trustpoint, const std::string& serial) override {
    const auto count = std::erase_if(store, [&](const CertificateView& view) {
      return view.trustpoint == trustpoint && (serial.empty() || view.serial == serial);
    });
    if (count == 0) return fail(Errc::kNotFound, "there is no such certificate");
    return {};
  }
  pki::Enrolment& enrolment() override { return certificates_in_the_making; }
  std::vector<CertificateView> certificates() override { return store; }
  Status request_crl(const std::string& trustpoint) override {
    requested.push_back(trustpoint);
    return {};
  }
  std::vector<CrlView> crls() override { return crl_list; }
  SystemInfo system() override { return info; }
  WallTime now() override { return time; }
  std::vector<LogLine> log() override { return lines; }
  void write_log(const LogRecord& record) override { lines.push_back({time, format(record)}); }
  void set_logging(const LoggingSettings& settings) override { logging = settings; }
  void clear_log() override { lines.clear(); }
  void set_debugging(const std::string& stream, bool on) override {
    if (on)
      streams.insert(stream);
    else
      streams.erase(stream);
  }
  std::vector<std::string> debugging() override { return {streams.begin(), streams.end()}; }
  void set_debug_condition(const IpAddress& peer, bool on) override {
    if (on)
      conditions.insert(peer);
    else
      conditions.erase(peer);
  }
  std::vector<IpAddress> debug_conditions() override {
    return {conditions.begin(), conditions.end()};
  }

  FakeTimers clock;
  policy::SnapshotPtr planned;
  int applied = 0;
  bool refuse_apply = false;
  bool refuse_certificates = false;
  ApplyReport apply_report;
  policy::SnapshotPtr in_force;
  std::vector<ike::IkeSaStatus> sas;
  std::map<ports::PolicyId, std::uint64_t> dropped;
  pki::Counters pki_counts;
  std::size_t looked_at = 0;  // of them, one by one
  std::map<std::uint32_t, SaState> states;
  std::vector<ClearRequest> cleared;
  int counters_cleared = 0;
  ike::CallAdmissionCounts calls;
  ike::Counters counted;
  std::vector<EngineView> engine_list;
  std::vector<AcceleratorView> accelerator_list;
  std::vector<CertificateView> store;
  std::vector<CrlView> crl_list;
  std::vector<std::string> requested;
  std::string imported;
  SystemInfo info;
  WallTime time{Duration{1'010'722'668'123}};  // 04:17:48.123 UTC Fri Jan 11 2002
  std::vector<LogLine> lines;
  LoggingSettings logging;
  std::set<std::string> streams;
  std::set<IpAddress> conditions;

  // Background work waits until a test lets it be done.
  class BackendLog final : public LogSink {
   public:
    explicit BackendLog(FakeBackend& backend) : backend_(backend) {}
    void write(const LogRecord& record) override { backend_.write_log(record); }
    [[nodiscard]] bool debugging(std::string_view) const override { return false; }

   private:
    FakeBackend& backend_;
  };
  void finish_background() {
    while (!background.empty()) {
      auto [work, finish] = std::move(background.front());
      background.erase(background.begin());
      work();
      finish();
    }
  }
  std::vector<std::pair<std::function<void()>, std::function<void()>>> background;
  BackendLog log_sink{*this};
  pki::KeyStore keys{""};
  pki::TrustStore trust{"", [this] { return time; }};
  pki::Enrolment certificates_in_the_making{
      keys, trust, {clock, log_sink, [this](auto work, auto finish) {
                      background.emplace_back(std::move(work), std::move(finish));
                    }}};
};

}  // namespace spa::config
