// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev1/phase2.h"

#include <algorithm>
#include <array>

#include "userspace/crypto/dh.h"
#include "userspace/crypto/ikev1_keys.h"
#include "userspace/ike/esp_suite.h"
#include "userspace/ike/gre_mode.h"
#include "userspace/ike/own_rule.h"
#include "userspace/ikev1/original_address.h"

namespace spa::ikev1 {

namespace {

using policy::EncapsulationMode;
using wire::DhId;
using wire::EncrId;
using wire::IntegId;

constexpr std::array<std::pair<EncrId, v1::EspTransformId>, 9> kCiphers{{
    {EncrId::kDes, v1::EspTransformId::kDes},
    {EncrId::k3Des, v1::EspTransformId::k3Des},
    {EncrId::kNull, v1::EspTransformId::kNull},
    {EncrId::kAesCbc, v1::EspTransformId::kAesCbc},
    {EncrId::kAesCtr, v1::EspTransformId::kAesCtr},
    {EncrId::kAesGcm8, v1::EspTransformId::kAesGcm8},
    {EncrId::kAesGcm12, v1::EspTransformId::kAesGcm12},
    {EncrId::kAesGcm16, v1::EspTransformId::kAesGcm16},
    {EncrId::kNullAuthAesGmac, v1::EspTransformId::kNullAuthAesGmac},
}};
constexpr std::array<std::pair<IntegId, v1::AuthAlgorithm>, 6> kIntegrity{{
    {IntegId::kNone, v1::AuthAlgorithm::kNone},
    {IntegId::kHmacMd5_96, v1::AuthAlgorithm::kHmacMd5},
    {IntegId::kHmacSha1_96, v1::AuthAlgorithm::kHmacSha1},
    {IntegId::kHmacSha256_128, v1::AuthAlgorithm::kHmacSha256},
    {IntegId::kHmacSha384_192, v1::AuthAlgorithm::kHmacSha384},
    {IntegId::kHmacSha512_256, v1::AuthAlgorithm::kHmacSha512},
}};

Refusal refuse(v1::NotifyType type, std::string text) {
  return {type, std::move(text)};
}

bool is_legacy(const Phase2Suite& suite) {
  return suite.esp.cipher == EncrId::kDes || suite.esp.integrity == IntegId::kHmacMd5_96 ||
         suite.group == DhId::kModp768 || suite.group == DhId::kModp1024 ||
         suite.group == DhId::kModp1536;
}

// RFC 3947 5, 5.1: the number of the mode tells how ESP travels.
v1::EncapsulationMode mode_number(const IsakmpSa& sa, EncapsulationMode mode) {
  const bool tunnel = mode == EncapsulationMode::kTunnel;
  if (!sa.udp_encapsulation) {
    return tunnel ? v1::EncapsulationMode::kTunnel : v1::EncapsulationMode::kTransport;
  }
  if (sa.nat == v1::NatTraversal::kDrafts00) {
    return tunnel ? v1::EncapsulationMode::kUdpTunnelDraft
                  : v1::EncapsulationMode::kUdpTransportDraft;
  }
  return tunnel ? v1::EncapsulationMode::kUdpTunnel : v1::EncapsulationMode::kUdpTransport;
}

v1::Phase2Transform to_transform(const IsakmpSa& sa, const Phase2Suite& suite) {
  v1::Phase2Transform t;
  for (const auto& [ours, theirs] : kCiphers) {
    if (ours == suite.esp.cipher) t.id = static_cast<std::uint8_t>(theirs);
  }
  for (const auto& [ours, theirs] : kIntegrity) {
    if (ours == suite.esp.integrity) t.auth = theirs;
  }
  t.key_length = suite.esp.key_bits;
  t.encapsulation = mode_number(sa, suite.mode);
  t.group = suite.group;
  t.life.seconds = suite.lifetime.seconds;
  t.life.kilobytes =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(suite.lifetime.kilobytes, 0xFFFF'FFFFU));
  return t;
}

// Nothing for what is not known (RFC 2407 4.5.2), and for a mode that does not fit what was found
// about NATs.
std::optional<Phase2Suite> from_transform(const IsakmpSa& sa, const v1::Phase2Transform& t) {
  if (!t.unknown.empty() || t.extended_sequence) return std::nullopt;
  Phase2Suite suite;
  const auto cipher = std::find_if(kCiphers.begin(), kCiphers.end(), [&](const auto& c) {
    return static_cast<std::uint8_t>(c.second) == t.id;
  });
  const auto integrity = std::find_if(kIntegrity.begin(), kIntegrity.end(),
                                      [&](const auto& i) { return i.second == t.auth; });
  if (cipher == kCiphers.end() || integrity == kIntegrity.end()) return std::nullopt;
  suite.esp = {cipher->first, t.key_length, integrity->first, false};
  if (suite.esp.cipher == EncrId::kAesCbc && t.key_length == 0) suite.esp.key_bits = 128;
  if (t.encapsulation) {
    if (!v1::is_known(*t.encapsulation)) return std::nullopt;
    if (v1::is_udp(*t.encapsulation) && !sa.udp_encapsulation) return std::nullopt;
    if (!v1::is_tunnel(*t.encapsulation)) suite.mode = EncapsulationMode::kTransport;
  }
  suite.group = t.group;
  suite.lifetime.seconds = t.life.seconds.value_or(28800);  // RFC 2407 4.5
  suite.lifetime.kilobytes = t.life.kilobytes.value_or(0);
  return suite;
}

// What the entry's transform sets come to, in their order.
std::vector<Phase2Suite> suites_of(IsakmpSa& sa, const ports::PolicyRule& rule,
                                   const policy::CryptoMapEntry& entry, Steps& steps) {
  const Shard& shard = sa.shard;
  const policy::Snapshot& snapshot = *shard.snapshot;
  std::vector<Phase2Suite> out;
  for (const std::string& name : entry.transform_sets) {
    const std::string where = "transform-set " + name;
    const auto found = snapshot.transform_sets.find(name);
    if (found == snapshot.transform_sets.end() || !found->second.esp_cipher) {
      steps.push_back(where + " left out: not defined, or no ESP cipher");
      continue;
    }
    const policy::TransformSet& set = found->second;
    if (set.ah || set.compression != wire::IpCompId::kNone) {
      // Never less than what was asked for.
      steps.push_back(where + " left out: AH and IPComp are not negotiated with IKEv1");
      continue;
    }
    Phase2Suite suite;
    suite.esp = {set.esp_cipher->id, set.esp_cipher->key_bits,
                 set.esp_integrity.value_or(IntegId::kNone), false};
    suite.mode = rule.mode == EncapsulationMode::kTransport ? set.mode : rule.mode;
    if (sa.udp_encapsulation) suite.mode = ike::gre_mode_through_nat(rule).value_or(suite.mode);
    suite.group = entry.pfs.value_or(DhId::kNone);
    suite.lifetime = ike::lifetime_of(snapshot, &entry);
    if (!snapshot.legacy_algorithms && is_legacy(suite)) {
      steps.push_back(where + " left out: legacy algorithm, needs crypto legacy-algorithms");
    } else if (!ike::cipher_suite(suite.esp) || !shard.ports.sa_database.supports(suite.esp)) {
      steps.push_back(where + " left out: data plane " + shard.ports.sa_database.name() +
                      " cannot do it");
    } else {
      out.push_back(suite);
    }
  }
  return out;
}

Result<ike::SpiReservation> reserve_spi(IsakmpSa& sa) {
  ports::SaDatabase& database = sa.shard.ports.sa_database;
  const auto spi = database.allocate_spi(sa.local.address, sa.remote.address);
  if (!spi) return tl::unexpected(spi.error());
  return ike::SpiReservation(database, sa.local.address, *spi);
}

void shorten(policy::SaLifetime& ours, const policy::SaLifetime& theirs) {
  ours.seconds = std::min(ours.seconds, std::max(1U, theirs.seconds));
  if (theirs.kilobytes != 0 && (ours.kilobytes == 0 || theirs.kilobytes < ours.kilobytes)) {
    ours.kilobytes = theirs.kilobytes;
  }
}

bool same_algorithms(const Phase2Suite& a, const Phase2Suite& b) {
  return a.esp == b.esp;
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

std::string Phase2Suite::to_string() const {
  std::string text = wire::to_string(esp.cipher);
  if (esp.key_bits != 0) text += "-" + std::to_string(esp.key_bits);
  if (esp.integrity != IntegId::kNone) text += ", " + wire::to_string(esp.integrity);
  if (group != DhId::kNone) text += ", PFS " + wire::to_string(group);
  return text + (mode == EncapsulationMode::kTunnel ? ", tunnel" : ", transport");
}

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
  Result<ike::SpiReservation> spi = reserve_spi(sa);
  if (!spi) {
    return tl::unexpected(refuse(v1::NotifyType::kNoProposalChosen, spi.error().text));
  }
  offer.spi = std::move(*spi);
  v1::Proposal proposal;
  proposal.protocol = v1::ProtocolId::kEsp;
  proposal.spi = v1::spi_octets(offer.spi.spi());
  for (const Phase2Suite& suite : offer.suites) {
    const auto number = static_cast<std::uint8_t>(proposal.transforms.size() + 1);
    proposal.transforms.push_back(v1::encode_phase2(number, to_transform(sa, suite)));
  }
  offer.sa.proposals.push_back(std::move(proposal));
  return offer;
}

Negotiated<Phase2Agreed> accept_phase2(IsakmpSa& sa, Phase2Offer offer, const Payloads& answer) {
  const auto invalid = [](std::string text) {
    return tl::unexpected(refuse(v1::NotifyType::kBadProposalSyntax, std::move(text)));
  };
  const auto* chosen = v1::find<v1::SaPayload>(answer);
  if (chosen == nullptr || chosen->proposals.size() != 1 ||
      chosen->proposals.front().protocol != v1::ProtocolId::kEsp ||
      chosen->proposals.front().transforms.size() != 1) {
    return invalid("answer does not hold one ESP transform");
  }
  const v1::Proposal& proposal = chosen->proposals.front();
  const auto decoded = v1::decode_phase2(proposal.transforms.front());
  if (!decoded) return invalid(decoded.error().text);
  const auto theirs = from_transform(sa, *decoded);
  if (!theirs) return invalid("answer holds what was not offered");
  const auto mine = std::find_if(offer.suites.begin(), offer.suites.end(), [&](const auto& s) {
    return same_algorithms(s, *theirs) && s.mode == theirs->mode && s.group == theirs->group;
  });
  if (mine == offer.suites.end()) return invalid(theirs->to_string() + " was not offered");
  Phase2Agreed agreed;
  agreed.suite = *mine;
  shorten(agreed.suite.lifetime, theirs->lifetime);
  const auto selectors = selectors_of(sa, answer, true);
  if (!selectors) return invalid(selectors.error().text);
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
  agreed.peer_spi = v1::spi32(proposal);
  if (agreed.peer_spi < 256) return invalid("answer holds a reserved SPI");
  agreed.rule = std::move(offer.rule);
  agreed.own_rule = std::move(offer.own_rule);
  agreed.spi = std::move(offer.spi);
  agreed.local = offer.local;
  agreed.remote = offer.remote;
  return agreed;
}

namespace {

// The first offered transform that one of ours equals.
std::optional<std::pair<Phase2Suite, v1::Transform>> choose(IsakmpSa& sa,
                                                            const std::vector<Phase2Suite>& ours,
                                                            const v1::Proposal& proposal,
                                                            Steps& steps) {
  for (const v1::Transform& transform : proposal.transforms) {
    const std::string which = "IPsec proposal " + std::to_string(proposal.number) + " transform " +
                              std::to_string(transform.number) + ": ";
    const auto decoded = v1::decode_phase2(transform);
    const auto theirs = decoded ? from_transform(sa, *decoded) : std::nullopt;
    if (!theirs) {
      steps.push_back(which + (decoded ? "not known here" : decoded.error().text));
      continue;
    }
    for (const Phase2Suite& mine : ours) {
      const bool mode_fits =
          theirs->mode == mine.mode || theirs->mode == EncapsulationMode::kTunnel;
      const bool group_fits = theirs->group == mine.group ||
                              (mine.group == DhId::kNone && is_willing(sa.shard, theirs->group));
      if (!same_algorithms(mine, *theirs) || !mode_fits || !group_fits) continue;
      steps.push_back(which + "taken, " + theirs->to_string());
      Phase2Suite taken = *theirs;
      taken.lifetime = mine.lifetime;
      shorten(taken.lifetime, theirs->lifetime);
      return std::pair{taken, transform};
    }
    steps.push_back(which + "atts not acceptable: " + theirs->to_string());
  }
  return std::nullopt;
}

}  // namespace

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
  if (transport) *selectors = as_seen_here(sa, request, *selectors);
  if (const Status good = judge_client(sa, selectors->remote); !good) {
    ++shard.counters.ts_unacceptable;
    return tl::unexpected(refuse(v1::NotifyType::kInvalidIdInformation, good.error().text));
  }
  const ports::PolicyRule* rule = rule_for(sa, *selectors, steps);
  if (rule == nullptr) {
    ++shard.counters.ts_unacceptable;
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
    if (bundle.size() != 1 || bundle.front().protocol != v1::ProtocolId::kEsp ||
        v1::spi32(bundle.front()) < 256) {
      steps.push_back("IPsec proposal " + std::to_string(bundle.front().number) +
                      ": not ESP alone");
      continue;
    }
    auto chosen = choose(sa, ours, bundle.front(), steps);
    if (!chosen) continue;
    // The selectors were read for the mode of the first transform.
    if (transport != (chosen->first.mode == EncapsulationMode::kTransport)) continue;
    Result<ike::SpiReservation> spi = reserve_spi(sa);
    if (!spi) {
      return tl::unexpected(refuse(v1::NotifyType::kNoProposalChosen, spi.error().text));
    }
    agreed.spi = std::move(*spi);
    agreed.peer_spi = v1::spi32(bundle.front());
    agreed.suite = chosen->first;
    const auto decoded = v1::decode_phase2(chosen->second);
    agreed.lifetime_shortened =
        decoded && (decoded->life.seconds.value_or(28800) > agreed.suite.lifetime.seconds ||
                    decoded->life.kilobytes.value_or(0) > agreed.suite.lifetime.kilobytes);
    v1::Proposal answer = bundle.front();
    answer.spi = v1::spi_octets(agreed.spi.spi());
    answer.transforms = {std::move(chosen->second)};
    agreed.answer.proposals = {std::move(answer)};
    settle_rule(sa, agreed);
    return agreed;
  }
  ++shard.counters.no_proposal;
  return tl::unexpected(
      refuse(v1::NotifyType::kNoProposalChosen, "no proposal chosen for " + rule->id.to_string() +
                                                    (steps.empty() ? "" : ": " + steps.back())));
}

v1::NotifyPayload responder_lifetime(const Phase2Agreed& agreed) {
  v1::NotifyPayload notify;
  notify.protocol = v1::ProtocolId::kEsp;
  notify.type = v1::NotifyType::kResponderLifetime;
  notify.spi = v1::spi_octets(agreed.spi.spi());
  v1::Lifetimes life;
  life.seconds = agreed.suite.lifetime.seconds;
  life.kilobytes = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(agreed.suite.lifetime.kilobytes, 0xFFFF'FFFFU));
  notify.data = v1::lifetime_octets(life, v1::Phase::kTwo);
  return notify;
}

// --- the pair ---

namespace {

Result<ports::EspKeys> keys_for(const IsakmpSa& sa, const crypto::CipherSuite& suite,
                                const Phase2Keying& keying, std::uint32_t spi) {
  const crypto::v1::QuickModeInputs in{keying.nonce_i, keying.nonce_r, keying.shared_secret};
  auto keys = crypto::v1::quick_mode_keys(sa.hash, sa.keys.skeyid_d, in,
                                          static_cast<std::uint8_t>(v1::ProtocolId::kEsp),
                                          v1::spi_octets(spi), suite);
  if (!keys) return tl::unexpected(keys.error());
  return ports::EspKeys{std::move(keys->encr), std::move(keys->integ)};
}

Result<ports::SaPair> make_pair(IsakmpSa& sa, const Phase2Agreed& agreed,
                                const Phase2Keying& keying) {
  const Result<crypto::CipherSuite> suite = ike::cipher_suite(agreed.suite.esp);
  if (!suite) return tl::unexpected(suite.error());
  ports::SaPair pair;
  Result<ports::EspKeys> in = keys_for(sa, *suite, keying, agreed.spi.spi());
  Result<ports::EspKeys> out = keys_for(sa, *suite, keying, agreed.peer_spi);
  if (!in) return tl::unexpected(in.error());
  if (!out) return tl::unexpected(out.error());
  pair.rule = agreed.rule.id;
  pair.own_rule = agreed.own_rule;
  pair.reqid = agreed.rule.reqid;
  pair.local = sa.local;
  pair.remote = sa.remote;
  pair.udp_encapsulation = sa.udp_encapsulation;
  pair.mode = agreed.suite.mode;
  pair.spi_in = agreed.spi.spi();
  pair.spi_out = agreed.peer_spi;
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

}  // namespace

Negotiated<ChildSa*> install_phase2(IsakmpSa& sa, Phase2Agreed agreed, const Phase2Keying& keying) {
  Shard& shard = sa.shard;
  const Result<ports::SaPair> pair = make_pair(sa, agreed, keying);
  if (!pair) {
    return tl::unexpected(refuse(v1::NotifyType::kNoProposalChosen, pair.error().text));
  }
  if (Status added = shard.ports.sa_database.add(*pair); !added) {
    return tl::unexpected(refuse(
        v1::NotifyType::kNoProposalChosen,
        "data plane " + shard.ports.sa_database.name() + " refuses the SA: " + added.error().text));
  }
  agreed.spi.installed();
  sa.children.push_back(ike::describe(shard, *pair, agreed.suite.group));
  shard.touch(sa);
  ++shard.counters.child_sas_created;
  shard.debug(sa, "Creating IPSec SAs, spi in/out 0x" + to_hex(v1::spi_octets(pair->spi_in)) +
                      "/0x" + to_hex(v1::spi_octets(pair->spi_out)));
  return sa.children.back().get();
}

}  // namespace spa::ikev1
