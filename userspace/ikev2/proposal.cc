// SPDX-License-Identifier: Apache-2.0
#include "userspace/ikev2/proposal.h"

#include <algorithm>
#include <array>

#include "userspace/crypto/dh.h"
#include "userspace/crypto/prf.h"

namespace spa::ikev2 {

namespace {

using wire::Proposal;
using wire::Transform;
using wire::TransformType;

// design: negotiated only after `crypto legacy-algorithms`.
bool is_legacy(const Transform& t) {
  if (wire::is_additional(t.type)) return is_legacy(wire::dh(static_cast<wire::DhId>(t.id)));
  switch (t.type) {
    case TransformType::kEncr:
      return t.id == static_cast<std::uint16_t>(wire::EncrId::kDes);
    case TransformType::kPrf:
      return t.id == static_cast<std::uint16_t>(wire::PrfId::kHmacMd5);
    case TransformType::kInteg:
      return t.id == static_cast<std::uint16_t>(wire::IntegId::kHmacMd5_96);
    case TransformType::kDh:
      return t.id == static_cast<std::uint16_t>(wire::DhId::kModp768) ||
             t.id == static_cast<std::uint16_t>(wire::DhId::kModp1024) ||
             t.id == static_cast<std::uint16_t>(wire::DhId::kModp1536) ||
             t.id == static_cast<std::uint16_t>(wire::DhId::kModp1024Sub160);
    default:
      return false;
  }
}

bool is_implemented(const Transform& t) {
  if (wire::is_additional(t.type)) return is_implemented(wire::dh(static_cast<wire::DhId>(t.id)));
  switch (t.type) {
    case TransformType::kEncr: {
      const auto algorithm = crypto::encr_from_id(t.id);
      return algorithm && crypto::encr_key_size(*algorithm, t.key_length).has_value();
    }
    case TransformType::kPrf:
      return crypto::prf_from_id(t.id).has_value();
    case TransformType::kInteg:
      return t.id == 0 || crypto::integ_from_id(t.id).has_value();
    case TransformType::kDh:
      return t.id == 0 || crypto::dh_from_id(t.id).has_value();
    case TransformType::kEsn:
      return t.id <= 1;
    default:
      return false;
  }
}

std::string name_of(const Transform& t) {
  std::string name = wire::transform_name(t.type, t.id);
  if (t.key_length != 0) name += "-" + std::to_string(t.key_length);
  return name;
}

// Appends a transform unless it may not be used; says why.
void add_usable(std::vector<Transform>& to, const Transform& t, bool legacy,
                const std::string& where, Steps& steps) {
  if (!is_implemented(t)) {
    steps.push_back(where + ": " + name_of(t) + " left out: not implemented");
  } else if (is_legacy(t) && !legacy) {
    steps.push_back(where + ": " + name_of(t) +
                    " left out: legacy algorithm, needs crypto legacy-algorithms");
  } else if (std::find(to.begin(), to.end(), t) == to.end()) {
    to.push_back(t);
  }
}

// False when nothing usable remains of an exchange that is wanted: then it is not left out
// silently.
bool add_additional(std::vector<Transform>& to,
                    const std::vector<std::vector<wire::DhId>>& additional, bool legacy,
                    const std::string& where, Steps& steps) {
  auto type = static_cast<std::uint8_t>(TransformType::kAddKe1);
  for (const std::vector<wire::DhId>& methods : additional) {
    if (type > static_cast<std::uint8_t>(TransformType::kAddKe7)) return false;
    const std::size_t before = to.size();
    for (const wire::DhId id : methods) {
      Transform t = wire::dh(id);
      t.type = static_cast<TransformType>(type);
      add_usable(to, t, legacy, where, steps);
    }
    if (to.size() == before && !methods.empty()) return false;
    ++type;
  }
  return true;
}

wire::PrfId prf_beside(wire::IntegId id) {
  switch (id) {
    case wire::IntegId::kHmacMd5_96:
      return wire::PrfId::kHmacMd5;
    case wire::IntegId::kHmacSha1_96:
      return wire::PrfId::kHmacSha1;
    case wire::IntegId::kHmacSha384_192:
      return wire::PrfId::kHmacSha384;
    case wire::IntegId::kHmacSha512_256:
      return wire::PrfId::kHmacSha512;
    default:
      return wire::PrfId::kHmacSha256;
  }
}

std::vector<wire::PrfId> prfs_of(const policy::Ikev2Proposal& configured) {
  if (!configured.prfs.empty()) return configured.prfs;
  std::vector<wire::PrfId> prfs;
  for (const wire::IntegId id : configured.integrity) prfs.push_back(prf_beside(id));
  if (prfs.empty()) prfs.push_back(wire::PrfId::kHmacSha256);
  return prfs;
}

std::vector<const Transform*> of_type(const Proposal& p, TransformType type) {
  std::vector<const Transform*> list;
  for (const Transform& t : p.transforms) {
    if (t.type == type) list.push_back(&t);
  }
  return list;
}

constexpr std::array kTypes{TransformType::kEncr,   TransformType::kPrf,    TransformType::kInteg,
                            TransformType::kDh,     TransformType::kEsn,    TransformType::kAddKe1,
                            TransformType::kAddKe2, TransformType::kAddKe3, TransformType::kAddKe4,
                            TransformType::kAddKe5, TransformType::kAddKe6, TransformType::kAddKe7};

// RFC 9370 2.2.1: no key exchange method serves twice in one SA.
bool serves_already(const Proposal& chosen, const Transform& candidate) {
  if (!wire::is_additional(candidate.type) || candidate.id == 0) return false;
  return std::any_of(chosen.transforms.begin(), chosen.transforms.end(), [&](const Transform& t) {
    return (t.type == TransformType::kDh || wire::is_additional(t.type)) && t.id == candidate.id;
  });
}

bool has_none(const std::vector<const Transform*>& list) {
  return std::any_of(list.begin(), list.end(), [](const Transform* t) { return t->id == 0; });
}

// Whether there are additional key exchanges, and a peer may do without each of them.
bool may_do_without_additional(const Proposal& p) {
  bool any = false;
  for (const TransformType type : kTypes) {
    const auto list = of_type(p, type);
    if (!wire::is_additional(type) || list.empty()) continue;
    if (!has_none(list)) return false;
    any = true;
  }
  return any;
}

void leave_out_additional(Proposal& p) {
  std::erase_if(p.transforms, [](const Transform& t) { return wire::is_additional(t.type); });
}

// Numbers a proposal and appends it. A peer that does not know the types of additional key
// exchanges refuses all of a proposal that holds one (RFC 7296 3.3.6): where it may do without them,
// the same follows without the types (RFC 9370 2.2.1).
void append(Proposals& out, Proposal p) {
  p.number = static_cast<std::uint8_t>(out.size() + 1);
  const bool twice = may_do_without_additional(p);
  out.push_back(std::move(p));
  if (!twice) return;
  Proposal plain = out.back();
  leave_out_additional(plain);
  plain.number = static_cast<std::uint8_t>(out.size() + 1);
  out.push_back(std::move(plain));
}

// One transform of a type that both sides have; nullptr when the type is absent on both.
struct TypeChoice {
  const Transform* transform = nullptr;
  bool possible = false;
};
TypeChoice choose_type(TransformType type, const Proposal& ours, const Proposal& theirs,
                       const Proposal& chosen, std::optional<wire::DhId> preferred_group) {
  const auto mine = of_type(ours, type);
  const auto offered = of_type(theirs, type);
  const bool optional =
      type == TransformType::kInteg || type == TransformType::kDh || wire::is_additional(type);
  if (mine.empty()) return {nullptr, offered.empty() || (optional && has_none(offered))};
  const auto same = [](const Transform* a) {
    return [a](const Transform* b) {
      return a->id == b->id && a->key_length == b->key_length && b->unknown_attributes.empty();
    };
  };
  const Transform* first = nullptr;
  for (const Transform* candidate : mine) {
    if (std::none_of(offered.begin(), offered.end(), same(candidate))) continue;
    if (serves_already(chosen, *candidate)) continue;
    const bool preferred = type == TransformType::kDh && preferred_group &&
                           candidate->id == static_cast<std::uint16_t>(*preferred_group);
    if (preferred) return {candidate, true};
    if (first == nullptr) first = candidate;
  }
  if (first == nullptr && offered.empty() && has_none(mine)) return {nullptr, true};
  return {first, first != nullptr};
}

}  // namespace

std::string IkeSuite::to_string() const {
  std::string text = wire::to_string(cipher.id);
  if (cipher.key_bits != 0) text += "-" + std::to_string(cipher.key_bits);
  if (integrity != wire::IntegId::kNone) text += ", " + wire::to_string(integrity);
  return text + ", " + wire::to_string(prf) + ", " + wire::to_string(group);
}

Result<crypto::CipherSuite> IkeSuite::cipher_suite() const {
  return ike::cipher_suite({cipher.id, cipher.key_bits, integrity, false});
}

Proposals ike_proposals(const std::vector<const policy::Ikev2Proposal*>& configured, bool legacy,
                        Steps& steps) {
  Proposals out;
  for (const policy::Ikev2Proposal* source : configured) {
    const std::string where = "proposal " + source->name;
    Proposal combined, separate;
    for (const policy::Cipher& cipher : source->ciphers) {
      Proposal& into = wire::is_aead(cipher.id) ? combined : separate;
      add_usable(into.transforms, wire::encr(cipher.id, cipher.key_bits), legacy, where, steps);
    }
    for (Proposal* p : {&combined, &separate}) {
      if (p->transforms.empty()) continue;
      for (const wire::PrfId id : prfs_of(*source)) {
        add_usable(p->transforms, wire::prf(id), legacy, where, steps);
      }
      if (p == &separate) {
        for (const wire::IntegId id : source->integrity) {
          add_usable(p->transforms, wire::integ(id), legacy, where, steps);
        }
      }
      for (const wire::DhId id : source->groups) {
        add_usable(p->transforms, wire::dh(id), legacy, where, steps);
      }
      const bool additional =
          add_additional(p->transforms, source->additional, legacy, where, steps);
      const bool whole = additional && !of_type(*p, TransformType::kPrf).empty() &&
                         !of_type(*p, TransformType::kDh).empty() &&
                         (p == &combined || !of_type(*p, TransformType::kInteg).empty());
      if (!whole) {
        steps.push_back(where + " left out: no usable algorithm of some type remains");
        continue;
      }
      p->protocol = wire::ProtocolId::kIke;
      append(out, std::move(*p));
    }
  }
  return out;
}

namespace {

// Of one transform set: what it is made of, or why there can be no such proposal.
struct Ingredients {
  wire::ProtocolId protocol = wire::ProtocolId::kEsp;
  std::vector<Transform> transforms;
  ports::EspSuite suite;
  const char* obstacle = nullptr;
};

Ingredients ingredients_of(const policy::TransformSet& set) {
  Ingredients out;
  if (set.esp_cipher && set.ah) {
    out.obstacle = "AH around ESP is for IKEv1 only";  // RFC 7296 3.3: one protocol a proposal
  } else if (set.esp_cipher) {
    out.transforms.push_back(wire::encr(set.esp_cipher->id, set.esp_cipher->key_bits));
    if (set.esp_integrity) out.transforms.push_back(wire::integ(*set.esp_integrity));
    out.suite.cipher = set.esp_cipher->id;
    out.suite.key_bits = set.esp_cipher->key_bits;
    out.suite.integrity = set.esp_integrity.value_or(wire::IntegId::kNone);
  } else if (set.ah) {
    out.protocol = wire::ProtocolId::kAh;
    out.transforms.push_back(wire::integ(*set.ah));
    out.suite.ah = *set.ah;
  } else {
    out.obstacle = "neither ESP nor AH";
  }
  return out;
}

}  // namespace

Proposals esp_proposals(const policy::Snapshot& snapshot, const policy::CryptoMapEntry& entry,
                        bool pfs, const ports::SaDatabase& database, Steps& steps) {
  Proposals out;
  for (const std::string& name : entry.transform_sets) {
    const std::string where = "transform-set " + name;
    const auto found = snapshot.transform_sets.find(name);
    Ingredients made;
    made.obstacle = "not defined";
    if (found != snapshot.transform_sets.end()) made = ingredients_of(found->second);
    if (made.obstacle != nullptr) {
      steps.push_back(where + " left out: " + made.obstacle);
      continue;
    }
    if (pfs && entry.pfs) made.transforms.push_back(wire::dh(*entry.pfs));
    Proposal p;
    p.protocol = made.protocol;
    for (const Transform& t : made.transforms) {
      add_usable(p.transforms, t, snapshot.legacy_algorithms, where, steps);
    }
    if (p.transforms.size() != made.transforms.size()) continue;
    const bool additional = pfs && entry.pfs;
    if (additional &&
        !add_additional(p.transforms, entry.additional, snapshot.legacy_algorithms, where, steps)) {
      steps.push_back(where + " left out: no usable method of an additional key exchange remains");
      continue;
    }
    for (const bool esn : {true, false}) {
      made.suite.esn = esn;
      if (!database.supports(made.suite)) continue;
      p.transforms.push_back(wire::esn(esn ? wire::EsnId::kEsn : wire::EsnId::kNoEsn));
    }
    if (of_type(p, TransformType::kEsn).empty()) {
      steps.push_back(where + " left out: data plane " + database.name() + " cannot do it");
      continue;
    }
    append(out, std::move(p));
  }
  return out;
}

std::optional<Proposal> choose(const Proposals& ours, const wire::SaPayload& offered,
                               std::optional<wire::DhId> preferred_group, Steps& steps) {
  for (const Proposal& mine : ours) {
    for (const Proposal& theirs : offered.proposals) {
      const std::string candidate =
          "offer " + std::to_string(theirs.number) + " against ours " + std::to_string(mine.number);
      if (theirs.protocol != mine.protocol) {
        steps.push_back(candidate + ": protocol " + wire::to_string(theirs.protocol));
        continue;
      }
      Proposal chosen{theirs.number, theirs.protocol, theirs.spi, {}};
      std::string missing;
      for (const TransformType type : kTypes) {
        const TypeChoice choice = choose_type(type, mine, theirs, chosen, preferred_group);
        if (!choice.possible) missing = wire::to_string(type);
        if (choice.transform != nullptr) chosen.transforms.push_back(*choice.transform);
      }
      if (missing.empty()) {
        steps.push_back(candidate + ": taken, " + to_string(chosen));
        return chosen;
      }
      steps.push_back(candidate + ": no common " + missing + " (offered " + to_string(theirs) +
                      ")");
    }
  }
  if (ours.empty()) steps.push_back("nothing usable is configured here");
  return std::nullopt;
}

Result<Proposal> accept(const Proposals& offered, const wire::SaPayload& answer) {
  if (answer.proposals.size() != 1) {
    return fail(Errc::kInvalid, "answer holds " + std::to_string(answer.proposals.size()) +
                                    " proposals instead of one");
  }
  const Proposal& chosen = answer.proposals.front();
  const auto mine = std::find_if(offered.begin(), offered.end(),
                                 [&](const Proposal& p) { return p.number == chosen.number; });
  if (mine == offered.end() || mine->protocol != chosen.protocol) {
    return fail(Errc::kInvalid, "answer names proposal " + std::to_string(chosen.number) +
                                    ", which was not offered");
  }
  Proposal accepted{chosen.number, chosen.protocol, chosen.spi, {}};
  for (const TransformType type : kTypes) {
    const auto ours = of_type(*mine, type);
    auto theirs = of_type(chosen, type);
    if (ours.empty() && theirs.size() == 1 && theirs[0]->id == 0) continue;  // an explicit NONE
    if (theirs.size() > 1 || (theirs.empty() && !ours.empty() && !has_none(ours))) {
      return fail(Errc::kInvalid, "answer does not hold one " + wire::to_string(type));
    }
    if (theirs.empty()) continue;
    const bool known =
        std::any_of(ours.begin(), ours.end(), [&](const Transform* t) { return *t == *theirs[0]; });
    if (!known) return fail(Errc::kInvalid, name_of(*theirs[0]) + " was not offered");
    accepted.transforms.push_back(*theirs[0]);
  }
  return accepted;
}

Result<IkeSuite> ike_suite(const Proposal& chosen) {
  IkeSuite suite;
  for (const Transform& t : chosen.transforms) {
    switch (t.type) {
      case TransformType::kEncr:
        suite.cipher = {static_cast<wire::EncrId>(t.id), t.key_length};
        break;
      case TransformType::kPrf:
        suite.prf = static_cast<wire::PrfId>(t.id);
        break;
      case TransformType::kInteg:
        suite.integrity = static_cast<wire::IntegId>(t.id);
        break;
      case TransformType::kDh:
        suite.group = static_cast<wire::DhId>(t.id);
        break;
      case TransformType::kEsn:
        return fail(Errc::kInvalid, "an ESN transform in an IKE proposal");
      default:
        break;
    }
  }
  if (suite.group == wire::DhId::kNone) return fail(Errc::kInvalid, "an IKE SA without group");
  return suite;
}

Result<ports::EspSuite> esp_suite(const Proposal& chosen) {
  ports::EspSuite suite;
  for (const Transform& t : chosen.transforms) {
    switch (t.type) {
      case TransformType::kEncr:
        suite.cipher = static_cast<wire::EncrId>(t.id);
        suite.key_bits = t.key_length;
        break;
      case TransformType::kInteg:
        (chosen.protocol == wire::ProtocolId::kAh ? suite.ah : suite.integrity) =
            static_cast<wire::IntegId>(t.id);
        break;
      case TransformType::kEsn:
        suite.esn = t.id == static_cast<std::uint16_t>(wire::EsnId::kEsn);
        break;
      case TransformType::kDh:
        break;
      case TransformType::kPrf:
        return fail(Errc::kInvalid, "a PRF transform in an ESP proposal");
      default:
        break;
    }
  }
  return suite;
}

void add_short_icvs(Proposals& proposals) {
  for (Proposal& p : proposals) {
    const std::vector<Transform> own = p.transforms;
    for (const wire::EncrId shorter : {wire::EncrId::kAesGcm12, wire::EncrId::kAesGcm8}) {
      for (const Transform& t : own) {
        if (t != wire::encr(wire::EncrId::kAesGcm16, t.key_length)) continue;
        p.transforms.push_back(wire::encr(shorter, t.key_length));
      }
    }
  }
}

wire::DhId group_of(const Proposal& proposal) {
  const auto groups = of_type(proposal, TransformType::kDh);
  return groups.empty() ? wire::DhId::kNone : static_cast<wire::DhId>(groups.front()->id);
}

std::vector<wire::DhId> additional_methods(const Proposal& chosen) {
  std::vector<wire::DhId> methods;
  for (const Transform& t : chosen.transforms) {
    if (wire::is_additional(t.type) && t.id != 0) methods.push_back(static_cast<wire::DhId>(t.id));
  }
  return methods;
}

void drop_additional(Proposals& proposals, bool strictly) {
  const auto demands = [](const Proposal& p) {
    for (const TransformType type : kTypes) {
      const auto list = of_type(p, type);
      if (wire::is_additional(type) && !list.empty() && !has_none(list)) return true;
    }
    return false;
  };
  if (strictly) std::erase_if(proposals, demands);
  Proposals without;
  for (Proposal& p : proposals) {
    leave_out_additional(p);
    const bool known = std::any_of(without.begin(), without.end(), [&](const Proposal& other) {
      return other.protocol == p.protocol && other.transforms == p.transforms;
    });
    if (!known) without.push_back(std::move(p));
  }
  proposals = std::move(without);
  renumber(proposals);
}

void leave_out_unsupported(Proposals& proposals, const crypto::PublicKeyEngine& engine,
                           Steps& steps) {
  const auto missing = [&](const Transform& t) {
    const bool method = t.type == TransformType::kDh || wire::is_additional(t.type);
    const auto group = crypto::dh_from_id(t.id);
    return method && group && !engine.supports(*group);
  };
  std::erase_if(proposals, [&](Proposal& p) {
    const std::vector<Transform> before = p.transforms;
    std::erase_if(p.transforms, missing);
    if (p.transforms.size() == before.size()) return false;
    bool whole = true;
    for (const Transform& t : before) {
      if (!missing(t)) continue;
      steps.push_back(name_of(t) + " left out: not in this machine's OpenSSL, version 3.5 has it");
      whole = whole && !of_type(p, t.type).empty();
    }
    return !whole;
  });
  renumber(proposals);
}

void renumber(Proposals& proposals) {
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    proposals[i].number = static_cast<std::uint8_t>(i + 1);
  }
}

void set_spi(Proposals& proposals, const Bytes& spi) {
  for (Proposal& p : proposals) p.spi = spi;
}

std::string to_string(const Proposal& proposal) {
  std::string text = wire::to_string(proposal.protocol) + ":";
  for (const Transform& t : proposal.transforms) {
    text += (text.back() == ':' ? " " : ", ") + name_of(t);
  }
  return text;
}

}  // namespace spa::ikev2
