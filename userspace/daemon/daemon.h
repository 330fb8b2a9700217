// SPDX-License-Identifier: Apache-2.0
// The one place that knows everything: builds the rooms, connects them, and is what the commands
// call.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "userspace/config/backend.h"
#include "userspace/config/configuration.h"
#include "userspace/daemon/cleared_counters.h"
#include "userspace/daemon/control_server.h"
#include "userspace/daemon/engines.h"
#include "userspace/daemon/log_hub.h"
#include "userspace/daemon/options.h"
#include "userspace/daemon/rules.h"
#include "userspace/daemon/system_load.h"
#include "userspace/daemon/worker.h"
#include "userspace/dataplane/rule_keeper.h"
#include "userspace/dataplane/soft_sa_database.h"
#include "userspace/ike/dispatcher.h"
#include "userspace/kernel/host_addresses.h"
#include "userspace/kernel/interface_table.h"
#include "userspace/kernel/kernel_sa_database.h"
#include "userspace/kernel/made_devices.h"
#include "userspace/kernel/reverse_routes.h"
#include "userspace/net/ike_sockets.h"
#include "userspace/net/loop.h"
#include "userspace/pki/credentials.h"
#include "userspace/pki/enrolment.h"
#include "userspace/pki/key_store.h"
#include "userspace/pki/trust_store.h"

namespace spa::daemon {

class Daemon final : public config::Backend {
 public:
  explicit Daemon(Options options);
  ~Daemon() override;

  // Opens everything, reads the startup configuration and answers on the control socket. The error
  // says what to do.
  Status start();
  // Until a signal asks to stop; tells the peers before it returns.
  void run();

  // config::Backend
  Result<config::ApplyReport> apply(policy::SnapshotPtr snapshot) override;
  Result<config::ApplyReport> plan(const policy::SnapshotPtr& snapshot) override;
  ports::Timers& timers() override { return loop_; }
  Status can_make_tunnels() override;
  std::vector<ike::IkeSaStatus> ike_sas() override;
  std::vector<ike::IkeSaStatus> ike_sas_of(const std::vector<std::uint32_t>& ids) override;
  Result<config::SaState> sa_state(std::uint32_t spi_in) override;
  Result<std::size_t> clear(const config::ClearRequest& request) override;
  void clear_sa_counters() override;
  ike::CallAdmissionCounts call_admission() override;
  void clear_call_admission() override;
  std::optional<std::uint64_t> dropped_without_sa(const ports::PolicyId& rule) override;
  pki::Counters pki_counters() override { return trust_store_.counters(); }
  ike::Counters ike_counters() override { return manager_->counters(); }
  std::vector<config::EngineView> engines() override;
  std::vector<config::AcceleratorView> accelerators() override;
  std::string device_of(const policy::Interface& interface) override;
  Status import_pkcs12(const std::string& trustpoint, const std::string& path,
                       const SecretBytes& password) override;
  Status store_certificate(const std::string& trustpoint, config::CertificateKind kind,
                           const std::string& serial, ByteView der) override;
  Status remove_certificate(const std::string& trustpoint, const std::string& serial) override;
  pki::Enrolment& enrolment() override { return enrolment_; }
  std::vector<config::CertificateView> certificates() override;
  Status request_crl(const std::string& trustpoint) override;
  std::vector<config::CrlView> crls() override;
  config::SystemInfo system() override;
  WallTime now() override { return loop_.wall(); }
  std::vector<config::LogLine> log() override;
  void write_log(const LogRecord& record) override { log_.write(record); }
  void set_logging(const config::LoggingSettings& settings) override { log_.configure(settings); }
  void clear_log() override { log_.clear_ring(); }
  void set_debugging(const std::string& stream, bool on) override {
    log_.set_debugging(stream, on);
  }
  std::vector<std::string> debugging() override { return log_.streams(); }
  void set_debug_condition(const IpAddress& peer, bool on) override {
    log_.set_condition(peer, on);
  }
  std::vector<IpAddress> debug_conditions() override {
    return {log_.conditions().begin(), log_.conditions().end()};
  }

 private:
  Status open_data_plane();
  void keep_rules(std::unique_ptr<ports::SaDatabase> plane);
  Status load_configuration();
  // The secret behind crash-detection tokens, which must outlive this process; made when there is
  // none.
  SecretBytes crash_secret();
  void tell_addresses();
  Rules build_rules(const policy::Snapshot& snapshot);
  // Brings the policy database from rules_ to `wanted`; on an error everything is as before.
  Status replace_rules(const std::vector<ports::PolicyRule>& wanted);
  // Rules and devices: what is no longer wanted goes before its protection does, what is new comes
  // after it. `troubles` gets what could not be made.
  Status put_in_force(const Rules& wanted, std::vector<std::string>& troubles);
  [[nodiscard]] bool is_in_force(const Rules& wanted) const;
  void interfaces_changed();
  void follow_interfaces(const Rules& wanted);
  void keep_nat_alive();
  void schedule_nat_keepalive();
  void stop();

  Options options_;
  LogHub log_;
  net::Loop loop_;
  SteadyTime started_;
  SteadyTime admission_since_;       // counters of call admission count
  ike::Counters admission_cleared_;  // as they were then
  SystemLoad load_;
  std::shared_ptr<ike::CallAdmission> admission_ =
      std::make_shared<ike::CallAdmission>([this] { return load_.charge(loop_.now()); });
  dataplane::SoftSaDatabase* soft_ = nullptr;  // sa_database_, where it is the in-process card
  std::unique_ptr<net::IkeSockets> sockets_;
  std::unique_ptr<kernel::InterfaceTable> interfaces_;
  std::unique_ptr<kernel::HostAddresses> host_addresses_;
  std::unique_ptr<kernel::ReverseRoutes> reverse_routes_;
  std::unique_ptr<ports::SaDatabase> sa_database_;
  ClearedCounters cleared_;
  std::unique_ptr<kernel::MadeDevices> made_devices_;  // with the kernel data plane only
  std::unique_ptr<Engines> engines_;
  pki::KeyStore key_store_;
  pki::TrustStore trust_store_;
  pki::StoredCredentials credentials_{trust_store_};
  // Makes keys: seconds of work, which the engines' worker must not wait behind.
  Worker key_maker_{[this](std::function<void()> finish) { loop_.post(std::move(finish)); }};
  pki::Enrolment enrolment_{
      key_store_,
      trust_store_,
      {loop_, log_, [this](std::function<void()> work, std::function<void()> finish) {
         key_maker_.run(std::move(work), std::move(finish));
       }}};
  std::unique_ptr<ike::Dispatcher> manager_;
  std::unique_ptr<config::Configuration> configuration_;
  std::unique_ptr<ControlServer> control_;
  RuleBuilder rule_builder_;
  policy::SnapshotPtr snapshot_;
  std::vector<ports::PolicyRule> rules_;
  std::vector<kernel::DeviceSpec> devices_;
  std::map<std::string, std::string> members_;
  std::map<IpAddress, std::string> front_vrfs_;
  bool isakmp_on_ = false;
  bool address_awaited_ = false;  // an interface has lost its address a moment ago
};

}  // namespace spa::daemon
