// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/phase2.h"

#include <algorithm>

#include "userspace/crypto/dh.h"
#include "userspace/crypto/ikev1_keys.h"
#include "userspace/ike/esp_suite.h"
#include "userspace/ike/gre_mode.h"
#include "userspace/ike/nat_rival.h"
#include "userspace/ike/own_rule.h"
#include "userspace/ikev1/original_address.h"
#include "userspace/ikev1/trace/steps.h"

namespace spa::ikev1 {

namespace {

using policy::EncapsulationMode;
using wire::DhId;
using wire::EncrId;
using wire::IntegId;

Refusal refuse(v1::NotifyType type, std::string text) {
  return {type, std::move(text)};
}

std::optional<crypto::IntegAlgorithm> integrity(IntegId id) {
  return crypto::integ_from_id(static_cast<std::uint16_t>(id));
}

bool is_legacy(const Phase2Suite& suite) {
  return suite.esp.cipher == EncrId::kDes || suite.esp.integrity == IntegId::kHmacMd5_96 ||
         suite.esp.ah == IntegId::kHmacMd5_96 || suite.group == DhId::kModp768 ||
         suite.group == DhId::kModp1024 || suite.group == DhId::kModp1536;
}

// Why the data plane cannot do a suite that is otherwise to our liking; empty when it can.
std::string obstacle(const IsakmpSa& sa, const Phase2Suite& suite) {
  const Shard& shard = sa.shard;
  if (!shard.snapshot->legacy_algorithms && is_legacy(suite)) {
    return "legacy algorithm, needs crypto legacy-algorithms";
  }
  // It protects the very addresses that a NAT changes (RFC 3715 2.1).
  if (suite.esp.has_ah() && sa.udp_encapsulation)
    return "there is a NAT on the way, no place for AH";
  const bool implemented = (!suite.esp.has_esp() || ike::cipher_suite(suite.esp)) &&
                           (!suite.esp.has_ah() || integrity(suite.esp.ah));
  if (implemented && shard.ports.sa_database.supports(suite.esp)) return "";
  return "data plane " + shard.ports.sa_database.name() + " cannot do it";
}

// What the entry's transform sets come to, in their order. Compression is no protection: a set that
// has it is offered and taken without it too, after the same set with it.
Phase2Suites suites_of(IsakmpSa& sa, const ports::PolicyRule& rule,
                       const policy::CryptoMapEntry& entry, Steps& steps) {
  const policy::Snapshot& snapshot = *sa.shard.snapshot;
  Phase2Suites out;
  for (const std::string& name : entry.transform_sets) {
    const std::string where = "transform-set " + name;
    const auto found = snapshot.transform_sets.find(name);
    if (found == snapshot.transform_sets.end()) {
      steps.push_back(where + " left out: not defined");
      continue;
    }
    const policy::TransformSet& set = found->second;
    Phase2Suite suite;
    if (set.esp_cipher) {
      suite.esp = {set.esp_cipher->id, set.esp_cipher->key_bits,
                   set.esp_integrity.value_or(IntegId::kNone), false};
    }
    suite.esp.ah = set.ah.value_or(IntegId::kNone);
    suite.mode = rule.mode == EncapsulationMode::kTransport ? set.mode : rule.mode;
    if (sa.udp_encapsulation) suite.mode = ike::gre_mode_through_nat(rule).value_or(suite.mode);
    suite.group = entry.pfs.value_or(DhId::kNone);
    suite.lifetime = ike::lifetime_of(snapshot, &entry);
    for (const wire::IpCompId compression : {set.compression, wire::IpCompId::kNone}) {
      suite.esp.compression = compression;
      const std::string why = obstacle(sa, suite);
      if (why.empty()) out.push_back(suite);
      if (!why.empty()) steps.push_back(where + ": " + suite.to_string() + " left out: " + why);
      if (set.compression == wire::IpCompId::kNone) break;
    }
  }
  return out;
}

// A group that the peer wants although our entry does not ask for one.
bool is_willing(const Shard& shard, DhId group) {
  Phase2Suite suite;
  suite.esp = {EncrId::kAesGcm16, 256, IntegId::kNone, false};
  suite.group = group;
  return crypto::dh_from_id(static_cast<std::uint16_t>(group)).has_value() &&
         (shard.snapshot->legacy_algorithms || !is_legacy(suite));
}

// The selectors that a quick mode is about, from our side: its two identities, or without them the
// ends themselves (5.5).
Result<policy::SelectorPair> selectors_of(const IsakmpSa& sa, const Payloads& payloads,
                                          bool we_initiate) {
  const auto ids = v1::find_all<v1::IdPayload>(payloads);
  policy::SelectorPair pair{
      policy::TrafficSelector::of({sa.local.address, sa.local.address.bits()}),
      policy::TrafficSelector::of({sa.remote.address, sa.remote.address.bits()})};
  if (ids.empty()) return pair;
  if (ids.size() != 2) return fail(Errc::kInvalid, "one identity without the other");
  const Result<policy::TrafficSelector> initiator = from_id(*ids[0]);
  const Result<policy::TrafficSelector> responder = from_id(*ids[1]);
  if (!initiator) return tl::unexpected(initiator.error());
  if (!responder) return tl::unexpected(responder.error());
  pair.local = we_initiate ? *initiator : *responder;
  pair.remote = we_initiate ? *responder : *initiator;
  return pair;
}

// The rule that covers what the peer asks for: one that says the same before one that says more.
const ports::PolicyRule* rule_for(IsakmpSa& sa, const policy::SelectorPair& wanted, Steps& steps) {
  const ports::PolicyRule* covering = nullptr;
  for (const ports::PolicyRule* rule : sa.shard.rules_towards(sa.remote.address)) {
    const policy::CryptoMapEntry* entry = sa.shard.entry(rule->id);
    if (rule->clear || entry == nullptr || rule->local != sa.local.address ||
        !entry->ikev2_profile.empty()) {
      continue;
    }
    const std::string profile = sa.shard.profile_of(rule->id);
    if (!profile.empty() && profile != sa.profile) {
      steps.push_back(rule->id.to_string() + ": entry uses profile " + profile + ", not " +
                      (sa.profile.empty() ? "none" : sa.profile));
      continue;
    }
    if (rule->selectors == wanted) return rule;
    const bool covers = rule->selectors.local.contains(wanted.local) &&
                        rule->selectors.remote.contains(wanted.remote);
    if (covers && covering == nullptr) covering = rule;
    if (!covers) steps.push_back(rule->id.to_string() + ": is about other packets");
  }
  return covering;
}

// What a dynamic crypto map granted this peer already (R-MAP-22): the one that `fits`.
template <typename Fits>
std::shared_ptr<const ports::PolicyRule> granted_rule(const IsakmpSa& sa, Fits fits) {
  for (const IsakmpSa* other : sa.shard.with_peer(sa.remote.address)) {
    if (other->local.address != sa.local.address) continue;
    for (const auto& child : other->children) {
      if (child->own_rule && fits(*child->own_rule)) return child->own_rule;
    }
  }
  return nullptr;
}

trace::Protection protection_of(const IsakmpSa& sa, const Phase2Agreed& agreed) {
  return {sa.local.address, sa.remote.address, agreed.local, agreed.remote, agreed.suite.esp};
}

// Where a VRF stands in the configuration, from 1; 0: it is none.
std::size_t number_of(const policy::Snapshot& snapshot, const std::string& vrf) {
  const auto found = snapshot.vrfs.find(vrf);
  if (found == snapshot.vrfs.end()) return 0;
  return 1 + static_cast<std::size_t>(std::distance(snapshot.vrfs.begin(), found));
}

// To another peer behind the NAT of `rival` (RFC 3948 5.2).
Refusal refuse_beside(const IsakmpSa& rival, Shard& shard, const policy::SelectorPair& wanted) {
  ++shard.counters.ts_unacceptable;
  return refuse(v1::NotifyType::kInvalidIdInformation, ike::refusal_for(rival.remote_identity) +
                                                           wanted.local.to_string() + " <-> " +
                                                           wanted.remote.to_string());
}

// A template becomes a rule of its own; a pair that replaces another keeps the rule of that.
void settle_rule(IsakmpSa& sa, Phase2Agreed& agreed) {
  if (!agreed.rule.is_template()) return;
  const policy::SelectorPair selectors{agreed.local, agreed.remote};
  const ports::PolicyId& of = agreed.rule.id;
  agreed.own_rule = granted_rule(sa, [&](const ports::PolicyRule& known) {
    return known.selectors == selectors && known.id.crypto_map == of.crypto_map &&
           known.id.sequence == of.sequence && known.id.dynamic == of.dynamic;
  });
  if (!agreed.own_rule) {
    agreed.own_rule =
        ike::own_rule(sa.shard, agreed.rule, sa.local.address, sa.remote.address, selectors);
  }
  agreed.rule = *agreed.own_rule;
}

}  // namespace

// --- identities ---

Result<v1::IdPayload> to_id(const policy::TrafficSelector& s) {
  const bool any_port = s.port_first == 0 && s.port_last == 65535;
  if (!any_port && s.port_first != s.port_last) {
    return fail(Errc::kUnsupported, "IKEv1 cannot express the ports of " + s.to_string());
  }
  const std::uint16_t port = any_port ? 0 : s.port_first;
  if (s.first == s.last) {
    v1::IdPayload id = v1::id_of(s.first);
    id.protocol = s.protocol;
    id.port = port;
    return id;
  }
  if (s.is_exact_prefix()) return v1::id_of(s.covering_prefix(), s.protocol, port);
  return v1::id_of_range(s.first, s.last, s.protocol, port);
}

Result<policy::TrafficSelector> from_id(const v1::IdPayload& id) {
  const auto range = v1::address_range(id);
  if (!range) return tl::unexpected(range.error());
  policy::TrafficSelector s;
  s.first = range->first;
  s.last = range->last;
  s.protocol = id.protocol;
  if (id.port != 0) s.port_first = s.port_last = id.port;
  return s;
}

// --- negotiation ---

Negotiated<Phase2Offer> offer_phase2(IsakmpSa& sa, const ports::PolicyId& id, Steps& steps) {
  Shard& shard = sa.shard;
  const ike::Rule* rule = shard.rule(id);
  const policy::CryptoMapEntry* entry = shard.entry(id);
  Phase2Offer offer;
  if (rule == nullptr) {
    offer.own_rule = granted_rule(sa, [&](const ports::PolicyRule& own) { return own.id == id; });
  }
  if ((rule == nullptr && !offer.own_rule) || entry == nullptr) {
    return tl::unexpected(
        refuse(v1::NotifyType::kInvalidIdInformation, id.to_string() + " is no longer configured"));
  }
  offer.rule = rule != nullptr ? rule->rule : *offer.own_rule;
  const policy::SelectorPair selectors = for_client(sa, offer.rule.selectors);
  offer.local = selectors.local;
  offer.remote = selectors.remote;
  offer.suites = suites_of(sa, offer.rule, *entry, steps);
  if (offer.suites.empty()) {
    return tl::unexpected(refuse(
        v1::NotifyType::kNoProposalChosen,
        id.to_string() + ": no usable transform set" + (steps.empty() ? "" : ", " + steps.back())));
  }
  Result<OwnSpis> own = reserve_spis(sa, offer.suites);
  if (!own) {
    return tl::unexpected(refuse(v1::NotifyType::kNoProposalChosen, own.error().text));
  }
  offer.own = std::move(*own);
  offer.sa = offer_of(sa, offer.suites, offer.own.numbers());
  return offer;
}

Negotiated<Phase2Agreed> accept_phase2(IsakmpSa& sa, Phase2Offer offer, const Payloads& answer) {
  const auto invalid = [](std::string text) {
    return tl::unexpected(refuse(v1::NotifyType::kBadProposalSyntax, std::move(text)));
  };
  const auto* chosen = v1::find<v1::SaPayload>(answer);
  if (chosen == nullptr) return invalid("answer holds no SA payload");
  const Result<Answered> answered = read_answer(sa, offer.suites, *chosen);
  if (!answered) return invalid(answered.error().text);
  for (const v1::Proposal& proposal : chosen->proposals) {
    trace::proposal(sa, proposal, proposal.transforms.front());
  }
  Phase2Agreed agreed;
  agreed.suite = answered->suite;
  agreed.peer = answered->peer;
  auto selectors = selectors_of(sa, answer, true);
  if (!selectors) return invalid(selectors.error().text);
  // The peer may repeat our identities, or name the ends as it sees them (RFC 3947 5.2).
  if (agreed.suite.mode == EncapsulationMode::kTransport) {
    *selectors = as_seen_here(sa, answer, true, *selectors);
  }
  const bool named = v1::find<v1::IdPayload>(answer) != nullptr;
  if (named && (selectors->local != offer.local || selectors->remote != offer.remote)) {
    return tl::unexpected(refuse(v1::NotifyType::kInvalidIdInformation,
                                 "answer is about other packets: " + selectors->local.to_string() +
                                     " <-> " + selectors->remote.to_string()));
  }
  if (const auto* notify = v1::find_notify(answer, v1::NotifyType::kResponderLifetime)) {
    const auto life = v1::parse_lifetimes(notify->data, v1::Phase::kTwo);
    if (life) {
      shorten(agreed.suite.lifetime,
              {life->seconds.value_or(agreed.suite.lifetime.seconds), life->kilobytes.value_or(0)});
    }
  }
  agreed.rule = std::move(offer.rule);
  agreed.own_rule = std::move(offer.own_rule);
  agreed.own = std::move(offer.own);
  agreed.own.keep_for(agreed.suite.esp);
  agreed.local = offer.local;
  agreed.remote = offer.remote;
  trace::accepted_proposal(sa, protection_of(sa, agreed), true);
  return agreed;
}

Negotiated<Phase2Agreed> answer_phase2(IsakmpSa& sa, const Payloads& request, Steps& steps) {
  Shard& shard = sa.shard;
  auto selectors = selectors_of(sa, request, false);
  if (!selectors) {
    return tl::unexpected(refuse(v1::NotifyType::kInvalidIdInformation, selectors.error().text));
  }
  const auto* offered = v1::find<v1::SaPayload>(request);
  if (offered == nullptr) {
    return tl::unexpected(refuse(v1::NotifyType::kBadProposalSyntax, "no SA payload"));
  }
  const bool transport = offers_transport(*offered);
  if (transport) *selectors = as_seen_here(sa, request, false, *selectors);
  if (const Status good = judge_client(sa, selectors->remote); !good) {
    ++shard.counters.ts_unacceptable;
    return tl::unexpected(refuse(v1::NotifyType::kInvalidIdInformation, good.error().text));
  }
  const ports::PolicyRule* rule = rule_for(sa, *selectors, steps);
  if (rule == nullptr) {
    ++shard.counters.ts_unacceptable;
    trace::refused_proposal(sa, std::nullopt);
    trace::no_proposal(sa);
    return tl::unexpected(refuse(v1::NotifyType::kInvalidIdInformation,
                                 "no crypto map entry for " + selectors->local.to_string() +
                                     " <-> " + selectors->remote.to_string() +
                                     (steps.empty() ? "" : " (" + steps.back() + ")")));
  }
  Phase2Agreed agreed;
  agreed.rule = *rule;
  agreed.local = selectors->local;
  agreed.remote = selectors->remote;
  const auto ours = suites_of(sa, *rule, *shard.entry(rule->id), steps);
  for (const std::span<const v1::Proposal> bundle : v1::bundles(*offered)) {
    auto taken =
        take_bundle(sa, ours, bundle, [&](DhId group) { return is_willing(shard, group); }, steps);
    if (!taken) continue;
    // The selectors were read for the mode of the first transform.
    if (transport != (taken->suite.mode == EncapsulationMode::kTransport)) continue;
    if (transport) {
      const IsakmpSa* rival = ike::rival_behind_nat(sa, {agreed.local}, {agreed.remote});
      if (rival != nullptr) return tl::unexpected(refuse_beside(*rival, shard, *selectors));
    }
    Result<OwnSpis> own = reserve_spis(sa, {taken->suite});
    if (!own) {
      return tl::unexpected(refuse(v1::NotifyType::kNoProposalChosen, own.error().text));
    }
    agreed.own = std::move(*own);
    agreed.peer = taken->peer;
    agreed.suite = taken->suite;
    agreed.lifetime_shortened = taken->offered.seconds > agreed.suite.lifetime.seconds ||
                                taken->offered.kilobytes > agreed.suite.lifetime.kilobytes;
    set_spis(taken->answer, agreed.suite.esp, agreed.own.numbers());
    agreed.answer.proposals = std::move(taken->answer);
    trace::accepted_proposal(sa, protection_of(sa, agreed), false);
    settle_rule(sa, agreed);
    return agreed;
  }
  ++shard.counters.no_proposal;
  trace::no_proposal(sa);
  return tl::unexpected(
      refuse(v1::NotifyType::kNoProposalChosen, "no proposal chosen for " + rule->id.to_string() +
                                                    (steps.empty() ? "" : ": " + steps.back())));
}

v1::NotifyPayload responder_lifetime(const Phase2Agreed& agreed) {
  v1::NotifyPayload notify;
  notify.protocol = main_protocol(agreed.suite.esp);
  notify.type = v1::NotifyType::kResponderLifetime;
  notify.spi = v1::spi_octets(agreed.own.main.spi());
  v1::Lifetimes life;
  life.seconds = agreed.suite.lifetime.seconds;
  life.kilobytes = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(agreed.suite.lifetime.kilobytes, 0xFFFF'FFFFU));
  notify.data = v1::lifetime_octets(life, v1::Phase::kTwo);
  return notify;
}

// --- the pair ---

namespace {

// KEYMAT of one protocol and direction, made with the SPI that the receiver chose (5.5).
Result<crypto::v1::SaKeys> keymat(const IsakmpSa& sa, const Phase2Keying& keying,
                                  v1::ProtocolId protocol, std::uint32_t spi,
                                  const crypto::CipherSuite& suite) {
  const crypto::v1::QuickModeInputs in{keying.nonce_i, keying.nonce_r, keying.shared_secret};
  return crypto::v1::quick_mode_keys(sa.hash, sa.keys.skeyid_d, in,
                                     static_cast<std::uint8_t>(protocol), v1::spi_octets(spi),
                                     suite);
}

Result<ports::EspKeys> keys_for(const IsakmpSa& sa, const ports::EspSuite& suite,
                                const Phase2Keying& keying, const Spis& spis) {
  ports::EspKeys keys;
  if (suite.has_esp()) {
    const Result<crypto::CipherSuite> ciphers = ike::cipher_suite(suite);
    if (!ciphers) return tl::unexpected(ciphers.error());
    auto esp = keymat(sa, keying, v1::ProtocolId::kEsp, spis.main, *ciphers);
    if (!esp) return tl::unexpected(esp.error());
    keys.cipher = std::move(esp->encr);
    keys.integrity = std::move(esp->integ);
  }
  if (suite.has_ah()) {
    const auto algorithm = integrity(suite.ah);
    if (!algorithm) return fail(Errc::kUnsupported, wire::to_string(suite.ah));
    crypto::CipherSuite alone;
    alone.encr = crypto::EncrAlgorithm::kNull;
    alone.integ = *algorithm;
    auto ah = keymat(sa, keying, v1::ProtocolId::kAh, suite.has_esp() ? spis.ah : spis.main, alone);
    if (!ah) return tl::unexpected(ah.error());
    keys.ah = std::move(ah->integ);
  }
  return keys;
}

Result<ports::SaPair> make_pair(IsakmpSa& sa, const Phase2Agreed& agreed,
                                const Phase2Keying& keying) {
  const Spis own = agreed.own.numbers();
  ports::SaPair pair;
  Result<ports::EspKeys> in = keys_for(sa, agreed.suite.esp, keying, own);
  Result<ports::EspKeys> out = keys_for(sa, agreed.suite.esp, keying, agreed.peer);
  if (!in) return tl::unexpected(in.error());
  if (!out) return tl::unexpected(out.error());
  pair.rule = agreed.rule.id;
  pair.own_rule = agreed.own_rule;
  pair.reqid = agreed.rule.reqid;
  pair.local = sa.local;
  pair.remote = sa.remote;
  pair.udp_encapsulation = sa.udp_encapsulation;
  pair.mode = agreed.suite.mode;
  pair.spi_in = own.main;
  pair.spi_out = agreed.peer.main;
  pair.ah_spi_in = own.ah;
  pair.ah_spi_out = agreed.peer.ah;
  pair.cpi_in = own.cpi;
  pair.cpi_out = agreed.peer.cpi;
  pair.suite = agreed.suite.esp;
  pair.keys_in = std::move(*in);
  pair.keys_out = std::move(*out);
  pair.replay_window = sa.shard.snapshot->replay_window;
  pair.lifetime = agreed.suite.lifetime;
  pair.selectors_local = {agreed.local};
  pair.selectors_remote = {agreed.remote};
  pair.device = agreed.rule.device;
  return pair;
}

Refusal refused_by(const ports::SaDatabase& plane, const Error& error) {
  return refuse(v1::NotifyType::kNoProposalChosen,
                "data plane " + plane.name() + " refuses the SA: " + error.text);
}

}  // namespace

Negotiated<ike::InboundHalf> install_inbound(IsakmpSa& sa, const Phase2Agreed& agreed,
                                             const Phase2Keying& keying) {
  ports::SaDatabase& plane = sa.shard.ports.sa_database;
  const Result<ports::SaPair> pair = make_pair(sa, agreed, keying);
  if (!pair) {
    return tl::unexpected(refuse(v1::NotifyType::kNoProposalChosen, pair.error().text));
  }
  if (Status added = plane.add_inbound(*pair); !added) {
    return tl::unexpected(refused_by(plane, added.error()));
  }
  return ike::InboundHalf(plane, pair->spi_in);
}

void tell_pair(const IsakmpSa& sa, const Phase2Agreed& agreed, const ChildSa* installed) {
  const policy::Snapshot& snapshot = *sa.shard.snapshot;
  const std::uint32_t spi_in = installed != nullptr ? installed->spi_in : agreed.own.numbers().main;
  // R-MAP-29: a pair has two numbers.
  const std::uint32_t number = installed != nullptr ? installed->id : 0;
  const policy::SaLifetime life = agreed.suite.lifetime;
  if (installed != nullptr) trace::flows_made(sa);
  trace::tell(sa, [&] {
    return trace::PairMade{
        installed != nullptr,
        sa.local.address,
        sa.remote.address,
        agreed.local.first.to_string(),
        agreed.remote.first.to_string(),
        spi_in,
        agreed.peer.main,
        number,
        number + 1,
        life.seconds,
        life.kilobytes,
        number_of(snapshot, snapshot.front_vrf(sa.local.address)),
        number_of(snapshot, snapshot.inside_vrf(sa.profile, false, sa.local.address))};
  });
}

void tell_keys(const IsakmpSa& sa, const ChildSa& child) {
  trace::tell(sa, [&] {
    return trace::SasInitialized{{sa.local.address, sa.remote.address, child.local.front(),
                                  child.remote.front(), child.suite},
                                 child.lifetime,
                                 child.spi_in,
                                 child.spi_out,
                                 child.id,
                                 child.id + 1};
  });
}

Negotiated<ChildSa*> install_phase2(IsakmpSa& sa, Phase2Agreed agreed, const Phase2Keying& keying) {
  Shard& shard = sa.shard;
  const Result<ports::SaPair> pair = make_pair(sa, agreed, keying);
  if (!pair) {
    return tl::unexpected(refuse(v1::NotifyType::kNoProposalChosen, pair.error().text));
  }
  if (Status added = shard.ports.sa_database.add(*pair); !added) {
    return tl::unexpected(refused_by(shard.ports.sa_database, added.error()));
  }
  agreed.own.installed();
  sa.children.push_back(ike::describe(shard, *pair, agreed.suite.group));
  shard.child_index.add(*sa.children.back(), sa.spi_local);
  shard.touch(sa);
  ++shard.counters.child_sas_created;
  tell_pair(sa, agreed, sa.children.back().get());
  return sa.children.back().get();
}

}  // namespace spa::ikev1
