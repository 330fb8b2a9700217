// SPDX-License-Identifier: Apache-2.0
// Rules of the policy database as XFRM policies and routes.
#include <net/if.h>

#include <utility>

#include "userspace/kernel/kernel_plane.h"

namespace spa::kernel {

namespace {

Status explain(const char* what, const Status& done) {
  if (done) return {};
  return fail(done.error().code, std::string(what) + ": " + done.error().text);
}

// In every mode: an SA may be agreed upon in another one, and a clear rule is for what is forwarded
// too.
constexpr XfrmDirection kDirections[] = {XfrmDirection::kIn, XfrmDirection::kForward,
                                         XfrmDirection::kOut};

// What the tunnel's ends themselves say has the route that it needs.
bool is_between_ends(const ports::PolicyRule& rule) {
  const auto is_just = [](const policy::TrafficSelector& side, const IpAddress& end) {
    return side.first == end && side.last == end;
  };
  return is_just(rule.selectors.local, rule.local) && is_just(rule.selectors.remote, rule.remote);
}

}  // namespace

Status KernelSaDatabase::Impl::set_policies(const ports::PolicyRule& rule) {
  for (const XfrmDirection direction : kDirections) {
    const auto selectors = policy_selectors(rule, direction);
    if (!selectors) return tl::unexpected(selectors.error());
    for (const xfrm_selector& selector : *selectors) {
      // Replaces what an earlier process may have left behind, or the same rule with other ends.
      if (auto done =
              socket.acknowledge(policy_message(XFRM_MSG_UPDPOLICY, rule, direction, selector));
          !done) {
        drop_policies(rule);
        return explain("IPsec policy", done);
      }
    }
  }
  return {};
}

void KernelSaDatabase::Impl::drop_policies(const ports::PolicyRule& rule) {
  for (const XfrmDirection direction : kDirections) {
    const auto selectors = policy_selectors(rule, direction);
    if (!selectors) return;
    for (const xfrm_selector& selector : *selectors) {
      (void)socket.acknowledge(delete_policy_message(direction, selector, rule.scope.if_id));
    }
  }
}

Status KernelSaDatabase::Impl::fit_policies(const ports::SaPair& pair) {
  const auto found = rules.find(pair.rule);
  if (found == rules.end()) return {};
  Rule& entry = found->second;
  const ports::Layers layers = pair.suite.layers();
  // The peer may be another of the entry's list than the one the rule names (R-MAP-11).
  const IpAddress& local = pair.local.address;
  const IpAddress& remote = pair.remote.address;
  const bool same_ends = entry.rule.local == local && entry.rule.remote == remote;
  if (same_ends && entry.rule.mode == pair.mode && entry.rule.layers == layers) return {};
  entry.rule.local = local;
  entry.rule.remote = remote;
  entry.rule.mode = pair.mode;
  entry.rule.layers = layers;
  if (auto done = set_policies(entry.rule); !done) return done;
  set_route(entry);
  return {};
}

// XFRM only sees packets that have a route. Theirs is the peer's; from the inner address, where the
// host has one.
void KernelSaDatabase::Impl::set_route(Rule& entry) {
  const ports::PolicyRule& rule = entry.rule;
  if (rule.clear) {
    if (!entry.routed)
      entry.routed = routes->exempt(rule.selectors, levels.of(rule.id)).has_value();
    return;
  }
  if (rule.discard) return;
  if (rule.scope.if_id != 0) return set_scoped_route(entry);
  if (rule.mode == policy::EncapsulationMode::kTransport || is_between_ends(rule)) {
    drop_route(entry);
    return;
  }
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
  const Status done = routes->add(rule.selectors, source, *target, levels.of(rule.id));
  if (!done) {
    log.write({Severity::kWarning, "CRYPTO", "ROUTE",
               "crypto map " + rule.id.to_string() + ": " + done.error().text});
    return;
  }
  entry.routed = true;
  entry.source = source;
  entry.target = *target;
}

// To the virtual device of its scope, in the table of the VRF that this is in; whatever comes there
// is protected or dropped. The device may not be there yet, or be another one of the same name.
void KernelSaDatabase::Impl::set_scoped_route(Rule& entry) {
  const ports::PolicyRule& rule = entry.rule;
  const auto index = static_cast<int>(if_nametoindex(rule.scope.device.c_str()));
  if (rule.clear || index == 0 || (entry.routed && entry.target.device == index)) return;
  const IpPrefix to = rule.selectors.remote.covering_prefix();
  if (auto done = scoped_routes->add(to, index, rule.scope.table); !done) {
    log.write(
        {Severity::kWarning, "CRYPTO", "ROUTE", rule.id.to_string() + ": " + done.error().text});
    return;
  }
  entry.routed = true;
  entry.target = {index, {}};
}

void KernelSaDatabase::Impl::drop_route(Rule& entry) {
  if (!std::exchange(entry.routed, false)) return;
  const ports::PolicyRule& rule = entry.rule;
  if (rule.scope.if_id != 0) {
    scoped_routes->remove(rule.selectors.remote.covering_prefix(), entry.target.device,
                          rule.scope.table);
    return;
  }
  const std::uint32_t level = levels.of(rule.id);
  (void)(rule.clear ? routes->remove_exempt(rule.selectors, level)
                    : routes->remove(rule.selectors, level));
}

}  // namespace spa::kernel
