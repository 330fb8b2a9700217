// SPDX-License-Identifier: Apache-2.0
#include "tests/exchange/scenario.h"

namespace spa::exchange {

namespace {

using wire::DhId;

void second_line(World& w) {
  w.left.add_line(5, true);
  w.right.add_line(5, false);
}

// The next CHILD SA of `r` has a group of its own.
void pfs(Router& r, DhId group) {
  r.entry().pfs = group;
}

// `r` offers these groups in this order, for IKE SAs.
void groups(Router& r, std::vector<DhId> list) {
  policy::Ikev2Proposal proposal = policy::default_ikev2_proposal();
  proposal.name = "GROUPS";
  proposal.groups = std::move(list);
  r.config.ikev2_proposals.insert_or_assign("GROUPS", proposal);
  r.config.ikev2_policies.insert_or_assign("POLICY", policy::Ikev2Policy{"POLICY", {}, {"GROUPS"}});
}

// The responder wants another group than the one that the first request guesses.
void other_group_first(World& w) {
  groups(w.left, {DhId::kCurve25519, DhId::kEcp256});
  groups(w.right, {DhId::kEcp256});
}

void always_cookies(World& w) {
  w.right.options.cookie_threshold = 0;
}

void certificates(World& w) {
  w.left.use_certificates("CN=left");
  w.right.use_certificates("CN=right");
}

// `r` alone rekeys the IKE SA, 800 s after its birth.
void short_ike_life(Router& r) {
  r.profile().lifetime_seconds = 1000;
  r.options.rekey_from_percent = r.options.rekey_to_percent = 80;
}

void until_ike_rekeying(World& w) {
  const std::size_t before = w.network.sent.size();
  for (int i = 0; i < 820 && w.network.sent.size() == before; ++i) w.run(Duration(1000));
}

void clear_children(Router& r) {
  ikev2::SessionFilter filter;
  filter.children_only = true;
  (void)r.manager->clear(filter);
}

// Additional key exchanges (RFC 9370) for IKE SAs and, beside `set pfs`, for CHILD SAs.
void more_keys(Router& r, const std::vector<std::vector<DhId>>& methods) {
  groups(r, {DhId::kCurve25519});
  r.config.ikev2_proposals.at("GROUPS").additional = methods;
  r.entry().pfs = DhId::kCurve25519;
  r.entry().additional = methods;
}

void two_more_keys(World& w) {
  for (Router* r : {&w.left, &w.right}) more_keys(*r, {{DhId::kEcp256}, {DhId::kEcp384}});
}

void first_traffic(World& w) {
  w.left.traffic();
}

// RFC 7296 1.2, 2.6, 2.15
std::vector<Scenario> initial() {
  return {
      {"Initial", 4, false, [](World&) {}, first_traffic, {}},
      {"InitialWithCookie", 6, false, always_cookies, first_traffic, {}},
      {"InitialWithInvalidKe", 6, false, other_group_first, first_traffic, {}},
      {"InitialWithCookieAndInvalidKe",
       8,
       false,
       [](World& w) {
         always_cookies(w);
         other_group_first(w);
       },
       first_traffic,
       {}},
      {"InitialWithCertificates", 4, false, certificates, first_traffic, {}},
      {"InitialWithSlowKeys",
       4,
       false,
       [](World& w) { w.left.engine_delay.wait = w.right.engine_delay.wait = Duration(300); },
       first_traffic,
       {}},
      // RFC 7296 2.21.2: the responder refuses, and nothing stays.
      {"InitialRefused",
       4,
       false,
       [](World& w) { w.right.key().remote_key = to_secret(as_bytes("another secret")); },
       first_traffic,
       {0, 0}},
      // The initiator refuses: it says so under the SA that the responder believes in.
      {"InitialRefusedByInitiator",
       6,
       false,
       [](World& w) { w.left.key().remote_key = to_secret(as_bytes("another secret")); },
       first_traffic,
       {0, 0}},
      // RFC 7296 1.2: the IKE SA stands without its CHILD SA.
      {"InitialWithoutChild",
       4,
       false,
       [](World& w) {
         w.right.rules[0].selectors.local =
             policy::TrafficSelector::of(*IpPrefix::parse("10.9.9.0/24"));
       },
       first_traffic,
       {1, 0}},
  };
}

// RFC 7296 1.3
std::vector<Scenario> create_child() {
  const auto second_traffic = [](World& w) { w.left.traffic(1); };
  return {
      {"NewChild", 2, true, second_line, second_traffic, {1, 2}},
      {"NewChildByResponder", 2, true, second_line, [](World& w) { w.right.traffic(1); }, {1, 2}},
      {"NewChildWithPfs",
       2,
       true,
       [](World& w) {
         second_line(w);
         pfs(w.left, DhId::kEcp256);
         pfs(w.right, DhId::kEcp256);
       },
       second_traffic,
       {1, 2}},
      {"RekeyChild", 4, true, [](World&) {}, [](World& w) { w.left.expire_first(false); }, {}},
      {"RekeyChildByResponder",
       4,
       true,
       [](World&) {},
       [](World& w) { w.right.expire_first(false); },
       {}},
      {"RekeyChildWithPfs",
       4,
       true,
       [](World& w) {
         pfs(w.left, DhId::kCurve25519);
         pfs(w.right, DhId::kCurve25519);
       },
       [](World& w) { w.left.expire_first(false); },
       {}},
      {"RekeyIke", 4, true, [](World& w) { short_ike_life(w.left); }, until_ike_rekeying, {}},
      {"RekeyIkeByResponder",
       4,
       true,
       [](World& w) { short_ike_life(w.right); },
       until_ike_rekeying,
       {}},
      {"RekeyIkeWithInvalidKe",
       6,
       true,
       [](World& w) {
         short_ike_life(w.left);
         other_group_first(w);
       },
       until_ike_rekeying,
       {}},
  };
}

// RFC 9370 2.2.4
std::vector<Scenario> followed() {
  return {
      {"NewChildWithMoreKeys",
       6,
       true,
       [](World& w) {
         two_more_keys(w);
         second_line(w);
       },
       [](World& w) { w.left.traffic(1); },
       {1, 2}},
      {"RekeyChildWithMoreKeys",
       8,
       true,
       two_more_keys,
       [](World& w) { w.left.expire_first(false); },
       {}},
      {"RekeyChildWithMoreKeysByResponder",
       8,
       true,
       two_more_keys,
       [](World& w) { w.right.expire_first(false); },
       {}},
      {"RekeyIkeWithMoreKeys",
       8,
       true,
       [](World& w) {
         two_more_keys(w);
         short_ike_life(w.left);
       },
       until_ike_rekeying,
       {}},
  };
}

// RFC 7296 1.4, 1.5, 2.4
std::vector<Scenario> informational() {
  return {
      {"DeleteChild", 2, true, [](World&) {}, [](World& w) { clear_children(w.left); }, {1, 0}},
      {"DeleteChildByResponder",
       2,
       true,
       [](World&) {},
       [](World& w) { clear_children(w.right); },
       {1, 0}},
      {"DeleteIke",
       2,
       true,
       [](World&) {},
       [](World& w) { (void)w.left.manager->clear({}); },
       {0, 0}},
      {"DeleteIkeByResponder",
       2,
       true,
       [](World&) {},
       [](World& w) { (void)w.right.manager->clear({}); },
       {0, 0}},
      {"Liveness",
       2,
       true,
       [](World& w) { w.left.profile().dpd = {500, 10, true}; },
       [](World& w) { w.run(Duration(495 * 1000)); },
       {}},
      {"LivenessByResponder",
       2,
       true,
       [](World& w) { w.right.profile().dpd = {500, 10, true}; },
       [](World& w) { w.run(Duration(495 * 1000)); },
       {}},
      {"UnknownSpi",
       4,
       true,
       [](World&) {},
       [](World& w) {
         (void)w.left.manager->on_unknown_spi(
             {w.right.address, w.left.database.pairs.begin()->first});
       },
       {1, 0}},
  };
}

}  // namespace

const std::vector<Scenario>& ikev2_scenarios() {
  static const std::vector<Scenario> all = [] {
    std::vector<Scenario> list = initial();
    for (const auto& part : {create_child(), followed(), informational()}) {
      list.insert(list.end(), part.begin(), part.end());
    }
    return list;
  }();
  return all;
}

void begin(World& world, const Scenario& scenario) {
  scenario.prepare(world);
  world.start();
  if (!scenario.with_tunnel) return;
  world.bring_up(world.left);
  world.expect_tunnel();
}

}  // namespace spa::exchange
