// SPDX-License-Identifier: Apache-2.0
#include "userspace/kernel/kernel_sa_database.h"

#include <net/if.h>

#include <utility>
#include <vector>

#include "userspace/crypto/random.h"
#include "userspace/kernel/device_feature.h"
#include "userspace/kernel/esp_probe.h"
#include "userspace/kernel/kernel_plane.h"
#include "userspace/kernel/xfrm_algorithms.h"

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

// Ciphers that a kernel may have been built without.
bool is_optional(wire::EncrId cipher) {
  return cipher == wire::EncrId::kAesCtr || cipher == wire::EncrId::kNullAuthAesGmac ||
         cipher == wire::EncrId::kChaCha20Poly1305;
}

}  // namespace

KernelSaDatabase::Impl::~Impl() {
  loop.unwatch(watch);
  for (const auto& [spi, pair] : pairs) remove_states(pair);
  for (const auto& [spi, id] : reserved_spis) {
    (void)socket.acknowledge(state_query(XFRM_MSG_DELSA, id));
  }
  for (const auto& [cpi, id] : reserved_cpis) {
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
  how.priority += 100;
  auto opened = ProtectedRoutes::open(how);
  if (!opened) return tl::unexpected(opened.error());
  routes = std::move(*opened);
  auto scoped = DeviceRoutes::open();
  if (!scoped) return tl::unexpected(scoped.error());
  scoped_routes = std::move(*scoped);
  auto watching = loop.watch(events.fd(), [this] { on_events(); });
  if (!watching) return tl::unexpected(watching.error());
  watch = *watching;
  auto listening = CardEvents::open(loop, [this](const auto& unknown) { on_unknown_spi(unknown); });
  if (listening) cards = std::move(*listening);
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
    if (event.hard) take_reservation(event.state);
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
  check_all();
}

void KernelSaDatabase::Impl::handle(const MappingEvent& event) {
  const auto found = by_state.find(event.state);
  if (found != by_state.end() && listener != nullptr) {
    listener->on_mapping(std::uint32_t{found->second}, event.remote);
  }
}

// Unknown to a card, which need not have all SAs of the kernel, and may have lost some. The kernel
// itself counts such packets and does not say whose they are.
void KernelSaDatabase::Impl::on_unknown_spi(const CardUnknownSpi& unknown) {
  for (const XfrmLayer layer : {XfrmLayer::kEsp, XfrmLayer::kAh}) {
    const auto state = read_state({unknown.destination, unknown.spi, layer});
    if (state || state.error().code != Errc::kNotFound) return;
  }
  if (listener != nullptr)
    (void)listener->on_unknown_spi({unknown.source, unknown.spi, false, unknown.destination});
}

// A device that goes down takes its offloaded states with it, and the kernel tells nobody.
void KernelSaDatabase::Impl::on_devices() {
  check_all();
  for (auto& [id, entry] : rules) set_route(entry);
}

void KernelSaDatabase::Impl::check_all() {
  std::vector<std::uint32_t> gone;
  for (const auto& [spi, pair] : pairs) {
    std::vector<StateId> all = pair.around;
    all.push_back(pair.in);
    if (!pair.half) all.push_back(pair.out);
    for (const StateId& id : all) {
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

bool KernelSaDatabase::Impl::is_reserved(const StateId& id) const {
  const auto held = [&id](const auto& list, auto number) {
    const auto found = list.find(number);
    return found != list.end() && found->second == id;
  };
  return id.layer == XfrmLayer::kIpComp ? held(reserved_cpis, static_cast<std::uint16_t>(id.spi))
                                        : held(reserved_spis, id.spi);
}

void KernelSaDatabase::Impl::take_reservation(const StateId& id) {
  if (!is_reserved(id)) return;
  if (id.layer == XfrmLayer::kIpComp) {
    reserved_cpis.erase(static_cast<std::uint16_t>(id.spi));
  } else {
    reserved_spis.erase(id.spi);
  }
}

Status KernelSaDatabase::Impl::install_state(const ports::SaPair& pair, XfrmDirection direction,
                                             XfrmLayer layer, const LifetimeLimits& limits,
                                             int device) {
  // An allocated SPI has a larval state, which is replaced; it may have timed out meanwhile.
  const StateId id = state_id(pair, direction, layer);
  const bool reserved = direction == XfrmDirection::kIn && is_reserved(id);
  auto message = state_message(reserved ? XFRM_MSG_UPDSA : XFRM_MSG_NEWSA, pair, direction, layer,
                               limits, device);
  if (!message) return tl::unexpected(message.error());
  Status done = socket.acknowledge(*message);
  if (!done && reserved && done.error().code == Errc::kNotFound) {
    take_reservation(id);
    return install_state(pair, direction, layer, limits, device);
  }
  return done;
}

// With the device first, where there is one, then without.
Status KernelSaDatabase::Impl::install(const ports::SaPair& pair, XfrmDirection direction,
                                       XfrmLayer layer, const LifetimeLimits& limits, int device,
                                       std::string& refusal) {
  const char* what = direction == XfrmDirection::kOut ? "outbound SA" : "inbound SA";
  Status done = install_state(pair, direction, layer, limits, device);
  if (!done && device != 0 && done.error().code != Errc::kExists) {
    refusal = pair.device + " refused the " + what + ": " + done.error().text;
    done = install_state(pair, direction, layer, limits, 0);
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
  // The peer chose the number of the outbound one: where it is not ours yet, it may be another's.
  if (!pair.half) (void)socket.acknowledge(state_query(XFRM_MSG_DELSA, pair.out));
  (void)socket.acknowledge(state_query(XFRM_MSG_DELSA, pair.in));
  for (const StateId& id : pair.around) {
    (void)socket.acknowledge(state_query(XFRM_MSG_DELSA, id));
  }
}

void KernelSaDatabase::Impl::forget(std::uint32_t spi_in) {
  const auto found = pairs.find(spi_in);
  if (found == pairs.end()) return;
  by_state.erase(found->second.in);
  if (!found->second.half) by_state.erase(found->second.out);
  for (const StateId& id : found->second.around) by_state.erase(id);
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
  if (!xfrm_knows(suite)) return false;
  if (!is_optional(suite.cipher)) return true;
  // Alone: AH, compression and ESN are in every kernel that has ESP.
  const ports::EspSuite esp{suite.cipher, suite.key_bits, suite.integrity};
  const auto [known, fresh] = impl_->taken.try_emplace({esp.cipher, esp.key_bits, esp.integrity});
  if (fresh) known->second = kernel_takes(impl_->socket, esp).has_value();
  return known->second;
}

Status KernelSaDatabase::add_rule(const ports::PolicyRule& rule) {
  if (impl_->rules.contains(rule.id)) {
    return fail(Errc::kExists, "rule " + rule.id.to_string() + " is there already");
  }
  for (const auto& [id, other] : impl_->rules) {
    if (other.rule.selectors == rule.selectors && other.rule.scope.if_id == rule.scope.if_id) {
      return fail(Errc::kExists, "rules " + id.to_string() + " and " + rule.id.to_string() +
                                     " are for the same traffic");
    }
  }
  if (auto done = impl_->set_policies(rule); !done) return done;
  if (rule.protects()) impl_->by_reqid[rule.reqid] = rule.id;
  (void)impl_->levels.add(rule);
  impl_->set_route(impl_->rules.emplace(rule.id, Impl::Rule{rule, false, {}, {}}).first->second);
  return {};
}

Status KernelSaDatabase::remove_rule(const ports::PolicyId& id) {
  const auto found = impl_->rules.find(id);
  if (found == impl_->rules.end()) return fail(Errc::kNotFound, "no rule " + id.to_string());
  impl_->drop_route(found->second);
  (void)impl_->levels.remove(id);
  impl_->drop_policies(found->second.rule);
  if (found->second.rule.protects()) impl_->by_reqid.erase(found->second.rule.reqid);
  impl_->rules.erase(found);
  return {};
}

Result<std::uint32_t> KernelSaDatabase::Impl::allocate(const IpAddress& local,
                                                       const IpAddress& remote, XfrmLayer layer) {
  auto replies = socket.request(allocate_spi_message(local, remote, layer));
  if (!replies) return tl::unexpected(with("allocating an SPI", replies.error()));
  for (const auto& reply : *replies) {
    const auto info = reply.view().body<xfrm_usersa_info>();
    if (info) return ntohl(info->id.spi);
  }
  return fail(Errc::kIo, "allocating an SPI: the kernel's answer is not whole");
}

// Under ESP, whatever it will be used for: nobody else has AH states, and one space of numbers
// keeps the pairs apart.
Result<std::uint32_t> KernelSaDatabase::allocate_spi(const IpAddress& local,
                                                     const IpAddress& remote) {
  for (;;) {
    const auto spi = impl_->allocate(local, remote, XfrmLayer::kEsp);
    if (!spi) return spi;
    const StateId id{local, *spi};
    if (!impl_->pairs.contains(*spi)) {
      impl_->reserved_spis[*spi] = id;
      return spi;
    }
    (void)impl_->socket.acknowledge(state_query(XFRM_MSG_DELSA, id));
  }
}

void KernelSaDatabase::release_spi(const IpAddress&, std::uint32_t spi) {
  const auto found = impl_->reserved_spis.find(spi);
  if (found == impl_->reserved_spis.end()) return;
  const StateId id = found->second;
  impl_->reserved_spis.erase(found);
  (void)impl_->socket.acknowledge(state_query(XFRM_MSG_DELSA, id));
}

Result<std::uint16_t> KernelSaDatabase::allocate_cpi(const IpAddress& local,
                                                     const IpAddress& remote) {
  const auto cpi = impl_->allocate(local, remote, XfrmLayer::kIpComp);
  if (!cpi) return tl::unexpected(cpi.error());
  const auto number = static_cast<std::uint16_t>(*cpi);
  impl_->reserved_cpis[number] = {local, number, XfrmLayer::kIpComp};
  return number;
}

void KernelSaDatabase::release_cpi(const IpAddress&, std::uint16_t cpi) {
  const auto found = impl_->reserved_cpis.find(cpi);
  if (found == impl_->reserved_cpis.end()) return;
  const StateId id = found->second;
  impl_->reserved_cpis.erase(found);
  (void)impl_->socket.acknowledge(state_query(XFRM_MSG_DELSA, id));
}

// All of one direction or nothing. `made` holds the states that are there afterwards.
Status KernelSaDatabase::Impl::install_all(const ports::SaPair& sa, XfrmDirection direction,
                                           const LifetimeLimits& limits, std::string& refusal,
                                           std::vector<StateId>& made) {
  const int device = offload_device(sa, refusal);
  for (const XfrmLayer layer : layers_of(sa.suite.layers())) {
    const bool main = state_id(sa, direction, layer) == state_id(sa, direction);
    // A card has neither bundles nor compression behind the kernel.
    const bool plain = sa.suite.has_esp() && !sa.suite.has_ah() && !sa.suite.has_ipcomp();
    const auto done = install(sa, direction, layer, limits, main && plain ? device : 0, refusal);
    if (!done) {
      for (const StateId& id : made) {
        (void)socket.acknowledge(state_query(XFRM_MSG_DELSA, id));
      }
      made.clear();
      return done;
    }
    made.push_back(state_id(sa, direction, layer));
  }
  if (device != 0 && (sa.suite.has_ah() || sa.suite.has_ipcomp())) {
    refusal = "the kernel offloads ESP alone, without AH or IPComp";
  } else if (device != 0 && refusal.empty()) {
    for (const StateId& id : made) {
      const auto state = read_state(id);
      if (state && !state->offloaded) refusal = sa.device + " did not take the SA";
    }
  }
  return {};
}

void KernelSaDatabase::Impl::keep(Pair& pair, const std::vector<StateId>& made) {
  for (const StateId& id : made) {
    take_reservation(id);
    by_state[id] = pair.sa.spi_in;
    if (id != pair.in && id != pair.out) pair.around.push_back(id);
  }
}

Result<KernelSaDatabase::Impl::Pair*> KernelSaDatabase::Impl::half_of(const ports::SaPair& sa) {
  const auto known = pairs.find(sa.spi_in);
  if (known != pairs.end() && known->second.half) return &known->second;
  if (known != pairs.end()) {
    return fail(Errc::kExists, "an inbound SA with this SPI is there already");
  }
  if (sa.suite.has_ah() && sa.udp_encapsulation) {
    return fail(Errc::kUnsupported, "AH does not pass a NAT");  // R-NAT-15
  }
  if (!xfrm_knows(sa.suite)) return fail(Errc::kUnsupported, "the kernel has no such algorithms");
  std::uint8_t dice[4];
  if (auto done = crypto::random_fill(dice); !done) return tl::unexpected(done.error());
  Pair pair;
  pair.limits = limits_of(sa.lifetime, NetlinkView::load<std::uint32_t>(dice).value_or(0));
  pair.in = state_id(sa, XfrmDirection::kIn);
  pair.out = state_id(sa, XfrmDirection::kOut);
  pair.half = true;
  std::vector<StateId> made;
  if (auto done = install_all(sa, XfrmDirection::kIn, pair.limits, pair.offload_reason, made);
      !done) {
    return tl::unexpected(done.error());
  }
  pair.sa = sa;
  pair.sa.keys_in = {};
  pair.sa.keys_out = {};
  keep(pair, made);
  return &pairs.emplace(sa.spi_in, std::move(pair)).first->second;
}

Status KernelSaDatabase::Impl::complete(Pair& pair, const ports::SaPair& sa) {
  if (sa.local != pair.sa.local || sa.remote != pair.sa.remote) {
    // The peer has moved since.
    if (auto done = move_state(pair.in, sa.remote, sa.local); !done) return done;
    by_state[pair.in] = sa.spi_in;
    pair.sa.local = sa.local;
    pair.sa.remote = sa.remote;
    pair.out = state_id(sa, XfrmDirection::kOut);
  }
  std::vector<StateId> made;
  if (auto done = install_all(sa, XfrmDirection::kOut, pair.limits, pair.offload_reason, made);
      !done) {
    return done;
  }
  pair.half = false;
  keep(pair, made);
  return fit_policies(sa);
}

Status KernelSaDatabase::add_inbound(const ports::SaPair& sa) {
  if (impl_->pairs.contains(sa.spi_in)) {
    return fail(Errc::kExists, "an inbound SA with this SPI is there already");
  }
  const auto pair = impl_->half_of(sa);
  return pair ? Status{} : Status(tl::unexpected(pair.error()));
}

Status KernelSaDatabase::add(const ports::SaPair& sa) {
  Impl& impl = *impl_;
  const auto pair = impl.half_of(sa);
  if (!pair) return tl::unexpected(pair.error());
  if (auto done = impl.complete(**pair, sa); !done) {
    const Impl::Pair broken = **pair;
    impl.forget(sa.spi_in);
    impl.remove_states(broken);
    return done;
  }
  // An SPI that AH uses was held under ESP.
  for (const std::uint32_t spi : {sa.spi_in, sa.ah_spi_in}) release_spi(sa.local.address, spi);
  if (!(*pair)->offload_reason.empty()) {
    impl.log.write(
        {Severity::kNotice, "CRYPTO", "OFFLOAD",
         "ESP of " + sa.rule.to_string() + " runs in software: " + (*pair)->offload_reason});
  }
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
  const auto out =
      pair.half ? Result<Impl::Installed>(Impl::Installed{}) : impl_->read_state(pair.out);
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
  if (pair.sa.suite.has_ah() || pair.sa.suite.has_ipcomp()) {
    return fail(Errc::kUnsupported, "SAs with AH or IPComp do not move");
  }
  Status done = impl_->move_state(pair.in, remote, local);
  if (done && !pair.half) done = impl_->move_state(pair.out, local, remote);
  if (!done) {
    // Half of it may be gone: none of it is of use.
    const Impl::Pair broken = pair;
    impl_->forget(spi_in);
    impl_->remove_states(broken);
    return done;
  }
  impl_->by_state[pair.in] = spi_in;
  if (!pair.half) impl_->by_state[pair.out] = spi_in;
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
