// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/child_negotiation.h"

#include <algorithm>

#include "userspace/crypto/keymat.h"
#include "userspace/ike/nat_rival.h"
#include "userspace/ike/own_rule.h"
#include "userspace/ikev2/configuration.h"
#include "userspace/ikev2/transport_nat.h"

namespace spa::ikev2 {

namespace {

using wire::NotifyType;

// Groups that we take when the peer wants PFS and our entry does not ask for any.
const std::vector<wire::DhId> kWillingGroups{
    wire::DhId::kCurve25519,     wire::DhId::kEcp256,        wire::DhId::kEcp384,
    wire::DhId::kEcp521,         wire::DhId::kModp2048,      wire::DhId::kModp3072,
    wire::DhId::kModp4096,       wire::DhId::kModp6144,      wire::DhId::kModp8192,
    wire::DhId::kModp2048Sub256, wire::DhId::kModp2048Sub224};

Result<SpiReservation> reserve_spi(IkeSa& sa) {
  ports::SaDatabase& database = sa.shard.ports.sa_database;
  const auto spi = database.allocate_spi(sa.local.address, sa.remote.address);
  if (!spi) return tl::unexpected(spi.error());
  return SpiReservation(database, sa.local.address, *spi);
}

// The rules that a peer may ask for, in the order of the configuration: between the same end
// points, and of an entry that names the profile under which the peer was authenticated.
std::vector<const ports::PolicyRule*> rules_for(const IkeSa& sa, Steps& steps) {
  std::vector<const ports::PolicyRule*> list;
  for (const ports::PolicyRule* rule : sa.shard.rules_towards(sa.home)) {
    const ports::PolicyId& id = rule->id;
    const policy::CryptoMapEntry* entry = sa.shard.entry(id);
    if (entry == nullptr || rule->local != sa.local.address) continue;
    if (entry->ikev2_profile != sa.profile) {
      steps.push_back(id.to_string() + ": entry uses profile " + entry->ikev2_profile + ", not " +
                      sa.profile);
      continue;
    }
    list.push_back(rule);
  }
  if (list.empty())
    steps.push_back("no crypto map entry for peer " + sa.remote.address.to_string());
  return list;
}

struct Narrowed {
  const ports::PolicyRule* rule = nullptr;
  Selectors local;
  Selectors remote;
};

// A peer that has a packet in hand names it first, before what it wants in general: then a rule
// that takes the packet goes before one that shares something else with it (2.9).
bool takes_first(const ports::PolicyRule& rule, const Selectors& local, const Selectors& remote) {
  return rule.selectors.local.contains(local.front()) &&
         rule.selectors.remote.contains(remote.front());
}

// `transport_only`: rules in tunnel mode are passed over.
Narrowed narrow_to_rule(IkeSa& sa, const Selectors& local, const Selectors& remote,
                        const ChildSa* replaces, bool transport_only, Steps& steps) {
  // What a dynamic crypto map granted is rekeyed under its own rule.
  const bool own = replaces != nullptr && replaces->own_rule;
  std::vector<const ports::PolicyRule*> rules, others;
  for (const ports::PolicyRule* rule :
       own ? std::vector<const ports::PolicyRule*>{replaces->own_rule.get()}
           : rules_for(sa, steps)) {
    const bool first = local.size() < 2 || remote.size() < 2 || takes_first(*rule, local, remote);
    (first ? rules : others).push_back(rule);
  }
  rules.insert(rules.end(), others.begin(), others.end());
  for (const ports::PolicyRule* rule : rules) {
    if (replaces != nullptr && rule->id != replaces->rule) continue;
    if (transport_only && wanted_mode(sa, *rule) != policy::EncapsulationMode::kTransport) continue;
    Narrowed narrowed{rule, narrow(local, rule->selectors.local),
                      narrow(within_assigned(sa, remote), rule->selectors.remote)};
    if (!narrowed.local.empty() && !narrowed.remote.empty()) return narrowed;
    steps.push_back(rule->id.to_string() + ": nothing in common with " + to_string(local) +
                    " <-> " + to_string(remote));
  }
  return {};
}

// In transport mode through a NAT a rule is looked for by the ends that are seen here, which then
// take the place of what the peer named; where there is none, by what it named, for tunnel mode
// (2.23.1). `transport`: the peer asks for it; then whether it can still be.
Narrowed find_rule(IkeSa& sa, Ends& asked, const ChildSa* replaces, bool& transport, Steps& steps) {
  if (!transport || !nat_between(sa)) {
    return narrow_to_rule(sa, asked.local, asked.remote, replaces, false, steps);
  }
  if (const std::optional<Ends> seen = as_seen_here(sa, asked)) {
    Narrowed narrowed = narrow_to_rule(sa, seen->local, seen->remote, replaces, true, steps);
    if (narrowed.rule != nullptr) {
      asked = *seen;
      return narrowed;
    }
  }
  transport = false;
  return narrow_to_rule(sa, asked.local, asked.remote, replaces, false, steps);
}

// An entry with an SA for each pair of hosts grants the pair that the peer names first, if it does
// name one (2.9).
bool narrow_to_pair(IkeSa& sa, const Selectors& local, const Selectors& remote,
                    Narrowed& narrowed) {
  if (is_single_pair({local.front()}, {remote.front()})) {
    const auto here = of_host(narrowed.rule->selectors.local, local.front().first);
    const auto there = of_host(narrowed.rule->selectors.remote, remote.front().first);
    if (here && there) {
      narrowed.local = narrow(local, *here);
      narrowed.remote = narrow(within_assigned(sa, remote), *there);
    }
  }
  return is_single_pair(narrowed.local, narrowed.remote);
}

bool has_nat(const IkeSa& sa) {
  return nat_between(sa) || sa.udp_encapsulation;
}

// A template becomes a rule of its own, for the first selector of each side.
void settle_rule(IkeSa& sa, const ChildSa* replaces, AgreedChild& agreed) {
  if (replaces != nullptr && replaces->own_rule) agreed.own_rule = replaces->own_rule;
  if (!agreed.rule.is_template()) return;
  agreed.narrowed_off |= agreed.local.size() > 1 || agreed.remote.size() > 1;
  agreed.local.resize(1);
  agreed.remote.resize(1);
  agreed.own_rule = ike::own_rule(sa.shard, agreed.rule, sa.local.address, sa.remote.address,
                                  {agreed.local.front(), agreed.remote.front()});
  agreed.rule = *agreed.own_rule;
}

Proposals proposals_for_answer(IkeSa& sa, const policy::CryptoMapEntry& entry, bool pfs,
                               Steps& steps) {
  const Shard& shard = sa.shard;
  Proposals ours = esp_proposals(*shard.snapshot, entry, pfs, shard.ports.sa_database, steps);
  leave_out_unsupported(ours, shard.ports.engine, steps);
  if (has_nat(sa)) leave_out_ah(ours, steps);
  if (!pfs || entry.pfs) return ours;
  for (wire::Proposal& p : ours) {
    p.transforms.push_back(wire::dh(wire::DhId::kNone));
    for (const wire::DhId group : kWillingGroups) p.transforms.push_back(wire::dh(group));
  }
  return ours;
}

// Through a NAT transport mode is for the two ends alone (2.23.1); an offer about more asks for a
// tunnel. False when it must not.
bool settle_mode(const IkeSa& sa, ChildOffer& offer, Steps& steps) {
  if (offer.mode != policy::EncapsulationMode::kTransport || !nat_between(sa)) return true;
  if (std::optional<Ends> ends = between_ends(sa, {offer.local, offer.remote})) {
    offer.local = std::move(ends->local);
    offer.remote = std::move(ends->remote);
    return true;
  }
  steps.push_back("no transport mode through a NAT for " + to_string(offer.local) + " <-> " +
                  to_string(offer.remote) + ", which are not the ends");
  offer.mode = policy::EncapsulationMode::kTunnel;
  return !offer.mode_required;
}

// The mode of what we answer. Nothing, or why there will be no CHILD SA.
std::optional<Refusal> answer_mode(IkeSa& sa, const policy::CryptoMapEntry& entry,
                                   bool wants_transport, AgreedChild& agreed) {
  if (!wants_transport || wanted_mode(sa, agreed.rule) != policy::EncapsulationMode::kTransport) {
    if (!mode_required(*sa.shard.snapshot, entry)) return std::nullopt;
    return refuse(NotifyType::kNoProposalChosen,
                  agreed.rule.id.to_string() + " requires transport mode");
  }
  agreed.mode = policy::EncapsulationMode::kTransport;
  const IkeSa* rival = ike::rival_behind_nat(sa, agreed.local, agreed.remote);
  if (rival == nullptr) return std::nullopt;
  ++sa.shard.counters.ts_unacceptable;
  return refuse(NotifyType::kTsUnacceptable, ike::refusal_for(rival->remote_identity) +
                                                 to_string(agreed.local) + " <-> " +
                                                 to_string(agreed.remote));
}

}  // namespace

Refusal refuse(NotifyType type, std::string text) {
  return {wire::notify(type), std::move(text)};
}

Negotiated<ChildOffer> offer_child(IkeSa& sa, const ports::PolicyId& id, bool pfs,
                                   const ChildSa* replaces, Steps& steps) {
  Shard& shard = sa.shard;
  const ike::Rule* known = shard.rule(id);
  const ports::PolicyRule* rule = known != nullptr ? &known->rule : nullptr;
  if (replaces != nullptr && replaces->own_rule) rule = replaces->own_rule.get();
  const policy::CryptoMapEntry* entry = shard.entry(id);
  if (rule == nullptr || entry == nullptr) {
    return tl::unexpected(
        refuse(NotifyType::kTsUnacceptable, id.to_string() + " is no longer configured"));
  }
  ChildOffer offer;
  offer.rule = *rule;
  offer.mode = replaces != nullptr ? replaces->mode : wanted_mode(sa, *rule);
  offer.mode_required = mode_required(*shard.snapshot, *entry);
  offer.proposals = esp_proposals(*shard.snapshot, *entry, pfs, shard.ports.sa_database, steps);
  leave_out_unsupported(offer.proposals, shard.ports.engine, steps);
  if (has_nat(sa)) leave_out_ah(offer.proposals, steps);
  if (offer.proposals.empty()) {
    return tl::unexpected(refuse(
        NotifyType::kNoProposalChosen,
        id.to_string() + ": no usable transform set" + (steps.empty() ? "" : ", " + steps.back())));
  }
  Result<SpiReservation> spi = reserve_spi(sa);
  if (!spi) return tl::unexpected(refuse(NotifyType::kTemporaryFailure, spi.error().text));
  offer.spi = std::move(*spi);
  set_spi(offer.proposals, wire::spi_octets(offer.spi.spi()));
  offer.group = group_of(offer.proposals.front());
  for (const wire::Proposal& proposal : offer.proposals) {
    if (offer.compression.wanted()) break;
    if (const auto suite = esp_suite(proposal)) {
      offer.compression = compression_for(sa, *entry, *suite);
    }
  }
  // A rekeying covers what the old SA protects (RFC 7296 2.9.2).
  offer.local = replaces != nullptr ? replaces->local : Selectors{offer.rule.selectors.local};
  offer.remote = replaces != nullptr ? replaces->remote : Selectors{offer.rule.selectors.remote};
  const bool by_pair = replaces == nullptr && (entry->per_host || known->single_pair);
  if (by_pair && !offer_pair(offer, known->packet)) {
    return tl::unexpected(refuse(NotifyType::kSinglePairRequired,
                                 id.to_string() + " is for one pair of hosts at a time, and no "
                                                  "packet says for which"));
  }
  if (!settle_mode(sa, offer, steps)) {
    return tl::unexpected(refuse(NotifyType::kTsUnacceptable,
                                 id.to_string() + " requires transport mode: " + steps.back()));
  }
  return offer;
}

bool offer_pair(ChildOffer& offer, const std::optional<policy::SelectorPair>& packet) {
  if (!packet) return false;
  const auto pair = of_hosts(offer.rule.selectors, *packet);
  if (!pair) return false;
  offer.local = {pair->local};
  offer.remote = {pair->remote};
  return true;
}

bool insists_on_pair(IkeSa& sa, const Payloads& response, ChildOffer& offer) {
  ike::Rule* known = sa.shard.rule(offer.rule.id);
  const bool asked = wire::find_notify(response, NotifyType::kSinglePairRequired) != nullptr;
  if (!asked || known == nullptr || is_single_pair(offer.local, offer.remote)) return false;
  known->single_pair = true;
  return offer_pair(offer, known->packet);
}

void write_offer(const ChildOffer& offer, Payloads between, Payloads& to) {
  if (offer.mode == policy::EncapsulationMode::kTransport) {
    to.emplace_back(wire::notify(NotifyType::kUseTransportMode));
  }
  if (offer.compression.wanted()) {
    to.emplace_back(
        wire::ipcomp_supported({offer.compression.cpi.cpi(), offer.compression.transform}));
  }
  to.emplace_back(wire::notify(NotifyType::kEspTfcPaddingNotSupported));
  to.emplace_back(wire::SaPayload{offer.proposals});
  for (wire::Payload& p : between) to.push_back(std::move(p));
  to.emplace_back(to_payload(offer.local, wire::Side::kInitiator));
  to.emplace_back(to_payload(offer.remote, wire::Side::kResponder));
}

Negotiated<AgreedChild> accept_child(const IkeSa& sa, ChildOffer offer, const Payloads& response) {
  const auto* answered = wire::find<wire::SaPayload>(response);
  const auto* tsi = wire::find_ts(response, wire::Side::kInitiator);
  const auto* tsr = wire::find_ts(response, wire::Side::kResponder);
  if (answered == nullptr || tsi == nullptr || tsr == nullptr) {
    return tl::unexpected(refuse(NotifyType::kInvalidSyntax, "answer lacks SA, TSi or TSr"));
  }
  const Result<wire::Proposal> chosen = accept(offer.proposals, *answered);
  if (!chosen) return tl::unexpected(refuse(NotifyType::kInvalidSyntax, chosen.error().text));
  AgreedChild agreed;
  agreed.rule = std::move(offer.rule);
  agreed.chosen = *chosen;
  agreed.spi = std::move(offer.spi);
  agreed.local = from_payload(*tsi);
  agreed.remote = from_payload(*tsr);
  if (wire::spi32(agreed.chosen) < 256) {
    return tl::unexpected(refuse(NotifyType::kInvalidSyntax, "answer holds a reserved SPI"));
  }
  const bool transport = wire::find_notify(response, NotifyType::kUseTransportMode) != nullptr;
  if (transport && offer.mode == policy::EncapsulationMode::kTunnel) {
    return tl::unexpected(refuse(NotifyType::kInvalidSyntax, "answer wants transport mode"));
  }
  if (transport && nat_between(sa)) {  // 2.23.1
    if (std::optional<Ends> seen = as_seen_here(sa, {agreed.local, agreed.remote})) {
      agreed.local = std::move(seen->local);
      agreed.remote = std::move(seen->remote);
    }
  }
  if (!covers(offer.local, agreed.local) || !covers(offer.remote, agreed.remote)) {
    return tl::unexpected(refuse(NotifyType::kTsUnacceptable,
                                 "answer widens the traffic selectors: " + to_string(agreed.local) +
                                     " <-> " + to_string(agreed.remote)));
  }
  if (!transport && offer.mode_required) {
    return tl::unexpected(
        refuse(NotifyType::kNoProposalChosen, "peer does not want the required transport mode"));
  }
  agreed.compression = std::move(offer.compression);
  meet(agreed.compression, response);
  agreed.mode = transport ? policy::EncapsulationMode::kTransport
                          : policy::EncapsulationMode::kTunnel;  // declining is allowed (1.3.1)
  return agreed;
}

Negotiated<AgreedChild> answer_child(IkeSa& sa, const Payloads& request, bool pfs,
                                     const ChildSa* replaces, Steps& steps) {
  const auto* offered = wire::find<wire::SaPayload>(request);
  const auto* tsi = wire::find_ts(request, wire::Side::kInitiator);
  const auto* tsr = wire::find_ts(request, wire::Side::kResponder);
  const auto* ke = wire::find<wire::KePayload>(request);
  if (offered == nullptr || tsi == nullptr || tsr == nullptr) {
    return tl::unexpected(refuse(NotifyType::kInvalidSyntax, "request lacks SA, TSi or TSr"));
  }
  Ends asked{from_payload(*tsr), from_payload(*tsi)};
  const Selectors& local = asked.local;
  const Selectors& remote = asked.remote;
  bool transport = wire::find_notify(request, NotifyType::kUseTransportMode) != nullptr;
  Narrowed narrowed = find_rule(sa, asked, replaces, transport, steps);
  if (narrowed.rule == nullptr) {
    ++sa.shard.counters.ts_unacceptable;
    return tl::unexpected(
        refuse(NotifyType::kTsUnacceptable,
               "no crypto map entry fits " + to_string(local) + " <-> " + to_string(remote)));
  }
  AgreedChild agreed;
  agreed.rule = *narrowed.rule;
  const policy::CryptoMapEntry* entry = sa.shard.entry(agreed.rule.id);
  if (entry->per_host && !narrow_to_pair(sa, local, remote, narrowed)) {
    ++sa.shard.counters.ts_unacceptable;
    return tl::unexpected(refuse(NotifyType::kSinglePairRequired,
                                 agreed.rule.id.to_string() +
                                     " is for one pair of hosts at a time, "
                                     "not for " +
                                     to_string(local) + " <-> " + to_string(remote)));
  }
  const auto group = ke != nullptr ? std::optional(ke->group) : std::nullopt;
  std::optional<wire::Proposal> chosen =
      choose(proposals_for_answer(sa, *entry, pfs, steps), *offered, group, steps);
  if (!chosen || wire::spi32(*chosen) < 256) {
    ++sa.shard.counters.no_proposal;
    return tl::unexpected(refuse(NotifyType::kNoProposalChosen,
                                 "no proposal chosen for " + agreed.rule.id.to_string() +
                                     (steps.empty() ? "" : ": " + steps.back())));
  }
  const wire::DhId wanted = group_of(*chosen);
  if (wanted != wire::DhId::kNone && (!group || *group != wanted)) {
    return tl::unexpected(Refusal{wire::invalid_ke(wanted), "KE of another group than wanted"});
  }
  Result<SpiReservation> spi = reserve_spi(sa);
  if (!spi) return tl::unexpected(refuse(NotifyType::kTemporaryFailure, spi.error().text));
  agreed.chosen = std::move(*chosen);
  agreed.spi = std::move(*spi);
  agreed.narrowed_off = !covers(narrowed.local, local) || !covers(narrowed.remote, remote);
  agreed.local = std::move(narrowed.local);
  agreed.remote = std::move(narrowed.remote);
  if (auto refusal = answer_mode(sa, *entry, transport, agreed)) {
    return tl::unexpected(std::move(*refusal));
  }
  if (const auto suite = esp_suite(agreed.chosen)) {
    agreed.compression = compression_for(sa, *entry, *suite);
    meet(agreed.compression, request);
  }
  settle_rule(sa, replaces, agreed);
  return agreed;
}

void write_answer(const AgreedChild& agreed, Payloads between, Payloads& to) {
  if (agreed.mode == policy::EncapsulationMode::kTransport) {
    to.emplace_back(wire::notify(NotifyType::kUseTransportMode));
  }
  if (agreed.compression.wanted()) {
    to.emplace_back(
        wire::ipcomp_supported({agreed.compression.cpi.cpi(), agreed.compression.transform}));
  }
  to.emplace_back(wire::notify(NotifyType::kEspTfcPaddingNotSupported));
  wire::Proposal ours = agreed.chosen;
  ours.spi = wire::spi_octets(agreed.spi.spi());
  to.emplace_back(wire::SaPayload{{std::move(ours)}});
  for (wire::Payload& p : between) to.push_back(std::move(p));
  to.emplace_back(to_payload(agreed.remote, wire::Side::kInitiator));
  to.emplace_back(to_payload(agreed.local, wire::Side::kResponder));
  if (agreed.narrowed_off) to.emplace_back(wire::notify(NotifyType::kAdditionalTsPossible));
}

namespace {

// KEYMAT of both directions, of the initiator of the exchange first (2.17).
struct BothKeys {
  ports::EspKeys from_i;
  ports::EspKeys from_r;
};

Result<BothKeys> derive_keys(const IkeSa& sa, const ports::EspSuite& suite,
                             const ChildKeying& keying) {
  const auto prf = crypto::prf_from_id(static_cast<std::uint16_t>(sa.suite.prf));
  if (!prf) return fail(Errc::kUnsupported, "PRF is not implemented");
  const crypto::ExchangeInputs inputs{keying.nonce_i, keying.nonce_r, 0, 0, keying.more_secrets};
  BothKeys out;
  if (suite.has_ah()) {
    const auto integ = crypto::integ_from_id(static_cast<std::uint16_t>(suite.ah));
    if (!integ) return fail(Errc::kUnsupported, wire::to_string(suite.ah) + " not implemented");
    const std::size_t size = crypto::integ_key_size(*integ);
    const auto keymat = crypto::child_keymat(*prf, sa.sk_d, keying.shared_secret, inputs, 2 * size);
    if (!keymat) return tl::unexpected(keymat.error());
    const auto middle = keymat->begin() + static_cast<std::ptrdiff_t>(size);
    out.from_i.ah.assign(keymat->begin(), middle);
    out.from_r.ah.assign(middle, keymat->end());
    return out;
  }
  const Result<crypto::CipherSuite> ciphers = cipher_suite(suite);
  if (!ciphers) return tl::unexpected(ciphers.error());
  Result<crypto::ChildKeys> keys =
      crypto::child_keys(*prf, *ciphers, sa.sk_d, keying.shared_secret, inputs);
  if (!keys) return tl::unexpected(keys.error());
  out.from_i = {std::move(keys->encr_i), std::move(keys->integ_i)};
  out.from_r = {std::move(keys->encr_r), std::move(keys->integ_r)};
  return out;
}

Result<ports::SaPair> make_pair(IkeSa& sa, const AgreedChild& agreed, const ChildKeying& keying) {
  Result<ports::EspSuite> suite = esp_suite(agreed.chosen);
  if (!suite) return tl::unexpected(suite.error());
  Result<BothKeys> keys = derive_keys(sa, *suite, keying);
  if (!keys) return tl::unexpected(keys.error());
  ports::SaPair pair;
  pair.rule = agreed.rule.id;
  pair.own_rule = agreed.own_rule;
  pair.reqid = agreed.rule.reqid;
  pair.local = sa.local;
  pair.remote = sa.remote;
  pair.udp_encapsulation = sa.udp_encapsulation;
  pair.mode = agreed.mode;
  pair.spi_in = agreed.spi.spi();
  pair.spi_out = wire::spi32(agreed.chosen);
  suite->compression = agreed.compression.transform;
  pair.cpi_in = agreed.compression.cpi.cpi();
  pair.cpi_out = agreed.compression.peer_cpi;
  pair.suite = *suite;
  pair.keys_out = std::move(keying.we_initiated ? keys->from_i : keys->from_r);
  pair.keys_in = std::move(keying.we_initiated ? keys->from_r : keys->from_i);
  const policy::Snapshot& snapshot = *sa.shard.snapshot;
  pair.replay_window = snapshot.replay_window;
  pair.lifetime = ike::lifetime_of(snapshot, sa.shard.entry(agreed.rule.id));
  pair.selectors_local = agreed.local;
  pair.selectors_remote = agreed.remote;
  pair.device = agreed.rule.device;
  return pair;
}

}  // namespace

Negotiated<ChildSa*> install_child(IkeSa& sa, AgreedChild agreed, const ChildKeying& keying) {
  Shard& shard = sa.shard;
  const Result<ports::SaPair> pair = make_pair(sa, agreed, keying);
  if (!pair) return tl::unexpected(refuse(NotifyType::kNoProposalChosen, pair.error().text));
  if (Status added = shard.ports.sa_database.add(*pair); !added) {
    return tl::unexpected(refuse(
        NotifyType::kTemporaryFailure,
        "data plane " + shard.ports.sa_database.name() + " refuses the SA: " + added.error().text));
  }
  agreed.spi.installed();
  agreed.compression.cpi.installed();
  sa.children.push_back(ike::describe(shard, *pair, group_of(agreed.chosen)));
  shard.child_index.add(*sa.children.back(), sa.spi_local);
  shard.touch(sa);
  ++shard.counters.child_sas_created;
  if (!keying.we_initiated) ++shard.counters.children_for_peers;
  shard.debug(sa, "CHILD SA installed, spi in/out 0x" + to_hex(wire::spi_octets(pair->spi_in)) +
                      "/0x" + to_hex(wire::spi_octets(pair->spi_out)));
  return sa.children.back().get();
}

void log_refusal(IkeSa& sa, const Refusal& refusal, Steps steps) {
  ++sa.shard.counters.children_refused;
  sa.shard.log(Severity::kError, "IKEV2", "CHILD_FAILED",
               "CHILD SA wanted by " + sa.remote.to_string() + " refused with " +
                   wire::to_string(refusal.notify.type) + ": " + refusal.text);
  sa.shard.record(&sa, sa.remote, "CHILD SA", refusal.text, std::move(steps));
}

Negotiated<ChildSa*> answer_with_child(IkeSa& sa, const Payloads& request,
                                       const ChildKeying& keying, Payloads& to) {
  Steps steps;
  Negotiated<AgreedChild> agreed = answer_child(sa, request, false, nullptr, steps);
  Negotiated<ChildSa*> made = nullptr;
  if (agreed) {
    write_answer(*agreed, {}, to);
    made = install_child(sa, std::move(*agreed), keying);
  } else {
    made = tl::unexpected(std::move(agreed.error()));
  }
  if (!made) log_refusal(sa, made.error(), std::move(steps));
  return made;
}

}  // namespace spa::ikev2
