// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/kernel_sa_database.h"

#include <net/if.h>

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "userspace/crypto/random.h"
#include "userspace/kernel/device_feature.h"
#include "userspace/kernel/interface_table.h"
#include "userspace/kernel/protected_routes.h"
#include "userspace/kernel/xfrm_algorithms.h"
#include "userspace/kernel/xfrm_event.h"
#include "userspace/kernel/xfrm_messages.h"

namespace spa::kernel {

namespace {

constexpr const char* kOffloadFeature = "esp-hw-offload";

Error with(const char* what, const Error& error) {
  return {error.code, std::string(what) + ": " + error.text};
}

Status explain(const char* what, const Status& done) {
  if (done) return {};
  return tl::unexpected(with(what, done.error()));
}

ports::SaCounters counters_of(const xfrm_usersa_info& info) {
  ports::SaCounters out;
  out.packets = info.curlft.packets;
  out.bytes = info.curlft.bytes;
  out.auth_failures = info.stats.integrity_failed;
  out.replay_failures = info.stats.replay;
  return out;
}

std::vector<XfrmDirection> directions_of(const ports::PolicyRule& rule) {
  // Transport mode has nothing to forward.
  if (rule.mode == policy::EncapsulationMode::kTransport) {
    return {XfrmDirection::kIn, XfrmDirection::kOut};
  }
  return {XfrmDirection::kIn, XfrmDirection::kForward, XfrmDirection::kOut};
}

}  // namespace

struct KernelSaDatabase::Impl {
  struct Rule {
    ports::PolicyRule rule;
    bool routed = false;
    IpAddress source;
    RouteTarget target;
  };
  struct Pair {
    ports::SaPair sa;  // without keys
    StateId in, out;
    std::string offload_reason;
    bool soft_told = false;
  };
  struct Installed {
    bool offloaded = false;
    ports::SaCounters counters;
  };

  Impl(ports::Readiness& readiness, LogSink& sink, const KernelPlaneOptions& chosen,
       NetlinkSocket asking, NetlinkSocket listening)
      : loop(readiness),
        log(sink),
        options(chosen),
        socket(std::move(asking)),
        events(std::move(listening)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  Status start();
  void on_events();
  void handle(const AcquireEvent& event);
  void handle(const ExpireEvent& event);
  void handle(const DeletedEvent& event);
  void handle(const FlushedEvent& event);
  void handle(const MappingEvent& event);
  void on_devices();
  void check_all();

  Status set_policies(const ports::PolicyRule& rule);
  void drop_policies(const ports::PolicyRule& rule);
  void set_route(Rule& entry);
  void drop_route(Rule& entry);

  Status install(const ports::SaPair& pair, XfrmDirection direction, const LifetimeLimits& limits,
                 int device, std::string& refusal);
  Status install_state(const ports::SaPair& pair, XfrmDirection direction,
                       const LifetimeLimits& limits, int device);
  [[nodiscard]] int offload_device(const ports::SaPair& pair, std::string& reason) const;
  Result<Installed> read_state(const StateId& id);
  Status move_state(StateId& id, const Endpoint& from, const Endpoint& to);
  void forget(std::uint32_t spi_in);
  void remove_states(const Pair& pair);
  void lose(std::uint32_t spi_in);

  ports::Readiness& loop;
  LogSink& log;
  const KernelPlaneOptions options;
  NetlinkSocket socket;
  NetlinkSocket events;
  std::unique_ptr<InterfaceTable> interfaces;
  std::unique_ptr<ProtectedRoutes> routes;
  ports::Readiness::Id watch = 0;
  ports::SaDatabaseListener* listener = nullptr;

  std::map<ports::PolicyId, Rule> rules;
  std::map<std::uint32_t, ports::PolicyId> by_reqid;
  std::map<std::uint32_t, Pair> pairs;             // by inbound SPI
  std::map<StateId, std::uint32_t> by_state;       // both directions, to the inbound SPI
  std::map<std::uint32_t, StateId> reserved_spis;  // allocated, not installed yet
};

KernelSaDatabase::Impl::~Impl() {
  loop.unwatch(watch);
  for (const auto& [spi, pair] : pairs) remove_states(pair);
  for (const auto& [spi, id] : reserved_spis) {
    (void)socket.acknowledge(state_query(XFRM_MSG_DELSA, id));
  }
  for (const auto& [id, entry] : rules) drop_policies(entry.rule);
}

Status KernelSaDatabase::Impl::start() {
  for (const auto group : {XFRMNLGRP_ACQUIRE, XFRMNLGRP_EXPIRE, XFRMNLGRP_SA, XFRMNLGRP_MAPPING}) {
    if (auto done = events.subscribe(group); !done) return done;
  }
  auto devices = InterfaceTable::open(loop);
  if (!devices) return tl::unexpected(devices.error());
  interfaces = std::move(*devices);
  interfaces->on_change([this] { on_devices(); });
  ProtectedRoutesOptions how;
  how.first_table += 10000;  // apart from those of a soft data plane in the same namespace
  how.priority += 1;
  auto opened = ProtectedRoutes::open(how);
  if (!opened) return tl::unexpected(opened.error());
  routes = std::move(*opened);
  auto watching = loop.watch(events.fd(), [this] { on_events(); });
  if (!watching) return tl::unexpected(watching.error());
  watch = *watching;
  return {};
}

// ---- What the kernel says

void KernelSaDatabase::Impl::on_events() {
  // Read first, act then: a listener may send requests of its own.
  std::vector<XfrmEvent> heard;
  const bool complete = events.receive([&](const NetlinkView& message) {
    if (auto event = read_event(message)) heard.push_back(std::move(*event));
  });
  for (const XfrmEvent& event : heard) {
    std::visit([this](const auto& what) { handle(what); }, event);
  }
  if (!complete) check_all();
}

void KernelSaDatabase::Impl::handle(const AcquireEvent& event) {
  const auto rule = by_reqid.find(event.reqid);
  if (rule == by_reqid.end() || listener == nullptr) return;
  listener->on_acquire(ports::PolicyId(rule->second), event.packet);
}

void KernelSaDatabase::Impl::handle(const ExpireEvent& event) {
  const auto found = by_state.find(event.state);
  if (found == by_state.end()) {
    // The larval state behind an allocated SPI has timed out; the SPI is still ours to install.
    if (event.hard) reserved_spis.erase(event.state.spi);
    return;
  }
  const std::uint32_t spi_in = found->second;
  Pair& pair = pairs.at(spi_in);
  if (event.hard) {
    remove_states(pair);
    forget(spi_in);
  } else if (std::exchange(pair.soft_told, true)) {
    return;  // the other direction has said so already
  }
  if (listener != nullptr) listener->on_expire(spi_in, event.hard);
}

void KernelSaDatabase::Impl::handle(const DeletedEvent& event) {
  const auto found = by_state.find(event.state);
  // A state that moved to other ends was deleted too, and is there again.
  if (found != by_state.end() && !read_state(event.state)) lose(std::uint32_t{found->second});
}

void KernelSaDatabase::Impl::handle(const FlushedEvent&) {
  reserved_spis.clear();
  while (!pairs.empty()) lose(std::uint32_t{pairs.begin()->first});
}

void KernelSaDatabase::Impl::handle(const MappingEvent& event) {
  const auto found = by_state.find(event.state);
  if (found != by_state.end() && listener != nullptr) {
    listener->on_mapping(std::uint32_t{found->second}, event.remote);
  }
}

// A device that goes down takes its offloaded states with it, and the kernel tells nobody.
void KernelSaDatabase::Impl::on_devices() {
  check_all();
  for (auto& [id, entry] : rules) set_route(entry);
}

void KernelSaDatabase::Impl::check_all() {
  std::vector<std::uint32_t> gone;
  for (const auto& [spi, pair] : pairs) {
    for (const StateId& id : {pair.in, pair.out}) {
      const auto state = read_state(id);
      if (state || state.error().code != Errc::kNotFound) continue;
      gone.push_back(spi);
      break;
    }
  }
  for (const std::uint32_t spi : gone) lose(spi);
}

void KernelSaDatabase::Impl::lose(std::uint32_t spi_in) {
  const auto found = pairs.find(spi_in);
  if (found == pairs.end()) return;
  remove_states(found->second);
  forget(spi_in);
  if (listener != nullptr) listener->on_lost(spi_in);
}

// ---- Policies and routes

Status KernelSaDatabase::Impl::set_policies(const ports::PolicyRule& rule) {
  for (const XfrmDirection direction : directions_of(rule)) {
    // Replaces what an earlier process may have left behind, or the same rule with other ends.
    auto message = policy_message(XFRM_MSG_UPDPOLICY, rule, direction);
    if (!message) return tl::unexpected(message.error());
    if (auto done = socket.acknowledge(*message); !done) {
      drop_policies(rule);
      return explain("IPsec policy", done);
    }
  }
  return {};
}

void KernelSaDatabase::Impl::drop_policies(const ports::PolicyRule& rule) {
  for (const XfrmDirection direction : directions_of(rule)) {
    if (auto message = delete_policy_message(rule, direction)) {
      (void)socket.acknowledge(*message);
    }
  }
}

// XFRM only sees packets that have a route. Theirs is the peer's; from the inner address, where the
// host has one.
void KernelSaDatabase::Impl::set_route(Rule& entry) {
  const ports::PolicyRule& rule = entry.rule;
  if (rule.mode == policy::EncapsulationMode::kTransport) return;
  const auto target = routes->towards(rule.remote);
  if (!target) {
    drop_route(entry);
    return;
  }
  const IpAddress source =
      interfaces->address_within(rule.selectors.local.first, rule.selectors.local.last);
  const bool same = entry.routed && source == entry.source &&
                    target->device == entry.target.device &&
                    target->gateway == entry.target.gateway;
  if (same) return;
  drop_route(entry);
  const Status done = routes->add(rule.selectors, source, *target);
  if (!done) {
    log.write({Severity::kWarning, "CRYPTO", "ROUTE",
               "crypto map " + rule.id.to_string() + ": " + done.error().text});
    return;
  }
  entry.routed = true;
  entry.source = source;
  entry.target = *target;
}

void KernelSaDatabase::Impl::drop_route(Rule& entry) {
  if (std::exchange(entry.routed, false)) (void)routes->remove(entry.rule.selectors);
}

// ---- States

int KernelSaDatabase::Impl::offload_device(const ports::SaPair& pair, std::string& reason) const {
  if (!options.offload || pair.device.empty()) return 0;
  const auto able = device_feature(pair.device, kOffloadFeature);
  if (!able || !*able) {
    // Most devices cannot, and nobody expects it of them.
    return 0;
  }
  const auto index = static_cast<int>(if_nametoindex(pair.device.c_str()));
  if (index == 0) reason = "there is no device " + pair.device;
  return index;
}

Status KernelSaDatabase::Impl::install_state(const ports::SaPair& pair, XfrmDirection direction,
                                             const LifetimeLimits& limits, int device) {
  // An allocated SPI has a larval state, which is replaced; it may have timed out meanwhile.
  const bool reserved = direction == XfrmDirection::kIn && reserved_spis.contains(pair.spi_in);
  auto message =
      state_message(reserved ? XFRM_MSG_UPDSA : XFRM_MSG_NEWSA, pair, direction, limits, device);
  if (!message) return tl::unexpected(message.error());
  Status done = socket.acknowledge(*message);
  if (!done && reserved && done.error().code == Errc::kNotFound) {
    reserved_spis.erase(pair.spi_in);
    return install_state(pair, direction, limits, device);
  }
  return done;
}

// With the device first, where there is one, then without.
Status KernelSaDatabase::Impl::install(const ports::SaPair& pair, XfrmDirection direction,
                                       const LifetimeLimits& limits, int device,
                                       std::string& refusal) {
  const char* what = direction == XfrmDirection::kOut ? "outbound SA" : "inbound SA";
  Status done = install_state(pair, direction, limits, device);
  if (!done && device != 0 && done.error().code != Errc::kExists) {
    refusal = pair.device + " refused the " + what + ": " + done.error().text;
    done = install_state(pair, direction, limits, 0);
  }
  return explain(what, done);
}

Result<KernelSaDatabase::Impl::Installed> KernelSaDatabase::Impl::read_state(const StateId& id) {
  auto replies = socket.request(state_query(XFRM_MSG_GETSA, id));
  if (!replies) return tl::unexpected(with("reading an SA", replies.error()));
  for (const auto& reply : *replies) {
    const auto info = reply.view().body<xfrm_usersa_info>();
    if (reply.type != XFRM_MSG_NEWSA || !info) continue;
    Installed state;
    state.counters = counters_of(*info);
    const auto device = reply.view().attribute<xfrm_user_offload>(sizeof *info, XFRMA_OFFLOAD_DEV);
    state.offloaded = device && device->ifindex != 0;
    return state;
  }
  return fail(Errc::kIo, "the kernel's answer about an SA is not whole");
}

void KernelSaDatabase::Impl::remove_states(const Pair& pair) {
  for (const StateId& id : {pair.out, pair.in}) {
    (void)socket.acknowledge(state_query(XFRM_MSG_DELSA, id));
  }
}

void KernelSaDatabase::Impl::forget(std::uint32_t spi_in) {
  const auto found = pairs.find(spi_in);
  if (found == pairs.end()) return;
  by_state.erase(found->second.in);
  by_state.erase(found->second.out);
  pairs.erase(found);
}

// Makes the state anew between other ends; the kernel gives keys and sequence numbers to root.
Status KernelSaDatabase::Impl::move_state(StateId& id, const Endpoint& from, const Endpoint& to) {
  auto replies = socket.request(state_query(XFRM_MSG_GETSA, id));
  if (!replies) return tl::unexpected(with("reading an SA", replies.error()));
  for (const auto& reply : *replies) {
    if (reply.type != XFRM_MSG_NEWSA) continue;
    const auto moved = moved_state_message(reply.view(), from, to);
    if (!moved) break;
    by_state.extract(id);
    (void)socket.acknowledge(state_query(XFRM_MSG_DELSA, id));
    id.destination = to.address;
    return explain("moving an SA", socket.acknowledge(*moved));
  }
  return fail(Errc::kIo, "the kernel's answer about an SA is not whole");
}

// ---- The port

KernelSaDatabase::KernelSaDatabase(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KernelSaDatabase::~KernelSaDatabase() = default;

Result<std::unique_ptr<KernelSaDatabase>> KernelSaDatabase::open(
    ports::Readiness& loop, LogSink& log, const KernelPlaneOptions& options) {
  auto requests = NetlinkSocket::open(NETLINK_XFRM);
  if (!requests) return tl::unexpected(requests.error());
  auto events = NetlinkSocket::open(NETLINK_XFRM);
  if (!events) return tl::unexpected(events.error());
  auto impl = std::make_unique<Impl>(loop, log, options, std::move(*requests), std::move(*events));
  if (auto done = impl->start(); !done) return tl::unexpected(done.error());
  return std::unique_ptr<KernelSaDatabase>(new KernelSaDatabase(std::move(impl)));
}

void KernelSaDatabase::set_listener(ports::SaDatabaseListener* listener) {
  impl_->listener = listener;
}

bool KernelSaDatabase::supports(const ports::EspSuite& suite) const {
  return xfrm_knows(suite);
}

Status KernelSaDatabase::add_rule(const ports::PolicyRule& rule) {
  if (impl_->rules.contains(rule.id)) {
    return fail(Errc::kExists, "rule " + rule.id.to_string() + " is there already");
  }
  for (const auto& [id, other] : impl_->rules) {
    if (other.rule.selectors == rule.selectors) {
      return fail(Errc::kExists, "rules " + id.to_string() + " and " + rule.id.to_string() +
                                     " protect the same traffic");
    }
  }
  if (auto done = impl_->set_policies(rule); !done) return done;
  impl_->by_reqid[rule.reqid] = rule.id;
  impl_->set_route(impl_->rules.emplace(rule.id, Impl::Rule{rule, false, {}, {}}).first->second);
  return {};
}

Status KernelSaDatabase::remove_rule(const ports::PolicyId& id) {
  const auto found = impl_->rules.find(id);
  if (found == impl_->rules.end()) return fail(Errc::kNotFound, "no rule " + id.to_string());
  impl_->drop_route(found->second);
  impl_->drop_policies(found->second.rule);
  impl_->by_reqid.erase(found->second.rule.reqid);
  impl_->rules.erase(found);
  return {};
}

Result<std::uint32_t> KernelSaDatabase::allocate_spi(const IpAddress& local,
                                                     const IpAddress& remote) {
  auto replies = impl_->socket.request(allocate_spi_message(local, remote));
  if (!replies) return tl::unexpected(with("allocating an SPI", replies.error()));
  for (const auto& reply : *replies) {
    const auto info = reply.view().body<xfrm_usersa_info>();
    if (!info) continue;
    const std::uint32_t spi = ntohl(info->id.spi);
    impl_->reserved_spis[spi] = {local, spi};
    return spi;
  }
  return fail(Errc::kIo, "allocating an SPI: the kernel's answer is not whole");
}

void KernelSaDatabase::release_spi(const IpAddress&, std::uint32_t spi) {
  const auto found = impl_->reserved_spis.find(spi);
  if (found == impl_->reserved_spis.end()) return;
  const StateId id = found->second;
  impl_->reserved_spis.erase(found);
  (void)impl_->socket.acknowledge(state_query(XFRM_MSG_DELSA, id));
}

Status KernelSaDatabase::add(const ports::SaPair& sa) {
  Impl& impl = *impl_;
  if (impl.pairs.contains(sa.spi_in)) {
    return fail(Errc::kExists, "an inbound SA with this SPI is there already");
  }
  std::uint8_t dice[4];
  if (auto done = crypto::random_fill(dice); !done) return done;
  const auto limits = limits_of(sa.lifetime, NetlinkView::load<std::uint32_t>(dice).value_or(0));
  Impl::Pair pair;
  pair.in = state_id(sa, XfrmDirection::kIn);
  pair.out = state_id(sa, XfrmDirection::kOut);
  const int device = impl.offload_device(sa, pair.offload_reason);
  const bool was_reserved = impl.reserved_spis.contains(sa.spi_in);
  if (auto done = impl.install(sa, XfrmDirection::kIn, limits, device, pair.offload_reason);
      !done) {
    return done;
  }
  impl.reserved_spis.erase(sa.spi_in);
  if (auto done = impl.install(sa, XfrmDirection::kOut, limits, device, pair.offload_reason);
      !done) {
    (void)impl.socket.acknowledge(state_query(XFRM_MSG_DELSA, pair.in));
    // The caller still gives the SPI back.
    if (was_reserved) impl.reserved_spis[sa.spi_in] = pair.in;
    return done;
  }
  impl.by_state[pair.in] = impl.by_state[pair.out] = sa.spi_in;
  pair.sa = sa;
  pair.sa.keys_in = {};
  pair.sa.keys_out = {};
  if (device != 0 && pair.offload_reason.empty()) {
    for (const StateId& id : {pair.in, pair.out}) {
      const auto state = impl.read_state(id);
      if (state && !state->offloaded) pair.offload_reason = sa.device + " did not take the SA";
    }
  }
  if (!pair.offload_reason.empty()) {
    impl.log.write({Severity::kNotice, "CRYPTO", "OFFLOAD",
                    "ESP of " + sa.rule.to_string() + " runs in software: " + pair.offload_reason});
  }
  impl.pairs.emplace(sa.spi_in, std::move(pair));
  return {};
}

Status KernelSaDatabase::remove(std::uint32_t spi_in) {
  const auto found = impl_->pairs.find(spi_in);
  if (found == impl_->pairs.end()) return fail(Errc::kNotFound, "no inbound SA with this SPI");
  // Forgotten first, so that the kernel's own notice of it means nothing any more.
  const Impl::Pair pair = found->second;
  impl_->forget(spi_in);
  impl_->remove_states(pair);
  return {};
}

Result<ports::SaPairState> KernelSaDatabase::query(std::uint32_t spi_in) {
  const auto found = impl_->pairs.find(spi_in);
  if (found == impl_->pairs.end()) return fail(Errc::kNotFound, "no inbound SA with this SPI");
  const Impl::Pair& pair = found->second;
  const auto in = impl_->read_state(pair.in);
  if (!in) return tl::unexpected(in.error());
  const auto out = impl_->read_state(pair.out);
  if (!out) return tl::unexpected(out.error());
  const auto where = [](const Impl::Installed& state) {
    return state.offloaded ? ports::OffloadState::kCard : ports::OffloadState::kSoftware;
  };
  ports::SaPairState state;
  state.in = in->counters;
  state.out = out->counters;
  state.offload_in = where(*in);
  state.offload_out = where(*out);
  if (in->offloaded || out->offloaded) state.offload_device = pair.sa.device;
  state.offload_reason = pair.offload_reason;
  return state;
}

Status KernelSaDatabase::update_endpoints(std::uint32_t spi_in, const Endpoint& local,
                                          const Endpoint& remote) {
  const auto found = impl_->pairs.find(spi_in);
  if (found == impl_->pairs.end()) return fail(Errc::kNotFound, "no inbound SA with this SPI");
  Impl::Pair& pair = found->second;
  Status done = impl_->move_state(pair.in, remote, local);
  if (done) done = impl_->move_state(pair.out, local, remote);
  if (!done) {
    // Half of it may be gone: none of it is of use.
    const Impl::Pair broken = pair;
    impl_->forget(spi_in);
    impl_->remove_states(broken);
    return done;
  }
  impl_->by_state[pair.in] = impl_->by_state[pair.out] = spi_in;
  pair.sa.local = local;
  pair.sa.remote = remote;
  // Policies name the ends too.
  const auto rule = impl_->rules.find(pair.sa.rule);
  if (rule == impl_->rules.end() ||
      (rule->second.rule.local == local.address && rule->second.rule.remote == remote.address)) {
    return {};
  }
  rule->second.rule.local = local.address;
  rule->second.rule.remote = remote.address;
  return impl_->set_policies(rule->second.rule);
}

}  // namespace spa::kernel
