// SPDX-License-Identifier: Apache-2.0
#include "userspace/dataplane/soft_sa_database.h"

#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "userspace/crypto/random.h"
#include "userspace/dataplane/card_sa.h"
#include "userspace/dataplane/data_path.h"
#include "userspace/dataplane/event_log.h"
#include "userspace/dataplane/key_log.h"
#include "userspace/dataplane/security_policy.h"
#include "userspace/dataplane/tun_device.h"
#include "userspace/kernel/interface_table.h"
#include "userspace/kernel/protected_routes.h"
#include "userspace/kernel/rule_levels.h"
#include "userspace/kernel/soft_lifetime.h"

namespace spa::dataplane {

namespace {

constexpr std::uint32_t kReservedSpis = 255;  // RFC 4303 2.1
// Between two acquires of one rule while no SA comes.
constexpr Duration kAskAgain = std::chrono::seconds(5);
constexpr unsigned kLeastMtu = 1280;  // of IPv6
constexpr unsigned kMostMtu = 9000;

Result<std::uint32_t> random_u32() {
  std::uint8_t octets[4];
  if (auto done = crypto::random_fill(octets); !done) return tl::unexpected(done.error());
  return card::load_be32(octets);
}

Status explain(spa_status status, const char* what) {
  if (status == SPA_OK) return {};
  const Errc code = status == SPA_E_UNSUPPORTED ? Errc::kUnsupported : Errc::kInvalid;
  return fail(code, std::string("the card refuses the ") + what + " SA (status " +
                        std::to_string(status) + ")");
}

ports::SaCounters counters_of(const spa_sa_stats& stats) {
  ports::SaCounters out;
  out.packets = card::from_le(stats.packets);
  out.bytes = card::from_le(stats.bytes);
  out.auth_failures = card::from_le(stats.auth_failures);
  out.replay_failures = card::from_le(stats.replay_failures);
  out.other_failures = card::from_le(stats.format_failures);
  return out;
}

}  // namespace

struct SoftSaDatabase::Impl {
  Impl(ports::Readiness& readiness, ports::Timers& clock, ports::EspDatagrams& datagrams,
       LogSink& sink, const SoftPlaneOptions& chosen, TunDevice device);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  Status start();

  // Something to tell the listener, outside of whatever goes on now.
  using Notice = std::function<void(ports::SaDatabaseListener&)>;
  void notify(Notice notice);
  void deliver_notices();

  void on_event(const esp::Event& event);
  void on_no_sa(RuleState& state, const Flow& flow);
  void expire(std::uint32_t spi_in, bool hard);
  [[nodiscard]] InstalledPair* by_index(std::uint32_t index) const;

  Status install_inbound(InstalledPair& pair, const ports::SaPair& sa);
  Status install_outbound(InstalledPair& pair, const ports::SaPair& sa);
  // The half of this pair, or a new one.
  Result<InstalledPair*> half_of(const ports::SaPair& sa);
  Status install_one(const ports::SaPair& sa, Direction direction, std::uint32_t index,
                     std::uint32_t generation, const kernel::LifetimeLimits& limits);
  void start_timers(InstalledPair& pair);
  void uninstall(InstalledPair& pair);

  [[nodiscard]] IpAddress inner_address(const ports::PolicyRule& rule) const;
  void refresh_routes();

  ports::Readiness& loop;
  ports::Timers& timers;
  ports::EspDatagrams& udp;
  const SoftPlaneOptions options;
  EventLog event_log;
  SoftPlaneCounters counters;
  TunDevice tun;
  std::unique_ptr<kernel::InterfaceTable> interfaces;
  std::unique_ptr<kernel::ProtectedRoutes> routes;
  std::map<ports::PolicyId, IpAddress> sources;  // of the rules' routes
  kernel::RuleLevels levels;

  esp::SaTable table;
  esp::Engine engine;
  SecurityPolicy policy;
  DataPath path;
  ports::Readiness::Id tun_watch = 0;

  std::unordered_map<std::uint32_t, std::unique_ptr<InstalledPair>> pairs;  // by inbound SPI
  std::vector<InstalledPair*> owners;                                       // by index in the table
  std::vector<std::uint32_t> free_indices;
  std::unordered_set<std::uint32_t> reserved_spis;
  std::uint32_t last_generation = 0;
  std::uint16_t last_cpi = 255;

  ports::SaDatabaseListener* listener = nullptr;
  std::vector<Notice> notices;
  ports::Timers::Id notice_timer = 0;
};

SoftSaDatabase::Impl::Impl(ports::Readiness& readiness, ports::Timers& clock,
                           ports::EspDatagrams& datagrams, LogSink& sink,
                           const SoftPlaneOptions& chosen, TunDevice device)
    : loop(readiness),
      timers(clock),
      udp(datagrams),
      options(chosen),
      event_log(sink),
      tun(std::move(device)),
      table(chosen.sa_entries),
      engine(table, [this](const esp::Event& event) { on_event(event); }),
      path(tun, chosen.mtu, engine, policy, udp, counters,
           {[this](RuleState& state, const Flow& flow) { on_no_sa(state, flow); },
            [this](InstalledPair& pair, const Endpoint& remote) {
              notify([spi = pair.sa.spi_in, remote](auto& to) { to.on_mapping(spi, remote); });
            },
            [this](std::uint32_t index) { return by_index(index); }}),
      owners(chosen.sa_entries) {
  free_indices.reserve(chosen.sa_entries);
  for (std::uint32_t index = chosen.sa_entries; index > 0; --index) {
    free_indices.push_back(index - 1);
  }
}

SoftSaDatabase::Impl::~Impl() {
  udp.set_esp_handler({});
  loop.unwatch(tun_watch);
  timers.cancel(notice_timer);
  for (const auto& [spi, pair] : pairs) {
    timers.cancel(pair->soft_timer);
    timers.cancel(pair->hard_timer);
  }
}

Status SoftSaDatabase::Impl::start() {
  auto devices = kernel::InterfaceTable::open(loop);
  if (!devices) return tl::unexpected(devices.error());
  interfaces = std::move(*devices);
  interfaces->on_change([this] { refresh_routes(); });
  kernel::ProtectedRoutesOptions how;
  how.exempt_mark = kSocketMark;
  auto opened = kernel::ProtectedRoutes::open(how);
  if (!opened) return tl::unexpected(opened.error());
  routes = std::move(*opened);
  auto watch = loop.watch(tun.fd(), [this] { path.from_tun(); });
  if (!watch) return tl::unexpected(watch.error());
  tun_watch = *watch;
  udp.set_esp_handler([this](std::span<ports::EspArrival> burst) { path.from_udp(burst); });
  return {};
}

void SoftSaDatabase::Impl::notify(Notice notice) {
  notices.push_back(std::move(notice));
  if (notice_timer == 0) {
    notice_timer = timers.after(Duration::zero(), [this] { deliver_notices(); });
  }
}

void SoftSaDatabase::Impl::deliver_notices() {
  notice_timer = 0;
  for (const Notice& notice : std::exchange(notices, {})) {
    if (listener != nullptr) notice(*listener);
  }
}

InstalledPair* SoftSaDatabase::Impl::by_index(std::uint32_t index) const {
  return index < owners.size() ? owners[index] : nullptr;
}

void SoftSaDatabase::Impl::on_event(const esp::Event& event) {
  event_log.write(event, timers.now());
  // The engine limits how many of these there are. Not of an SA that is being made: its first
  // packets may overtake the answer.
  if (event.type == SPA_EVENT_UNKNOWN_SPI && !reserved_spis.contains(event.spi)) {
    const ports::UnknownSpi unknown{EventLog::source_of(event), event.spi, false,
                                    EventLog::destination_of(event)};
    notify([unknown](auto& to) { (void)to.on_unknown_spi(unknown); });
  }
  const bool hard = event.type == SPA_EVENT_HARD_EXPIRE;
  if (!hard && event.type != SPA_EVENT_SOFT_EXPIRE && event.type != SPA_EVENT_SEQ_SOFT) return;
  // In the middle of a burst: the pair must not go before its end.
  if (InstalledPair* pair = by_index(event.sa_index)) {
    const std::uint32_t spi = pair->sa.spi_in;
    timers.cancel(hard ? pair->hard_timer : pair->soft_timer);
    (hard ? pair->hard_timer : pair->soft_timer) =
        timers.after(Duration::zero(), [this, spi, hard] { expire(spi, hard); });
  }
}

void SoftSaDatabase::Impl::on_no_sa(RuleState& state, const Flow& flow) {
  const SteadyTime now = timers.now();
  if (now < state.ask_again) return;
  state.ask_again = now + kAskAgain;
  notify([id = state.rule.id, flow](auto& to) { to.on_acquire(id, to_selectors(flow)); });
}

// Runs from a timer.
void SoftSaDatabase::Impl::expire(std::uint32_t spi_in, bool hard) {
  const auto found = pairs.find(spi_in);
  if (found == pairs.end()) return;
  (hard ? found->second->hard_timer : found->second->soft_timer) = 0;
  if (hard) {
    uninstall(*found->second);
    pairs.erase(found);
  }
  if (listener != nullptr) listener->on_expire(spi_in, hard);
}

Status SoftSaDatabase::Impl::install_one(const ports::SaPair& sa, Direction direction,
                                         std::uint32_t index, std::uint32_t generation,
                                         const kernel::LifetimeLimits& limits) {
  const bool out = direction == Direction::kOut;
  CardSa card_sa;
  if (auto done = card_sa.fill(sa, direction, generation, limits); !done) return done;
  if (auto done = explain(table.add(index, card_sa.request()), out ? "outbound" : "inbound");
      !done || !out) {
    return done;
  }
  esp::TunnelOptions tunnel;
  tunnel.esp_only = true;
  return explain(table.set_tunnel_options(index, generation, tunnel), "outbound");
}

Status SoftSaDatabase::Impl::install_inbound(InstalledPair& pair, const ports::SaPair& sa) {
  const auto dice = random_u32();
  if (!dice) return tl::unexpected(dice.error());
  pair.limits = kernel::limits_of(sa.lifetime, *dice);
  pair.generation = ++last_generation;
  pair.index_in = free_indices.back();
  if (auto done = install_one(sa, Direction::kIn, pair.index_in, pair.generation, pair.limits);
      !done) {
    return done;
  }
  free_indices.pop_back();
  owners[pair.index_in] = &pair;
  pair.half = true;
  pair.sa = sa;
  pair.sa.keys_in = {};
  pair.sa.keys_out = {};
  if (sa.suite.has_ipcomp()) pair.compression.emplace(sa);
  return {};
}

Status SoftSaDatabase::Impl::install_outbound(InstalledPair& pair, const ports::SaPair& sa) {
  if (free_indices.empty()) return fail(Errc::kExhausted, "the SA table is full");
  pair.index_out = free_indices.back();
  if (auto done = install_one(sa, Direction::kOut, pair.index_out, pair.generation, pair.limits);
      !done) {
    (void)table.remove(pair.index_out, pair.generation);
    return done;
  }
  free_indices.pop_back();
  owners[pair.index_out] = &pair;
  pair.half = false;
  pair.sa.local = sa.local;
  pair.sa.remote = sa.remote;
  start_timers(pair);
  return {};
}

void SoftSaDatabase::Impl::start_timers(InstalledPair& pair) {
  const kernel::LifetimeLimits& limits = pair.limits;
  if (limits.hard_seconds == 0) return;
  const std::uint32_t spi = pair.sa.spi_in;
  pair.soft_timer =
      timers.after(std::chrono::seconds(limits.soft_seconds), [this, spi] { expire(spi, false); });
  pair.hard_timer =
      timers.after(std::chrono::seconds(limits.hard_seconds), [this, spi] { expire(spi, true); });
}

void SoftSaDatabase::Impl::uninstall(InstalledPair& pair) {
  timers.cancel(pair.soft_timer);
  timers.cancel(pair.hard_timer);
  policy.detach(pair);
  std::vector<std::uint32_t> held{pair.index_in};
  if (!pair.half) held.push_back(pair.index_out);
  for (const std::uint32_t index : held) {
    (void)table.remove(index, pair.generation);
    owners[index] = nullptr;
    free_indices.push_back(index);
  }
}

// The address of ours that the host's own traffic for this rule leaves from. The tunnel's end
// itself where the selector takes it (transport mode, or host to host).
IpAddress SoftSaDatabase::Impl::inner_address(const ports::PolicyRule& rule) const {
  const auto& local = rule.selectors.local;
  if (takes(local, rule.local, local.protocol, true, local.port_first)) return rule.local;
  return interfaces->address_within(local.first, local.last);
}

void SoftSaDatabase::Impl::refresh_routes() {
  for (auto& [id, source] : sources) {
    const RuleState* state = policy.find(id);
    if (state == nullptr || state->rule.clear) continue;
    const std::uint32_t level = levels.of(id);
    const IpAddress now = inner_address(state->rule);
    if (now == source) continue;
    // The new route replaces the old one, whose count goes back.
    if (routes->add(state->rule.selectors, now, {tun.index(), {}}, level)) {
      (void)routes->remove(state->rule.selectors, level);
      source = now;
    }
  }
}

SoftSaDatabase::SoftSaDatabase(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SoftSaDatabase::~SoftSaDatabase() = default;

Result<std::unique_ptr<SoftSaDatabase>> SoftSaDatabase::open(ports::Readiness& loop,
                                                             ports::Timers& timers,
                                                             ports::EspDatagrams& udp, LogSink& log,
                                                             const SoftPlaneOptions& options) {
  if (options.mtu < kLeastMtu || options.mtu > kMostMtu || options.sa_entries < 2) {
    return fail(Errc::kInvalid,
                "soft data plane: the MTU must be 1280 to 9000, and there must be "
                "room for two SAs");
  }
  auto tun = TunDevice::open(options.tun_name, options.mtu);
  if (!tun) return tl::unexpected(tun.error());
  auto impl = std::make_unique<Impl>(loop, timers, udp, log, options, std::move(*tun));
  if (auto done = impl->start(); !done) return tl::unexpected(done.error());
  return std::unique_ptr<SoftSaDatabase>(new SoftSaDatabase(std::move(impl)));
}

void SoftSaDatabase::set_listener(ports::SaDatabaseListener* listener) {
  impl_->listener = listener;
}

bool SoftSaDatabase::supports(const ports::EspSuite& suite) const {
  return card_supports(suite);
}

Status SoftSaDatabase::add_rule(const ports::PolicyRule& rule) {
  if (auto done = impl_->policy.add(rule); !done) return done;
  const IpAddress source = rule.clear ? IpAddress{} : impl_->inner_address(rule);
  const std::uint32_t level = impl_->levels.add(rule);
  const Status done =
      rule.clear ? impl_->routes->exempt(rule.selectors, level)
                 : impl_->routes->add(rule.selectors, source, {impl_->tun.index(), {}}, level);
  if (!done) {
    (void)impl_->policy.remove(rule.id);
    (void)impl_->levels.remove(rule.id);
    return done;
  }
  impl_->sources[rule.id] = source;
  // Pairs that outlived an earlier rule of this name.
  for (const auto& [spi, pair] : impl_->pairs) {
    if (pair->sa.rule == rule.id && !pair->half) impl_->policy.attach(*pair);
  }
  return {};
}

Status SoftSaDatabase::remove_rule(const ports::PolicyId& id) {
  const RuleState* state = impl_->policy.find(id);
  if (state == nullptr) return fail(Errc::kNotFound, "no rule " + id.to_string());
  const ports::PolicyRule rule = state->rule;
  impl_->sources.erase(id);
  (void)impl_->policy.remove(id);
  const std::uint32_t level = impl_->levels.remove(id);
  return rule.clear ? impl_->routes->remove_exempt(rule.selectors, level)
                    : impl_->routes->remove(rule.selectors, level);
}

Result<std::uint32_t> SoftSaDatabase::allocate_spi(const IpAddress&, const IpAddress&) {
  if (impl_->reserved_spis.size() + impl_->pairs.size() >= impl_->options.sa_entries / 2) {
    return fail(Errc::kExhausted, "the SA table is full");
  }
  for (;;) {
    const auto spi = random_u32();
    if (!spi) return spi;
    if (*spi <= kReservedSpis || impl_->pairs.contains(*spi)) continue;
    if (impl_->reserved_spis.insert(*spi).second) return spi;
  }
}

void SoftSaDatabase::release_spi(const IpAddress&, std::uint32_t spi) {
  impl_->reserved_spis.erase(spi);
}

// Each pair has its own, so any number will do that is not the same twice in a row.
Result<std::uint16_t> SoftSaDatabase::allocate_cpi(const IpAddress&, const IpAddress&) {
  constexpr std::uint16_t kFirst = 256, kLast = 61439;  // RFC 3173 3.3
  impl_->last_cpi =
      impl_->last_cpi == kLast ? kFirst : static_cast<std::uint16_t>(impl_->last_cpi + 1);
  return impl_->last_cpi;
}

Result<InstalledPair*> SoftSaDatabase::Impl::half_of(const ports::SaPair& sa) {
  if (!sa.udp_encapsulation) {
    return fail(Errc::kUnsupported, "the soft data plane carries ESP in UDP only");
  }
  if (policy.find(sa.rule) == nullptr)
    return fail(Errc::kNotFound, "no rule " + sa.rule.to_string());
  const auto known = pairs.find(sa.spi_in);
  if (known != pairs.end() && known->second->half) return known->second.get();
  if (known != pairs.end()) {
    return fail(Errc::kExists, "an inbound SA with this SPI is there already");
  }
  if (free_indices.size() < 2) return fail(Errc::kExhausted, "the SA table is full");
  auto pair = std::make_unique<InstalledPair>();
  if (auto done = install_inbound(*pair, sa); !done) return tl::unexpected(done.error());
  reserved_spis.erase(sa.spi_in);
  return pairs.emplace(sa.spi_in, std::move(pair)).first->second.get();
}

Status SoftSaDatabase::add_inbound(const ports::SaPair& sa) {
  if (impl_->pairs.contains(sa.spi_in)) {
    return fail(Errc::kExists, "an inbound SA with this SPI is there already");
  }
  const auto pair = impl_->half_of(sa);
  return pair ? Status{} : Status(tl::unexpected(pair.error()));
}

Status SoftSaDatabase::add(const ports::SaPair& sa) {
  Impl& impl = *impl_;
  const auto pair = impl.half_of(sa);
  if (!pair) return tl::unexpected(pair.error());
  if (auto done = impl.install_outbound(**pair, sa); !done) {
    (void)remove(sa.spi_in);
    return done;
  }
  log_keys_for_tests(sa);
  impl.policy.attach(**pair);
  RuleState& state = *impl.policy.find(sa.rule);
  state.ask_again = {};
  impl.path.release_waiting(state);
  return {};
}

Status SoftSaDatabase::remove(std::uint32_t spi_in) {
  const auto found = impl_->pairs.find(spi_in);
  if (found == impl_->pairs.end()) return fail(Errc::kNotFound, "no inbound SA with this SPI");
  impl_->uninstall(*found->second);
  impl_->pairs.erase(found);
  return {};
}

std::optional<std::uint64_t> SoftSaDatabase::dropped_without_sa(const ports::PolicyId& id) {
  const RuleState* state = impl_->policy.find(id);
  if (state == nullptr) return std::nullopt;
  return state->dropped;
}

Result<ports::SaPairState> SoftSaDatabase::query(std::uint32_t spi_in) {
  const auto found = impl_->pairs.find(spi_in);
  if (found == impl_->pairs.end()) return fail(Errc::kNotFound, "no inbound SA with this SPI");
  const InstalledPair& pair = *found->second;
  spa_sa_stats in{}, out{};
  if (impl_->table.read(pair.index_in, pair.generation, in) != SPA_OK ||
      (!pair.half && impl_->table.read(pair.index_out, pair.generation, out) != SPA_OK)) {
    return fail(Errc::kState, "the card lost this SA");
  }
  ports::SaPairState state;
  state.in = counters_of(in);
  state.in.other_failures += pair.selector_failures;
  state.out = counters_of(out);
  if (pair.compression) state.compression = pair.compression->counters();
  state.offload_in = state.offload_out = ports::OffloadState::kInProcess;
  return state;
}

Status SoftSaDatabase::update_endpoints(std::uint32_t spi_in, const Endpoint& local,
                                        const Endpoint& remote) {
  const auto found = impl_->pairs.find(spi_in);
  if (found == impl_->pairs.end()) return fail(Errc::kNotFound, "no inbound SA with this SPI");
  ports::SaPair& sa = found->second->sa;
  if (local.address != sa.local.address || remote.address.family() != sa.remote.address.family()) {
    // The engine finds inbound SAs by our address, and keeps no keys to make them anew.
    return fail(Errc::kUnsupported, "the soft data plane keeps the local end of an SA");
  }
  sa.local = local;
  sa.remote = remote;
  found->second->reported = {};
  return {};
}

std::string SoftSaDatabase::device() const {
  return impl_->tun.name();
}

std::uint32_t SoftSaDatabase::capacity() const {
  return impl_->options.sa_entries;
}

SoftPlaneCounters SoftSaDatabase::counters() const {
  return impl_->counters;
}

}  // namespace spa::dataplane
