// SPDX-License-Identifier: Apache-2.0
#include "userspace/daemon/daemon.h"

#include <algorithm>
#include <csignal>
#include <set>

#include "userspace/base/file.h"
#include "userspace/crypto/random.h"
#include "userspace/ikev1/manager.h"
#include "userspace/ikev2/manager.h"

namespace spa::daemon {

namespace {

constexpr Duration kShutdownPatience{3000};
constexpr Duration kAddressPatience{5000};
// The kernel would take GRE that comes in clear: nothing in this data plane stands before it
// (R-GRE-6).
constexpr const char* kNoTunnels =
    "Tunnel interfaces need the kernel data plane: it alone keeps out GRE that comes in clear. "
    "Use a kernel with ESP and --dataplane kernel, or a crypto map for what the tunnel carries.";

const ports::PolicyRule* find_rule(const std::vector<ports::PolicyRule>& rules,
                                   const ports::PolicyId& id) {
  for (const ports::PolicyRule& rule : rules) {
    if (rule.id == id) return &rule;
  }
  return nullptr;
}

bool same_rule(const ports::PolicyRule& a, const ports::PolicyRule& b) {
  return a.selectors == b.selectors && a.clear == b.clear && a.discard == b.discard &&
         a.mode == b.mode && a.local == b.local && a.remote == b.remote && a.device == b.device &&
         a.reverse_route == b.reverse_route && a.scope == b.scope;
}

// Where lines are denied, their order counts (R-MAP-20), and a data plane keeps that in which they
// came: then a change of one is a change of all of its map.
std::set<std::string> maps_to_renew(const std::vector<ports::PolicyRule>& now,
                                    const std::vector<ports::PolicyRule>& next) {
  std::set<std::string> denying, changed;
  for (const auto* list : {&now, &next}) {
    for (const ports::PolicyRule& rule : *list) {
      if (rule.clear) denying.insert(rule.id.crypto_map);
    }
  }
  for (const auto* list : {&now, &next}) {
    const auto& other = list == &now ? next : now;
    for (const ports::PolicyRule& rule : *list) {
      if (!denying.contains(rule.id.crypto_map)) continue;
      const ports::PolicyRule* counterpart = find_rule(other, rule.id);
      if (counterpart == nullptr || !same_rule(rule, *counterpart)) {
        changed.insert(rule.id.crypto_map);
      }
    }
  }
  std::erase_if(denying, [&](const std::string& map) { return !changed.contains(map); });
  return denying;
}

}  // namespace

Daemon::Daemon(Options options)
    : options_(std::move(options)),
      log_(options_.foreground ? LogHub::Target::kStandardError : LogHub::Target::kSyslog),
      started_(loop_.now()),
      admission_since_(started_),
      key_store_(options_.config_dir + "/keys"),
      trust_store_(options_.config_dir + "/pki", [this] { return loop_.wall(); }),
      snapshot_(std::make_shared<policy::Snapshot>()) {}

// In the order of need: the manager speaks to the data plane and the sockets while it goes.
Daemon::~Daemon() {
  control_.reset();
  configuration_.reset();
  if (sa_database_) sa_database_->set_listener(nullptr);
  manager_.reset();
  host_addresses_.reset();
  engines_.reset();
  made_devices_.reset();  // before what protects them
  sa_database_.reset();
  interfaces_.reset();
  sockets_.reset();
}

Status Daemon::start() {
  for (const int signal : {SIGINT, SIGTERM}) {
    if (auto caught = loop_.on_signal(signal, [this] { stop(); }); !caught) return caught;
  }
  auto interfaces = kernel::InterfaceTable::open(loop_);
  if (!interfaces) return tl::unexpected(interfaces.error());
  interfaces_ = std::move(*interfaces);
  interfaces_->on_change([this] { interfaces_changed(); });
  rule_builder_.use_sources([this](const IpAddress& peer) {
    return interfaces_->source_towards(peer).value_or(IpAddress{});
  });
  if (auto opened = open_data_plane(); !opened) return opened;
  engines_ = std::make_unique<Engines>(loop_, log_);
  if (auto loaded = key_store_.load(); !loaded) {
    log_.write({Severity::kError, "PKI", "KEYS", loaded.error().text});
  }
  trust_store_.use(key_store_);
  if (auto loaded = trust_store_.load(); !loaded) {
    log_.write({Severity::kError, "PKI", "STORE", loaded.error().text});
  }
  auto addresses = kernel::HostAddresses::open();
  if (!addresses) return tl::unexpected(addresses.error());
  host_addresses_ = std::move(*addresses);
  ike::Dependencies ports{*sockets_,
                          loop_,
                          *sa_database_,
                          credentials_,
                          *engines_,
                          log_,
                          std::make_shared<ike::ConnectionIds>(),
                          host_addresses_.get()};
  ports.call_admission = admission_;
  ike::Options options;
  options.crash_secret = crash_secret();
  manager_ = std::make_unique<ike::Dispatcher>(std::make_unique<ikev1::Manager>(ports),
                                               std::make_unique<ikev2::Manager>(ports, options),
                                               log_, loop_);
  sa_database_->set_listener(manager_.get());
  sockets_->set_handler([this](const Endpoint& local, const Endpoint& remote, ByteView message) {
    manager_->receive(local, remote, message);
  });
  configuration_ =
      std::make_unique<config::Configuration>(*this, options_.config_dir + "/startup-config");
  if (auto loaded = load_configuration(); !loaded) return loaded;
  auto control = ControlServer::listen(loop_, *configuration_, log_, options_.control_socket);
  if (!control) return tl::unexpected(control.error());
  control_ = std::move(*control);
  schedule_nat_keepalive();
  return {};
}

Status Daemon::open_data_plane() {
  const Status kernel_esp =
      options_.dataplane == DataplaneChoice::kSoft ? Status{} : kernel::kernel_has_esp();
  if (options_.dataplane == DataplaneChoice::kKernel && !kernel_esp) {
    return fail(kernel_esp.error().code,
                "the kernel data plane cannot be used: " + kernel_esp.error().text +
                    "; --dataplane soft needs no ESP in the kernel");
  }
  const bool soft = options_.dataplane == DataplaneChoice::kSoft || !kernel_esp;
  net::IkeSocketsOptions socket_options;
  socket_options.kernel_esp = !soft;
  if (soft) socket_options.mark = dataplane::kSocketMark;
  auto sockets = net::IkeSockets::open(loop_, socket_options);
  if (!sockets) return tl::unexpected(sockets.error());
  sockets_ = std::move(*sockets);
  if (!soft) {
    auto database = kernel::KernelSaDatabase::open(loop_, log_);
    if (!database) return tl::unexpected(database.error());
    keep_rules(std::move(*database));
    auto devices = kernel::MadeDevices::open();
    if (!devices) return tl::unexpected(devices.error());
    made_devices_ = std::move(*devices);
    rule_builder_.use_tables([this](const std::string& vrf) -> std::optional<std::uint32_t> {
      const auto table = made_devices_->vrf_table(vrf);
      return table ? std::optional(*table) : std::nullopt;
    });
    log_.write({Severity::kInfo, "CRYPTO", "DATAPLANE",
                "ESP runs in the kernel, on the card where an interface has one"});
    return {};
  }
  auto database = dataplane::SoftSaDatabase::open(loop_, loop_, *sockets_, log_);
  if (!database) return tl::unexpected(database.error());
  soft_ = database->get();
  rule_builder_.refuse_tunnels(kNoTunnels);
  std::string text = "ESP runs in the in-process card, plain packets in " + (*database)->device();
  keep_rules(std::move(*database));
  if (!kernel_esp) text += " (" + kernel_esp.error().text + ")";
  log_.write({Severity::kInfo, "CRYPTO", "DATAPLANE", text});
  return {};
}

// Around the data plane: what lives as long as SAs do.
void Daemon::keep_rules(std::unique_ptr<ports::SaDatabase> plane) {
  auto routes = kernel::ReverseRoutes::open();
  if (routes) {
    reverse_routes_ = std::move(*routes);
  } else {
    log_.write(
        {Severity::kWarning, "CRYPTO", "ROUTE", "no reverse routes: " + routes.error().text});
  }
  sa_database_ =
      std::make_unique<dataplane::RuleKeeper>(std::move(plane), reverse_routes_.get(), log_);
}

Status Daemon::load_configuration() {
  const auto messages = configuration_->load_startup();
  if (!messages) return tl::unexpected(messages.error());
  for (const config::LoadMessage& message : *messages) {
    const std::string place =
        message.line == 0
            ? std::string()
            : "startup-config line " + std::to_string(message.line) + " (" + message.source + "): ";
    log_.write({message.rejected ? Severity::kError : Severity::kWarning, "PARSER",
                "STARTUP_CONFIG", place + message.text});
  }
  return {};
}

void Daemon::run() {
  loop_.run();
}

void Daemon::stop() {
  control_.reset();
  if (!manager_) return loop_.stop();
  log_.write({Severity::kNotice, "CRYPTO", "SHUTDOWN", "telling the peers and stopping"});
  manager_->shutdown([this] { loop_.stop(); });
  (void)loop_.after(kShutdownPatience, [this] { loop_.stop(); });
}

Rules Daemon::build_rules(const policy::Snapshot& snapshot) {
  return rule_builder_.build(snapshot,
                             [this](const policy::Interface& interface) -> Result<ResolvedAddress> {
                               const auto resolved = interfaces_->resolve(interface);
                               if (!resolved) return tl::unexpected(resolved.error());
                               return ResolvedAddress{resolved->device.name, resolved->address};
                             });
}

Result<config::ApplyReport> Daemon::plan(const policy::SnapshotPtr& snapshot) {
  const Rules wanted = build_rules(*snapshot);
  config::ApplyReport report;
  report.warnings = wanted.warnings;
  report.changes = manager_->would_close(*snapshot, wanted.rules);
  return report;
}

Result<config::ApplyReport> Daemon::apply(policy::SnapshotPtr snapshot) {
  const Rules wanted = build_rules(*snapshot);
  config::ApplyReport report;
  report.warnings = wanted.warnings;
  report.changes = manager_->would_close(*snapshot, wanted.rules);
  if (auto done = put_in_force(wanted, report.warnings); !done) return tl::unexpected(done.error());
  snapshot_ = std::move(snapshot);
  log_.use_stamps(snapshot_->debug_stamp, snapshot_->log_stamp, snapshot_->time_zone);
  trust_store_.allow_legacy(snapshot_->legacy_algorithms);
  trust_store_.show_times_in(snapshot_->time_zone);
  trust_store_.configure(snapshot_->trustpoints);
  credentials_.configure(snapshot_);
  manager_->configure(snapshot_, rules_);
  tell_addresses();
  const bool on = !rules_.empty();
  if (on != isakmp_on_) {
    // R-POL-3
    log_.write({Severity::kInfo, "CRYPTO", "ISAKMP_ON_OFF", on ? "ISAKMP is ON" : "ISAKMP is OFF"});
    isakmp_on_ = on;
  }
  return report;
}

Status Daemon::can_make_tunnels() {
  return made_devices_ ? Status{} : fail(Errc::kUnsupported, kNoTunnels);
}

Status Daemon::put_in_force(const Rules& wanted, std::vector<std::string>& troubles) {
  if (made_devices_) made_devices_->remove_others(wanted.devices);
  if (auto replaced = replace_rules(wanted.rules); !replaced) {
    if (made_devices_) (void)made_devices_->make(devices_);
    return replaced;
  }
  devices_ = wanted.devices;
  members_ = wanted.members;
  front_vrfs_ = wanted.front_vrfs;
  if (!made_devices_) return {};
  for (auto&& list : {made_devices_->make(devices_), made_devices_->enslave(members_),
                      sockets_->set_vrfs(front_vrfs_)}) {
    troubles.insert(troubles.end(), list.begin(), list.end());
  }
  return {};
}

bool Daemon::is_in_force(const Rules& wanted) const {
  const auto& there = interfaces_->devices();
  return std::equal(wanted.rules.begin(), wanted.rules.end(), rules_.begin(), rules_.end(),
                    [](const auto& a, const auto& b) { return a.id == b.id && same_rule(a, b); }) &&
         wanted.devices == devices_ && wanted.members == members_ &&
         wanted.front_vrfs == front_vrfs_ &&
         std::all_of(devices_.begin(), devices_.end(), [&](const kernel::DeviceSpec& device) {
           return std::any_of(there.begin(), there.end(),
                              [&](const auto& known) { return known.name == device.name; });
         });
}

Status Daemon::replace_rules(const std::vector<ports::PolicyRule>& wanted) {
  const std::set<std::string> renew = maps_to_renew(rules_, wanted);
  std::vector<ports::PolicyRule> in_force;
  for (const ports::PolicyRule& old : rules_) {
    const ports::PolicyRule* next = find_rule(wanted, old.id);
    if (next != nullptr && same_rule(old, *next) && !renew.contains(old.id.crypto_map)) {
      in_force.push_back(old);
    } else if (auto removed = sa_database_->remove_rule(old.id); !removed) {
      log_.write({Severity::kWarning, "CRYPTO", "POLICY",
                  old.id.to_string() + ": " + removed.error().text});
    }
  }
  for (const ports::PolicyRule& rule : wanted) {
    if (find_rule(in_force, rule.id) != nullptr) continue;
    auto added = sa_database_->add_rule(rule);
    if (added) {
      in_force.push_back(rule);
      continue;
    }
    for (const ports::PolicyRule& extra : in_force) {
      const ports::PolicyRule* old = find_rule(rules_, extra.id);
      if (old == nullptr || !same_rule(*old, extra)) (void)sa_database_->remove_rule(extra.id);
    }
    for (const ports::PolicyRule& old : rules_) {
      const ports::PolicyRule* kept = find_rule(in_force, old.id);
      if (kept == nullptr || !same_rule(*kept, old)) (void)sa_database_->add_rule(old);
    }
    return fail(added.error().code,
                "crypto map " + rule.id.to_string() + ": " + added.error().text);
  }
  rules_ = wanted;
  return {};
}

// R-KEY-14: addresses come and go; what is configured takes effect when they are there.
void Daemon::interfaces_changed() {
  if (!manager_) return;
  const Rules wanted = build_rules(*snapshot_);
  if (!snapshot_->mobike || wanted.rules.size() >= rules_.size()) return follow_interfaces(wanted);
  // Between two addresses there is a moment without one: sessions that can move live through it.
  if (std::exchange(address_awaited_, true)) return;
  (void)loop_.after(kAddressPatience, [this] {
    address_awaited_ = false;
    follow_interfaces(build_rules(*snapshot_));
  });
}

void Daemon::follow_interfaces(const Rules& wanted) {
  if (is_in_force(wanted)) return;
  // RFC 4555: what ended on an address that a rule has left goes where the rule is now.
  std::set<std::pair<IpAddress, IpAddress>> moves;
  for (const ports::PolicyRule& next : wanted.rules) {
    const ports::PolicyRule* old = find_rule(rules_, next.id);
    if (old == nullptr || old->local == next.local || interfaces_->is_local(old->local)) continue;
    moves.emplace(old->local, next.local);
  }
  for (const auto& [from, to] : moves) (void)manager_->move_local(from, to);
  std::vector<std::string> troubles;
  if (auto done = put_in_force(wanted, troubles); !done) {
    log_.write({Severity::kError, "CRYPTO", "POLICY", done.error().text});
    return;
  }
  for (const std::string& trouble : troubles) {
    log_.write({Severity::kWarning, "CRYPTO", "DEVICE", trouble});
  }
  manager_->configure(snapshot_, rules_);
  tell_addresses();
}

void Daemon::tell_addresses() {
  std::set<IpAddress> ends;
  for (const ports::PolicyRule& rule : rules_) ends.insert(rule.local);
  manager_->set_local_addresses({ends.begin(), ends.end()});
}

SecretBytes Daemon::crash_secret() {
  const std::string path = options_.config_dir + "/crash-secret";
  constexpr std::size_t kSize = 32;
  if (const auto kept = read_file(path, kSize); kept && kept->size() == kSize) {
    return to_secret(*kept);
  }
  SecretBytes fresh(kSize);
  Status made = crypto::random_fill(fresh);
  if (made) made = write_file_atomically(path, fresh, 0600);
  if (made) return fresh;
  log_.write({Severity::kWarning, "IKEV2", "CRASH_SECRET",
              "peers will not notice a restart at once: " + made.error().text});
  return {};
}

void Daemon::schedule_nat_keepalive() {
  const std::uint32_t seconds = snapshot_->nat_keepalive_seconds;
  (void)loop_.after(std::chrono::seconds(seconds == 0 ? 20 : seconds), [this, seconds] {
    if (seconds != 0) keep_nat_alive();
    schedule_nat_keepalive();
  });
}

// RFC 3948 4: only the side behind the NAT keeps its mapping open.
void Daemon::keep_nat_alive() {
  for (const ike::IkeSaStatus& sa : manager_->status()) {
    if (sa.local_behind_nat && sa.state != ike::IkeSaState::kInNegotiation) {
      (void)sockets_->send_keepalive(sa.local, sa.remote);
    }
  }
}

}  // namespace spa::daemon
